"""Keeps secrets out of the journal: words are redacted, a detail that is named as a secret is refused.

Redacting a device's own words never costs an upgrade its record; a secret under a name of its own is a fault
of the code that put it there, so it is raised. Also makes hostile device text storable and printable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from srx_issu.domain.errors import JournalError
from srx_issu.domain.redaction.prose import REDACTED, redact
from srx_issu.ports.journal import Json

__all__ = ["REDACTED", "checked_detail", "redact"]

_SECRET_KEY = re.compile(
    r"passw|passphrase|secret|credential|(private|shared|api|auth\w*)[-_ ]?key|token", re.IGNORECASE
)


def checked_detail(detail: Mapping[str, Json]) -> dict[str, Json]:
    """``detail`` as it may be stored. Raises JournalError when a key names a secret, or it is not JSON.

    A figure or flag under a key such as ``secrets_scrubbed`` is fine; a text, list or object is not.
    """
    _refuse_secrets(dict(detail), "detail")
    try:
        # ASCII escapes on the way out, so that no surrogate reaches the driver.
        plain: dict[str, Json] = json.loads(json.dumps(dict(detail), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise JournalError(
            f"event detail is not JSON ({error}); give texts, figures, lists and objects"
        ) from error
    return {redact(key): _storable(value) for key, value in plain.items()}


def _refuse_secrets(value: Json, place: str) -> None:
    match value:
        case dict():
            for key, inner in value.items():
                if _SECRET_KEY.search(str(key)) and isinstance(inner, (str, list, dict)) and inner:
                    raise JournalError(f"{place}.{key} looks like a secret; leave it out of the journal")
                _refuse_secrets(inner, f"{place}.{key}")
        case list() | tuple():
            for index, inner in enumerate(value):
                _refuse_secrets(inner, f"{place}[{index}]")
        case _:
            return


def _storable(value: Json) -> Json:
    match value:
        case str():
            return redact(value)
        case list():
            return [_storable(inner) for inner in value]
        case dict():
            return {redact(key): _storable(inner) for key, inner in value.items()}
        case _:
            return value
