"""A statement of the configuration and its three forms: indented text, set lines, XML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from srx_lab.markup import Element, empty, leaf, stream


@dataclass(frozen=True, kw_only=True, slots=True)
class Stanza:
    """A statement. `words` as typed, `tag` and `keys` as in XML; children None means it ends in `;`.

    An empty tag is a level that XML does not have.
    """

    words: str
    tag: str
    keys: tuple[tuple[str, str], ...] = ()
    value: str | None = None
    children: Iterable[Stanza] | None = None
    secret: bool = False


def block(words: str, *children: Stanza, tag: str = "", **keys: str) -> Stanza:
    return Stanza(
        words=words,
        tag=tag or words.split(" ", maxsplit=1)[0],
        keys=tuple((name.replace("_", "-"), value) for name, value in keys.items()),
        children=children,
    )


def item(words: str, value: object | None = None, *, secret: bool = False) -> Stanza:
    text = None if value is None else f'"{value}"' if secret else str(value)
    return Stanza(words=words, tag=words, value=text, secret=secret)


def named(tag: str, name: str, *children: Stanza) -> Stanza:
    """`tag NAME { ... }`, in XML `<tag><name>NAME</name>...`."""
    return Stanza(words=f"{tag} {name}", tag=tag, keys=(("name", name),), children=children)


def narrowed(stanzas: Iterable[Stanza], path: list[str]) -> Iterator[Stanza]:
    """Only what lies on a path such as chassis / cluster; a word matches words or tag."""
    for stanza in stanzas:
        if not path:
            yield stanza
        elif path[0] in {stanza.tag, stanza.words, stanza.words.split(" ")[0]}:
            if stanza.children is None or len(path) == 1:
                yield stanza
            else:
                inner = narrowed(stanza.children, path[1:])
                yield Stanza(words=stanza.words, tag=stanza.tag, keys=stanza.keys, children=inner)


def curly_lines(stanzas: Iterable[Stanza], depth: int = 0) -> Iterator[str]:
    """The indented form of `show configuration`."""
    indent = "    " * depth
    for stanza in stanzas:
        if stanza.children is None:
            value = "" if stanza.value is None else f" {stanza.value}"
            note = "; ## SECRET-DATA" if stanza.secret else ";"
            yield f"{indent}{stanza.words}{value}{note}"
        else:
            yield f"{indent}{stanza.words} {{"
            yield from curly_lines(stanza.children, depth + 1)
            yield f"{indent}}}"


def set_lines(stanzas: Iterable[Stanza], prefix: str = "set") -> Iterator[str]:
    """`| display set`."""
    for stanza in stanzas:
        here = f"{prefix} {stanza.words}"
        if stanza.children is None:
            yield here if stanza.value is None else f"{here} {stanza.value}"
            continue
        empty_block = True
        for line in set_lines(stanza.children, here):
            empty_block = False
            yield line
        if empty_block:
            yield here


def elements(stanzas: Iterable[Stanza]) -> Iterator[Element]:
    """The XML form."""
    for stanza in stanzas:
        if not stanza.tag:
            yield from elements(stanza.children or ())
        elif stanza.children is None and not stanza.keys:
            value = None if stanza.value is None else stanza.value.strip('"')
            yield empty(stanza.tag) if value is None else leaf(stanza.tag, value)
        else:
            yield stream(stanza.tag, _inner(stanza))


def _inner(stanza: Stanza) -> Iterator[Element]:
    for name, value in stanza.keys:
        yield leaf(name, value)
    yield from elements(stanza.children or ())


def below(stanzas: Iterable[Stanza], path: list[str]) -> Iterator[Stanza]:
    """The inside of the hierarchy a path names, as the CLI shows it."""
    found = [each for each in stanzas if path[0] in {each.tag, each.words, each.words.split(" ")[0]}]
    for each in found:
        if len(path) > 1 and each.children is not None:
            yield from below(each.children, path[1:])
        elif each.children is None:
            yield each
        else:
            yield from each.children
