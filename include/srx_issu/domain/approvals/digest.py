"""What exactly was asked: parts in words, one digest over all of them, and what changed between two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

Parts = Mapping[str, str]
SHOWN = 12  # digits of a digest that people compare


def digest(parts: Parts) -> str:
    """SHA-256 of all parts, 64 hexadecimal digits. The order of the parts does not count."""
    text = json.dumps(dict(parts), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def short(whole: str) -> str:
    """As people see it: the beginning."""
    return whole[:SHOWN]


def changes(before: Parts, after: Parts) -> tuple[str, ...]:
    """One line for each part that differs, in words; empty = the same question."""
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            found.append(f"{name}: {_shown(old)} → {_shown(new)}")
    return tuple(found)


def _shown(value: str | None) -> str:
    if value is None or not value:
        return "nothing"
    return value if len(value) <= 300 else f"{value[:297]}..."
