"""What one word of shell text becomes: its quoting, variables and file patterns.

Substitutions, `$(...)`, run commands and are the interpreter's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from srx_lab.shell.process import Process

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+)|([?!$#]))")


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A stretch of a word under one kind of quoting. `literal`: `$` means nothing in it."""

    text: str
    literal: bool
    quoted: bool


def pieces(word: str) -> Iterator[Piece]:
    """A word at its quotes, which are taken off; a backslash alone does not count as quoting."""
    position = 0
    while position < len(word):
        letter = word[position]
        if letter == "'":
            end = word.index("'", position + 1)
            yield Piece(text=word[position + 1 : end], literal=True, quoted=True)
            position = end + 1
        elif letter == '"':
            end = _closing(word, position)
            yield Piece(text=_unescaped(word[position + 1 : end]), literal=False, quoted=True)
            position = end + 1
        elif letter == "\\" and position + 1 < len(word):
            yield Piece(text=word[position + 1], literal=True, quoted=False)
            position += 2
        else:
            end = position + 1
            while end < len(word) and word[end] not in "'\"\\":
                end += 1
            yield Piece(text=word[position:end], literal=False, quoted=False)
            position = end


def _closing(word: str, start: int) -> int:
    position = start + 1
    while position < len(word):
        if word[position] == "\\":
            position += 2
            continue
        if word[position] == '"':
            return position
        position += 1
    return len(word)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\"\\$`])", r"\1", text)


def closing_parenthesis(text: str, start: int) -> int:
    """Where the parenthesis at `start` is closed, or the end of the text."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return position
    return len(text)


def with_variables(process: Process, text: str) -> str:
    """The text with each `$name`, `$?`, `$!`, `$$` and `$#` put in; unknown names are empty."""
    special = {"?": str(process.status), "!": str(process.last_job), "$": str(process.pid), "#": "0"}

    def value(found: re.Match[str]) -> str:
        return special[found[3]] if found[3] else process.variables.get(found[1] or found[2], "")

    return _VARIABLE.sub(value, text)


def file_names(process: Process, text: str) -> list[str]:
    """The files that a pattern fits; without a mark or a fit the text itself."""
    if not any(mark in text for mark in "*?["):
        return [text]
    base = process.device.files.host_path(text, cwd=process.cwd)
    found = sorted(base.parent.glob(base.name)) if base.parent.is_dir() else []
    if not found:
        return [text]
    folder = text.rsplit("/", 1)[0] + "/" if "/" in text else ""
    return [folder + each.name for each in found]
