"""Putting a cluster back, one step of its plan at a time, each after a new look at both nodes.

Every command is journalled before it goes out, so a killed or retried task arrives where it was; what may
go out once only is guarded by the journal's unique key.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import NoReturn, assert_never

from srx_issu.domain.approvals.judge import NotApproved
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.errors import CommandRefused, DeviceError, NotPermitted, RequestRefused
from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.gate.table import SendCondition, SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.events import Decided, FindingMade, FoundBy
from srx_issu.domain.history.recovery_events import RecoveryStepPassed
from srx_issu.domain.history.route_events import CalledFor
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.plural import many
from srx_issu.domain.procedure.action import ActionName, CommandKind, TakenCommand
from srx_issu.domain.procedure.progress import Passed, Send, Stop, Wait, step_of
from srx_issu.domain.recovery.descriptions import by_hand
from srx_issu.domain.recovery.found import NOT_KNOWN
from srx_issu.domain.recovery.planner import PlanKind, RecoveryPlan
from srx_issu.domain.upgrade.configuration import CommitConfiguration, comment_of
from srx_issu.steps.approval.facts import standing
from srx_issu.steps.baseline import baseline, baseline_state, timers_in_force
from srx_issu.steps.call_person import call_person
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import RecoveryCommitOrder, RecoveryOrder, StillDue
from srx_issu.steps.gate.send import commit_configuration, send_command
from srx_issu.steps.recovery.pressing import call_to_the_cables, passed_deadline_s, presses
from srx_issu.steps.recovery.stored_plan import (
    plan_in,
    prognosis,
    store_plan,
    stored_diagnosis,
    stored_plan,
)
from srx_issu.steps.routes.icu import with_command_end
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.collect_after import after, look_again
from srx_issu.steps.upgrade.decide_outcome import decide_outcome
from srx_issu.steps.upgrade.hold_for_operator import WHAT_TO_DO, what_to_do
from srx_issu.steps.upgrade.transcript import keep_transcript
from srx_issu.steps.waits.by_hand import await_hands
from srx_issu.steps.waits.converge import ActionWait, NotYet
from srx_issu.steps.waits.look_later import look_later

LOOK_AGAIN_S = 2.0  # where seconds count
KEY_PREFIX = "recover."  # of the keys of a recovery's commands in the journal
_LAST_LOOKS = 3


class Recovered(StrEnum):
    """Where a recovery leads."""

    VERIFY = "verify"  # both nodes run the target after all: verify as usual
    PUT_BACK = "put_back"  # both nodes run the old release, at rest


def diagnose(context: UpgradeContext) -> Facts:
    """Names the failure and makes the plan, once; a later try keeps it. Raises NotVerified when a person
    must act instead."""
    plan = stored_plan(context)
    if plan is None:
        keep_transcript(context)
        found = prognosis(context)
        store_plan(context, found)
        plan = found.plan
    if plan.permission is Permission.NEVER or not plan.actions:
        decide_outcome(context, Outcome.NEEDS_OPERATOR, plan.reason)
        raise NotVerified(plan.reason)
    return {"failure": plan.failure.value, "kind": plan.kind.value, "steps": list(by_hand(plan))}


def carry_out(context: UpgradeContext, name: ActionName) -> Facts | ActionWait | NotYet:
    """One step: sends what is due, looking anew before each command, until it is over or must wait; NotYet
    where only a worker can see its end.

    Raises NotVerified, with NEEDS_OPERATOR and the remaining steps written down, when it must stop.
    """
    plan = _permitted_plan(context)
    paged = False
    while True:
        now = _stamped(context, context.reader.observe())
        sent = context.known().recovery_commands
        step = (
            Passed(reason=f"{name}: later steps have begun")
            if _is_past(plan, name, sent)
            else (step_of(plan, name, now, sent))
        )
        match step:
            case Passed():
                context.record(RecoveryStepPassed(action=name), step.reason)
                return {"done": step.reason}
            case Send():
                _send(context, plan, step)
            case Wait() if presses(plan, name, sent):
                _look_soon(context, plan, step)
            case Wait():
                timers = timers_in_force(context.known(), context.intent)
                deadline_s = float(getattr(timers, step.action.deadline))
                waiting = ActionWait(reason=step.reason, deadline_s=deadline_s)
                if step.action.asks:
                    return await_hands(context, step.action, waiting, overdue)
                return look_later(context, name, waiting, overdue) if step.action.needs_a_worker else waiting
            case Stop() if step.page and not paged:
                paged = True  # two primaries may be seen while a group moves between the two looks
                context.clock.sleep(context.intent.policy.timers.poll_s)
            case Stop():
                if presses(plan, name, sent):
                    call_to_the_cables(context, step.reason)
                elif step.page:
                    call_person(context, CalledFor.STOP_RULE, f"{step.reason}. Nothing more is sent.")
                _stop(context, plan, name, step.reason)
            case _:
                assert_never(step)


def _is_past(plan: RecoveryPlan, name: ActionName, sent: tuple[TakenCommand, ...]) -> bool:
    """Whether a later step has sent something: a cleared task must not do this one over again."""
    names = [action.name for action in plan.actions]
    later = plan.actions[names.index(name) + 1 :] if name in names else ()
    keys = {command.key for action in later for command in action.commands}
    return any(one.key in keys for one in sent)


def _look_soon(context: UpgradeContext, plan: RecoveryPlan, step: Wait) -> None:
    """Seconds count: the worker is kept."""
    if (deadline_s := passed_deadline_s(context, plan, step.action)) is not None:
        call_to_the_cables(context, step.reason)
        overdue(context, step.action.name, ActionWait(reason=step.reason, deadline_s=deadline_s))
    context.clock.sleep(min(LOOK_AGAIN_S, context.intent.policy.timers.poll_s))


def overdue(context: UpgradeContext, name: ActionName, waiting: ActionWait) -> NoReturn:
    """The step's deadline has passed: a person acts. Always raises NotVerified."""
    reason = f"not done within {waiting.deadline_s:.0f} s: {waiting.reason}"
    _stop(context, _permitted_plan(context), name, reason)


def _permitted_plan(context: UpgradeContext) -> RecoveryPlan:
    so_far = context.known()
    plan = plan_in(so_far, context.evidence)
    if plan is None:
        raise RequestRefused("there is no recovery plan in the journal: it must be made before this step")
    if plan.permission is Permission.NEVER or not plan.actions:
        raise RequestRefused(f"this is for a person to do, nothing was sent: {plan.reason}")
    approval = standing(so_far, context.intent, ApprovalPurpose.RECOVERY, context.journal.now())
    if isinstance(approval, NotApproved):
        raise RequestRefused(
            f"the journal holds no approval of this recovery: {approval.reason}; nothing was sent"
        )
    return plan


def _send(context: UpgradeContext, plan: RecoveryPlan, step: Send) -> None:
    """Through the send gate. A lost answer is no reason to stop: the next look tells what became of it. So it
    does of what another try of this task has sent, and of what the gate's own look shows to be over."""
    command = step.command
    tries = sum(1 for sent in context.known().recovery_commands if sent.key == command.key)

    def still_due(now: Snapshot) -> str | None:
        newest = step_of(plan, step.action.name, _stamped(context, now), context.known().recovery_commands)
        if isinstance(newest, Send) and newest.command.key == command.key:
            return None
        return newest.reason

    key = f"{KEY_PREFIX}{command.key}" if command.is_once else f"{KEY_PREFIX}{command.key}.{tries + 1}"
    try:
        _through_the_gate(context, plan, step, key, still_due)
    except NotPermitted as no:
        if no.condition not in (SendCondition.STILL_DUE, SendCondition.ONCE):
            raise
        context.clock.sleep(context.intent.policy.timers.poll_s)
    except CommandRefused as refusal:
        text = f"{command.node} refused '{command.cli}': {refusal.message}"
        _stop(context, plan, step.action.name, text)
    except DeviceError as doubt:
        context.log.warning("%s %s: %s; looking", context.intent.cluster.name, command.node, doubt.message)


def _through_the_gate(
    context: UpgradeContext, plan: RecoveryPlan, step: Send, key: str, still_due: StillDue
) -> str:
    command, booted_at = step.command, step.taken.booted_at
    if command.order is CommandKind.COMMIT:
        commit = RecoveryCommitOrder(
            purpose=SendPurpose.BRING_HOME,
            sending=Sending.RECOVER,
            node=command.node,
            why=step.reason,
            key=key,
            still_due=still_due,
            plan=plan,
            recovery_command=command.key,
            booted_at=booted_at,
            command=CommitConfiguration(
                lines=command.lines, comment=comment_of(context.upgrade_id, f"{step.action.name}, recovery")
            ),
        )
        return commit_configuration(context, commit)
    order = RecoveryOrder(
        purpose=SendPurpose.BRING_HOME,
        sending=Sending.RECOVER,
        node=command.node,
        why=step.reason,
        key=key,
        still_due=still_due,
        plan=plan,
        recovery_command=command.key,
        booted_at=booted_at,
        command=command.junos_command,
    )
    return send_command(context, order)


def _stamped(context: UpgradeContext, look: Snapshot) -> Snapshot:
    """With the database's time, which tells how long ago something was sent by whatever worker."""
    return with_command_end(context, replace(look, taken_at=context.journal.now()))


def _stop(context: UpgradeContext, plan: RecoveryPlan, name: ActionName, reason: str) -> NoReturn:
    diagnosis = stored_diagnosis(context)
    assert diagnosis is not None  # kept with the plan
    failed = f"{plan.reason}. {FACTS[plan.failure].words}"
    stopped = f"recovery stopped at {name}: {reason}"
    text = f"The {stopped}. What it was to mend:\n\n{what_to_do(context, plan, diagnosis)}"
    context.evidence.write(context.upgrade_id, f"{WHAT_TO_DO}.txt", f"{text}\n")
    decide_outcome(context, Outcome.NEEDS_OPERATOR, f"{stopped}; it was to mend: {failed}")
    raise NotVerified(reason)


def conclude_recovery(context: UpgradeContext) -> Recovered:
    """The outcome of a plan that was carried out to its end. Raises NotVerified, with NEEDS_OPERATOR written
    down, when what was restored is not so any more."""
    plan = _permitted_plan(context)
    on_target = plan.release is not None and same_release(plan.release, context.intent.image.release)
    if on_target or plan.kind in (PlanKind.RESYNC_POLICIES, PlanKind.NOTHING):
        context.record(Decided(), f"{plan.kind.replace('_', ' ')}: verify the upgrade as usual")
        return Recovered.VERIFY
    compared = _compared(context)
    if gone := _not_restored(context, plan):
        _stop(context, plan, ActionName.VERIFY_RESTORED, gone)
    outcome = Outcome.ROLLED_BACK if plan.kind is PlanKind.ROLL_BACK else Outcome.ABORTED_CLEAN
    decide_outcome(context, outcome, f"{plan.reason}; {_runs_now(context, plan)}; {compared}")
    return Recovered.PUT_BACK


def _runs_now(context: UpgradeContext, plan: RecoveryPlan) -> str:
    """The release in words; where nobody named the target, nobody knows whether it is the old one."""
    if context.intent.image.release == NOT_KNOWN:
        return (
            f"both nodes run {plan.release}; nobody told what the ISSU was to install: it may have come to "
            "its end, or not have begun"
        )
    return f"both nodes run {plan.release} again"


def _not_restored(context: UpgradeContext, plan: RecoveryPlan) -> str | None:
    """Why the last step's conditions do not hold any more; None = they do. A bad look is looked at again."""
    sent = context.known().recovery_commands
    for _ in range(_LAST_LOOKS):
        step = step_of(plan, ActionName.VERIFY_RESTORED, context.reader.observe(), sent)
        if isinstance(step, Passed):
            return None
        context.clock.sleep(context.intent.policy.timers.poll_s)
    return step.reason


def _compared(context: UpgradeContext) -> str:
    """The state now against the baseline, in words; findings are journalled one by one."""
    from srx_issu.checks.post_checks import differences_of, findings_of  # noqa: PLC0415

    so_far = context.known()
    before = Observation(
        snapshot=baseline(so_far, context.evidence), state=baseline_state(so_far, context.evidence)
    )
    look_again(context, "after the recovery")
    now, state = after(context)
    differences = differences_of(before, Observation(snapshot=now, state=state), context.intent)
    findings = findings_of(differences, context.intent.policy.checks)
    for finding in findings:
        context.record(FindingMade(by=FoundBy.RECOVERY), finding.text, node=finding.node)
    if not findings:
        return "everything is as before the upgrade"
    return f"{many(len(findings), 'difference')} from before the upgrade"
