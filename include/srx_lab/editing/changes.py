"""What `set` and `delete` lines make of a configuration, without holding all of it: only what they touch."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from srx_lab.editing.schema import UnknownStatement, place_of, statements_of
from srx_lab.editing.stanza import Stanza


@dataclass(kw_only=True, slots=True)
class _Change:
    """What became of one statement. `hidden`: what was there does not count; `made`: it is there now."""

    stanza: Stanza
    hidden: bool = False
    made: bool = False
    inactive: bool | None = None
    inside: dict[str, _Change] = field(default_factory=dict)


class Changes:
    """Lines in their order, applied to statements as they are read."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._top = _Change(stanza=Stanza(words="", tag="", children=()))
        for line in lines:
            self.take(line)

    def take(self, line: str) -> None:
        """One line; raises UnknownStatement."""
        verb, *words = line_words(line)
        match verb:
            case "set":
                for path in statements_of(words):
                    self._make(path)
            case "delete" if not words:
                self._top.hidden = True
                self._top.inside.clear()
            case "delete":
                self._remove(place_of(words))
            case "activate" | "deactivate":
                self._walk(place_of(words)).inactive = verb == "deactivate"
            case _:
                raise UnknownStatement(verb, "unknown command.")

    def applied(self, stanzas: Iterable[Stanza]) -> Iterator[Stanza]:
        """The statements as the lines leave them."""
        return _merged(() if self._top.hidden else stanzas, self._top.inside)

    def _make(self, path: list[Stanza]) -> None:
        here = self._top
        for step in path:
            here = here.inside.setdefault(step.key, _Change(stanza=step))
            here.stanza, here.made = step, True

    def _walk(self, path: list[Stanza | str]) -> _Change:
        here = self._top
        for step in path:
            if isinstance(step, str):
                raise UnknownStatement(step)
            here = here.inside.setdefault(step.key, _Change(stanza=step))
        return here

    def _remove(self, path: list[Stanza | str]) -> None:
        *above, last = path
        parent = self._walk(above)
        if isinstance(last, str):
            gone = [key for key in parent.inside if key.split(" ")[0] == last]
            for key in gone:
                del parent.inside[key]
            parent.inside[f"{last} *"] = _Change(stanza=Stanza(words=last, tag=""), hidden=True)
            return
        gone_now = parent.inside.setdefault(last.key, _Change(stanza=last))
        gone_now.hidden, gone_now.made = True, False
        gone_now.inside.clear()


def line_words(line: str) -> list[str]:
    """The words of a line, quotes taken off; raises UnknownStatement where a quote is not closed."""
    try:
        return shlex.split(line)
    except ValueError:
        raise UnknownStatement(line.rsplit(maxsplit=1)[-1]) from None


def exists(stanzas: Iterable[Stanza], line: str) -> bool:
    """Whether what a `delete` line names is there."""
    level: Iterable[Stanza] = stanzas
    for step in place_of(line_words(line)[1:]):
        if isinstance(step, str):
            return any(each.words.split(" ")[0] == step for each in level)
        found = next((each for each in level if each.key == step.key), None)
        if found is None or (step.value is not None and found.value != step.value):
            return False
        level = found.children or ()
    return True


def _merged(stanzas: Iterable[Stanza], changes: dict[str, _Change]) -> Iterator[Stanza]:
    """In the old order; what is new comes last."""
    if not changes:
        yield from stanzas
        return
    told = set[str]()
    for stanza in stanzas:
        change = changes.get(stanza.key)
        if change is None:
            if f"{stanza.words.split(' ')[0]} *" not in changes:
                yield stanza
            continue
        told.add(stanza.key)
        yield from _changed(stanza, change)
    for key, change in changes.items():
        if key not in told and change.made:
            yield from _changed(None, change)


def _changed(stanza: Stanza | None, change: _Change) -> Iterator[Stanza]:
    if stanza is None or change.hidden:
        if not change.made:
            return
        stanza = change.stanza
    elif change.made and change.stanza.children is None:
        stanza = replace(change.stanza, inactive=stanza.inactive)
    if change.inactive is not None:
        stanza = replace(stanza, inactive=change.inactive)
    if not change.inside:
        yield stanza
        return
    inside = tuple(_merged(stanza.children or (), change.inside))
    if inside or stanza.keys or (change.made and not _lost_something(change)):
        yield replace(stanza, children=inside)


def _lost_something(change: _Change) -> bool:
    """Whether something inside was deleted, at whatever depth: a level without statements goes with them."""
    return any((each.hidden and not each.made) or _lost_something(each) for each in change.inside.values())
