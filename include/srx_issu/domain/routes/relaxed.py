"""What is switched off while the two nodes are apart, and the lines that put it back (KB17947).

Made from the lines of the baseline: what a cluster does not have is neither switched off nor put back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.procedure.apart_claims import links_of

_OF_A_GROUP = re.compile(
    r"set (chassis cluster redundancy-group \d+ (?:preempt|interface-monitor|ip-monitoring))(?: .*)?"
)
_RECOVERS_BY_ITSELF = "chassis cluster control-link-recovery"
_TCP_CHECKS = ("security flow tcp-session no-syn-check", "security flow tcp-session no-sequence-check")


@dataclass(frozen=True, kw_only=True)
class Relaxed:
    """Lines of one commit, and of the one that takes it back; both empty where there is nothing to do."""

    lines: tuple[str, ...]
    undo: tuple[str, ...]


def relaxed(settings: Collection[str]) -> Relaxed:
    """``settings``: committed lines in ``set`` form. What is deactivated already is left as it is."""
    hierarchies = dict.fromkeys(
        found.group(1) for line in sorted(settings) if (found := _OF_A_GROUP.fullmatch(line))
    )
    if f"set {_RECOVERS_BY_ITSELF}" in settings:
        hierarchies[_RECOVERS_BY_ITSELF] = None
    active = [each for each in hierarchies if f"deactivate {each}" not in settings]
    checked = [each for each in _TCP_CHECKS if f"set {each}" not in settings]
    return Relaxed(
        lines=(*(f"deactivate {each}" for each in active), *(f"set {each}" for each in checked)),
        undo=(*(f"delete {each}" for each in checked), *(f"activate {each}" for each in active)),
    )


def closing(ports: Collection[str]) -> tuple[str, ...]:
    return tuple(f"set interfaces {port} disable" for port in ports)


def opening(ports: Collection[str]) -> tuple[str, ...]:
    return tuple(f"delete interfaces {port} disable" for port in ports)


def left_over(temporary: Collection[str], now: Snapshot) -> Mapping[NodeName, tuple[str, ...]]:
    """What a person has to take back on each node, as lines to type, where it is seen in force or where
    nobody can see it. ``temporary``: the lines that take everything back; a node without any is left out."""
    found: dict[NodeName, tuple[str, ...]] = {}
    for view in now.views:
        links = links_of(view)
        lines = tuple(line for line in temporary if not links.shows(line))
        if lines:
            found[view.node] = lines
    return found


def to_take_back(left: Mapping[NodeName, tuple[str, ...]]) -> tuple[str, ...]:
    """``left_over`` as a person is told, one sentence a node."""
    return tuple(
        f"To be taken back on {node}, unless it is already: {'; '.join(lines)}. While a link is down, open "
        "the ports of one node only, and leave the rest until both are one cluster."
        for node, lines in left.items()
    )
