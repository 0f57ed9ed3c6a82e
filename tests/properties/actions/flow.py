"""The tasks of both DAGs, in their order, and what follows from each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.events import BaselineTaken, NothingMoved
from srx_issu.domain.history.step_events import StepFailed, WaitBegan, WaitEnded
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.goals import Goal, progress
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.ports import codec
from srx_issu.steps.approval.confirm import confirm_approval
from srx_issu.steps.approval.gate import approach
from srx_issu.steps.approval.gate_task import AskPerson, Gate
from srx_issu.steps.approval.request import recovery_request, start_request
from srx_issu.steps.baseline import course_of
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.recovery.recover_cluster import (
    Recovered,
    carry_out,
    conclude_recovery,
    diagnose,
    overdue,
)
from srx_issu.steps.upgrade.check_unchanged import check_unchanged
from srx_issu.steps.upgrade.check_versions_and_groups import check_versions_and_groups
from srx_issu.steps.upgrade.clean_up import clean_up
from srx_issu.steps.upgrade.close import close, is_closed, settle
from srx_issu.steps.upgrade.collect_after import collect_after
from srx_issu.steps.upgrade.consolidate_groups import consolidate_groups
from srx_issu.steps.upgrade.fail_back import fail_back_groups, fail_back_rg0, reset_failover
from srx_issu.steps.upgrade.hold_for_operator import hold_for_operator, hold_recovery
from srx_issu.steps.upgrade.judge_outcome import NextStage, judge_outcome
from srx_issu.steps.upgrade.judge_readiness import judge_readiness
from srx_issu.steps.upgrade.observe import observe, observe_again
from srx_issu.steps.upgrade.start_issu import start_issu
from srx_issu.steps.waits.converge import ActionWait
from srx_issu.steps.waits.watch import deadline_s
from tests.properties.actions.site import Question, Run, Site
from tests.properties.recovery.scenes import TIMERS

Task = Callable[[Site, Run], object]
BASELINE_STEP = "assess.collect_baseline"
GATES = {
    ApprovalPurpose.START: ("approval.approve_start", "approval.approve_start_2", "approval.approve_start_3"),
    ApprovalPurpose.RECOVERY: (
        "recover.approve_recovery",
        "recover.approve_recovery_2",
        "recover.approve_recovery_3",
    ),
}
WAITS = (
    ("issu.wait_for_secondary_upgrade", Goal.SECONDARY_UPGRADED),
    ("issu.wait_for_cold_sync", Goal.COLD_SYNCED),
    ("issu.wait_for_switchover", Goal.SWITCHED_OVER),
    ("issu.wait_for_primary_upgrade", Goal.PRIMARY_UPGRADED),
    ("issu.wait_for_resync", Goal.RESYNCED),
)
MOST_POLLS = 12  # of one action of a person; the wait goes on at the next


class NotYet:
    """The task has not come to its end."""


def plain(step: str, work: Callable[[UpgradeContext], object]) -> tuple[str, Task]:
    return step, lambda here, run: here.perform(run, step, work)


def keep_baseline(context: UpgradeContext) -> object:
    if context.known().start is not None:
        return None
    now = context.reader.observe()
    taken = BaselineTaken(
        snapshot=context.evidence.write(context.upgrade_id, "baseline-snapshot.json", codec.dumps(now)),
        state=context.evidence.write(context.upgrade_id, "state.json", codec.dumps(context.collect(now))),
    )
    context.record(taken, "baseline")
    return None


def gate(purpose: ApprovalPurpose, number: int) -> tuple[str, Task]:
    task_id = GATES[purpose][number]

    def ask(here: Site, run: Run) -> object:
        if (run.upgrade_id, task_id) in here.questions:
            return NotYet()
        return put(here, run, gate_of(purpose, number))

    return task_id, ask


def gate_of(purpose: ApprovalPurpose, number: int, try_number: int = 1) -> Gate:
    spares = len(GATES[purpose]) - number - 1
    return Gate(purpose=purpose, number=number + 1, try_number=try_number, spares=spares)


def task_of(asked: Gate) -> str:
    """The id of the task that the gate is."""
    return GATES[asked.purpose][asked.number - 1]


def put(here: Site, run: Run, asked: Gate) -> object:
    """The question on the screen is about what was in force when it was put."""
    request = start_request if asked.purpose is ApprovalPurpose.START else recovery_request
    found = here.perform(run, task_of(asked), lambda context: approach(context, asked, request))
    where = (run.upgrade_id, task_of(asked))
    here.questions.pop(where, None)
    if isinstance(found, AskPerson):
        here.questions[where] = Question(run=run, gate=asked, about=here.about(run, asked.purpose))
    return found


def wait(step: str, goal: Goal) -> tuple[str, Task]:
    def watch(here: Site, run: Run) -> object:
        missed = WaitEnded(awaited=goal, reached=False)
        return here.perform(run, step, partial(_watch, here, run, step, goal), failed=missed)

    return step, watch


def _watch(here: Site, run: Run, step: str, goal: Goal, context: UpgradeContext) -> object:
    timers = context.intent.policy.timers
    so_far = known(here.journal.written[run.upgrade_id])
    course = course_of(so_far, here.evidence, context.intent)
    began = so_far.waiting_since.get(goal)
    if began is None:
        here.note(run, WaitBegan(awaited=goal), step, f"waiting for {goal}")
        began = here.world.now()
    for _ in range(MOST_POLLS):
        seen = progress(goal, course, context.reader.observe())
        if seen.done:
            here.note(run, WaitEnded(awaited=goal, reached=True), step, seen.text)
            return seen.text
        if (here.world.now() - began).total_seconds() > deadline_s(goal, timers):
            raise RequestRefused(f"not reached: {seen.text}")
        here.world.sleep(timers.poll_s)
    return NotYet()


def carry(name: ActionName) -> tuple[str, Task]:
    step = f"recover.{name}"
    failed = StepFailed(task=step, awaited=name)

    def command(here: Site, run: Run) -> object:
        for _ in range(MOST_POLLS):
            found = here.perform(run, step, lambda context: carry_out(context, name), failed=failed)
            if not isinstance(found, ActionWait):
                return found
            since = known(here.journal.written[run.upgrade_id]).waiting_since.get(name)
            if since is None:
                here.note(run, WaitBegan(awaited=name), step, "waiting")
                since = here.world.now()
            if (here.world.now() - since).total_seconds() > found.deadline_s:
                return here.perform(run, step, partial(overdue, name=name, waiting=found), failed=failed)
            here.world.sleep(TIMERS.poll_s)
        return NotYet()

    return step, command


def until_quiet(here: Site, run: Run) -> object:
    here.world.sleep(900)
    upgrade = here.world.machine.upgrade
    if upgrade is not None and not upgrade.outcome:
        return NotYet()
    here.note(run, NothingMoved(), "wait_until_quiet", "nothing moves")
    return "quiet"


def closing(here: Site, run: Run) -> object:
    """As ``airflow/operators/close.py``: outcome, clean-up, end."""
    here.perform(run, "close", lambda context: is_closed(context) or settle(context, run.failed))
    here.perform(run, "clean_up", lambda context: is_closed(context) or clean_up(context))
    found = here.perform(run, "close", lambda context: close(context, run.failed))
    if not isinstance(found, Exception):
        run.is_at_work = False
    return found


BEFORE = (
    plain(BASELINE_STEP, keep_baseline),
    plain("assess.check_readiness", judge_readiness),
    *(gate(ApprovalPurpose.START, n) for n in range(3)),
    plain("approval.confirm_approval", lambda b: confirm_approval(b, ApprovalPurpose.START)),
    plain("issu.consolidate_groups", consolidate_groups),
    plain("issu.start", start_issu),
    *(wait(step, goal) for step, goal in WAITS),
)
FOUND = (
    plain("observe", observe),
    ("wait_until_quiet", until_quiet),
    plain("observe_again", observe_again),
)
AFTER = (
    plain("branch_outcome", judge_outcome),
    plain("recover.diagnose", diagnose),
    *(gate(ApprovalPurpose.RECOVERY, n) for n in range(3)),
    plain("recover.confirm_recovery", lambda b: confirm_approval(b, ApprovalPurpose.RECOVERY)),
    *(carry(name) for name in ActionName),
    plain("recover.conclude_recovery", conclude_recovery),
    plain("verify.collect_after", collect_after),
    plain("verify.check_versions_and_groups", check_versions_and_groups),
    plain("fail_back.reset_flags", reset_failover),
    wait("fail_back.wait_until_settled", Goal.GROUPS_SETTLED),
    plain("fail_back.fail_back_groups", fail_back_groups),
    wait("fail_back.wait_for_groups", Goal.GROUPS_SETTLED),
    plain("fail_back.fail_back_rg0", fail_back_rg0),
    wait("fail_back.wait_for_rg0_hold_down", Goal.GROUPS_SETTLED),
    plain("fail_back.reset_flags_again", reset_failover),
    wait("fail_back.wait_for_flags", Goal.FLAGS_CLEARED),
    plain("fail_back.check_unchanged", check_unchanged),
    plain("hold_for_operator", hold_for_operator),
    plain("recover.hold_for_operator", hold_recovery),
    ("close", closing),
)
TASKS = {Purpose.UPGRADE: (*BEFORE, *AFTER), Purpose.RECOVER: (*FOUND, *AFTER)}
INDEX = {purpose: {step: at for at, (step, _) in enumerate(tasks)} for purpose, tasks in TASKS.items()}


def go_on(here: Site, run: Run) -> None:
    """The task that comes next, and where the DAG goes from there."""
    tasks, index = TASKS[run.purpose], INDEX[run.purpose]
    step, task = tasks[run.at]
    found = task(here, run)
    if isinstance(found, NotYet | AskPerson):
        return
    if isinstance(found, Exception):
        run.failed.append(step)
    run.at = min(_next(run, step, found, index), len(tasks) - 1)


def _next(run: Run, step: str, found: object, index: dict[str, int]) -> int:
    at = run.at + 1
    match found:
        case Exception() if step.startswith("recover."):
            at = index["recover.hold_for_operator"]
        case Exception() if run.at < index["branch_outcome"]:
            at = index["branch_outcome"]
        case Exception() if step != "close":
            at = index["close"]
        case NextStage.VERIFY | Recovered.VERIFY:
            at = index["verify.collect_after"]
        case NextStage.RECOVER:
            at = index["recover.diagnose"]
        case NextStage.HOLD:
            at = index["hold_for_operator"]
        case NextStage.END | Recovered.PUT_BACK:
            at = index["close"]
        case _ if step in ("fail_back.check_unchanged", "hold_for_operator"):
            at = index["close"]
    return at
