from __future__ import annotations

import pytest

from srx_issu.domain.history.command_events import CommandSent, CommandUnanswered, Sending
from srx_issu.domain.history.step_events import WaitEnded
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.steps.upgrade.close import close, settle
from tests.fakes.contexts import FakeUpgrade, start_intended
from tests.fakes.snapshots import N0


def started(fake: FakeUpgrade) -> None:
    fake.happened(start_intended(), "start")


def outcome_of(fake: FakeUpgrade, *failed: str) -> str:
    return str(close(fake.context("close"), failed)["outcome"])


def test_the_newest_decision_is_the_outcome() -> None:
    fake = FakeUpgrade()
    fake.decided(Outcome.NOT_READY)
    fake.decided(Outcome.UPGRADED)
    assert outcome_of(fake) == "UPGRADED"
    assert fake.leases.holder("cluster:fw-1") is None


def test_a_failure_before_the_start_is_not_ready_with_the_steps_own_words() -> None:
    fake = FakeUpgrade()
    fake.failed("prepare.stage_image", "node0: disk full")
    facts = close(fake.context("close"), ["prepare.stage_image"])
    assert facts["outcome"] == "NOT_READY"
    assert "prepare.stage_image failed: node0: disk full" in str(facts["reason"])


def test_a_failure_after_the_start_needs_a_person_and_keeps_the_lease() -> None:
    fake = FakeUpgrade()
    started(fake)
    assert outcome_of(fake, "verify.collect_after") == "NEEDS_OPERATOR"
    assert fake.leases.holder("cluster:fw-1") is not None


def test_a_run_that_ended_without_any_word_after_the_start_needs_a_person() -> None:
    fake = FakeUpgrade()
    started(fake)
    assert outcome_of(fake) == "NEEDS_OPERATOR"


def test_failed_paperwork_does_not_hide_a_verified_upgrade() -> None:
    fake = FakeUpgrade()
    started(fake)
    fake.decided(Outcome.UPGRADED)
    assert outcome_of(fake, "report") == "UPGRADED_WITH_FINDINGS"


@pytest.mark.parametrize("answered", [CommandSent, CommandUnanswered])
def test_a_wait_that_ended_at_a_question_which_was_answered_has_not_failed(
    answered: type[CommandSent | CommandUnanswered],
) -> None:
    fake = FakeUpgrade()
    started(fake)
    missed = WaitEnded(awaited=Goal.SECONDARY_UPGRADED, reached=False)
    fake.happened(missed, "Go on? [yes,no]", step="issu.wait")
    fake.happened(answered(sending=Sending.ANSWER, node=N0), "yes", step="branch_outcome")
    fake.decided(Outcome.UPGRADED)
    assert outcome_of(fake, "issu.wait") == "UPGRADED"


def test_a_wait_that_ended_after_an_answer_has() -> None:
    fake = FakeUpgrade()
    started(fake)
    fake.happened(CommandSent(sending=Sending.ANSWER, node=N0), "yes", step="branch_outcome")
    fake.happened(WaitEnded(awaited=Goal.COLD_SYNCED, reached=False), "late", step="issu.wait")
    fake.decided(Outcome.UPGRADED)
    assert outcome_of(fake, "issu.wait") == "UPGRADED_WITH_FINDINGS"


def test_what_failed_beside_a_verified_upgrade_is_said_once() -> None:
    """The task settles the outcome first and closes with it later."""
    fake = FakeUpgrade()
    started(fake)
    fake.decided(Outcome.UPGRADED)
    missed = WaitEnded(awaited=Goal.RESYNCED, reached=False)
    fake.happened(missed, "not reached within 600 s", step="issu.wait_for_resync")
    settle(fake.context("close"), ["issu.wait_for_resync"])
    reason = close(fake.context("close"), ["issu.wait_for_resync"])["reason"]
    assert reason == "because; but issu.wait_for_resync failed: not reached within 600 s"


@pytest.mark.parametrize("outcome", [Outcome.ALREADY_CURRENT, Outcome.PLANNED])
def test_nothing_started_stays_what_was_decided(outcome: Outcome) -> None:
    fake = FakeUpgrade()
    fake.decided(outcome)
    assert outcome_of(fake, "report") == outcome.value


def test_nobody_answered_stays_refused_with_its_reason_though_the_gate_failed() -> None:
    fake = FakeUpgrade()
    fake.decided(Outcome.REFUSED, "nobody answered within 24 h")
    fake.failed("approval.approve_start", "nobody answered within 24 h")
    facts = close(fake.context("close"), ["approval.approve_start"])
    assert (facts["outcome"], facts["reason"]) == ("REFUSED", "nobody answered within 24 h")
    assert fake.leases.holder("cluster:fw-1") is None


def test_a_refusal_does_not_hide_an_issu_that_was_sent_before_it() -> None:
    fake = FakeUpgrade()
    started(fake)
    fake.happened(CommandSent(sending=Sending.START, node=N0), "accepted")
    fake.decided(Outcome.REFUSED, "ada refused the start; nothing was sent")
    facts = close(fake.context("close"), ["approval.confirm_approval"])
    assert facts["outcome"] == "NEEDS_OPERATOR"
    assert "had been asked for" in str(facts["reason"])
    assert fake.leases.holder("cluster:fw-1") is not None


@pytest.mark.parametrize("outcome", [Outcome.NOT_READY, Outcome.PLANNED])
def test_an_assessment_cleared_by_hand_does_not_hide_an_issu_that_was_sent_meanwhile(
    outcome: Outcome,
) -> None:
    """It skips what is behind it, the outcome's branch among it, while the start is at work."""
    fake = FakeUpgrade()
    started(fake)
    fake.decided(outcome, "node1: CPU is busy")
    assert outcome_of(fake) == "NEEDS_OPERATOR"
    assert fake.leases.holder("cluster:fw-1") is not None


def test_a_failed_task_is_named_with_its_own_reason_from_the_journal() -> None:
    fake = FakeUpgrade()
    fake.failed("prepare.back_up_configuration", "node1: no answer")
    fake.failed("prepare.stage_image", "node0: no session")
    fake.failed("prepare.stage_image", "node0: disk full")
    facts = close(fake.context("close"), ["prepare.stage_image"])
    assert "prepare.stage_image failed: node0: disk full" in str(facts["reason"])


def test_a_step_is_found_by_the_task_that_it_is_a_part_of() -> None:
    fake = FakeUpgrade()
    fake.failed("prepare", "node0: disk full", step="prepare.stage_image")
    fake.failed("branch_outcome", "something else")
    reason = str(close(fake.context("close"), ["prepare"])["reason"])
    assert "prepare.stage_image failed: node0: disk full" in reason


def test_closing_twice_is_closing_once() -> None:
    fake = FakeUpgrade()
    fake.decided(Outcome.UPGRADED)
    assert outcome_of(fake) == outcome_of(fake)


def test_who_must_act_is_told_what_the_step_that_gave_up_has_written() -> None:
    fake = FakeUpgrade()
    fake.decided(Outcome.NEEDS_OPERATOR)
    fake.evidence.write("manual__1", "what-to-do.txt", "Go to the console of node1.")
    told = close(fake.context("close"), [])["what_to_do"]
    assert told == (
        "Go to the console of node1.\n\nWhen the cluster is in order: srx-issu release fw-1 --reason '...'"
    )


def test_who_must_act_is_never_left_without_a_word() -> None:
    fake = FakeUpgrade()
    started(fake)
    assert "docs/runbook.md" in str(close(fake.context("close"), ["verify.collect_after"])["what_to_do"])


def test_nobody_is_told_to_act_where_nobody_must() -> None:
    fake = FakeUpgrade()
    fake.decided(Outcome.ROLLED_BACK)
    assert "what_to_do" not in close(fake.context("close"), [])


def test_a_closed_upgrade_keeps_its_outcome_and_gives_back_what_it_took_again() -> None:
    fake = FakeUpgrade()
    fake.decided(Outcome.NOT_READY)
    assert outcome_of(fake) == "NOT_READY"
    fake.leases.take("cluster:fw-1", "manual__1", 3600)
    fake.decided(Outcome.NEEDS_OPERATOR)  # a person has cleared a task
    assert outcome_of(fake) == "NOT_READY"
    assert fake.leases.holder("cluster:fw-1") is None


def test_a_refusal_does_not_hide_a_start_that_may_have_been_sent() -> None:
    fake = FakeUpgrade()
    started(fake)
    fake.decided(Outcome.REFUSED, "the window ends too soon")
    assert outcome_of(fake) == "NEEDS_OPERATOR"
    assert fake.leases.holder("cluster:fw-1") is not None
