"""Something that is made when it is first used: most tasks of an upgrade ask one thing, some ask no node."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


class _Later(Generic[T]):
    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> T:
        return self._make()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)


def later(make: Callable[[], T]) -> T:
    """Stands for what ``make`` returns. Not for threads: the first use must come from one alone."""
    return cast("T", _Later(make))
