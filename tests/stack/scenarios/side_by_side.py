"""Scenarios that mostly wait: all that were selected begin together, and each test takes its own end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

Story = Callable[[Any], None]


def side_by_side(clusters: int) -> Callable[[Story], Callable[[Mapping[str, Future[None]]], None]]:
    """The story is called with what ``begun`` made for it, in a thread; its test is named as it is."""

    def wrap(story: Story) -> Callable[[Mapping[str, Future[None]]], None]:
        def test(told: Mapping[str, Future[None]]) -> None:
            told[story.__name__].result()

        test.__name__, test.__doc__, test.__module__ = story.__name__, story.__doc__, story.__module__
        test.story, test.clusters = story, clusters  # type: ignore[attr-defined]
        return test

    return wrap


@contextmanager
def begun(items: list[Any], made_for: Callable[[int], Any]) -> Iterator[Mapping[str, Future[None]]]:
    """``items``: pytest's, of which those made by ``side_by_side`` begin."""
    tests = [item.function for item in items if hasattr(item.function, "story")]
    with ThreadPoolExecutor(max_workers=max(1, len(tests))) as pool:
        yield {test.__name__: pool.submit(test.story, made_for(test.clusters)) for test in tests}
