"""The next step of a plan: a pure function of the plan, one look at both nodes, and what was sent.

Asked anew before every command, so a task that was killed, retried or run twice arrives at the same
answer. What was sent is journalled *before* it goes out; a command that may go out once only is then never
sent again, and only the nodes can tell what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.procedure.action import (
    ActionName,
    CommandKind,
    PlannedAction,
    PlannedCommand,
    TakenCommand,
)
from srx_issu.domain.procedure.apart_rules import danger
from srx_issu.domain.procedure.conditions import Judged, StateCondition, judge
from srx_issu.domain.procedure.objection import StopVerdict
from srx_issu.domain.procedure.stop_rules import objection, split_brain

RESEND_AFTER = timedelta(seconds=60)  # a command that may be repeated, and whose effect does not show
RESEND_REBOOT_AFTER = timedelta(seconds=20)  # of a node whose peer must not come back before it is down
MOST_TRIES = 3
MOST_REBOOTS = 6  # as many as there is time for, before the shortest boot is over


@dataclass(frozen=True, kw_only=True)
class Send:
    """Send this one command now: journal it (``taken``), then ``junos_command`` to its node."""

    action: PlannedAction
    command: PlannedCommand
    taken: TakenCommand
    reason: str


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Look again later; after ``action.deadline`` seconds in this step, stop."""

    action: PlannedAction
    reason: str


@dataclass(frozen=True, kw_only=True)
class Passed:
    """This step is over."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A person must look; nothing more is sent. ``page``: at once.

    Two primaries may be seen for a moment when a group moves between the looks at the two nodes: who
    carries the plan out looks a second time before paging.
    """

    reason: str
    page: bool = False


def next_in(
    action: PlannedAction, now: Snapshot, done: Iterable[TakenCommand]
) -> Send | Wait | Passed | Stop:
    """What is due now in one step. ``done`` is every command of the plan that was (or may have been) sent."""
    taken = tuple(done)
    if at_once := danger(action.apart, now) if action.apart else split_brain(now):
        return Stop(reason=at_once.reason, page=True)
    stops = [judge(condition, now, _boot_times(taken)) for condition in action.stop_when]
    if met := next((j for j in stops if j.holds), None):
        return Stop(reason=met.text, page=True)
    for command in _due(action, now, taken):
        if _may_be_sent(command, now, taken):
            return _send(action, command, now, taken)
    booted = _boot_times(taken)
    missing = [*_unfinished(action, now, taken), *_not_held(action.done_when, now, booted)]
    if missing:
        asked = f"a person: {action.asks}; " if action.asks else ""
        return Wait(action=action, reason=f"{asked}{missing[0]}")
    return Passed(reason=f"{action.name}: done")


def _send(
    action: PlannedAction, command: PlannedCommand, now: Snapshot, taken: tuple[TakenCommand, ...]
) -> Send | Wait | Stop:
    """All that can speak against sending it now."""
    booted = _boot_times(taken)
    needs = [judge(condition, now, booted) for condition in command.needs]
    if broken := next((j for j in needs if j.holds is False), None):
        return Stop(reason=f"{command.cli} is not sent to {command.node}: {broken.text}")
    if against := objection(command, now, action.apart):
        if against.verdict is StopVerdict.WAIT:
            return Wait(action=action, reason=against.reason)
        reason = f"{command.cli} is not sent to {command.node}: {against.reason}"
        return Stop(reason=reason, page=against.verdict is StopVerdict.PAGE)
    if missing := [*_unheld(needs), *_not_held(command.waits_for, now, booted)]:
        return Wait(action=action, reason=missing[0])
    subject: NodeName = command.subject or command.node
    note = TakenCommand(key=command.key, at=now.taken_at, booted_at=now.view(subject).booted_at)
    return Send(action=action, command=command, taken=note, reason=action.reason)


def _due(action: PlannedAction, now: Snapshot, taken: tuple[TakenCommand, ...]) -> list[PlannedCommand]:
    """Errands that are not over; what only prepares another one is over with that one, sent or seen."""
    over = {e.key for e in action.commands if _is_over(e, now, taken)}
    settled = over | {t.key for t in taken}
    return [e for e in action.commands if e.key not in over and e.prepares not in settled]


def _is_over(command: PlannedCommand, now: Snapshot, taken: tuple[TakenCommand, ...]) -> bool:
    """Whether the command's effect shows, or it was sent and cannot show."""
    sent = any(t.key == command.key for t in taken)
    if not sent and (command.is_always_sent or not command.done_when):
        return False
    judged = [judge(condition, now, _boot_times(taken)) for condition in command.done_when]
    if all(j.holds for j in judged):
        return True
    hidden = not any(j.holds is False for j in judged) and now.view(command.node).reachable
    return sent and command.is_unseen_ok and hidden


def _may_be_sent(command: PlannedCommand, now: Snapshot, taken: tuple[TakenCommand, ...]) -> bool:
    """False for what went out once and may not again, or went out a moment ago."""
    tries = [t.at for t in taken if t.key == command.key]
    if not tries:
        return True
    together = command.order is CommandKind.REBOOT_TOGETHER
    pause = RESEND_REBOOT_AFTER if together else RESEND_AFTER
    most = MOST_REBOOTS if together else MOST_TRIES
    return not command.is_once and len(tries) < most and now.taken_at - max(tries) >= pause


def _unfinished(action: PlannedAction, now: Snapshot, taken: tuple[TakenCommand, ...]) -> list[str]:
    """Repeatable commands whose effect is still to be seen."""
    waiting = [e for e in _due(action, now, taken) if not e.is_once]
    booted = _boot_times(taken)
    return [f"{e.cli} was sent; {_first(e.done_when, now, booted)}" for e in waiting]


def _first(conditions: tuple[StateCondition, ...], now: Snapshot, booted: dict[str, datetime | None]) -> str:
    return next(iter(_not_held(conditions, now, booted)), "its effect is not known")


def _not_held(
    conditions: tuple[StateCondition, ...], now: Snapshot, booted: dict[str, datetime | None]
) -> list[str]:
    return _unheld([judge(condition, now, booted) for condition in conditions])


def _unheld(judged: list[Judged]) -> list[str]:
    return [j.text for j in judged if not j.holds]


def _boot_times(taken: tuple[TakenCommand, ...]) -> dict[str, datetime | None]:
    """Boot time of each command's node before its first try."""
    times: dict[str, datetime | None] = {}
    for one in taken:
        times.setdefault(one.key, one.booted_at)
    return times


class _Plan(Protocol):
    """Any plan that is made of actions."""

    def action(self, name: ActionName) -> PlannedAction | None: ...


def step_of(
    plan: _Plan, name: ActionName, now: Snapshot, done: Iterable[TakenCommand]
) -> Send | Wait | Passed | Stop:
    """One named step of a plan, as a task of the DAG asks; a plan without it has passed it."""
    action = plan.action(name)
    if action is None:
        return Passed(reason=f"{name}: not part of this plan")
    return next_in(action, now, done)
