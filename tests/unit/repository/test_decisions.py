"""The index of decisions lists what is in the folder, and says of each what the decision itself says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.places import ROOT

FOLDER = ROOT / "docs" / "decisions"
FILES = tuple(sorted(path for path in FOLDER.iterdir() if path.name != "README.md"))
ROW = re.compile(
    r"^\| \[(?P<number>\d{3})\]\((?P<file>[^)]+)\) \| (?P<title>.+?) \| (?P<status>.+?) \| (?P<binds>.+) \|$"
)
OTHER = r"\[(\d{3})\]\([^)]+\)"
STATUS = re.compile(rf"in force|(?:replaced|amended) by {OTHER}(?:, {OTHER})*")
TOP = re.compile(r"^(?:Replaced|Amended) by .*$", re.MULTILINE)
NAMED = re.compile(r"\b[Dd]ecisions?[ /]\[?(\d{3})\b(?:,? and (\d{3})\b)?")
SOURCES = ("docs", "include", "dags", "plugins", "tests", "tools")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the index."""

    number: str
    file: str
    title: str
    status: str


def index() -> tuple[Line, ...]:
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    found = (ROW.match(line) for line in lines)
    return tuple(
        Line(**{key: row[key] for key in ("number", "file", "title", "status")}) for row in found if row
    )


def test_the_index_lists_every_decision_and_nothing_else() -> None:
    assert [line.file for line in index()] == [path.name for path in FILES]
    assert all(line.file.startswith(f"{line.number}-") for line in index())


@pytest.mark.parametrize("line", index(), ids=lambda line: line.number)
def test_a_line_says_what_the_decision_says(line: Line) -> None:
    text = (FOLDER / line.file).read_text(encoding="utf-8")
    assert text.startswith(f"# {line.number} {line.title}\n")
    assert STATUS.fullmatch(line.status), f"{line.status!r}: in force, replaced by NNN or amended by NNN"
    top = text.partition("**Context.**")[0]
    noted = [note.partition(":")[0] for note in TOP.findall(top)]
    assert noted == ([] if line.status == "in force" else [line.status.capitalize()])


def test_every_decision_that_is_named_anywhere_is_there() -> None:
    numbers = {line.number for line in index()}
    assert {name: lost for name, text in named() if (lost := _numbers(text) - numbers)} == {}


def named() -> Iterator[tuple[str, str]]:
    for place in SOURCES:
        for path in (ROOT / place).rglob("*"):
            if path.suffix in {".py", ".md", ".yaml"}:
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def _numbers(text: str) -> set[str]:
    return {number for pair in NAMED.findall(text) for number in pair if number}
