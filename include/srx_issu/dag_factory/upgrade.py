"""The task groups of one cluster upgrade, in the order of ``dags/issu_cluster.py``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from airflow.sdk import BaseOperator, TaskGroup, TriggerRule, chain

from srx_issu.dag_factory.tasks import ALWAYS, JOIN, branch, converge, ending, run, wait_for
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.goals import Goal
from srx_issu.domain.recovery.plan import ActionName
from srx_issu.operators.approval import GATES, ApprovalGate, ApprovalGuard
from srx_issu.operators.close import CloseOperator
from srx_issu.operators.recovery import RecoveryOperator
from srx_issu.report.task import ReportOperator
from srx_issu.sensors.cluster import WindowSensor
from srx_issu.steps.approval_request import ApprovalRequest, recovery_request, start_request
from srx_issu.steps.back_up_configuration import SnapshotSupport, back_up_configuration
from srx_issu.steps.bench import Bench
from srx_issu.steps.check_policies import PolicySync, check_policies, resync_policies
from srx_issu.steps.check_state import check_state
from srx_issu.steps.check_unchanged import check_unchanged
from srx_issu.steps.check_versions_and_groups import check_versions_and_groups
from srx_issu.steps.clean_up import clean_up
from srx_issu.steps.collect_after import collect_after
from srx_issu.steps.collect_baseline import collect_baseline
from srx_issu.steps.consolidate_groups import consolidate_groups
from srx_issu.steps.fail_back import fail_back_groups, fail_back_rg0, reset_failover
from srx_issu.steps.hold_for_operator import hold_for_operator, hold_recovery
from srx_issu.steps.judge_outcome import Way, judge_outcome
from srx_issu.steps.judge_readiness import Assessment, judge_readiness
from srx_issu.steps.recover_cluster import Recovered, conclude_recovery, diagnose, left_out
from srx_issu.steps.snapshot_software import snapshot_software
from srx_issu.steps.stage_image import stage_image
from srx_issu.steps.start_issu import start_issu
from srx_issu.steps.window import has_window

WINDOW = "wait_for_window"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A task group by its way in and its way on; ``endings`` are the ways on which the run is over."""

    entry: BaseOperator
    exit: BaseOperator
    endings: Sequence[BaseOperator] = ()


def _in_a_row(*tasks: BaseOperator) -> Stage:
    chain(*tasks)
    return Stage(entry=tasks[0], exit=tasks[-1])


def assess() -> Stage:
    """Look at everything; go on to ``prepare`` only when every blocking check passes."""
    with TaskGroup("assess", tooltip="May this cluster be upgraded now?"):
        ways = {
            Assessment.PREPARE: "prepare.back_up_configuration",
            Assessment.ALREADY_CURRENT: "assess.already_current",
            Assessment.NOT_READY: "assess.not_ready",
            Assessment.PLANNED: "assess.planned",
        }
        endings = [ending("already_current"), ending("not_ready"), ending("planned")]
        decision = branch(judge_readiness, ways, "check_readiness")
        baseline = run(collect_baseline)
        chain(baseline, decision, endings)
        return Stage(entry=baseline, exit=decision, endings=endings)


def prepare() -> Stage:
    """Configuration saved, software backed up where the platform can, image on the starting node."""
    with TaskGroup("prepare", tooltip="Back up and stage the image"):
        ways = {
            SnapshotSupport.SUPPORTED: "prepare.snapshot_software",
            SnapshotSupport.NOT_SUPPORTED: "prepare.no_snapshot_on_this_platform",
        }
        backup = branch(back_up_configuration, ways)
        image = run(stage_image, trigger_rule=JOIN)  # one of the two ways before it is skipped
        chain(backup, [run(snapshot_software), ending("no_snapshot_on_this_platform")], image)
        return Stage(entry=backup, exit=image)


def approval() -> Stage:
    """The gates ask when policy says so; the guard behind them believes only what the journal holds."""
    with TaskGroup("approval", tooltip="A person says yes"):
        gates = approval_gates("approve_start", ApprovalPurpose.START, start_request)
        guard = _guard("confirm_approval", ApprovalPurpose.START, window_not_asked_for)
        chain(gates, guard)
        return Stage(entry=gates[0], exit=guard)


def window() -> WindowSensor:
    """Deferred until the window opens; fails when what is left of it is too short."""
    return WindowSensor(task_id=WINDOW)


def issu() -> Stage:
    """The in-service upgrade as the guide's ten steps are seen from outside."""
    with TaskGroup("issu", tooltip="The in-service software upgrade"):
        return _in_a_row(
            run(consolidate_groups, trigger_rule=JOIN),  # the wait for a window may be skipped
            run(start_issu, "start"),
            wait_for(Goal.SECONDARY_UPGRADED, "wait_for_secondary_upgrade"),
            wait_for(Goal.COLD_SYNCED, "wait_for_cold_sync"),
            wait_for(Goal.SWITCHED_OVER, "wait_for_switchover"),
            wait_for(Goal.PRIMARY_UPGRADED, "wait_for_primary_upgrade"),
            wait_for(Goal.RESYNCED, "wait_for_resync"),
        )


def verify() -> Stage:
    """Versions, groups, policies and real-time objects, after against baseline."""
    with TaskGroup("verify", tooltip="Is everything back?"):
        ways = {
            PolicySync.OUT_OF_SYNC: "verify.resync_policies",
            PolicySync.IN_SYNC: "verify.policies_in_sync",
        }
        look = run(collect_after, trigger_rule=JOIN)  # behind a finished ISSU, or one finished by recovery
        compare = converge(check_state, trigger_rule=JOIN)  # one of the two ways before it is skipped
        chain(
            look,
            run(check_versions_and_groups),
            branch(check_policies, ways),
            [run(resync_policies), ending("policies_in_sync")],
            compare,
        )
        return Stage(entry=look, exit=compare)


def recover() -> Stage:
    """The guide's restore procedure: diagnosis and plan, a person's yes where policy asks, then the plan's
    steps. A step that the plan does not have is skipped; where one fails, a person takes over."""
    with TaskGroup("recover", tooltip="Put the cluster back"):
        gates = approval_gates("approve_recovery", ApprovalPurpose.RECOVERY, recovery_request)
        guard = _guard("confirm_recovery", ApprovalPurpose.RECOVERY, steps_not_planned)
        diagnosis = run(diagnose)
        steps = [RecoveryOperator(task_id=name, action=name, trigger_rule=JOIN) for name in ActionName]
        ways = {Recovered.VERIFY: "recover.finished_forward", Recovered.PUT_BACK: "recover.put_back"}
        conclusion = branch(conclude_recovery, ways, trigger_rule=JOIN)
        forward, back = ending("finished_forward"), ending("put_back")
        # Only where something before it fails: refused, expired, or stopped.
        hold = run(hold_recovery, "hold_for_operator", trigger_rule=TriggerRule.ONE_FAILED, retries=0)
        chain(diagnosis, gates[0])
        chain(gates, guard)
        # Each behind all before it: the one before it may be skipped, and is then no reason to wait.
        in_order = [guard, *steps, conclusion]
        for place, task in enumerate(in_order[1:], start=1):
            chain(in_order[:place], task)
        chain(conclusion, [forward, back])
        chain([diagnosis, *gates, guard, *steps, conclusion], hold)
        return Stage(entry=diagnosis, exit=forward, endings=[back, hold])


def outcome() -> Stage:
    """From what both nodes show after an ISSU, whoever began it, to the end of the run: verified, put back,
    or held for a person."""
    # The waits before it may have failed or never begun: what both nodes show decides, not their colour.
    ways = {
        Way.VERIFY: "upgraded",
        Way.RECOVER: "recover.diagnose",
        Way.HOLD: "hold_for_operator",
        Way.END: None,
    }
    judged = branch(judge_outcome, ways, "branch_outcome", trigger_rule=ALWAYS)
    upgraded, put_back, hold = ending("upgraded"), recover(), run(hold_for_operator)
    checked, home = verify(), fail_back()
    chain(judged, [upgraded, put_back.entry, hold])
    chain([upgraded, put_back.exit], checked.entry)
    chain(checked.exit, home.entry)
    return Stage(entry=judged, exit=home.exit, endings=[*put_back.endings, hold])


def close_run(*ends: BaseOperator) -> None:
    """Whichever way the run went, the others are skipped; the end is reached in any case."""
    chain(
        list(ends),
        run(clean_up, trigger_rule=ALWAYS),
        ReportOperator(task_id="report", trigger_rule=ALWAYS),
        CloseOperator(task_id="close", claim_task_id="claim", trigger_rule=ALWAYS),
    )


def fail_back() -> Stage:
    """Flags reset, RG1 and up to node 0, RG0 last, flags reset again; each waits for its hold-down."""
    with TaskGroup("fail_back", tooltip="node 0 primary again"):
        return _in_a_row(
            run(reset_failover, "reset_flags"),
            wait_for(Goal.GROUPS_SETTLED, "wait_until_settled"),
            run(fail_back_groups),
            wait_for(Goal.GROUPS_SETTLED, "wait_for_groups"),
            run(fail_back_rg0),
            wait_for(Goal.GROUPS_SETTLED, "wait_for_rg0_hold_down"),
            run(reset_failover, "reset_flags_again"),
            wait_for(Goal.FLAGS_CLEARED, "wait_for_flags"),
            converge(check_unchanged),
        )


def approval_gates(
    name: str, purpose: ApprovalPurpose, request: Callable[[Bench], ApprovalRequest]
) -> list[BaseOperator]:
    """In a row: ``name``, ``name_2``, and so on. Each knows which gates behind it to skip."""
    names = [name, *(f"{name}_{number}" for number in range(2, GATES + 1))]
    gates: list[ApprovalGate] = []
    for gate_name in reversed(names):
        spares = [gate.task_id for gate in gates]
        gates.insert(0, ApprovalGate(task_id=gate_name, purpose=purpose, request=request, spares=spares))
    for number, gate in enumerate(gates):
        gate.before = tuple(earlier.task_id for earlier in gates[:number])
    chain(*gates)
    return [*gates]


def _guard(
    task_id: str, purpose: ApprovalPurpose, unneeded: Callable[[Bench], Collection[str]]
) -> ApprovalGuard:
    # The gates that nobody needed are skipped.
    return ApprovalGuard(task_id=task_id, purpose=purpose, unneeded=unneeded, trigger_rule=JOIN)


def window_not_asked_for(bench: Bench) -> Collection[str]:
    """The wait for a window, when this run has none."""
    return () if has_window(bench.intent) else (WINDOW,)


def steps_not_planned(bench: Bench) -> Collection[str]:
    """The tasks of a recovery that its plan does not have."""
    return [f"recover.{name}" for name in left_out(bench)]
