"""Where a route with a plan stands after its tasks, whatever became of them: from what both nodes show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.naming import Diagnosis
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.route_events import CalledFor
from srx_issu.domain.history.state_parts import IntendedCommand
from srx_issu.domain.history.upgrade_state import UpgradeState, known
from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.domain.routes.dual_reboot import REBOOTS
from srx_issu.domain.routes.stopped import diagnose_route
from srx_issu.domain.routes.way_back import recover_route
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.baseline import baseline, timers_in_force
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.routes.stored_plan import route_plan
from srx_issu.steps.waits.converge import SHORTEST_PAUSE_S, NotYet


def diagnose_stop(context: UpgradeContext, now: Snapshot) -> tuple[Diagnosis, RecoveryPlan]:
    """What it is called, and what would be done about it."""
    so_far, words = context.known(), _of_the_route(context).route_refusal
    before, plan = baseline(so_far, context.evidence), route_plan(so_far, context.evidence)
    was_rebooted = _first_reboot(context) is not None
    diagnosis = diagnose_route(plan, before, now, was_rebooted=was_rebooted, words=words)
    rules = context.intent.policy.failures
    return diagnosis, recover_route(plan, before, now, diagnosis, context.intent.software, rules)


def still_installing(context: UpgradeContext, now: Snapshot, plan: RecoveryPlan) -> NotYet | None:
    """An installation without an answer may go on though its session is gone. What it leaves would be found
    at the next boot, behind an upgrade that was called clean, or meet a second installation. Traffic that is
    stopped does not wait for it."""
    stopped = plan.failure is FailureClass.APART_NO_TRAFFIC
    if stopped or not plan.actions or context.known().conclusion is not None:
        return None
    so_far = _of_the_route(context)
    timers, answered = timers_in_force(so_far, context.intent), so_far.answered | so_far.rejected
    for one in _installations_not_booted(so_far.intended):
        node, shown = one.command.node, now.view(one.command.node).next_boot
        left_s = timers.install_s - (context.journal.now() - one.at).total_seconds()
        shows_image = shown is not None and shown.is_other
        if one.command.permit_id not in answered and left_s > 0 and not shows_image:
            reason = f"{node} has not answered its installation, which may go on: {plan.reason}"
            return NotYet(reason=reason, pause_s=min(max(SHORTEST_PAUSE_S, timers.poll_s), left_s))
    return None


def _installations_not_booted(sent: tuple[IntendedCommand, ...]) -> Iterator[IntendedCommand]:
    """Those whose node was not told to reboot since."""
    rebooted: set[NodeName] = set()
    for one in reversed(sent):
        if one.command.sending is Sending.REBOOT:
            rebooted.add(one.command.node)
        if one.command.sending is Sending.INSTALL and one.command.node not in rebooted:
            yield one


def still_booting(context: UpgradeContext, diagnosis: Diagnosis) -> NotYet | None:
    """A task that broke off is no reason to call somebody while both nodes may still come back in time."""
    sent_at = _boot_sent_at(context)
    if sent_at is None or context.known().conclusion is not None:
        return None
    timers = timers_in_force(context.known(), context.intent)
    limit_s = _limit_s(diagnosis.failure, timers, is_apart=context.intent.route is Route.MINIMAL_DOWNTIME)
    left_s = limit_s - (context.journal.now() - sent_at).total_seconds()
    if left_s <= 0:
        return None
    return NotYet(reason=diagnosis.reason, pause_s=min(max(SHORTEST_PAUSE_S, timers.poll_s), left_s))


def presses(context: UpgradeContext, diagnosis: Diagnosis) -> CalledFor | None:
    """What a person is called for before the run has come to its end; None: its end is soon enough."""
    match diagnosis.failure:
        case FailureClass.SECOND_REBOOT_LOST:
            return CalledFor.SECOND_REBOOT
        case FailureClass.RELEASES_TOGETHER | FailureClass.NODE_BACK_ON_OLD | FailureClass.BOTH_PRIMARY:
            return CalledFor.TWO_RELEASES
        case FailureClass.NODE_MISSING if _first_reboot(context) is not None:
            return CalledFor.TWO_RELEASES
        case _:
            return None


def _limit_s(failure: FailureClass, timers: Timers, *, is_apart: bool) -> float:
    """From the reboot on. A node that goes down may be silent before its peer has lost it; one that is apart
    is silent until it is back."""
    match failure:
        case FailureClass.NODE_NOT_BACK:
            return timers.boot_s
        case FailureClass.NOT_IN_SYNC:
            return timers.boot_s + timers.cold_sync_s
        case FailureClass.NODE_MISSING:
            return timers.boot_s if is_apart else timers.shortest_boot_s
        case _:
            return 0.0


def _boot_sent_at(context: UpgradeContext) -> datetime | None:
    """The first reboot of two that belong together; of nodes that are apart, the newest of one of them."""
    if context.intent.route is not Route.MINIMAL_DOWNTIME:
        return _first_reboot(context)
    newest = next(iter(reversed(_of_the_route(context).route_commands)), None)
    return newest.at if newest is not None and newest.key.startswith(REBOOTS) else None


def _first_reboot(context: UpgradeContext) -> datetime | None:
    commands = _of_the_route(context).route_commands
    return next((one.at for one in commands if one.key.startswith(REBOOTS)), None)


def _of_the_route(context: UpgradeContext) -> UpgradeState:
    """What the journal knows of the upgrade that sent what was sent: its own, or where it goes on from."""
    state = context.known()
    while state.route_from is not None:
        state = known(context.journal.entries(state.route_from))
    return state
