"""Two tiers: ``make test`` leaves out what is marked ``release``, ``make test-all`` plays everything.

What is marked ``stack`` is run on its own, the rest of ``tests/stack`` beside it.

Suites that begin their runs all at once, so that the waiting is done once, begin those that a selected test
looks at: it names them with the mark ``begins``. A module that has a function ``begin`` has its runs begun as
soon as the shared stack is up, before the first test of any module; one that says ``BEGINS_BESIDE``, because
it waits for what nodes do, while the tests of other modules go on.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor, Future
from types import ModuleType
from typing import Any

import pytest


def begun(items: Iterable[pytest.Item], within: str) -> frozenset[str]:
    """The names of the runs that the selected tests ``within`` a package or module look at."""
    marks = (mark for item in items if item.nodeid.startswith(within) for mark in item.iter_markers("begins"))
    return frozenset(name for mark in marks for name in mark.args)


def begin_all(stack: Any, items: Iterable[pytest.Item], beside: Executor) -> dict[str, Future[Any]]:
    """Module -> what its ``begin`` makes of the stack and of the names of its runs. All but what begins
    ``beside`` is made when this returns."""
    items = list(items)
    modules = {item.module.__name__: item for item in items if isinstance(item, pytest.Function)}
    found: dict[str, Future[Any]] = {}
    for name, item in modules.items():
        module: ModuleType = item.module
        wanted = begun(items, item.nodeid.partition("::")[0])
        begin = getattr(module, "begin", None)
        if not wanted or begin is None:
            continue
        if getattr(module, "BEGINS_BESIDE", False):
            found[name] = beside.submit(begin, stack, wanted)
        else:
            found[name] = Future()
            found[name].set_result(begin(stack, wanted))
    return found


STACKS = frozenset(
    {"started_stack", "proofs", "fleet", "lonely", "own"}
)  # fixtures that are one, or start one


def unmarked(items: Iterable[pytest.Item]) -> list[str]:
    """Tests on a stack that nobody would run, because they are not marked as such."""
    plain = (
        item for item in items if item.get_closest_marker("stack") is None and "stack" in item.path.parts
    )
    return [item.nodeid for item in plain if STACKS.intersection(getattr(item, "fixturenames", ()))]
