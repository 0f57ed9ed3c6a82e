"""Values as text: for digests, the same in every process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from srx_issu.ports import codec


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Value:
    numbers: frozenset[int]
    order: tuple[int, ...] = ()
    named: dict[str, frozenset[int]] | None = None
    at: datetime = datetime(2027, 1, 2, tzinfo=UTC)
    colour: Colour = Colour.RED


def test_equal_sets_have_one_canonical_text_whatever_order_a_process_has_them_in() -> None:
    one, other = frozenset([0, 8]), frozenset([8, 0])
    assert one == other
    assert list(one) != list(other), "the same set, met in two orders: as in two workers"
    assert codec.canonical(Value(one, named={"a": one})) == codec.canonical(Value(other, named={"a": other}))


def test_order_that_means_something_is_kept() -> None:
    assert codec.canonical(Value(frozenset(), (1, 2))) != codec.canonical(Value(frozenset(), (2, 1)))
