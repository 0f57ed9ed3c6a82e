"""The task groups of one cluster upgrade, in the order of ``dags/issu_cluster.py``."""

from __future__ import annotations

from dataclasses import dataclass, field

from airflow.sdk import BaseOperator, TaskGroup, chain

from srx_issu.dag_factory.tasks import JOIN, branch, ending, run, wait_for
from srx_issu.domain.goals import Goal
from srx_issu.operators.approval import ApprovalGate, ApprovalGuard
from srx_issu.steps.back_up_configuration import SnapshotSupport, back_up_configuration
from srx_issu.steps.check_policies import PolicySync, check_policies, resync_policies
from srx_issu.steps.check_state import check_state
from srx_issu.steps.check_unchanged import check_unchanged
from srx_issu.steps.check_versions_and_groups import check_versions_and_groups
from srx_issu.steps.collect_after import collect_after
from srx_issu.steps.collect_baseline import collect_baseline
from srx_issu.steps.consolidate_groups import consolidate_groups
from srx_issu.steps.fail_back import fail_back_groups, fail_back_rg0, reset_failover
from srx_issu.steps.judge_readiness import Assessment, judge_readiness
from srx_issu.steps.snapshot_software import snapshot_software
from srx_issu.steps.stage_image import stage_image
from srx_issu.steps.start_issu import start_issu


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A task group by its way in and its way on; ``endings`` are the ways on which the run is over."""

    entry: BaseOperator
    exit: BaseOperator
    endings: list[BaseOperator] = field(default_factory=list)


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
    """The gate asks when policy says so; the guard behind it believes only a recorded answer."""
    with TaskGroup("approval", tooltip="A person says yes"):
        gate = ApprovalGate(task_id="approve_start", retries=0)
        return _in_a_row(gate, ApprovalGuard(task_id="confirm_approval", gate_task_id=gate.task_id))


def issu() -> Stage:
    """The in-service upgrade as the guide's ten steps are seen from outside."""
    with TaskGroup("issu", tooltip="The in-service software upgrade"):
        return _in_a_row(
            run(consolidate_groups),
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
        look = run(collect_after)
        compare = run(check_state, trigger_rule=JOIN)  # one of the two ways before it is skipped
        chain(
            look,
            run(check_versions_and_groups),
            branch(check_policies, ways),
            [run(resync_policies, retries=0), ending("policies_in_sync")],
            compare,
        )
        return Stage(entry=look, exit=compare)


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
            run(check_unchanged),
        )
