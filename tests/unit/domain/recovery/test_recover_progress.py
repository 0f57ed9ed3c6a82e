"""The next step of a recovery, and the stop rules that stand before every command."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import GroupState, IssuStatus, NodeView, Snapshot
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.procedure.action import (
    ActionName,
    CommandKind,
    PlannedAction,
    PlannedCommand,
    TakenCommand,
)
from srx_issu.domain.procedure.objection import Objection, StopVerdict
from srx_issu.domain.procedure.progress import (
    MOST_TRIES,
    RESEND_AFTER,
    Passed,
    Send,
    Stop,
    Wait,
    next_in,
    step_of,
)
from srx_issu.domain.procedure.stop_rules import objection
from srx_issu.domain.recovery import group_steps, steps
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.upgrade.commands import SoftwareFamily
from tests.fakes.snapshots import (
    N0,
    N1,
    NEW,
    OLD,
    SYNCING,
    T0,
    after_reboot,
    both,
    group,
    silent,
    snapshot,
    view,
)
from tests.fakes.whole_plan import Finished, next_action, timed_out

WINDOW = IssuStatus(in_progress=True)
FLAGGED = (group(0), group(1, priorities={N0: 255}, manual=True))
ON_NODE1 = (group(0, N1), group(1, N1))
HALF = snapshot(
    view(N0, groups=FLAGGED, issu=WINDOW), after_reboot(view(N1, NEW, groups=FLAGGED, issu=WINDOW))
)
BACK = both(groups=FLAGGED, issu=WINDOW)  # node1 runs the old release again, window still open
SPLIT = snapshot(view(N0), view(N1, groups=(group(0, N1), group(1))))
BOOTED = view(N1).booted_at
ROLLED = TakenCommand(key="roll_back_node1", at=T0, booted_at=BOOTED)
ABORTED = (
    TakenCommand(key="abort_issu_node0", at=T0),
    TakenCommand(key="abort_issu_node1", at=T0),
)
REBOOTED = TakenCommand(key="reboot_node1", at=T0, booted_at=BOOTED)


def put_back(permission: Permission = Permission.AUTOMATIC) -> RecoveryPlan:
    return RecoveryPlan(
        kind=PlanKind.ROLL_BACK,
        failure=FailureClass.COLD_SYNC_FAILED,
        permission=permission,
        reason="cold sync failed",
        release=OLD,
        actions=(
            *steps.roll_back(N1, OLD, SoftwareFamily.SYSTEM),
            steps.abort_issu(OLD, N0),
            *steps.reboot(N1, OLD, SoftwareFamily.SYSTEM),
            group_steps.reset_failover(HALF, N0),
            steps.verify(HALF, OLD),
        ),
    )


def later(now: Snapshot, seconds: float) -> Snapshot:
    return replace(now, taken_at=T0 + timedelta(seconds=seconds))


def sent(step: object) -> str:
    assert isinstance(step, Send), step
    return f"{step.command.node}: {step.command.junos_command.cli}"


class TestNothingIsSent:
    def test_when_both_nodes_are_primary(self) -> None:
        step = next_action(put_back(), SPLIT, ())
        assert step == Stop(reason="node0 and node1 both call themselves primary of RG0", page=True)

    def test_when_policy_leaves_it_to_a_person(self) -> None:
        step = next_action(put_back(Permission.NEVER), HALF, ())
        assert isinstance(step, Stop)
        assert "policy leaves cold sync failed to a person" in step.reason

    def test_when_the_plan_has_no_steps(self) -> None:
        hold = replace(put_back(), kind=PlanKind.HOLD, actions=())
        assert next_action(hold, HALF, ()) == Stop(reason="cold sync failed")
        nothing = replace(hold, kind=PlanKind.NOTHING)
        assert next_action(nothing, HALF, ()) == Finished(reason="cold sync failed")

    def test_when_the_upgraded_node_has_become_primary(self) -> None:
        taken_over = replace(HALF.node0, groups=ON_NODE1), replace(HALF.node1, groups=ON_NODE1)
        step = next_action(put_back(), snapshot(*taken_over), ())
        assert isinstance(step, Stop)
        assert step.reason == (
            "request system software rollback node 1 reboot is not sent to node1: "
            "node1 is primary of RG0, expected node0"
        )

    def test_when_the_older_image_is_gone_from_its_node(self) -> None:
        step = next_action(put_back(), snapshot(replace(HALF.node0, release=NEW), HALF.node1), ())
        assert isinstance(step, Stop)
        assert f"node0 runs {NEW}, expected {OLD}" in step.reason

    def test_while_a_node_is_silent(self) -> None:
        for now in (snapshot(silent(N0), HALF.node1), snapshot(HALF.node0, silent(N1))):
            assert isinstance(next_action(put_back(), now, ()), Wait)

    def test_a_second_time_whatever_became_of_a_roll_back(self) -> None:
        for hours in (0, 1, 100):
            step = next_action(put_back(), later(HALF, hours * 3600), (ROLLED,))
            assert isinstance(step, Wait)
            assert step.action.name is ActionName.WAIT_FOR_OLD_RELEASE

    def test_a_second_time_whatever_became_of_a_reboot(self) -> None:
        step = next_action(put_back(), later(both(), 10_000), (ROLLED, *ABORTED, REBOOTED))
        assert isinstance(step, Wait)
        assert (step.action.name, step.reason) == (
            ActionName.WAIT_FOR_REBOOT,
            f"node1 has not rebooted since {BOOTED}",
        )


class TestOneStepAfterTheOther:
    def test_rolls_back_first(self) -> None:
        step = next_action(put_back(), HALF, ())
        assert sent(step) == "node1: request system software rollback node 1 reboot"
        assert isinstance(step, Send)
        assert step.taken == TakenCommand(key="roll_back_node1", at=T0, booted_at=HALF.node1.booted_at)

    def test_passes_by_what_is_so_already(self) -> None:
        assert sent(next_action(put_back(), BACK, ())) == (
            "node0: request chassis cluster in-service-upgrade abort"
        )

    def test_aborts_on_both_nodes_even_where_one_says_that_its_window_is_closed(self) -> None:
        half_closed = snapshot(replace(BACK.node0, issu=IssuStatus(in_progress=False)), BACK.node1)
        assert sent(next_action(put_back(), half_closed, (ROLLED,))).startswith("node0:")
        assert sent(next_action(put_back(), half_closed, (ROLLED, ABORTED[0]))).startswith("node1:")

    def test_waits_for_the_window_to_close_and_asks_again_a_few_times(self) -> None:
        waiting = next_action(put_back(), later(BACK, 30), (ROLLED, *ABORTED))
        assert isinstance(waiting, Wait)
        command, missing = waiting.reason.split(" was sent; ")
        assert command == "request chassis cluster in-service-upgrade abort"
        assert missing == "node0 still reports an ISSU in progress"
        again = later(BACK, RESEND_AFTER.total_seconds())
        assert sent(next_action(put_back(), again, (ROLLED, *ABORTED))).startswith("node0:")
        tries = (ABORTED[0],) * MOST_TRIES
        assert sent(next_action(put_back(), again, (ROLLED, *tries, ABORTED[1]))).startswith("node1:")
        assert isinstance(next_action(put_back(), again, (*tries, *(ABORTED[1],) * MOST_TRIES)), Wait)

    def test_an_abort_whose_effect_cannot_be_seen_counts_as_done(self) -> None:
        hidden = both(groups=FLAGGED, issu=None)
        assert (
            sent(next_action(put_back(), hidden, (ROLLED, *ABORTED))) == "node1: request system reboot node 1"
        )

    def test_but_not_while_its_node_is_silent(self) -> None:
        unseen = snapshot(BACK.node0, silent(N1))
        tries = (*(ABORTED[0],) * MOST_TRIES, *(ABORTED[1],) * MOST_TRIES)
        assert isinstance(next_action(put_back(), unseen, (ROLLED, *tries)), Wait)

    def test_reboots_after_the_abort_and_waits_for_cold_sync(self) -> None:
        done = (ROLLED, *ABORTED)
        assert (
            sent(next_action(put_back(), both(groups=FLAGGED), done)) == "node1: request system reboot node 1"
        )
        syncing = snapshot(
            view(N0, groups=FLAGGED), after_reboot(view(N1, groups=FLAGGED, cold_sync=SYNCING))
        )
        step = next_action(put_back(), syncing, (*done, REBOOTED))
        assert isinstance(step, Wait)
        assert step.action.name is ActionName.WAIT_FOR_COLD_SYNC

    def test_resets_only_the_groups_that_need_it_and_finishes(self) -> None:
        done = (ROLLED, *ABORTED, REBOOTED)
        flagged = snapshot(view(N0, groups=FLAGGED), after_reboot(view(N1, groups=FLAGGED)))
        assert sent(next_action(put_back(), flagged, done)) == (
            "node0: request chassis cluster failover reset redundancy-group 1"
        )
        clean = snapshot(view(N0), after_reboot(view(N1)))
        assert next_action(put_back(), clean, done) == Finished(
            reason=f"roll back is complete; both nodes run {OLD}"
        )

    def test_does_not_go_back_to_steps_that_are_over(self) -> None:
        moved = (group(0), group(1, N1))  # preempt took RG1 after the reset
        now = snapshot(view(N0, groups=moved), after_reboot(view(N1, groups=moved)))
        reset = TakenCommand(key="reset_rg1", at=T0)
        assert isinstance(next_action(put_back(), now, (ROLLED, *ABORTED, REBOOTED, reset)), Finished)


class TestMovingGroups:
    MOVED = (group(0), group(1, N1, priorities={N1: 255}, manual=True))

    def step(self, now: Snapshot, *done: TakenCommand) -> Send | Wait | Passed | Stop:
        return next_in(group_steps.fail_over((0, 1), N0, OLD), now, done)

    def half(self, groups: tuple[object, ...]) -> Snapshot:
        return snapshot(view(N0, groups=groups), view(N1, NEW, groups=groups))

    def test_clears_the_flag_before_it_moves_a_group(self) -> None:
        assert sent(self.step(self.half(self.MOVED))).endswith("failover reset redundancy-group 1")

    def test_moves_the_group_once_the_flag_is_gone(self) -> None:
        now = self.half((group(0), group(1, N1)))
        assert sent(self.step(now, TakenCommand(key="clear_rg1", at=T0))).endswith(
            "failover redundancy-group 1 node 0"
        )

    def test_does_not_clear_the_flag_that_its_own_move_has_set(self) -> None:
        done = (TakenCommand(key="clear_rg1", at=T0), TakenCommand(key="fail_over_rg1", at=T0))
        moving = later(self.half(self.MOVED), 30)
        assert isinstance(self.step(moving, *done), Wait)
        moved = later(self.half(FLAGGED), 3600)
        assert isinstance(self.step(moved, *done), Passed)

    def test_waits_out_the_hold_down(self) -> None:
        holding = (group(0), group(1, N1, states={N0: GroupState.SECONDARY_HOLD}))
        step = self.step(self.half(holding))
        assert isinstance(step, Wait)
        assert "secondary-hold in RG1" in step.reason

    def test_waits_for_the_node_that_takes_over(self) -> None:
        now = snapshot(view(N0, groups=ON_NODE1, cold_sync=SYNCING), view(N1, NEW, groups=ON_NODE1))
        step = self.step(now, TakenCommand(key="clear_rg1", at=T0))
        assert isinstance(step, Wait)
        assert "not cold-synced" in step.reason


class TestForTheDag:
    def test_a_step_that_is_not_in_the_plan_has_passed(self) -> None:
        step = step_of(put_back(), ActionName.WAIT_FOR_NODE, HALF, ())
        assert step == Passed(reason="wait_for_node: not part of this plan")

    def test_a_step_of_the_plan_is_asked_alone(self) -> None:
        assert sent(step_of(put_back(), ActionName.ROLL_BACK_NODE, HALF, ())).startswith("node1:")
        assert isinstance(step_of(put_back(), ActionName.ROLL_BACK_NODE, HALF, (ROLLED,)), Passed)

    def test_a_deadline_that_passes_stops_with_what_is_missing(self) -> None:
        wait = step_of(put_back(), ActionName.WAIT_FOR_OLD_RELEASE, HALF, (ROLLED,))
        assert isinstance(wait, Wait)
        assert timed_out(wait).reason == (
            "wait_for_old_release: not done before its deadline (secondary_upgrade_s): "
            f"node1 runs {NEW}, expected {OLD}"
        )

    def test_a_wait_for_a_silent_node(self) -> None:
        wait = steps.wait_for_node(N1)
        assert isinstance(next_in(wait, snapshot(view(N0), silent(N1)), ()), Wait)
        assert isinstance(next_in(wait, HALF, ()), Passed)

    def test_policies_are_resynced_once(self) -> None:
        step = steps.resync_policies(N0)
        assert sent(next_in(step, both(), ())) == "node0: request security policies resync"
        assert isinstance(next_in(step, both(), (TakenCommand(key="resync_policies", at=T0),)), Passed)


def command(order: CommandKind, **changes: object) -> PlannedCommand:
    plain = PlannedCommand(key="x", order=order, node=N1, subject=N1, group_id=1)
    return replace(plain, **changes)  # type: ignore[arg-type]


UNSEEN_GROUP = (group(0), replace(group(1), members=group(1).members[:1]))


class TestStopRules:
    """Asked for bare commands, as if no plan had any sense."""

    @pytest.mark.parametrize("order", list(CommandKind))
    def test_two_primaries_stop_everything_and_page(self, order: CommandKind) -> None:
        against = objection(command(order), SPLIT)
        assert against is not None
        assert against.verdict is StopVerdict.PAGE

    @pytest.mark.parametrize("order", [CommandKind.ROLL_BACK, CommandKind.REBOOT])
    @pytest.mark.parametrize(
        ("now", "verdict"),
        [
            (both(groups=ON_NODE1), StopVerdict.STOP),
            (both(groups=(group(0), group(1, N1))), StopVerdict.STOP),
            (snapshot(silent(N0), view(N1)), StopVerdict.WAIT),
            (snapshot(view(N0), silent(N1)), StopVerdict.WAIT),
            (snapshot(view(N0), view(N1, booted_at=None)), StopVerdict.WAIT),
            (both(groups=(group(0), group(1, None))), StopVerdict.WAIT),
            (both(groups=()), StopVerdict.WAIT),
            (snapshot(view(N0), view(N1, groups=UNSEEN_GROUP)), StopVerdict.WAIT),
            (both(), None),
        ],
    )
    def test_no_primary_is_taken_down(
        self, order: CommandKind, now: Snapshot, verdict: StopVerdict | None
    ) -> None:
        against = objection(command(order), now)
        assert (against.verdict if against else None) is verdict

    @pytest.mark.parametrize("order", [CommandKind.ROLL_BACK, CommandKind.REBOOT])
    def test_no_node_is_taken_down_through_its_peer(self, order: CommandKind) -> None:
        for stray in (command(order, node=N0), command(order, subject=None)):
            against = objection(stray, both())
            assert against is not None
            assert against.verdict is StopVerdict.STOP

    @pytest.mark.parametrize(
        ("node1", "verdict"),
        [
            (view(N1), None),
            (view(N1, groups=(group(0), group(1, states={N1: GroupState.SECONDARY_HOLD}))), StopVerdict.WAIT),
            (view(N1, groups=(group(0, states={N1: GroupState.HOLD}), group(1))), StopVerdict.WAIT),
            (view(N1, cold_sync=SYNCING), StopVerdict.WAIT),
            (silent(N1), StopVerdict.WAIT),
        ],
    )
    def test_no_group_moves_during_hold_or_cold_sync(
        self, node1: NodeView, verdict: StopVerdict | None
    ) -> None:
        against = objection(command(CommandKind.FAIL_OVER), snapshot(view(N0), node1))
        assert (against.verdict if against else None) is verdict
        reset = objection(command(CommandKind.RESET_FAILOVER), snapshot(view(N0), node1))
        assert (reset.verdict if reset else None) is verdict

    def test_a_move_that_names_no_group_or_node_is_stopped(self) -> None:
        for stray in (
            command(CommandKind.FAIL_OVER, group_id=None),
            command(CommandKind.FAIL_OVER, subject=None),
        ):
            assert objection(stray, both()) == Objection(
                verdict=StopVerdict.STOP, reason="x: names no group or no node"
            )

    @pytest.mark.parametrize("order", [CommandKind.ABORT_ISSU, CommandKind.RESYNC_POLICIES])
    def test_nothing_speaks_against_closing_a_window(self, order: CommandKind) -> None:
        assert objection(command(order), both()) is None

    def test_they_stand_before_a_plan_that_has_no_sense(self) -> None:
        mad = PlannedAction(
            name=ActionName.REBOOT_NODE,
            reason="because",
            deadline="resync_s",
            commands=(command(CommandKind.REBOOT, node=N0, subject=N0),),
        )
        assert next_in(mad, both(), ()) == Stop(
            reason="request system reboot node 0 is not sent to node0: "
            "node0 is primary of RG0 and RG1 and is not taken down"
        )
