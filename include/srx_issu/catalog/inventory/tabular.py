"""``inventory/*.csv``: the same clusters as in YAML, a line each, for fleets kept in a spreadsheet.

The first line names the columns: ``name`` and the keys of a cluster; ``node0`` and ``node1`` hold addresses,
``node0.port`` and the like a node's other keys, ``label.x`` a label, ``ssh.x`` a key of ``ssh``. Lists are
separated by blanks. What the values mean is left to the models, so a fault reads as it would in YAML, with
the line of the file.
"""

from __future__ import annotations

import csv
from pathlib import Path

from srx_issu.catalog.documents import LARGEST_BYTES, Document, Items, Mapping
from srx_issu.domain.errors import FileFault
from srx_issu.domain.plural import many

NAME, NODES, LABEL, SSH = "name", ("node0", "node1"), "label.", "ssh."
LISTS = ("groups", "conflict_groups")
_SEE_DOCS = "see docs/files.md, 'inventory/*.csv'"


def read_table(path: Path) -> Document:
    """Reads the file into the shape of an inventory; never raises."""
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            return _unread(path, 0, f"is {size} bytes", f"split it: at most {LARGEST_BYTES} bytes a file")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as reason:
        fault = f"cannot be read: {reason.strerror or reason}"
        return _unread(path, 0, fault, "check the path and its permissions")
    except UnicodeDecodeError as reason:
        line = reason.object[: reason.start].count(b"\n") + 1
        return _unread(path, line, "is not UTF-8", "save the file as CSV UTF-8")
    try:
        return _TableBuilder(path).read(text)
    except csv.Error as reason:
        return _unread(path, 0, f"is not CSV: {reason}", _SEE_DOCS)


def _unread(path: Path, line: int, found: str, remedy: str) -> Document:
    fault = FileFault(file=str(path), line=line, found=found, remedy=remedy)
    return Document(path=path, root=Mapping(1), faults=(fault,), is_whole=False)


class _TableBuilder:
    """Builds one document; faults of the table itself are collected, those of values come later."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[FileFault] = []
        self.clusters = Mapping(1)

    def read(self, text: str) -> Document:
        lines = csv.reader(text.splitlines(), strict=True)
        columns = [column.strip() for column in next(lines, [])]
        if NAME not in columns or len(set(columns)) != len(columns):
            found = (
                "has no column 'name' in its first line" if NAME not in columns else "names a column twice"
            )
            return _unread(self.path, 1, found, _SEE_DOCS)
        for cells in lines:
            if any(cell.strip() for cell in cells):
                self._row(lines.line_num, columns, [cell.strip() for cell in cells])
        root = Mapping(1)
        root["clusters"], root.lines["clusters"] = self.clusters, 1
        return Document(path=self.path, root=root, faults=tuple(self.faults))

    def _row(self, line: int, columns: list[str], cells: list[str]) -> None:
        if len(cells) != len(columns):
            found = f"has {many(len(cells), 'cell')}, the first line {len(columns)}"
            self._fault(line, found, "check its commas")
            return
        given = {column: cell for column, cell in zip(columns, cells, strict=True) if cell}
        name = given.pop(NAME, "")
        if name in self.clusters:
            other = self.clusters.lines[name]
            self._fault(
                line, f"cluster {name[:80]!r} is defined twice", f"also defined on line {other}; keep one"
            )
            return
        self.clusters[name], self.clusters.lines[name] = _cluster(line, given), line

    def _fault(self, line: int, found: str, remedy: str) -> None:
        self.faults.append(FileFault(file=str(self.path), line=line, found=found, remedy=remedy))


def _cluster(line: int, given: dict[str, str]) -> Mapping:
    entry = Mapping(line)
    for column, cell in given.items():
        node, _, key = column.partition(".")
        if column in NODES:
            _put(_inner(entry, column, line), "host", cell, line)
        elif node in NODES and key:
            _put(_inner(entry, node, line), key, cell, line)
        elif column.startswith(LABEL):
            _put(_inner(entry, "labels", line), column.removeprefix(LABEL), cell, line)
        elif column.startswith(SSH):
            _put(_inner(entry, "ssh", line), column.removeprefix(SSH), cell, line)
        elif column in LISTS:
            _put(entry, column, items(cell.split(), line), line)
        else:
            _put(entry, column, cell, line)
    return entry


def items(cells: list[str], line: int) -> Items:
    """A list as the models take it."""
    found = Items(line)
    found.extend(cells)
    found.lines = [line] * len(cells)
    return found


def _inner(entry: Mapping, key: str, line: int) -> Mapping:
    inner = entry.get(key)
    if not isinstance(inner, Mapping):
        inner = Mapping(line)
        _put(entry, key, inner, line)
    return inner


def _put(entry: Mapping, key: str, value: str | Mapping | Items, line: int) -> None:
    entry[key], entry.lines[key] = value, line
