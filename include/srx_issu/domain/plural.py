"""How many of a thing, in a sentence."""

from __future__ import annotations


def many(count: int, one: str, several: str = "") -> str:
    """``1 alarm``, ``3 alarms``. ``several`` where the plural is not ``one`` with an s."""
    return f"{count} {one if count == 1 else several or f'{one}s'}"
