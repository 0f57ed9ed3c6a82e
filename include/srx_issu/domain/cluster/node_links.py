"""What joins a node to its peer and to the network, by its own word: links, ports, and the lines that matter.

Only a route that takes the two nodes apart asks for it. Nothing in here is ever concluded from the other
node: each of the two says what it sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SLOT = re.compile(r"[a-z]+-(\d+)/\d+/\d+")


@dataclass(frozen=True, kw_only=True)
class NodeLinks:
    """None, and a port that is in neither set: the node does not tell."""

    control: bool | None = None  # whether the control link is up
    fabric: bool | None = None
    ports_up: frozenset[str] = frozenset()  # network ports of either node that have a link, "ge-0/0/4"
    ports_down: frozenset[str] = frozenset()
    settings: frozenset[str] | None = None  # committed lines in ``set`` form, of those that routes change
    is_commit_pending: bool | None = None  # a commit waits for its confirmation, and is undone without it

    @property
    def are_apart(self) -> bool | None:
        """Control and fabric both down; False when one of them is up."""
        if self.control or self.fabric:
            return False
        return None if None in (self.control, self.fabric) else True

    @property
    def up(self) -> tuple[str, ...]:
        """The links that the node shows up, in words."""
        return tuple(name for name, is_up in (("control", self.control), ("fabric", self.fabric)) if is_up)

    def port_is_up(self, port: str) -> bool | None:
        if port in self.ports_up:
            return True
        return False if port in self.ports_down else None

    def shows(self, line: str) -> bool | None:
        """Whether that line (``set``, ``delete``, ``activate``, ``deactivate``) is in force."""
        if self.settings is None:
            return None
        verb, _, statement = line.partition(" ")
        there = any(_is_at_or_below(each, statement) for each in self.settings if each.startswith("set "))
        is_off = f"deactivate {statement}" in self.settings
        match verb:
            case "set":
                return there and not is_off
            case "delete":
                return not there
            case "deactivate":
                return is_off or not there
            case "activate":
                return not is_off
            case _:
                raise ValueError(f"not a line of a configuration: {line!r}")


def _is_at_or_below(line: str, statement: str) -> bool:
    found = line.removeprefix("set ")
    return found == statement or found.startswith(f"{statement} ")


def slot_of(port: str) -> int | None:
    """``ge-5/0/4`` is in slot 5; None for what is no port of the network."""
    found = _SLOT.fullmatch(port)
    return int(found.group(1)) if found else None


def ports_in(ports: Iterable[str], first: int, end: int | None) -> tuple[str, ...]:
    """Those whose slot is at least ``first`` and below ``end`` (None: no end), in order."""

    def is_in(port: str) -> bool:
        slot = slot_of(port)
        return slot is not None and slot >= first and (end is None or slot < end)

    return tuple(sorted(filter(is_in, ports)))
