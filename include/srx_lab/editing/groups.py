"""Configuration groups as they are inherited: `apply-groups "${node}"` gives each node its own host name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from srx_lab.editing.stanza import Stanza

_NODE = "${node}"


def inherited(stanzas: Iterable[Stanza], node: str) -> Iterator[Stanza]:
    """The statements that hold on a node: those of its groups among the others, without the groups."""
    groups: dict[str, tuple[Stanza, ...]] = {}
    applied: list[str] = []
    told = set[str]()
    for stanza in stanzas:
        if stanza.words == "groups":
            groups = {each.words: _active(each) for each in stanza.children or () if not each.inactive}
        elif stanza.words == "apply-groups":
            applied.append(node if stanza.value == _NODE else stanza.value or "")
        else:
            told.add(stanza.key)
            yield from _merged(stanza, [(name, groups.get(name, ())) for name in applied])
    for name in applied:
        yield from (_from_group(each, name) for each in groups.get(name, ()) if each.key not in told)


def _active(stanza: Stanza) -> tuple[Stanza, ...]:
    """What is inside, without what is deactivated: that is not inherited."""
    return tuple(each for each in stanza.children or () if not each.inactive)


def _merged(stanza: Stanza, given: list[tuple[str, tuple[Stanza, ...]]]) -> Iterator[Stanza]:
    """What is said in the configuration itself comes before what a group says."""
    more = [
        (name, _active(found))
        for name, level in given
        if (found := next((each for each in level if each.key == stanza.key), None)) is not None
    ]
    if stanza.children is None or not any(inside for _, inside in more):
        yield stanza
        return
    own = tuple(stanza.children)
    keys = {each.key for each in own}
    inside = [merged for each in own for merged in _merged(each, more)]
    for name, level in more:
        inside += [_from_group(each, name) for each in level if each.key not in keys]
        keys |= {each.key for each in level}
    yield replace(stanza, children=tuple(inside))


def _from_group(stanza: Stanza, name: str) -> Stanza:
    children = stanza.children
    if children is not None:
        children = tuple(_from_group(each, name) for each in children)
    return replace(stanza, children=children, origin=name)
