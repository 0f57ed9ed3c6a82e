"""Domain values as JSON text and back, for the journal and the evidence."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from srx_issu.domain.recovery.plan import RecoveryPlan

T = TypeVar("T")

# Keys of evidence as an older version wrote them, with those of today: to be shown. A plan has another
# digest by today's keys, so nothing more is sent of an older one.
_EARLIER: Mapping[type[object], Mapping[str, str]] = {RecoveryPlan: {"errands": "commands"}}


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast("Any", kind))


def prepare(*kinds: type[Any]) -> None:
    """Makes ready what the first use of each kind would build: 0.25 s for a cluster state."""
    for kind in kinds:
        _adapter(cast("Hashable", kind))


def dumps(value: object, kind: type[T] | None = None) -> str:
    """JSON of a frozen dataclass (or of ``kind``, for unions)."""
    return _adapter(cast("Hashable", kind or type(value))).dump_json(value, indent=1).decode()


def canonical(value: object) -> str:
    """The same text for equal values in every process, for digests. ``dumps`` leaves sets in the order that a
    process happens to have them in, and that differs from worker to worker."""
    plain = _adapter(cast("Hashable", type(value))).dump_python(value)
    return json.dumps(plain, default=_plain, sort_keys=True)


def _plain(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, set | frozenset) else str(value)


def loads(kind: type[T], text: str | bytes) -> T:
    """The value again, also as an older version wrote it; raises pydantic.ValidationError when the text is
    not one."""
    value: T = _adapter(cast("Hashable", kind)).validate_json(_as_of_today(kind, text))
    return value


def _as_of_today(kind: type[object], text: str | bytes) -> str | bytes:
    """``text`` with the keys of this version."""
    renamed = _EARLIER.get(kind)
    if renamed is None:
        return text
    try:
        content = json.loads(text, object_hook=lambda o: {renamed.get(key, key): o[key] for key in o})
    except (ValueError, RecursionError):
        return text  # not JSON: for ``loads`` to say
    return json.dumps(content)
