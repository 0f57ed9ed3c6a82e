"""Domain values as JSON text and back, for the journal and the evidence."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast("Any", kind))


def dumps(value: object, kind: type[T] | None = None) -> str:
    """JSON of a frozen dataclass (or of ``kind``, for unions)."""
    return _adapter(cast("Hashable", kind or type(value))).dump_json(value, indent=1).decode()


def loads(kind: type[T], text: str | bytes) -> T:
    """The value again; raises pydantic.ValidationError when the text is not one."""
    value: T = _adapter(cast("Hashable", kind)).validate_json(text)
    return value
