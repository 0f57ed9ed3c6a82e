"""The task groups of one cluster upgrade, in the order of ``dags/issu_cluster.py``.

A task is what an operator sees succeed or fail as one. The steps that it takes have names of their own in the
journal, the log and the report; they begin with the task's group, or its own id where it has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, TaskGroup, TriggerRule, chain

from srx_issu.airflow.dags.gates import WINDOW, approval_gates, before_start
from srx_issu.airflow.dags.tasks import ALWAYS, JOIN, branch, ending, looks, reaches, run, sends, wait_for
from srx_issu.airflow.operators.close import CloseOperator
from srx_issu.airflow.operators.evidence import COLLECT, EvidenceOperator
from srx_issu.airflow.operators.recovery import RecoveryOperator
from srx_issu.airflow.operators.step import BranchStepOperator, StepOperator, Ways
from srx_issu.airflow.reports.upgrade import write_report
from srx_issu.airflow.sensors.cluster import WindowSensor
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.step_events import OwnWait
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.steps.approval.ask_for_start import (
    BeforeStart,
    ask_for_start,
    confirm_downgrade,
    confirm_start,
)
from srx_issu.steps.approval.request import downgrade_request, recovery_request, start_request
from srx_issu.steps.evidence.keep_bundle import keep_bundle_after, keep_bundle_before
from srx_issu.steps.recovery.branch import RecoveryBranch, choose_branch, confirm_recovery
from srx_issu.steps.recovery.recover_cluster import Recovered, conclude_recovery
from srx_issu.steps.upgrade.back_up_configuration import back_up_configuration
from srx_issu.steps.upgrade.check_policies import check_policies
from srx_issu.steps.upgrade.check_state import check_state
from srx_issu.steps.upgrade.check_unchanged import check_unchanged
from srx_issu.steps.upgrade.check_versions_and_groups import check_versions_and_groups
from srx_issu.steps.upgrade.collect_after import collect_after
from srx_issu.steps.upgrade.collect_baseline import collect_baseline
from srx_issu.steps.upgrade.consolidate_groups import consolidate_groups
from srx_issu.steps.upgrade.fail_back import fail_back_groups, fail_back_rg0, reset_failover
from srx_issu.steps.upgrade.hold_for_operator import hold_for_operator, hold_recovery
from srx_issu.steps.upgrade.judge_outcome import NextStage, judge_outcome
from srx_issu.steps.upgrade.judge_readiness import Assessment, judge_readiness
from srx_issu.steps.upgrade.snapshot_software import snapshot_software
from srx_issu.steps.upgrade.stage_image import stage_image, stage_old_image
from srx_issu.steps.upgrade.start_issu import start_issu
from srx_issu.steps.upgrade.trace_cluster import trace_cluster
from srx_issu.steps.upgrade.validate_image import validate_image

START_ISSU = "issu.start"  # the task with which the ISSU begins
# The end of a run waits for nobody: what keeps it from being told is mostly over in a moment.
AT_THE_END: dict[str, Any] = {"retries": 2, "retry_delay": timedelta(seconds=3)}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A task group by its way in and its way on; ``endings`` are the branches on which the run is over.
    ``second``: another way in, for whoever needs the first no more, and ``guards`` more ways on."""

    entry: BaseOperator
    exit: BaseOperator
    endings: Sequence[BaseOperator] = ()
    second: Sequence[BaseOperator] = ()
    guards: Sequence[BaseOperator] = ()


def _in_a_row(*tasks: BaseOperator) -> Stage:
    chain(*tasks)
    return Stage(entry=tasks[0], exit=tasks[-1])


def assess() -> Stage:
    """Look at everything; go on to ``prepare`` only when every blocking check passes."""
    with TaskGroup("assess", tooltip="May this cluster be upgraded now?"):
        branches = {
            Assessment.PREPARE: "prepare",
            Assessment.ALREADY_CURRENT: "assess.already_current",
            Assessment.NOT_READY: "assess.not_ready",
            Assessment.PLANNED: "assess.planned",
        }
        decision = branch(
            "check_readiness",
            looks("assess.collect_baseline", collect_baseline),
            looks("assess.keep_bundle", keep_bundle_before),
            looks("assess.check_readiness", judge_readiness),
            branches=branches,
            once_begun=Assessment.PREPARE,
        )
        endings = [ending("already_current"), ending("not_ready"), ending("planned")]
        chain(decision, endings)
        return Stage(entry=decision, exit=decision, endings=endings)


def prepare(start: str = START_ISSU, *, downgrades: bool = False) -> BranchStepOperator:
    """Configuration saved, software backed up where the platform can, image on each node that needs it; and
    then to the gates, unless nobody need be asked."""
    return branch(
        "prepare",
        looks("prepare.back_up_configuration", back_up_configuration),
        sends("prepare.snapshot_software", snapshot_software, Sending.SNAPSHOT),
        sends("prepare.stage_image", stage_image, Sending.UPLOAD),
        sends("prepare.stage_old_image", stage_old_image, Sending.OLD_IMAGE),
        sends("prepare.validate_image", validate_image, Sending.VALIDATE),
        looks("prepare.ask_for_start", ask_for_start),
        branches=before_start(start, downgrades=downgrades),
        once_begun=BeforeStart.START,
    )


def approval(start: str = START_ISSU, *, downgrades: bool = False) -> Stage:
    """The gates ask when policy says so; the guard behind them believes only what the journal holds. Of a
    route that leads to older releases, too, that is a question of its own, with gates and a guard."""
    with TaskGroup("approval", tooltip="A person says yes"):
        gates = approval_gates("approve_start", ApprovalPurpose.START, start_request)
        ways = before_start(start, downgrades=downgrades)
        # The gates that nobody needed are skipped.
        guard = branch(
            "confirm_approval",
            looks("approval.confirm_approval", confirm_start),
            branches={answer: task for answer, task in ways.items() if answer is not BeforeStart.ASK},
            trigger_rule=JOIN,
        )
        chain(gates, guard)
        if not downgrades:
            return Stage(entry=gates[0], exit=guard)
        older = approval_gates(
            "approve_downgrade",
            ApprovalPurpose.DOWNGRADE,
            downgrade_request,
            trigger_rule=JOIN,  # behind the guard, or straight behind ``prepare`` where a campaign approved
        )
        second = branch(
            "confirm_downgrade",
            looks("approval.confirm_downgrade", confirm_downgrade),
            branches={answer: ways[answer] for answer in (BeforeStart.WAIT, BeforeStart.START)},
            trigger_rule=JOIN,
        )
        chain(guard, older[0])
        chain(older, second)
        return Stage(entry=gates[0], exit=second, second=older[:1], guards=(guard,))


def window() -> WindowSensor:
    """Deferred until the window opens; fails when what is left of it is too short."""
    return WindowSensor(task_id=WINDOW, trigger_rule=JOIN)  # gates and guard may be skipped


def issu() -> Stage:
    """The in-service upgrade as the guide's ten steps are seen from outside."""
    with TaskGroup("issu", tooltip="The in-service software upgrade"):
        return _in_a_row(
            run(
                "start",
                sends("issu.trace_cluster", trace_cluster, Sending.TRACE),
                sends("issu.consolidate_groups", consolidate_groups, Sending.GATHER),
                sends("issu.start", start_issu, Sending.START),
                trigger_rule=JOIN,  # gates, guard and the wait for a window may be skipped
            ),
            wait_for(Goal.SECONDARY_UPGRADED, "wait_for_secondary_upgrade"),
            wait_for(Goal.COLD_SYNCED, "wait_for_cold_sync"),
            wait_for(Goal.SWITCHED_OVER, "wait_for_switchover"),
            wait_for(Goal.PRIMARY_UPGRADED, "wait_for_primary_upgrade"),
            wait_for(Goal.RESYNCED, "wait_for_resync"),
        )


def to_the_start(prepared: BaseOperator, asked: Stage, opened: BaseOperator, started: Stage) -> None:
    """``prepare`` leads to the gates, to the window, or to the start itself; each guard to the last two."""
    guards = [*asked.guards, asked.exit]
    chain(prepared, [asked.entry, *asked.second])
    chain([prepared, *guards], opened)
    chain([prepared, *guards, opened], started.entry)


def verify() -> StepOperator:
    """Versions, groups, policies and real-time objects, after against baseline."""
    return run(
        "verify",
        looks("verify.collect_after", collect_after),
        looks("verify.check_versions_and_groups", check_versions_and_groups),
        looks("verify.check_policies", check_policies),
        looks("verify.check_state", check_state, awaits=OwnWait.STATE_AFTER_ISSU),
        looks("verify.keep_bundle", keep_bundle_after),
        trigger_rule=JOIN,  # behind a finished ISSU, or one finished by recovery
    )


def recover() -> Stage:
    """The guide's restore procedure: diagnosis and plan, a person's yes where policy asks, then the way that
    the plan goes, step by step; where one fails, a person takes over."""
    with TaskGroup("recover", tooltip="Put the cluster back"):
        branches: dict[RecoveryBranch, str | None] = {
            each: f"recover.{each}" for each in RecoveryBranch if each is not RecoveryBranch.ASK
        }
        diagnosis = branch(
            "diagnose",
            looks("recover.diagnose", choose_branch),
            branches={RecoveryBranch.ASK: "recover.approve_recovery", **branches},
        )
        gates = approval_gates("approve_recovery", ApprovalPurpose.RECOVERY, recovery_request)
        guard = branch(
            "confirm_recovery",
            looks("recover.confirm_recovery", confirm_recovery),
            branches=branches,
            trigger_rule=JOIN,  # the gates that nobody needed are skipped
        )
        # Behind the guard, or straight behind the diagnosis where nobody is asked.
        works = [RecoveryOperator(task_id=each, branch=each, trigger_rule=JOIN) for each in branches]
        conclusion = branch(
            "conclude_recovery",
            looks("recover.conclude_recovery", conclude_recovery),
            branches={Recovered.VERIFY: "recover.finished_forward", Recovered.PUT_BACK: "recover.put_back"},
            trigger_rule=JOIN,
        )
        forward, back = ending("finished_forward"), ending("put_back")
        # Only where something before it fails: refused, expired, or stopped.
        hold = run(
            "hold_for_operator",
            looks("recover.hold_for_operator", hold_recovery),
            trigger_rule=TriggerRule.ONE_FAILED,
            retries=0,
        )
        chain(diagnosis, *gates, guard)
        chain(gates, guard)
        chain(diagnosis, works)
        chain(guard, works)
        chain(works, conclusion)
        chain(conclusion, [forward, back])
        chain([diagnosis, *gates, guard, *works, conclusion], hold)
        return Stage(entry=diagnosis, exit=forward, endings=[back, hold])


def outcome() -> Stage:
    """From what both nodes show after an ISSU, whoever began it, to the end of the run: verified, put back,
    or held for a person."""
    branches: dict[NextStage, Ways] = {
        NextStage.VERIFY: "upgraded",
        NextStage.RECOVER: ("recover.diagnose", COLLECT),
        NextStage.HOLD: ("hold_for_operator", COLLECT),
        NextStage.END: None,
    }
    # The waits before it may have failed or never begun: what both nodes show decides, not their colour.
    judged = branch(
        "branch_outcome",
        looks("branch_outcome", judge_outcome, awaits=OwnWait.UNATTENDED_ISSU),
        branches=branches,
        trigger_rule=ALWAYS,
        **AT_THE_END,
    )
    upgraded, put_back = ending("upgraded"), recover()
    hold = run("hold_for_operator", looks("hold_for_operator", hold_for_operator), **AT_THE_END)
    checked, home = verify(), fail_back()
    # Beside recovery and hold: nothing but the end of the run waits for it.
    evidence = EvidenceOperator(task_id=COLLECT)
    chain(judged, [upgraded, put_back.entry, hold, evidence])
    chain([upgraded, put_back.exit], checked)
    chain(checked, home.entry)
    return Stage(entry=judged, exit=home.exit, endings=[*put_back.endings, hold, evidence])


def close_run(*ends: BaseOperator) -> None:
    """Whichever way the run went, the others are skipped; the end is reached in any case, but where ``claim``
    failed: there is nothing to close then."""
    chain(list(ends), CloseOperator(task_id="close", report=write_report, trigger_rule=ALWAYS, **AT_THE_END))


def fail_back() -> Stage:
    """Flags reset, RG1 and up to node 0, RG0 last, flags reset again; each waits for its hold-down."""
    with TaskGroup("fail_back", tooltip="node 0 primary again"):
        return _in_a_row(
            run(
                "fail_back_groups",
                sends("fail_back.reset_flags", reset_failover, Sending.RESET_FLAGS),
                reaches("fail_back.wait_until_settled", Goal.GROUPS_SETTLED),
                sends("fail_back.fail_back_groups", fail_back_groups, Sending.FAIL_BACK),
                until=Goal.GROUPS_SETTLED,
            ),
            run(
                "fail_back_rg0",
                sends("fail_back.fail_back_rg0", fail_back_rg0, Sending.FAIL_BACK_RG0),
                until=Goal.GROUPS_SETTLED,
            ),
            run(
                "check_unchanged",
                sends("fail_back.reset_flags_again", reset_failover, Sending.RESET_FLAGS),
                reaches("fail_back.wait_for_flags", Goal.FLAGS_CLEARED),
                looks("fail_back.check_unchanged", check_unchanged, awaits=OwnWait.STATE_AFTER_FAIL_BACK),
            ),
        )
