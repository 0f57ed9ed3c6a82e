"""`show | compare`: what one configuration has and another has not, by hierarchy, as a patch.

How far a line is indented differs between statements of real devices; here a statement stands one column, and
a block two, behind the depth of its hierarchy, which is how most published patches look [U].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from srx_lab.editing.stanza import Stanza, curly_lines


def differences(before: Iterable[Stanza], after: Iterable[Stanza]) -> list[str]:
    """The patch's lines; none where both are the same."""
    return list(_level(before, after, ()))


def _level(before: Iterable[Stanza], after: Iterable[Stanza], path: tuple[str, ...]) -> Iterator[str]:
    old = {each.key: each for each in before}
    new = {each.key: each for each in after}
    hunk: list[str] = []
    deeper: list[str] = []
    depth = sum(len(words.split(" ")) if words.startswith("family ") else 1 for words in path)
    for key, stanza in old.items():
        other = new.get(key)
        if other is None:
            hunk += _shown("-", stanza, depth)
        elif stanza.children is None or other.children is None:
            if stanza.line != other.line or stanza.inactive != other.inactive:
                hunk += [*_shown("-", stanza, depth), *_shown("+", other, depth)]
        else:
            deeper += _level(stanza.children, other.children, (*path, stanza.words))
            if stanza.inactive != other.inactive:
                hunk.append(
                    f"!{' ' * (2 + depth)}{'' if other.inactive else 'active: '}{_marked(other)} {{ ... }}"
                )
    for key, stanza in new.items():
        if key not in old:
            hunk += _shown("+", stanza, depth)
    if hunk:
        yield f"[edit{''.join(f' {words}' for words in path)}]"
        yield from hunk
    yield from deeper


def _marked(stanza: Stanza) -> str:
    return f"inactive: {stanza.words}" if stanza.inactive else stanza.words


def _shown(sign: str, stanza: Stanza, depth: int) -> list[str]:
    """A whole statement with its sign."""
    is_block = stanza.children is not None or bool(stanza.keys)
    indent = " " * (max(1, depth) + (2 if is_block and depth else 1))
    plain = replace(stanza, origin="")
    return [f"{sign}{indent}{line}" for line in curly_lines([plain])]
