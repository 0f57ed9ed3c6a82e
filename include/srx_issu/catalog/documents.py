"""An operator's YAML file as plain values that remember their lines.

Only what the operator's files need of YAML: mappings, lists and text. Every scalar stays the text it was
written as (``22.4`` does not become a number, ``no`` not a boolean); the models decide what it means.
Anchors, aliases, tags and merge keys are refused, depth and size are bounded. What the keys mean is left
to the models.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import yaml

from srx_issu.domain.errors import FileFault

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML without libyaml: slower, same answers
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

LARGEST_BYTES = 8 * 1024 * 1024
DEEPEST = 12  # our files need 6
MOST_FAULTS = 200  # of one file; nobody reads more
_SEE_DOCS = "see docs/files.md for what belongs there"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})

Value: TypeAlias = "str | Mapping | Items | None"


class Mapping(dict[str, "Value"]):
    """A YAML mapping. ``lines`` has the line of each key."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Items(list["Value"]):
    """A YAML list. ``lines`` has the line of each item."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file. ``root`` is empty where the file could not be read; then ``faults`` say why."""

    path: Path
    root: Mapping
    faults: tuple[FileFault, ...] = ()
    is_whole: bool = True  # False: the rest of the file is unknown, so nothing may be called missing

    def line(self, *place: str | int) -> int:
        """The line of a key or item; of the nearest one around it that exists, when it is missing."""
        line = 1
        at: Value = self.root
        for step in place:
            if isinstance(at, Mapping) and isinstance(step, str) and step in at:
                line, at = at.lines[step], at[step]
                continue
            if isinstance(at, Items) and isinstance(step, int) and step < len(at):
                line, at = at.lines[step], at[step]
                continue
            break
        return line

    def fault(self, found: str, remedy: str, *place: str | int) -> FileFault:
        return FileFault(file=str(self.path), line=self.line(*place), found=found, remedy=remedy)


def read_document(path: Path) -> Document:
    """Reads and parses; never raises. A file is parsed again when its size, times or inode changed."""
    try:
        seen = path.stat()
    except OSError as reason:
        return _unread(
            path, f"cannot be read: {reason.strerror or reason}", "check the path and its permissions"
        )
    return _read(path, seen.st_size, (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino))


@lru_cache(maxsize=256)
def _read(path: Path, size: int, version: tuple[int, ...]) -> Document:  # noqa: ARG001 - key of the cache
    if size > LARGEST_BYTES:
        remedy = f"split it: at most {LARGEST_BYTES} bytes a file"
        return _unread(path, f"is {size} bytes", remedy)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as reason:
        return _unread(
            path, f"cannot be read: {reason.strerror or reason}", "check the path and its permissions"
        )
    except UnicodeDecodeError as reason:
        line = reason.object[: reason.start].count(b"\n") + 1
        return _unread(
            path, f"byte {reason.object[reason.start]:#04x} is not UTF-8", "save the file as UTF-8", line
        )
    return _Reader(path).read(text)


def _unread(path: Path, found: str, remedy: str, line: int = 0) -> Document:
    fault = FileFault(file=str(path), line=line, found=found, remedy=remedy)
    return Document(path=path, root=Mapping(1), faults=(fault,), is_whole=False)


class _GivenUp(Exception):
    """Something that ends the reading of a file."""

    def __init__(self, line: int, found: str, remedy: str = _SEE_DOCS) -> None:
        self.line = line
        self.found = found
        self.remedy = remedy
        super().__init__(found)


class _Reader:
    """Builds the values from libyaml's events: no recursion, so depth cannot hurt."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[FileFault] = []
        self.stack: list[Mapping | Items] = []
        self.keys: list[tuple[str, int] | None] = []  # the key that waits for its value, per level
        self.root: Value = None
        self.documents = 0

    def read(self, text: str) -> Document:
        is_whole = False
        try:
            for event in yaml.parse(text, Loader=_Loader):
                self._take(event)
            is_whole = True
        except _GivenUp as reason:
            self._fault(reason.line, reason.found, reason.remedy)
        except yaml.MarkedYAMLError as reason:
            self._syntax_fault(reason)
        except yaml.reader.ReaderError as reason:
            line = text.count("\n", 0, reason.position) + 1
            self._fault(line, f"has the control character {reason.character!r}", "remove it")
        if is_whole and not isinstance(self.root, Mapping):
            found = "has no keys" if self.root is None else "does not start with 'key: value'"
            self._fault(1, found, _SEE_DOCS)
        root = self.root if is_whole and isinstance(self.root, Mapping) else Mapping(1)
        return Document(path=self.path, root=root, faults=tuple(self.faults), is_whole=is_whole)

    def _fault(self, line: int, found: str, remedy: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(FileFault(file=str(self.path), line=line, found=found, remedy=remedy))

    def _syntax_fault(self, reason: yaml.MarkedYAMLError) -> None:
        mark = reason.problem_mark or reason.context_mark
        text = ", ".join(w for w in (reason.context, reason.problem) if w)
        self._fault(
            mark.line + 1 if mark else 0, f"is not YAML: {text}", "check indentation, colons and quotes here"
        )

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_extras(event)
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._refuse_extras(event)
            self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()
            self.keys.pop()
        elif isinstance(event, yaml.AliasEvent):
            line = _line(event)
            self._fault(line, f"alias *{event.anchor}", "write it out, or use groups and defaults")
            self._place(None, line)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _GivenUp(_line(event), "has a second document ('---')", "make it a file of its own")

    def _refuse_extras(self, event: yaml.NodeEvent) -> None:
        line = _line(event)
        if event.anchor:
            self._fault(line, f"anchor &{event.anchor}", "write it out, or use groups and defaults")
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            self._fault(line, f"tag {tag}", "remove it: these files hold text, lists and mappings only")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        line = _line(event)
        is_plain = event.style in (None, "")
        value = None if is_plain and event.value in _NULLS else event.value
        if self._awaits_key():
            self._key(event.value, line)
        else:
            self._place(value, line)

    def _awaits_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1], Mapping) and self.keys[-1] is None

    def _key(self, key: str, line: int) -> None:
        mapping = self.stack[-1]
        assert isinstance(mapping, Mapping)
        if key == "<<":
            self._fault(line, "merge key '<<'", "write it out, or use groups and defaults")
        elif key in mapping:
            remedy = f"also defined on line {mapping.lines[key]}; keep one"
            self._fault(line, f"key {key!r} is defined twice", remedy)
        self.keys[-1] = (key, line)

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        line = _line(event)
        if len(self.stack) >= DEEPEST:
            raise _GivenUp(line, f"goes more than {DEEPEST} levels deep")
        if self._awaits_key():
            raise _GivenUp(line, "has a key that is not text")
        value = Mapping(line) if isinstance(event, yaml.MappingStartEvent) else Items(line)
        self._place(value, line)
        self.stack.append(value)
        self.keys.append(None)

    def _place(self, value: Value, line: int) -> None:
        if not self.stack:
            self.root = value
            return
        parent = self.stack[-1]
        if isinstance(parent, Items):
            parent.append(value)
            parent.lines.append(line)
            return
        waiting = self.keys[-1]
        if waiting is None:  # an alias as a key: already a fault
            return
        key, key_line = waiting
        self.keys[-1] = None
        if key not in parent:  # the first of two wins; the second is a fault already
            parent[key] = value
            parent.lines[key] = key_line


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0
