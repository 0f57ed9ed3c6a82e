"""Keeps secrets out of the journal: prose is redacted, structured detail is refused.

Redacting a device's own words never costs an upgrade its record; a secret in ``detail`` is a fault of the
code that put it there, so it is raised. Also makes hostile device text storable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from srx_issu.domain.errors import JournalError
from srx_issu.ports.journal import Json

# Junos: $9$ reversible, $8$ master password, $1$ $5$ $6$ crypt(3) hashes.
_CIPHER = re.compile(r"\$[15689]\$[^\s;\"'<>]*")
_SECRET_KEY = re.compile(
    r"passw|passphrase|secret|credential|(private|shared|api|auth\w*)[-_ ]?key|token", re.IGNORECASE
)
REDACTED = "[secret removed]"


def redact(text: str) -> str:
    """``text`` without Junos ciphers and hashes, NULs (PostgreSQL has none) and broken Unicode."""
    storable = text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")
    return _CIPHER.sub(REDACTED, storable)


def checked_detail(detail: Mapping[str, Json]) -> dict[str, Json]:
    """``detail`` as it may be stored. Raises JournalError when it holds a secret or is not JSON.

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
        case str() if _CIPHER.search(value):
            raise JournalError(f"{place} holds a Junos cipher or hash; leave it out of the journal")
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
