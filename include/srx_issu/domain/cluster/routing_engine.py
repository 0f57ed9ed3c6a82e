"""Which Routing Engine a node of the SRX5000 line has, by the words of its chassis inventory.

RE3 is a vmhost: other commands, other images, another snapshot (docs/junos.md, "Hardware and licenses").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from srx_issu.domain.cluster.rows import Module

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
