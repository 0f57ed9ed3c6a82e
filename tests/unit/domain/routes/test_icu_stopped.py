"""Where an ICU has stopped, and which way back Juniper's page gives from there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import GroupState, NextBoot, NodeName, Snapshot
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.procedure.action import ActionName, CommandKind, PlannedCommand
from srx_issu.domain.procedure.objection import StopVerdict
from srx_issu.domain.procedure.progress import Send, Stop, next_in
from srx_issu.domain.procedure.stop_rules import objection
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.routes.icu_stopped import IcuJob, diagnose_icu
from srx_issu.domain.routes.icu_way_back import recover_icu
from tests.fakes.snapshots import N0, N1, NEW, OLD, after_reboot, both, group, silent, snapshot, view

NOTHING = NextBoot(is_other=False)
PENDING = NextBoot(is_other=True, release=NEW)
BEFORE = both(next_boot=NOTHING)
RUNS = IcuJob(transcript="ISSU: Validating package", exit_status=None, has_ended=False)
UNREAD = IcuJob(transcript=None, exit_status=None, has_ended=None)
HALF_WAY = snapshot(view(N0, next_boot=PENDING, command_ended=True), view(N1, NEW, next_boot=NOTHING))
HELD = snapshot(view(N0, next_boot=PENDING, command_ended=True), view(N1, next_boot=PENDING))


def ended(words: str) -> IcuJob:
    return IcuJob(transcript=words, exit_status="1", has_ended=True)


def named(now: Snapshot, job: IcuJob, *, overdue: bool = False) -> FailureClass:
    return diagnose_icu(BEFORE, now, N0, NEW, job=job, overdue=overdue).failure


def planned(now: Snapshot, job: IcuJob, *, overdue: bool = True) -> RecoveryPlan:
    return recover_icu(BEFORE, now, diagnose_icu(BEFORE, now, N0, NEW, job=job, overdue=overdue))


@pytest.mark.parametrize(
    ("now", "job", "overdue", "failure"),
    [
        (HELD, RUNS, False, FailureClass.UNDER_WAY),
        (HALF_WAY, RUNS, False, FailureClass.UNDER_WAY),
        (HALF_WAY, ended("done"), False, FailureClass.UNDER_WAY),  # its node may be about to reboot
        (snapshot(silent(N0), silent(N1)), UNREAD, False, FailureClass.UNDER_WAY),
        (HELD, RUNS, True, FailureClass.STUCK),
        (HELD, UNREAD, True, FailureClass.TRANSCRIPT_LOST),
        (both(), ended("error: Validation failed"), False, FailureClass.NEXT_BOOT_UNKNOWN),
        (BEFORE, ended("error: Validation failed"), False, FailureClass.VALIDATION_FAILED),
        (BEFORE, ended("error: Failed to push bundle to node1"), False, FailureClass.ICU_INSTALL_FAILED),
        (HELD, ended("some words"), False, FailureClass.COMMAND_ENDED),
        (HALF_WAY, RUNS, True, FailureClass.ICU_NOT_ENDED),
        (HALF_WAY, UNREAD, True, FailureClass.ICU_NOT_ENDED),
        (HALF_WAY, ended("error: node 1 did not come up"), False, FailureClass.ICU_SECONDARY_NOT_BACK),
        (HALF_WAY, ended("Reboot failure on primary node node0"), False, FailureClass.ICU_ENDED_HALF_WAY),
        (HALF_WAY, ended("some words"), True, FailureClass.COMMAND_ENDED),
        (snapshot(view(N0, NEW), view(N1, OLD)), UNREAD, False, FailureClass.RELEASES_TOGETHER),
        (snapshot(after_reboot(view(N0)), view(N1, NEW)), UNREAD, False, FailureClass.RELEASES_TOGETHER),
        (both(NEW, NEW), UNREAD, False, FailureClass.FINISHED),
    ],
)
def test_both_nodes_and_the_end_of_the_job_name_it(
    now: Snapshot, job: IcuJob, overdue: bool, failure: FailureClass
) -> None:
    assert named(now, job, overdue=overdue) is failure


def sent(plan: RecoveryPlan) -> list[tuple[NodeName, CommandKind]]:
    return [(command.node, command.order) for command in plan.commands if command.group_id is None]


def test_before_the_secondary_reboots_the_primary_is_asked_and_its_end_waited_for() -> None:
    plan = planned(
        snapshot(view(N0, next_boot=PENDING, command_ended=False), view(N1, next_boot=PENDING)), RUNS
    )
    assert sent(plan) == [
        (N0, CommandKind.ABORT_ICU),
        (N0, CommandKind.TAKE_BACK_SOFTWARE),
        (N1, CommandKind.TAKE_BACK_SOFTWARE),
    ]
    assert (plan.kind, plan.permission) == (PlanKind.TAKE_BACK, Permission.ASK)


def test_from_its_reboot_on_the_secondary_goes_back_in_junipers_order() -> None:
    plan = planned(HALF_WAY, ended("Reboot failure on primary node node0"))
    assert sent(plan) == [
        (N1, CommandKind.ABORT_ICU),
        (N1, CommandKind.ROLL_BACK_NEXT_BOOT),
        (N1, CommandKind.REBOOT),
        (N0, CommandKind.TAKE_BACK_SOFTWARE),
    ]
    assert [c.junos_command.cli for c in plan.commands][:3] == [
        "request system software abort in-service-upgrade",
        "request system software rollback node 1",
        "request system reboot node 1",
    ]


@pytest.mark.parametrize("job", [RUNS, UNREAD])
def test_half_way_nothing_is_sent_while_it_is_not_known_to_have_ended(job: IcuJob) -> None:
    now = replace(HALF_WAY, node0=replace(HALF_WAY.node0, command_ended=job.has_ended))
    plan = planned(now, job)
    assert (plan.kind, plan.permission, plan.actions) == (PlanKind.HOLD, Permission.NEVER, ())


def test_a_primary_is_not_asked_to_abort_behind_the_secondarys_reboot() -> None:
    command = PlannedCommand(key="abort", order=CommandKind.ABORT_ICU, node=N0)
    against = objection(command, HALF_WAY)
    assert against is not None
    assert against.verdict is StopVerdict.STOP
    assert objection(command, HELD) is None
    secondary = replace(command, node=N1)
    assert objection(secondary, HALF_WAY) is None


def test_a_silent_node_may_be_rebooting_and_nothing_is_aborted() -> None:
    command = PlannedCommand(key="abort", order=CommandKind.ABORT_ICU, node=N0)
    against = objection(command, snapshot(view(N0), silent(N1)))
    assert against is not None
    assert against.verdict is StopVerdict.WAIT


def test_a_secondary_that_leads_a_group_is_not_rolled_back() -> None:
    leads = (group(0), group(1, N1))
    now = snapshot(replace(HALF_WAY.node0, groups=leads), replace(HALF_WAY.node1, groups=leads))
    assert planned(now, ended("Reboot failure on primary node node0")).kind is PlanKind.HOLD


LATE = "error: node 1 did not come up"
ALONE = (group(0, states={N1: GroupState.LOST}), group(1, states={N1: GroupState.LOST}))


def test_a_secondary_that_comes_back_late_on_the_old_release_is_not_rolled_back() -> None:
    """There the same command would make the image that it did not boot the next one."""
    serving = view(N0, next_boot=PENDING, command_ended=True, groups=ALONE)
    plan = planned(snapshot(serving, silent(N1)), ended(LATE))
    assert (plan.failure, plan.permission) == (
        FailureClass.ICU_SECONDARY_NOT_BACK,
        Permission.AUTOMATIC,
    )
    old = view(N1, next_boot=NOTHING)
    back = snapshot(view(N0, next_boot=PENDING, command_ended=True), after_reboot(old))
    for name in (ActionName.ABORT_ICU, ActionName.ROLL_BACK_NODE, ActionName.REBOOT_NODE):
        action = plan.action(name)
        assert action is not None
        assert not isinstance(next_in(action, back, ()), Send), name


@pytest.mark.parametrize("job", [RUNS, UNREAD])
def test_a_primary_is_not_asked_to_abort_once_the_secondary_has_rebooted_into_the_old_release(
    job: IcuJob,
) -> None:
    """Juniper's page: from the secondary's reboot on, on the secondary; and nothing shows that it ended."""
    back = after_reboot(view(N1, next_boot=NOTHING))
    now = snapshot(view(N0, next_boot=PENDING, command_ended=job.has_ended), back)
    plan = planned(now, job)
    assert (plan.failure, plan.permission, plan.commands) == (
        FailureClass.ICU_NOT_ENDED,
        Permission.NEVER,
        (),
    )


def test_an_abort_that_waited_for_a_person_is_not_sent_behind_the_secondarys_reboot() -> None:
    held = snapshot(view(N0, next_boot=PENDING, command_ended=False), view(N1, next_boot=PENDING))
    action = planned(held, RUNS).action(ActionName.ABORT_ICU)
    assert action is not None
    assert isinstance(next_in(action, held, ()), Send)
    back = after_reboot(view(N1, next_boot=NOTHING))
    assert isinstance(next_in(action, snapshot(held.node0, back), ()), Stop)
