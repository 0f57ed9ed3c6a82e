"""Two tiers: ``make test`` leaves out what is marked ``release``, ``make test-all`` plays everything.

Suites that begin their runs all at once, so that the waiting is done once, begin those that a selected test
looks at: it names them with the mark ``begins``. A module that has a function ``begin`` has its runs begun as
soon as the shared stack is up, before the first test of any module.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

import pytest


def begun(items: Iterable[pytest.Item], within: str) -> frozenset[str]:
    """The names of the runs that the selected tests ``within`` a package or module look at."""
    marks = (mark for item in items if item.nodeid.startswith(within) for mark in item.iter_markers("begins"))
    return frozenset(name for mark in marks for name in mark.args)


def begin_all(stack: Any, items: Iterable[pytest.Item]) -> dict[str, Any]:
    """Module -> what its ``begin`` made of the stack and the names of its runs that are looked at."""
    items = list(items)
    modules = {item.module.__name__: item for item in items if isinstance(item, pytest.Function)}
    found: dict[str, Any] = {}
    for name, item in modules.items():
        module: ModuleType = item.module
        if wanted := begun(items, item.nodeid.partition("::")[0]):
            begin = getattr(module, "begin", None)
            if begin is not None:
                found[name] = begin(stack, wanted)
    return found
