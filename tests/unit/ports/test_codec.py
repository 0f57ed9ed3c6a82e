"""Values as text: for digests, the same in every process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from pydantic import ValidationError

from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.ports import codec
from srx_issu.steps.recovery.stored_plan import stored_plan
from tests.fakes.recoveries import half_way


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


def test_a_plan_of_an_older_version_keeps_its_commands() -> None:
    plan = stored_plan(half_way().context("recover.confirm_recovery"))
    assert plan is not None
    assert plan.commands
    older = codec.dumps(plan).replace('"commands":', '"errands":')
    assert '"errands":' in older
    assert codec.loads(RecoveryPlan, older) == plan
    assert codec.loads(RecoveryPlan, codec.dumps(plan)) == plan


def test_what_is_not_json_is_the_same_error_for_every_kind() -> None:
    with pytest.raises(ValidationError):
        codec.loads(RecoveryPlan, b"\xff{")
    with pytest.raises(ValidationError):
        codec.loads(Value, "{")
