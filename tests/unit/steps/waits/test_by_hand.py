"""A person's work at the cables: asked for once, asked for again, and never believed."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import pytest

from srx_issu.domain.approvals.rule import Person
from srx_issu.domain.cluster.model import NextBoot, Snapshot
from srx_issu.domain.history.hand_events import HandWorkAsked
from srx_issu.domain.procedure.action import ActionName, PlannedAction
from srx_issu.domain.procedure.by_hand import Word
from srx_issu.domain.routes.minimal_downtime import minimal_downtime_plan
from srx_issu.steps.approval.gate_task import Response
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.waits.by_hand import HandsAwaited, await_hands, hear_hands, word_missing
from srx_issu.steps.waits.converge import ActionWait
from tests.fakes.apart import JOINED, apart_intent
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.snapshots import both

APART, JOIN = ActionName.TAKE_LINKS_APART, ActionName.JOIN_LINKS
SEEN = "node0 shows the control link up"
ADA = Person(id="ada", name="Ada")


def action(name: ActionName = APART) -> PlannedAction:
    found = minimal_downtime_plan(before(), apart_intent()).action(name)
    assert found is not None
    return found


def before() -> Snapshot:
    return both(links=JOINED, next_boot=NextBoot(is_other=False))


@pytest.fixture
def upgrade() -> FakeUpgrade:
    return FakeUpgrade(intent=replace(apart_intent(), on_site="Bea at the rack")).with_baseline(before())


@pytest.fixture
def context(upgrade: FakeUpgrade) -> UpgradeContext:
    return upgrade.context("apart.take_apart")


def never(_context: UpgradeContext, _name: ActionName, waiting: ActionWait) -> NoReturn:
    raise NotVerified(f"overdue: {waiting.reason}")


def awaited(context: UpgradeContext, name: ActionName = APART, deadline_s: float = 14400.0) -> HandsAwaited:
    waiting = ActionWait(reason=f"a person: {action(name).asks}; {SEEN}", deadline_s=deadline_s)
    return await_hands(context, action(name), waiting, never)


def says(context: UpgradeContext, word: str, name: ActionName = APART, person: Person = ADA) -> None:
    hear_hands(context, name, Response(person=person, chosen=(word,)))


def times_asked(context: UpgradeContext) -> list[str]:
    entries = context.journal.entries(context.upgrade_id)
    return [entry.text for entry in entries if isinstance(entry.event, HandWorkAsked)]


def test_the_question_names_who_is_on_site_the_work_and_both_nodes(context: UpgradeContext) -> None:
    found = awaited(context)
    assert (found.is_open, found.is_new) == (True, True)
    assert "Bea at the rack" in found.body
    assert "pull every cable of the control link and of the fabric link" in found.body
    for node in ("node0", "node1"):
        assert f"- {node} of" in found.body
    assert SEEN in found.reason


def test_what_waits_for_the_word_is_looked_at_less_often_than_what_may_become_a_danger(
    context: UpgradeContext,
) -> None:
    assert awaited(context).pause_s > awaited(context, JOIN).pause_s
    before_the_word = awaited(context).pause_s
    says(context, Word.DONE)
    assert awaited(context).pause_s < before_the_word


def test_it_is_put_once_while_nobody_has_answered(context: UpgradeContext) -> None:
    awaited(context)
    again = awaited(context)
    assert (again.is_open, again.is_new) == (True, False)
    assert len(times_asked(context)) == 1


def test_after_the_word_nobody_is_asked_while_the_nodes_may_not_show_it_yet(context: UpgradeContext) -> None:
    awaited(context)
    says(context, Word.DONE)
    found = awaited(context)
    assert (found.is_open, found.is_new) == (False, False)


def test_who_said_it_and_what_the_nodes_show_is_told_when_it_is_asked_again(
    upgrade: FakeUpgrade, context: UpgradeContext
) -> None:
    awaited(context)
    says(context, Word.DONE)
    upgrade.clock.sleep(context.intent.policy.timers.group_settle_s + 60)
    found = awaited(context)
    assert (found.is_open, found.is_new) == (True, True)
    assert times_asked(context)[-1].startswith(f"Ada said 'Done', and {SEEN}; asked again: pull every cable")


def test_stop_here_ends_it_with_who_said_so(context: UpgradeContext) -> None:
    awaited(context)
    says(context, Word.STOP_HERE)
    with pytest.raises(NotVerified, match="Ada said to stop here"):
        awaited(context)


def test_a_work_that_is_not_seen_in_time_is_overdue_whatever_was_said(
    upgrade: FakeUpgrade, context: UpgradeContext
) -> None:
    awaited(context)
    says(context, Word.DONE)
    upgrade.clock.sleep(120)
    with pytest.raises(NotVerified, match=f"overdue: .*{SEEN}"):
        awaited(context, deadline_s=60)


@pytest.mark.parametrize(("word", "person"), [("Approve", ADA), ("", ADA), ("Done", Person(id=" ", name=""))])
def test_an_answer_that_is_none_of_ours_or_nobodys_says_nothing(
    context: UpgradeContext, word: str, person: Person
) -> None:
    awaited(context)
    says(context, word, person=person)
    assert awaited(context).is_open
    assert word_missing(context, action()) is not None


def test_links_that_are_seen_apart_wait_for_the_word_that_hands_are_off(context: UpgradeContext) -> None:
    awaited(context)
    assert word_missing(context, action()) == (
        "both nodes show it; nobody has said yet that all hands are off the cables"
    )
    says(context, Word.DONE)
    assert word_missing(context, action()) is None


def test_a_cluster_that_is_seen_joined_waits_for_nobodys_word(context: UpgradeContext) -> None:
    awaited(context, JOIN)
    assert word_missing(context, action(JOIN)) is None
