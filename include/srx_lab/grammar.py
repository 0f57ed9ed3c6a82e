"""Turn a command line into a query: longest literal match, abbreviations, options in any order."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from srx_lab.replies.scene import Query


@dataclass(frozen=True, kw_only=True, slots=True)
class Syntax:
    """How one command is typed. `options`: word -> (RPC leaf, whether a value follows)."""

    words: tuple[str, ...]
    rpc: str
    options: Mapping[str, tuple[str, bool]]
    preset: Mapping[str, str]
    positionals: tuple[str, ...] = ()

    def line(self, query: Query) -> str:
        """The query as an operator would type it, also when it came as an RPC."""
        words = list(self.words)
        for name, value in query.arguments.items():
            if name not in self.preset:
                words += [value] if name in self.positionals else [name, *filter(None, [value])]
        return " ".join(words)


ANYWHERE: Mapping[str, tuple[str, bool]] = {"node": ("node", True), "no-forwarding": ("no-forwarding", False)}
"""Arguments every forwarded command takes."""


_WITH_OR_WITHOUT = frozenset({"no-tcp-syn-check"})
"""Options that take a figure, or none."""


class SyntaxTrouble(ValueError):
    """The line is no command; `word` is where the CLI stopped understanding."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class ArgumentNames:
    """The arguments of each RPC, and whether they have a value."""

    def __init__(self, syntaxes: Iterable[Syntax]) -> None:
        self._known: dict[str, dict[str, bool]] = {}
        for syntax in syntaxes:
            known = self._known.setdefault(syntax.rpc, dict(ANYWHERE.values()))
            known.update(syntax.options.values())
            known.update({name: bool(value) for name, value in syntax.preset.items()})
            known.update(dict.fromkeys(syntax.positionals, True))

    def unknown(self, query: Query) -> str | None:
        """What Junos names as the bad element: an argument it does not know, or the value of one without.

        https://github.com/Juniper/netconf-perl/issues/27 shows the second [R].
        """
        known = self._known.get(query.rpc)
        if known is None:
            return None
        for name, value in query.arguments.items():
            if name not in known:
                return name
            if value and not known[name]:
                return value
        return None


class Grammar:
    """All commands of a mode."""

    def __init__(self, syntaxes: list[Syntax]) -> None:
        self._syntaxes = sorted(syntaxes, key=lambda syntax: -len(syntax.words))

    def parse(self, line: str) -> Query:
        """The query a line stands for; raises SyntaxTrouble."""
        try:
            words = shlex.split(line, posix=True)
        except ValueError:
            words = line.split()
        syntax = self._find(words)
        if syntax is None:
            raise SyntaxTrouble(self._first_unknown(words))
        arguments = dict(syntax.preset)
        arguments.update(_arguments(syntax, words[len(syntax.words) :]))
        return Query(rpc=syntax.rpc, arguments=arguments)

    def _find(self, words: list[str]) -> Syntax | None:
        for exact in (True, False):
            fitting = [each for each in self._syntaxes if _fits(each, words, exact=exact)]
            if fitting:
                return fitting[0]
        return None

    def _first_unknown(self, words: list[str]) -> str:
        for count, word in enumerate(words, start=1):
            if not any(_starts(each.words, words[:count]) for each in self._syntaxes):
                return word
        return words[-1] if words else ""


def _fits(syntax: Syntax, words: list[str], *, exact: bool) -> bool:
    if len(words) < len(syntax.words):
        return False
    pairs = zip(syntax.words, words, strict=False)
    if exact:
        return all(wanted == word for wanted, word in pairs)
    return all(wanted.startswith(word) for wanted, word in pairs)


def _starts(wanted: tuple[str, ...], words: list[str]) -> bool:
    return all(full.startswith(word) for full, word in zip(wanted, words, strict=False)) and len(
        words
    ) <= len(wanted)


def _arguments(syntax: Syntax, rest: list[str]) -> dict[str, str]:
    options = {**ANYWHERE, **syntax.options}
    arguments: dict[str, str] = {}
    left, places = list(rest), list(syntax.positionals)
    while left:
        word = left.pop(0)
        if word in options:
            name, takes_value = options[word]
            is_given = takes_value and left and (name not in _WITH_OR_WITHOUT or left[0].isdigit())
            arguments[name] = left.pop(0) if is_given else ""
        elif places:
            arguments[places.pop(0)] = word
        else:
            raise SyntaxTrouble(word)
    return arguments
