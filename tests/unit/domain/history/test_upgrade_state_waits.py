"""What an upgrade waits for, since when, and how its waits ended."""

from __future__ import annotations

import pytest

from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.events import (
    Claimed,
    Decided,
    Event,
    Observed,
    OutcomeDecided,
    StillMissing,
    WayDecided,
)
from srx_issu.domain.history.recovery_events import RecoveryStepPassed
from srx_issu.domain.history.step_events import (
    Awaited,
    OwnWait,
    StepFailed,
    StepFinished,
    WaitBegan,
    WaitEnded,
)
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.goals import Goal
from tests.fakes.snapshots import N0
from tests.unit.domain.history.happened import after, minute

ISSU, UNATTENDED = OwnWait.STATE_AFTER_ISSU, OwnWait.UNATTENDED_ISSU


class TestAWait:
    @pytest.mark.parametrize("awaited", [Goal.COLD_SYNCED, ActionName.WAIT_FOR_REBOOT, ISSU])
    def test_counts_from_when_the_database_wrote_that_it_began(self, awaited: Awaited) -> None:
        assert after(Claimed(), WaitBegan(awaited=awaited)).waiting_since == {awaited: minute(1)}

    def test_counts_anew_after_an_outage(self) -> None:
        so_far = after(WaitBegan(awaited=Goal.RESYNCED), Observed(), WaitBegan(awaited=Goal.RESYNCED))
        assert so_far.waiting_since == {Goal.RESYNCED: minute(2)}

    @pytest.mark.parametrize("goal", [Goal.GROUPS_SETTLED, Goal.FLAGS_CLEARED])
    @pytest.mark.parametrize("sending", [Sending.RESET_FLAGS, Sending.FAIL_BACK, Sending.FAIL_BACK_RG0])
    def test_for_groups_is_over_when_they_are_moved_again(self, goal: Goal, sending: Sending) -> None:
        moved = CommandIntended(sending=sending, node=N0, command="request ...", permit_id="a")
        other = WaitBegan(awaited=Goal.COLD_SYNCED)
        assert after(other, WaitBegan(awaited=goal), moved).waiting_since == {Goal.COLD_SYNCED: minute(0)}

    @pytest.mark.parametrize(
        ("awaited", "end"),
        [
            (Goal.RESYNCED, WaitEnded(awaited=Goal.RESYNCED, reached=True)),
            (Goal.RESYNCED, WaitEnded(awaited=Goal.RESYNCED, reached=False)),
            (Goal.FLAGS_CLEARED, StepFailed(task="check_unchanged", awaited=Goal.FLAGS_CLEARED)),
            (ISSU, StepFailed(task="verify", awaited=ISSU)),
            (ISSU, StepFinished(awaited=ISSU)),
            (ActionName.WAIT_FOR_REBOOT, RecoveryStepPassed(action=ActionName.WAIT_FOR_REBOOT)),
            (ActionName.WAIT_FOR_REBOOT, StepFailed(task="abort", awaited=ActionName.WAIT_FOR_REBOOT)),
        ],
    )
    def test_is_over_with_its_end_and_begins_afresh(self, awaited: Awaited, end: Event) -> None:
        began, other = WaitBegan(awaited=awaited), WaitBegan(awaited=Goal.SWITCHED_OVER)
        assert after(other, began, end).waiting_since == {Goal.SWITCHED_OVER: minute(0)}
        assert after(began, end, began).waiting_since == {awaited: minute(2)}

    @pytest.mark.parametrize(
        "happened",
        [
            StepFailed(task="verify"),
            StepFinished(),
            WaitEnded(awaited=Goal.COLD_SYNCED, reached=True),
            RecoveryStepPassed(action=ActionName.REBOOT_NODE),
            StillMissing(awaited=ISSU, missing="policy b"),
            WayDecided(),
        ],
    )
    def test_is_not_over_with_something_elses_end(self, happened: Event) -> None:
        assert after(WaitBegan(awaited=ISSU), happened).waiting_since == {ISSU: minute(0)}

    def test_gives_each_goal_its_newest_verdict(self) -> None:
        """One that was written without an answer may have been followed by another."""
        so_far = after(
            WaitEnded(awaited=Goal.COLD_SYNCED, reached=False),
            WaitEnded(awaited=Goal.SECONDARY_UPGRADED, reached=True),
            WaitEnded(awaited=Goal.COLD_SYNCED, reached=True),
            WaitEnded(awaited=Goal.RESYNCED, reached=False),
        )
        assert so_far.verdicts == {
            Goal.SECONDARY_UPGRADED: True,
            Goal.COLD_SYNCED: True,
            Goal.RESYNCED: False,
        }

    def test_that_has_only_begun_or_broke_off_gives_no_verdict(self) -> None:
        began = WaitBegan(awaited=Goal.RESYNCED)
        assert after(began, StepFailed(task="x", awaited=Goal.RESYNCED)).verdicts == {}
        assert after(WaitEnded(awaited=ActionName.WAIT_FOR_REBOOT, reached=True)).verdicts == {}

    def test_knows_what_is_missing_by_its_newest_words(self) -> None:
        so_far = after(
            StillMissing(awaited=ISSU, missing="a, b"),
            StillMissing(awaited=OwnWait.STATE_AFTER_FAIL_BACK, missing="c"),
            StillMissing(awaited=ISSU, missing="b"),
        )
        assert so_far.missing == {ISSU: "b", OwnWait.STATE_AFTER_FAIL_BACK: "c"}


class TestAnIssuThatNoWaitWatches:
    DUE = WaitBegan(awaited=UNATTENDED, goal=Goal.COLD_SYNCED)

    def test_has_its_goal_that_is_due(self) -> None:
        so_far = after(self.DUE)
        assert so_far.unattended is Goal.COLD_SYNCED
        assert so_far.waiting_since == {UNATTENDED: minute(0)}

    def test_counts_anew_with_the_next_goal(self) -> None:
        so_far = after(self.DUE, WaitBegan(awaited=UNATTENDED, goal=Goal.SWITCHED_OVER))
        assert so_far.unattended is Goal.SWITCHED_OVER
        assert so_far.waiting_since == {UNATTENDED: minute(1)}

    def test_keeps_its_goal_over_an_outage(self) -> None:
        so_far = after(self.DUE, WaitBegan(awaited=UNATTENDED))
        assert so_far.unattended is Goal.COLD_SYNCED
        assert so_far.waiting_since == {UNATTENDED: minute(1)}

    @pytest.mark.parametrize("decision", [WayDecided(), OutcomeDecided(outcome=Outcome.NEEDS_OPERATOR)])
    def test_is_over_with_a_decision(self, decision: Event) -> None:
        so_far = after(self.DUE, WaitBegan(awaited=ISSU), decision)
        assert so_far.unattended is None
        assert so_far.waiting_since == {ISSU: minute(1)}

    @pytest.mark.parametrize(
        "happened", [Decided(), Observed(), StepFailed(task="verify"), WaitBegan(awaited=ISSU)]
    )
    def test_is_not_over_with_anything_else(self, happened: Event) -> None:
        so_far = after(self.DUE, happened)
        assert so_far.unattended is Goal.COLD_SYNCED
        assert so_far.waiting_since[UNATTENDED] == minute(0)

    def test_is_waited_for_anew_when_its_step_gave_up(self) -> None:
        assert after(self.DUE, StepFailed(task="branch_outcome", awaited=UNATTENDED)).waiting_since == {}
