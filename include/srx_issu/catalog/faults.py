"""A model's complaints in the operator's words: file, line, what was found, what to do.

``Checked`` reads one document entry by entry and keeps the sound ones, so that one report holds the
faults of every entry and those between files (names used twice, groups that do not exist).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, TypeVar, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from srx_issu.catalog.documents import Document, Items, Mapping, Value
from srx_issu.catalog.fields import FileEntry, Name
from srx_issu.domain.errors import FileFault

E = TypeVar("E", bound=FileEntry)
Place = tuple[str | int, ...]

_NAME = TypeAdapter(Name)
LONGEST_KEY = 80  # of a key repeated in a fault


class Checked:
    """One document under examination; ``faults`` and ``warnings`` grow while its sections are read."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[FileFault] = list(document.faults)
        self.warnings: list[FileFault] = []  # what may be meant, and is worth a second look

    def sections(self, *known: str) -> None:
        """Reports top-level keys that do not belong there."""
        for key in self.document.root:
            if key not in known:
                self.fault(f"unknown key {_short(key)!r}", nearest(key, known), key)

    def entry(self, section: str, model: type[E]) -> E | None:
        """A section that is one entry; None when it is missing, empty or faulty."""
        value = self.document.root.get(section)
        return None if value is None else self._read(model, value, (section,))

    def whole(self, model: type[E]) -> E | None:
        """The document as one entry; None when it is faulty."""
        return self._read(model, self.document.root, ())

    def named(self, section: str, model: type[E]) -> dict[str, E]:
        """A section of entries by name."""
        value = self.document.root.get(section)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.fault(f"{section} is {_kind(value)}", "write 'name:' and its keys below, indented", section)
            return {}
        sound: dict[str, E] = {}
        for name, given in value.items():
            try:
                _NAME.validate_python(name)
            except ValidationError as reason:
                self._take(reason, model, (section, name))
            entry = self._read(model, given, (section, name))
            if entry is not None:
                sound[name] = entry
        return sound

    def listed(self, section: str, model: type[E]) -> dict[int, E]:
        """A section that is a list, by position."""
        value = self.document.root.get(section)
        if value is None:
            return {}
        if not isinstance(value, Items):
            self.fault(f"{section} is {_kind(value)}", "write a list: each entry starts with '- '", section)
            return {}
        read = {at: self._read(model, given, (section, at)) for at, given in enumerate(value)}
        return {at: entry for at, entry in read.items() if entry is not None}

    def fault(self, found: str, remedy: str, *place: str | int) -> None:
        self.faults.append(self.document.fault(found, remedy, *place))

    def warn(self, found: str, remedy: str, *place: str | int) -> None:
        self.warnings.append(self.document.fault(found, remedy, *place))

    def _read(self, model: type[E], value: Value, place: Place) -> E | None:
        try:
            return model.model_validate({} if value is None else value)
        except ValidationError as reason:
            self._take(reason, model, place)
            return None

    def _take(self, reason: ValidationError, model: type[FileEntry], place: Place) -> None:
        for error in reason.errors(include_url=False):
            inner: Place = tuple(step for step in error["loc"] if step != "[key]")
            found, remedy = _complaint(error, model, place, inner)
            self.fault(found, remedy, *place, *inner)


def nearest(name: str, known: Iterable[str], else_say: str = "") -> str:
    """What may have been meant by ``name``: the closest known names, or what there is; ``else_say`` instead
    of that where there may be hundreds."""
    names = sorted(known)
    longer = [n for n in names if name and n.startswith(name)][:3]
    close = longer or difflib.get_close_matches(name[:80], names, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(repr(c) for c in close)}?"
    if not names:
        return "none is known"
    if else_say:
        return else_say
    return f"known: {', '.join(names[:12])}{' and others' if len(names) > 12 else ''}"


def _complaint(error: ErrorDetails, model: type[FileEntry], place: Place, inner: Place) -> tuple[str, str]:
    """(found, remedy) for one of pydantic's errors."""
    where = _dotted((*place, *inner))
    given = error.get("input")
    context: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "operator_file":
            return f"{where}: {context['found']}", str(context["remedy"])
        case "missing":
            return f"{_dotted((*place, *inner[:-1])) or 'the file'} has no {str(inner[-1])!r}", "add it"
        case "extra_forbidden":
            key = str(inner[-1])
            owner = _dotted((*place, *inner[:-1])) or "the file"
            return f"unknown key {_short(key)!r} in {owner}", nearest(key, _keys(model, inner[:-1]))
        case "enum" | "literal_error":
            return f"{where} is {_kind(given)}", f"write one of {context['expected']}"
        case kind if kind.endswith(("_type", "_parsing")):
            return f"{where} is {_kind(given)}", f"write {_expected(kind)}"
        case _:
            return f"{where} is {_kind(given)}", error["msg"].removeprefix("Input ").replace(
                "should", "it should"
            )


_EXPECTATIONS = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "tuple": "a list: [one, two]",
    "list": "a list: [one, two]",
    "frozen_set": "a list: [one, two]",
    "dict": "keys and values, indented below it",
    "model": "keys and values, indented below it",
    "model_attributes": "keys and values, indented below it",
}


def _expected(kind: str) -> str:
    return _EXPECTATIONS.get(kind.removesuffix("_type").removesuffix("_parsing"), "something else")


def _keys(model: type[FileEntry], place: Place) -> tuple[str, ...]:
    """The keys that a model, or the model at a place inside it, knows."""
    at: type[FileEntry] | None = model
    names_a_member = False  # the step after a dict or list only picks one of its members
    for step in place:
        if names_a_member:
            names_a_member = False
            continue
        field = at.model_fields.get(str(step)) if at else None
        if field is None:
            return ()
        at, names_a_member = _entry_in(field.annotation)
    return tuple(at.model_fields) if at else ()


def _entry_in(annotation: Any) -> tuple[type[FileEntry] | None, bool]:
    """The model inside an annotation, and whether a dict or list is around it."""
    if isinstance(annotation, type) and issubclass(annotation, FileEntry):
        return annotation, False
    for argument in get_args(annotation):
        found, is_member = _entry_in(argument)
        if found is not None:
            return found, is_member or get_origin(annotation) in (dict, tuple)
    return None, False


def _dotted(place: Place) -> str:
    path = ""
    for step in place:
        path += f"[{step + 1}]" if isinstance(step, int) else f"{'.' if path else ''}{_plain(step)}"
    return path


def _plain(key: str) -> str:
    """A key as it stands, or quoted: faults go to terminals and logs, and a key may hold a whole screen."""
    return _short(key) if key.isprintable() else repr(_short(key))


def _short(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else f"{key[: LONGEST_KEY - 3]}..."


def _kind(value: object) -> str:
    match value:
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            text = str(value)
            return repr(text if len(text) <= 80 else f"{text[:77]}...")
