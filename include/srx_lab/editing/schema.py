"""Which statements the lab's configuration may have, and how the words of one lead to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from srx_lab.editing.stanza import Stanza, quoted

_FILE = Path(__file__).with_name("schema.yaml")
_NAME = "*"
_TOP = "*top"


class UnknownStatement(ValueError):
    """No such statement; `word` is where it was not understood, empty where a word is missing behind."""

    def __init__(self, word: str, message: str = "syntax error") -> None:
        super().__init__(message)
        self.word = word
        self.message = message


class Kind(StrEnum):
    """What a statement is."""

    BLOCK = "block"
    FLAG = "flag"
    VALUE = "value"
    VALUES = "values"
    SECRET = "secret"  # noqa: S105 - a kind, not a password


@dataclass(kw_only=True, eq=False)
class Rule:
    """One line of the schema. `pattern` is what is typed, `*` for a name whose element `keys` has."""

    pattern: tuple[str, ...]
    tag: str
    kind: Kind
    keys: tuple[str, ...] = ()
    inline: bool = False
    children: list[Rule] = field(default_factory=list)

    def fits(self, words: list[str], *, exact: bool) -> bool:
        pairs = list(zip(self.pattern, words, strict=False))
        if not exact and self.pattern[0] == _NAME:
            return True
        return bool(pairs) and self.pattern[0] != _NAME and all(p in {_NAME, w} for p, w in pairs)

    def stanza(self, names: list[str], value: str | None = None) -> Stanza:
        """The statement with its names and value, and nothing inside."""
        left = iter(names)
        words = " ".join(quoted(next(left)) if part == _NAME else part for part in self.pattern)
        return Stanza(
            words=words,
            tag=self.tag,
            keys=tuple(zip(self.keys, names, strict=True)),
            value=value,
            children=() if self.kind is Kind.BLOCK else None,
            secret=self.kind is Kind.SECRET,
            many=self.kind is Kind.VALUES,
            inline=self.inline,
        )


@cache
def top() -> Rule:
    """The whole configuration."""
    root = Rule(pattern=(), tag="", kind=Kind.BLOCK)
    root.children.extend(_rules(yaml.safe_load(_FILE.read_text("utf-8")), root))
    return root


def _rules(table: Mapping[str, Any], root: Rule) -> list[Rule]:
    return [_rule(str(key), inside, root) for key, inside in table.items()]


def _rule(key: str, inside: Any, root: Rule) -> Rule:
    typed, _, rest = key.partition(" as ")
    inline = f" {key}".endswith(" inline")
    pattern = tuple(typed.removesuffix(" inline").split())
    element = rest.removesuffix("inline").strip() or pattern[0]
    tag, _, named = element.partition("(")
    names = tuple(named.rstrip(")").split(",")) if named else ("name",) * pattern.count(_NAME)
    kind = Kind(inside) if isinstance(inside, str) and inside != _TOP else Kind.BLOCK
    rule = Rule(pattern=pattern, tag="" if tag == "-" else tag, kind=kind, keys=names, inline=inline)
    if inside == _TOP:
        rule.children = root.children
    elif isinstance(inside, dict):
        rule.children = _rules(inside, root)
    return rule


def statements_of(words: list[str]) -> Iterator[list[Stanza]]:
    """The paths that a `set` line makes, each from the top to a statement; raises UnknownStatement.

    One line may say more than one thing: `user lab class super-user uid 2000`.
    """
    if not words:
        raise UnknownStatement("", "missing argument.")
    yield from _walk(top(), [], words)


def _walk(rule: Rule, path: list[Stanza], words: list[str]) -> Iterator[list[Stanza]]:
    found, names, rest = _step(rule, words)
    if found.kind in {Kind.VALUE, Kind.SECRET, Kind.VALUES}:
        values, rest = _values(found, rest)
        for value in values:
            yield [*path, found.stanza(names, value)]
    else:
        step = found.stanza(names)
        if not rest or found.kind is Kind.FLAG:
            yield [*path, step]
        else:
            yield from _walk(found, [*path, step], rest)
            return
    if rest:
        yield from _walk(rule, path, rest)


def _step(rule: Rule, words: list[str]) -> tuple[Rule, list[str], list[str]]:
    for exact in (True, False):
        for child in sorted(rule.children, key=lambda each: -len(each.pattern)):
            if child.fits(words, exact=exact):
                size = len(child.pattern)
                if len(words) < size:
                    raise UnknownStatement("", "missing argument.")
                names = [w for p, w in zip(child.pattern, words, strict=False) if p == _NAME]
                return child, names, words[size:]
    raise UnknownStatement(words[0])


def _values(rule: Rule, words: list[str]) -> tuple[list[str], list[str]]:
    if not words:
        raise UnknownStatement("", "missing argument.")
    if words[0] != "[":
        return words[:1], words[1:]
    if rule.kind is not Kind.VALUES or "]" not in words:
        raise UnknownStatement("[")
    end = words.index("]")
    return words[1:end], words[end + 1 :]


def place_of(words: list[str]) -> list[Stanza | str]:
    """The path that a `delete` line names, a list without a name as a word. Raises UnknownStatement."""
    rule, path = top(), list[Stanza | str]()
    while words:
        try:
            rule, names, words = _step(rule, words)
        except UnknownStatement as unknown:
            if unknown.word or not any(child.pattern[0] == words[0] for child in rule.children):
                raise
            return [*path, " ".join(words)]
        value = None
        if words and rule.kind in {Kind.VALUE, Kind.SECRET, Kind.VALUES}:
            value, words = words[0], words[1:]
        elif words and rule.kind is Kind.FLAG:
            raise UnknownStatement(words[0])
        if rule.kind is Kind.VALUES and value is None:
            return [*path, rule.pattern[0]]
        path.append(rule.stanza(names, value))
    return path
