"""The send gate's table, and how findings become one answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from srx_issu.domain.gate.answer import Fails, Finding, Holds, No, NotNow, Unclear, Yes, judge
from srx_issu.domain.gate.table import CONDITIONS, MEANING, SendCondition, SendPurpose

BEGINS_ONLY = {
    SendCondition.UNDECIDED,
    SendCondition.CLOCKS_AGREE,
    SendCondition.READINESS,
    SendCondition.APPROVED,
    SendCondition.WINDOW,
    SendCondition.SAME_WAY,
    SendCondition.NODES,
}


def reading(**found: Finding) -> Callable[[SendCondition], Finding]:
    """Everything holds but what is named."""
    return lambda condition: found.get(condition.value, Holds(reason="so"))


@pytest.mark.parametrize("purpose", SendPurpose)
def test_when_everything_holds_it_is_sent_and_each_reason_is_kept(purpose: SendPurpose) -> None:
    answer = judge(purpose, reading())
    assert isinstance(answer, Yes)
    assert tuple(answer.found) == CONDITIONS[purpose]


@pytest.mark.parametrize(("purpose", "condition"), [(p, c) for p in SendPurpose for c in CONDITIONS[p]])
def test_each_condition_alone_keeps_it_from_being_sent(
    purpose: SendPurpose, condition: SendCondition
) -> None:
    no = judge(purpose, reading(**{condition.value: Fails(reason="not so")}))
    assert no == No(condition=condition, reason="not so")
    later = judge(purpose, reading(**{condition.value: Unclear(reason="nobody knows")}))
    assert later == NotNow(condition=condition, reason="nobody knows")


def test_the_first_that_fails_is_told() -> None:
    found = reading(open=Fails(reason="closed"), window=Fails(reason="shut"))
    assert judge(SendPurpose.BEGIN, found) == No(condition=SendCondition.OPEN, reason="closed")


def test_a_doubt_does_not_hide_a_later_no() -> None:
    found = reading(clocks_agree=Unclear(reason="6 h"), window=Fails(reason="shut"))
    assert judge(SendPurpose.BEGIN, found) == No(condition=SendCondition.WINDOW, reason="shut")


def test_the_first_doubt_is_told() -> None:
    found = reading(not_stopped=Unclear(reason="flag"), clocks_agree=Unclear(reason="6 h"))
    assert judge(SendPurpose.BEGIN, found) == NotNow(condition=SendCondition.NOT_STOPPED, reason="flag")


def test_what_brings_home_is_never_held_back_by_what_only_a_beginning_needs() -> None:
    assert not BEGINS_ONLY & set(CONDITIONS[SendPurpose.BRING_HOME])
    assert SendCondition.NOT_STOPPED not in CONDITIONS[SendPurpose.BRING_HOME]
    assert set(CONDITIONS[SendPurpose.BEGIN]) >= BEGINS_ONLY


@pytest.mark.parametrize("purpose", SendPurpose)
def test_nothing_is_sent_for_a_closed_upgrade_without_the_lease_or_twice(purpose: SendPurpose) -> None:
    assert {SendCondition.OPEN, SendCondition.HELD, SendCondition.ONCE} <= set(CONDITIONS[purpose])


def test_what_the_journal_judges_comes_last() -> None:
    assert all(row[-2:] == (SendCondition.HELD, SendCondition.ONCE) for row in CONDITIONS.values())


def test_every_condition_has_a_meaning_and_a_purpose() -> None:
    assert set(MEANING) == set(SendCondition) == {c for row in CONDITIONS.values() for c in row}
