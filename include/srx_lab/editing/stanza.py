"""A statement of the configuration and its forms: indented text, set lines, XML, JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from srx_lab.markup import Element, empty, leaf, stream

_BARE = re.compile(r"[\w.:/@*+<>,=%-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stanza:
    """A statement. `words` as typed, `tag` and `keys` as in XML; children None means it ends in `;`.

    An empty tag is a level that XML does not have, `a/b` two levels that are one in text. `many`: one of
    several values of a name. `inline`: its one child is on its line. `origin`: the group it comes from.
    """

    words: str
    tag: str
    keys: tuple[tuple[str, str], ...] = ()
    value: str | None = None
    children: Iterable[Stanza] | None = None
    secret: bool = False
    many: bool = False
    inline: bool = False
    inactive: bool = False
    origin: str = ""

    @property
    def key(self) -> str:
        """What tells it from its siblings."""
        return f"{self.words} {self.value}" if self.many else self.words

    @property
    def line(self) -> str:
        """Words and value, as typed."""
        return self.words if self.value is None else f"{self.words} {quoted(self.value, always=self.secret)}"


def quoted(value: str, *, always: bool = False) -> str:
    """As Junos prints a value: in quotes where it is more than one plain word."""
    if _BARE.fullmatch(value) and not always:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def block(words: str, *children: Stanza, tag: str = "", **keys: str) -> Stanza:
    return Stanza(
        words=words,
        tag=tag or words.split(" ", maxsplit=1)[0],
        keys=tuple((name.replace("_", "-"), value) for name, value in keys.items()),
        children=children,
    )


def item(words: str, value: object | None = None, *, secret: bool = False, many: bool = False) -> Stanza:
    return Stanza(
        words=words, tag=words, value=None if value is None else str(value), secret=secret, many=many
    )


def named(tag: str, name: str, *children: Stanza) -> Stanza:
    """`tag NAME { ... }`, in XML `<tag><name>NAME</name>...`."""
    return Stanza(words=f"{tag} {name}", tag=tag, keys=(("name", name),), children=children)


def narrowed(stanzas: Iterable[Stanza], paths: list[list[str]]) -> Iterator[Stanza]:
    """Only what lies on one of the paths, such as chassis / cluster; a step is words, a tag, or `name=VALUE`
    for the entry of that name."""
    for stanza in stanzas:
        if not stanza.tag and stanza.children is not None:
            inside = tuple(narrowed(stanza.children, paths))
            whole = [stanza.words] in paths
            if inside or whole:
                yield stanza if whole else replace(stanza, children=inside)
            continue
        left = [rest for path in paths if (rest := _behind(stanza, path)) is not None]
        if [] in left or (left and stanza.children is None):
            yield stanza
        elif left:
            yield replace(stanza, children=narrowed(stanza.children or (), left))


def _behind(stanza: Stanza, path: list[str]) -> list[str] | None:
    """What is left of a path behind a statement, None where it leads elsewhere."""
    if not path or path[0] not in _names(stanza):
        return None
    rest = path[1:]
    if "/" in stanza.tag and rest and rest[0] == stanza.tag.partition("/")[2]:
        rest = rest[1:]
    while rest and "=" in rest[0]:
        name, _, value = rest[0].partition("=")
        if (name, value) not in stanza.keys:
            return None
        rest = rest[1:]
    return rest


def _names(stanza: Stanza) -> set[str]:
    return {stanza.tag.partition("/")[0], stanza.words, stanza.words.split(" ")[0]}


def below(stanzas: Iterable[Stanza], path: list[str]) -> Iterator[Stanza]:
    """The inside of the hierarchy a path of words names, as the CLI shows it."""
    for stanza in stanzas:
        rest = _after(stanza, path)
        if rest is None:
            continue
        if stanza.children is None:
            yield stanza
        elif rest:
            yield from below(stanza.children, rest)
        else:
            yield from stanza.children


def _after(stanza: Stanza, path: list[str]) -> list[str] | None:
    """What is left of a path behind a stanza's words; None where it leads elsewhere."""
    words = stanza.words.split(" ")
    shared = min(len(words), len(path))
    return path[len(words) :] if words[:shared] == path[:shared] else None


def curly_lines(stanzas: Iterable[Stanza], depth: int = 0) -> Iterator[str]:
    """The indented form of `show configuration`."""
    indent = "    " * depth
    for stanza in _gathered(stanzas):
        if stanza.origin:
            yield f"{indent}##"
            yield f"{indent}## '{stanza.words.split(' ')[-1]}' was inherited from group '{stanza.origin}'"
            yield f"{indent}##"
        mark = "inactive: " if stanza.inactive else ""
        if stanza.children is None:
            yield f"{indent}{mark}{stanza.line}{_end(stanza)}"
            continue
        if stanza.children == ():
            yield f"{indent}{mark}{stanza.words};"
            continue
        children = list(stanza.children) if stanza.inline else stanza.children
        if isinstance(children, list) and len(children) == 1 and children[0].children is None:
            yield f"{indent}{mark}{stanza.words} {children[0].line}{_end(children[0])}"
            continue
        yield f"{indent}{mark}{stanza.words} {{"
        yield from curly_lines(children, depth + 1)
        yield f"{indent}}}"


def _end(stanza: Stanza) -> str:
    return "; ## SECRET-DATA" if stanza.secret else ";"


def _gathered(stanzas: Iterable[Stanza]) -> Iterator[Stanza]:
    """Several values of one name as `[ a b ]`."""
    held: list[Stanza] = []
    for stanza in stanzas:
        if held and (not stanza.many or stanza.words != held[0].words):
            yield _bracketed(held)
            held = []
        if stanza.many:
            held.append(stanza)
        else:
            yield stanza
    if held:
        yield _bracketed(held)


def _bracketed(values: list[Stanza]) -> Stanza:
    if len(values) == 1:
        return values[0]
    inside = " ".join(quoted(each.value or "") for each in values)
    return replace(values[0], words=f"{values[0].words} [ {inside} ]", value=None, many=False)


def set_lines(stanzas: Iterable[Stanza], prefix: str = "set") -> Iterator[str]:
    """`| display set`."""
    for stanza in stanzas:
        here = f"{prefix} {stanza.line}"
        if stanza.inactive:
            yield here.replace("set", "deactivate", 1)
        if stanza.children is None:
            yield here
            continue
        empty_block = True
        for line in set_lines(stanza.children, here):
            empty_block = False
            yield line
        if empty_block:
            yield here


def elements(stanzas: Iterable[Stanza], *, origins: bool = False) -> Iterator[Element]:
    """The XML form; with `origins` what is inherited names its group."""
    for stanza in stanzas:
        if not stanza.tag:
            yield from elements(stanza.children or (), origins=origins)
            continue
        outer, _, inner = stanza.tag.partition("/")
        marks = _marks(stanza, origins=origins)
        if inner:
            yield stream(outer, [stream(inner, _inside(stanza, origins=origins), **marks)])
        elif stanza.children is None and not stanza.keys:
            yield _simple(outer, stanza.value, marks)
        else:
            yield stream(outer, _inside(stanza, origins=origins), **marks)


def _simple(tag: str, value: str | None, marks: dict[str, str]) -> Element:
    bare = empty(tag, **marks)
    return bare if value is None else replace(bare, text=value)


def _marks(stanza: Stanza, *, origins: bool) -> dict[str, str]:
    marks = {"inactive": "inactive"} if stanza.inactive else {}
    return {**marks, "junos_group": stanza.origin} if origins and stanza.origin else marks


def _inside(stanza: Stanza, *, origins: bool) -> Iterator[Element]:
    for name, value in stanza.keys:
        yield leaf(name, value)
    yield from elements(stanza.children or (), origins=origins)


def json_value(stanzas: Iterable[Stanza]) -> dict[str, Any]:
    """The JSON form: entries in lists, figures as numbers, `[null]` for what is only there."""
    value: dict[str, Any] = {}
    for stanza in stanzas:
        if not stanza.tag:
            value.update(json_value(stanza.children or ()))
            continue
        outer, _, inner = stanza.tag.partition("/")
        if inner:
            value.setdefault(outer, {})[inner] = json_value(stanza.children or ())
        elif stanza.keys:
            keys = {name: _scalar(each) for name, each in stanza.keys}
            value.setdefault(outer, []).append({**keys, **json_value(stanza.children or ())})
        elif stanza.many:
            value.setdefault(outer, []).append(_scalar(stanza.value or ""))
        elif stanza.children is not None:
            value[outer] = json_value(stanza.children)
        else:
            value[outer] = [None] if stanza.value is None else _scalar(stanza.value)
    return value


def _scalar(text: str) -> str | int:
    return int(text) if text.isdecimal() and str(int(text)) == text else text
