"""Two tiers: ``make test`` leaves out what is marked ``release``, ``make test-all`` plays everything.

Suites that begin their runs all at once, so that the waiting is done once, begin those that a selected test
looks at: it names them with the mark ``begins``.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest


def begun(items: Iterable[pytest.Item], within: str) -> frozenset[str]:
    """The names of the runs that the selected tests ``within`` a package or module look at."""
    marks = (mark for item in items if item.nodeid.startswith(within) for mark in item.iter_markers("begins"))
    return frozenset(name for mark in marks for name in mark.args)
