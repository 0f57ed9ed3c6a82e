"""Which rows of a route's table are played for every change; the others are for a release."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

import pytest
from _pytest.mark import ParameterSet


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def marked(rows: Sequence[_Named], *, for_every_change: Collection[str]) -> list[ParameterSet]:
    """Each named row must be there."""
    names = {row.name for row in rows}
    assert names >= set(for_every_change), f"no such row: {set(for_every_change) - names}"
    return [
        pytest.param(row, id=row.name, marks=() if row.name in for_every_change else pytest.mark.release)
        for row in rows
    ]
