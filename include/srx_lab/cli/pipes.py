"""`| match`, `| count` and the other filters behind a command."""

from __future__ import annotations

import re
import shlex
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Display(StrEnum):
    """The form a `| display` asks for."""

    TEXT = "text"
    XML = "xml"
    SET = "set"
    JSON = "json"
    RPC = "xml rpc"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """A command line without its pipes: form, paging, whether groups are resolved, filters."""

    command: str
    display: Display = Display.TEXT
    no_more: bool = False
    inherit: bool = False
    filters: tuple[tuple[str, str], ...] = field(default=())


_FILTERS = {"match": 3, "except": 3, "count": 3, "last": 2, "find": 3, "trim": 3, "no-more": 4, "display": 2,
            "save": 3, "hold": 3, "compare": 3}  # fmt: skip


class UnknownPipe(ValueError):
    """A word after `|` that is no filter."""


def split_pipes(line: str) -> Pipeline:
    """Cut a line at its bars; raises UnknownPipe."""
    command, *stages = _cut(line)
    display, no_more, inherit = Display.TEXT, False, False
    filters: list[tuple[str, str]] = []
    for stage in stages:
        word, _, rest = stage.strip().partition(" ")
        name = _full_name(word)
        rest = rest.strip()
        if name == "display":
            inherit = inherit or rest.startswith("inheritance")
            display = _display(rest) if not rest.startswith("inheritance") else display
        elif name == "no-more":
            no_more = True
        else:
            filters.append((name, _unquoted(rest)))
    return Pipeline(
        command=command.strip(), display=display, no_more=no_more, inherit=inherit, filters=tuple(filters)
    )


def _cut(line: str) -> list[str]:
    parts, quote = [""], ""
    for letter in line:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        if letter == "|" and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _full_name(word: str) -> str:
    for name, least in _FILTERS.items():
        if name == word or (len(word) >= least and name.startswith(word)):
            return name
    raise UnknownPipe(word)


def _display(rest: str) -> Display:
    wanted = " ".join(rest.split()[:2])
    for display in (Display.RPC, Display.XML, Display.SET, Display.JSON):
        if wanted == display.value or (
            wanted.split(" ")[:1] == [display.value] and display is not Display.RPC
        ):
            return display
    if wanted.startswith(("detail", "omit")):
        return Display.TEXT
    raise UnknownPipe(rest)


def _unquoted(text: str) -> str:
    try:
        return " ".join(shlex.split(text))
    except ValueError:
        return text


def apply(filters: tuple[tuple[str, str], ...], lines: Iterable[str]) -> Iterator[str]:
    """Run lines through the filters in order."""
    flowing: Iterator[str] = iter(lines)
    for name, argument in filters:
        flowing = _apply_one(name, argument, flowing)
    return flowing


def _apply_one(  # noqa: PLR0911 - one filter a line
    name: str, argument: str, lines: Iterator[str]
) -> Iterator[str]:
    match name:
        case "match":
            wanted = _pattern(argument)
            return (line for line in lines if wanted.search(line))
        case "except":
            unwanted = _pattern(argument)
            return (line for line in lines if not unwanted.search(line))
        case "count":
            return iter((f"Count: {sum(1 for _ in lines)} lines",))
        case "last":
            return iter(deque(lines, maxlen=int(argument or 24)))
        case "compare":
            return lines  # was compared before it came here
        case "find":
            return _find(_pattern(argument), lines)
        case _:
            return lines


def _find(wanted: re.Pattern[str], lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if wanted.search(line):
            yield line
            yield from lines
            return
    yield "Pattern not found"


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error:
        return re.compile(re.escape(text), re.IGNORECASE)
