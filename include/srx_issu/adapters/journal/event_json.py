"""Events as JSON and back: each under its name, beside its own fields."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from types import MappingProxyType
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

NAME = "event"  # of the event, among its own fields
Unknown = (KeyError, ValidationError)
"""What ``load`` raises for an event that is not known here, or that is spoilt."""


class EventJson:
    """For the events of one union. ``columns``: fields that are stored beside the JSON. ``earlier``: for each
    event the names that its fields had in older rows, with those of today."""

    def __init__(
        self,
        kinds: tuple[type[Any], ...],
        columns: tuple[str, ...] = (),
        earlier: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        self._kinds = {_name(kind): kind for kind in kinds}
        self._columns = columns
        self._earlier = earlier

    def dump(self, event: object) -> dict[str, Any]:
        """What of it has no column of its own; without what is None."""
        kind = type(event)
        content = _adapter(cast("Hashable", kind)).dump_python(event, mode="json", exclude_none=True)
        return {
            NAME: _name(kind),
            **{name: value for name, value in content.items() if name not in self._columns},
        }

    def load(self, detail: Mapping[str, Any], columns: Mapping[str, Any] | None = None) -> Any:
        """Raises one of ``Unknown``."""
        kind = self._kinds[detail[NAME]]
        mine = fields(kind)
        stored = {each.name: (columns or {})[each.name] for each in mine if each.name in self._columns}
        absent = {each.name: None for each in mine if _must_be_told(each)}
        renamed = self._earlier.get(detail[NAME], {})
        content = {renamed.get(key, key): value for key, value in detail.items()}
        return _adapter(cast("Hashable", kind)).validate_python({**absent, **content, **stored})


def _must_be_told(field: Any) -> bool:
    return field.init and field.default is MISSING and field.default_factory is MISSING


def _name(kind: type[Any]) -> str:
    """``CommandIntended`` is ``command_intended``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast("Any", kind))
