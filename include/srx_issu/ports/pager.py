"""Calling a person at once, while something can still be done by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Pager(Protocol):
    """By whatever ways policy names. A call that fails fails nothing else: nothing is raised."""

    def call(self, title: str, text: str) -> None:
        """Returns when everybody was told, or after some seconds."""

    def call_after(self, seconds: float, title: str, text: str) -> Callable[[], bool]:
        """Whatever the caller's thread waits for meanwhile, unless what this returns is called before: that
        says whether it was in time. One alarm an upgrade: the newest, unless one has called already."""


class Nobody:
    """``Pager`` where nobody is named: the log has had the line already."""

    def call(self, title: str, text: str) -> None:
        """Nothing to do."""

    def call_after(self, seconds: float, title: str, text: str) -> Callable[[], bool]:  # noqa: ARG002
        return _in_time


def _in_time() -> bool:
    return True
