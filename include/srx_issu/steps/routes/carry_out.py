"""One phase of a route: its actions one at a time, each command after a new look at both nodes.

Every command is journalled before it goes out, so a killed or retried task arrives where it was. Nothing is
decided here about a failure: what both nodes show afterwards decides (``judge_outcome``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn, assert_never

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.errors import CommandRefused, DeviceError, NotPermitted
from srx_issu.domain.failure.route_table import CABLES
from srx_issu.domain.gate.table import SendCondition, SendPurpose
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.route_events import CalledFor, RouteStepPassed
from srx_issu.domain.procedure.action import (
    ActionName,
    CommandKind,
    PlannedAction,
    PlannedCommand,
)
from srx_issu.domain.procedure.conditions import judge
from srx_issu.domain.procedure.progress import Passed, Send, Stop, Wait, step_of
from srx_issu.domain.routes.plan import RoutePhase, RoutePlan
from srx_issu.domain.upgrade.configuration import CommitConfiguration, comment_of
from srx_issu.steps.baseline import timers_in_force
from srx_issu.steps.call_person import call_person
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.gate.order import RouteCommitOrder, RouteOrder, StillDue
from srx_issu.steps.gate.send import commit_configuration, send_command
from srx_issu.steps.routes.hurry import Hurry, hurrying
from srx_issu.steps.routes.stored_plan import route_plan
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.judge_readiness import reassess_if_old
from srx_issu.steps.upgrade.refuse_start import refuse_start
from srx_issu.steps.waits.by_hand import await_hands, word_missing
from srx_issu.steps.waits.converge import ActionWait, NotYet
from srx_issu.steps.waits.look_later import look_later

LOOK_AGAIN_S = 2.0  # while seconds count
KEY_PREFIX = "route."  # of the keys of a route's commands in the journal

_SENT_FOR = {
    CommandKind.ADD_SOFTWARE: Sending.INSTALL,
    CommandKind.REBOOT_TOGETHER: Sending.REBOOT,
    CommandKind.REBOOT_ALONE: Sending.REBOOT,
    CommandKind.COMMIT: Sending.COMMIT,
    CommandKind.HALT: Sending.HALT,
}


def actions_left(context: UpgradeContext, phase: RoutePhase) -> tuple[ActionName, ...]:
    """The phase's actions that are not over, in order."""
    so_far = context.known()
    plan = route_plan(so_far, context.evidence)
    return tuple(each.name for each in plan.actions_of(phase) if each.name not in so_far.route_passed)


def carry_out(context: UpgradeContext, name: ActionName) -> Facts | ActionWait | NotYet:
    """One action: sends what is due, looking anew before each command, until it is over or must wait. NotYet
    where only a worker can see its end: what a node boots next is asked by no trigger.

    Raises NotVerified when it must stop, and RequestRefused, with the outcome written down, when nothing of
    the route was begun and it may not begin.
    """
    so_far = context.known()
    plan = route_plan(so_far, context.evidence)
    if not so_far.route_commands:
        reassess_if_old(context)
    if not plan.commands_of_urgent(name):
        return _until_it_waits(context, plan, name, None)
    with hurrying(context, plan, name) as hurry:
        return _until_it_waits(context, plan, name, hurry)


def _until_it_waits(
    context: UpgradeContext, plan: RoutePlan, name: ActionName, hurry: Hurry | None
) -> Facts | ActionWait | NotYet:
    """``hurry``: where seconds count the worker is kept, and the time is looked at before each command."""
    action, paged = plan.action(name), False
    while True:
        now = _stamped(context, context.reader.observe())
        if hurry is not None:
            hurry.look(now)
        sent = context.known().route_commands
        is_past = plan.is_past(name, sent)
        step = (
            Passed(reason=f"{name}: later steps have begun") if is_past else (step_of(plan, name, now, sent))
        )
        match step:
            case Passed() if action and not is_past and (missing := word_missing(context, action)):
                return await_hands(context, action, _waiting(context, action, missing), overdue)
            case Passed():
                context.record(RouteStepPassed(action=name), step.reason)
                return {"done": step.reason}
            case Send():
                _send_in_time(context, plan, step, hurry)
            case Wait():
                waiting = _wait(context, name, step, hurry)
                if waiting is not None:
                    return waiting
            case Stop() if step.page and not paged:
                paged = True  # two primaries may be seen while a group moves between the two looks
                context.clock.sleep(_pause_s(context))
            case Stop():
                _stop(context, step)
            case _:
                assert_never(step)


def _wait(
    context: UpgradeContext, name: ActionName, step: Wait, hurry: Hurry | None
) -> ActionWait | NotYet | None:
    """None: it was waited for on the worker, because seconds count."""
    waiting = _waiting(context, step.action, step.reason)
    if step.action.asks:
        return await_hands(context, step.action, waiting, overdue)
    if hurry is not None and hurry.has_begun:
        hurry.check(step.reason)
        context.clock.sleep(_pause_s(context))
        return None
    return look_later(context, name, waiting, overdue) if step.action.needs_a_worker else waiting


def _send_in_time(context: UpgradeContext, plan: RoutePlan, step: Send, hurry: Hurry | None) -> None:
    """With the alarm on, before and behind it: the gate may have to wait for the journal."""
    if hurry is None:
        _send(context, plan, step)
        return
    hurry.check(step.reason)
    hurry.arm()
    _send(context, plan, step)
    hurry.arm()


def _waiting(context: UpgradeContext, action: PlannedAction, reason: str) -> ActionWait:
    timers = timers_in_force(context.known(), context.intent)
    return ActionWait(reason=reason, deadline_s=float(getattr(timers, action.deadline)))


def _pause_s(context: UpgradeContext) -> float:
    return min(LOOK_AGAIN_S, context.intent.policy.timers.poll_s)


def overdue(context: UpgradeContext, name: ActionName, waiting: ActionWait) -> NoReturn:
    """The action's deadline has passed. Always raises NotVerified."""
    text = f"{name}: not done within {waiting.deadline_s:.0f} s: {waiting.reason}"
    context.log.warning("%s: %s", context.intent.cluster.name, text)
    raise NotVerified(text)


def _stop(context: UpgradeContext, step: Stop) -> NoReturn:
    if not context.known().route_commands:
        refuse_start(context, step.reason)
    if step.page:
        call_person(context, CalledFor.STOP_RULE, f"{step.reason}. Nothing more is sent. {CABLES}")
    raise NotVerified(step.reason)


def _send(context: UpgradeContext, plan: RoutePlan, step: Send) -> None:
    """Through the send gate. A lost answer is no reason to stop: the next look tells what became of it."""
    command = step.command
    tries = sum(1 for sent in context.known().route_commands if sent.key == command.key)

    def still_due(now: Snapshot) -> str | None:
        newest = step_of(plan, step.action.name, _stamped(context, now), context.known().route_commands)
        if isinstance(newest, Send) and newest.command.key == command.key:
            return None
        return newest.reason

    key = f"{KEY_PREFIX}{command.key}" if command.is_once else f"{KEY_PREFIX}{command.key}.{tries + 1}"
    try:
        words = _through_the_gate(context, step, key, still_due)
        _check_shown(context, command, words)
    except NotPermitted as no:
        _not_permitted(context, command.purpose, no)
    except CommandRefused as refusal:
        if not _may_ask_again(command):
            raise NotVerified(f"{command.node} refused '{command.cli}': {refusal.message}") from refusal
        context.log.warning("%s %s: refused: %s", context.intent.cluster.name, command.node, refusal.message)
    except DeviceError as doubt:
        context.log.warning("%s %s: %s; looking", context.intent.cluster.name, command.node, doubt.message)
        context.clock.sleep(_pause_s(context))


def _may_ask_again(command: PlannedCommand) -> bool:
    """A no ends the route, but not while one node reboots and its peer must be down before it is back."""
    return command.order is CommandKind.REBOOT_TOGETHER and command.purpose is SendPurpose.COMPLETE


def _through_the_gate(context: UpgradeContext, step: Send, key: str, still_due: StillDue) -> str:
    command, booted_at = step.command, step.taken.booted_at
    if command.order is CommandKind.COMMIT:
        comment = comment_of(context.upgrade_id, f"{step.action.name} of {context.intent.route}")
        commit = RouteCommitOrder(
            purpose=command.purpose,
            sending=_SENT_FOR[command.order],
            node=command.node,
            why=step.reason,
            key=key,
            still_due=still_due,
            command=CommitConfiguration(lines=command.lines, comment=comment),
            route_command=command.key,
            booted_at=booted_at,
        )
        return commit_configuration(context, commit)
    order = RouteOrder(
        purpose=command.purpose,
        sending=_SENT_FOR[command.order],
        node=command.node,
        why=step.reason,
        key=key,
        still_due=still_due,
        command=command.junos_command,
        route_command=command.key,
        booted_at=booted_at,
    )
    return send_command(context, order)


def _check_shown(context: UpgradeContext, command: PlannedCommand, words: str) -> None:
    """An installation that was answered is over: a node that then does not show the image is not waited for,
    whether it shows another, none, or does not tell."""
    if command.order is not CommandKind.ADD_SOFTWARE:
        return
    for last in (False, True):
        now = context.reader.observe()
        missing = [j for each in command.done_when if not (j := judge(each, now, {})).holds]
        if not missing or not now.view(command.node).reachable:
            return
        if last:
            raise NotVerified(f"{command.node} answered '{' '.join(words.split())}'; {missing[0].text}")
        context.clock.sleep(context.intent.policy.timers.poll_s)


def _not_permitted(context: UpgradeContext, purpose: SendPurpose, no: NotPermitted) -> None:
    """What another try of this task has sent, or the gate's own look shows to be over, is looked at again."""
    if no.condition in (SendCondition.STILL_DUE, SendCondition.ONCE) and context.known().route_commands:
        context.clock.sleep(context.intent.policy.timers.poll_s)
        return
    if purpose is SendPurpose.BEGIN and not context.known().route_commands:
        refuse_start(context, no)
    raise NotVerified(str(no)) from no


def _stamped(context: UpgradeContext, look: Snapshot) -> Snapshot:
    """With the database's time, which tells how long ago something was sent by whatever worker."""
    return replace(look, taken_at=context.journal.now())
