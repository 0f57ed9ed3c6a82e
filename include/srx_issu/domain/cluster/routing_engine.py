"""Which Routing Engine a node of the SRX5000 line has, by the words of its chassis inventory.

RE3 is a vmhost: other commands, other images, another snapshot (docs/junos.md, "Hardware and licenses").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import Module
from srx_issu.domain.cluster.state import PerNode

_GENERATIONS = {
    "RE1": re.compile(r"\bRE-13-20\b", re.IGNORECASE),
    "RE2": re.compile(r"\bRE-1800X4\b", re.IGNORECASE),
    "RE3": re.compile(r"\bRE-2000X6\b|\bRE3\b", re.IGNORECASE),
}
_PLACE = "Routing Engine"


def generation(words: str | None) -> str | None:
    """``RE1``, ``RE2`` or ``RE3``, of a description or a model number; None = not one of these."""
    return next((name for name, pattern in _GENERATIONS.items() if words and pattern.search(words)), None)


def routing_engines(modules: Iterable[Module]) -> tuple[str, ...]:
    """What the inventory says of each engine of a node; a second one serves the second control link."""
    return tuple(module.kind for module in modules if module.place.startswith(_PLACE) and module.kind)


def common_generation(modules: PerNode[Module]) -> str | None:
    """Of every routing engine that both nodes show; None where they differ, or one is not known."""
    shown = [routing_engines(modules.rows_of(node) or ()) for node in NodeName]
    found = {generation(words) for engines in shown for words in engines}
    return next(iter(found)) if all(shown) and len(found) == 1 else None
