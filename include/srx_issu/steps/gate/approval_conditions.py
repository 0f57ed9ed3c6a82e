"""The conditions of the send gate on what people have approved: a start, a route, a recovery."""

from __future__ import annotations

from srx_issu.domain.approvals.judge import Approved
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.gate.answer import Fails, Finding, Holds
from srx_issu.domain.history.sending_rules import BY_PLAN
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.recovery.found import NOT_KNOWN
from srx_issu.domain.upgrade.commands import Command
from srx_issu.steps.approval.facts import downgrade_of, standing
from srx_issu.steps.gate.order import RouteCommitOrder, RouteOrder
from srx_issu.steps.gate.reading import GateReading
from srx_issu.steps.recovery.stored_plan import digest_of
from srx_issu.steps.routes.stored_plan import route_plan


def approved(reading: GateReading) -> Finding:
    if not_of_plan := _not_of_the_plan(reading):
        return Fails(reason=not_of_plan)
    return _start_and_downgrade(reading, expires=True)


def _start_and_downgrade(reading: GateReading, *, expires: bool) -> Finding:
    """Where the image is an older release, both questions were answered yes."""
    reasons = list[str]()
    for purpose in (ApprovalPurpose.START, ApprovalPurpose.DOWNGRADE):
        if purpose is ApprovalPurpose.DOWNGRADE and downgrade_of(reading.known) is None:
            continue
        found = standing(reading.known, reading.context.intent, purpose, reading.now, expires=expires)
        if not isinstance(found, Approved):
            return Fails(reason=found.reason)
        reasons.append(found.reason)
    return Holds(reason="; ".join(reasons))


def _not_of_the_plan(reading: GateReading) -> str | None:
    """Of a route that goes by a plan, nothing is sent that its plan does not hold, for that purpose."""
    order = reading.order
    if reading.context.intent.route not in BY_PLAN:
        return None
    if not isinstance(order, RouteOrder | RouteCommitOrder) or reading.known.route is None:
        return f"this is no command of the route's plan: {order.what} on {order.node}"
    plan = route_plan(reading.known, reading.context.evidence)
    planned = next((each for each in plan.commands if each.key == order.route_command), None)
    ordered = (_content(order), order.node, order.purpose)
    if planned is None or (planned.content, planned.node, planned.purpose) != ordered:
        return f"the approved plan has no such command: {order.what} on {order.node}"
    return None


def _content(order: RouteOrder | RouteCommitOrder) -> Command | tuple[str, ...]:
    """What of it is approved: the comment of a commit names the upgrade, and is no part of the plan."""
    return order.command.lines if isinstance(order, RouteCommitOrder) else order.command


def route_approved(reading: GateReading) -> Finding:
    """Approved before it was begun, and no question of age since: a cluster half way must go on."""
    if reading.context.intent.route not in BY_PLAN:
        return Fails(reason="this upgrade's route has no plan")
    if not_of_plan := _not_of_the_plan(reading):
        return Fails(reason=not_of_plan)
    if not reading.known.route_commands:
        return Fails(reason="nothing of this plan was begun")
    return _start_and_downgrade(reading, expires=False)


def _issu_is_over(reading: GateReading) -> Finding:
    """The end of an upgrade comes when both nodes run its release, not when a task is green."""
    target = reading.context.intent.image.release
    releases = {view.node: view.release for view in reading.look.views if view.release is not None}
    wanted = target if target != NOT_KNOWN else next(iter(releases.values()), target)
    for node, release in releases.items():
        if not same_release(release, wanted):
            return Fails(reason=f"the ISSU is not over: {node} runs {release}, not {wanted}")
    return Holds(reason=f"part of the upgrade itself; who answers runs {wanted}")


def plan_approved(reading: GateReading) -> Finding:
    plan = reading.order.plan
    if plan is None:
        if reading.known.start is None:
            return Holds(reason="part of the upgrade itself; no ISSU was asked for")
        return _issu_is_over(reading)
    newest = reading.known.plan
    if newest is None or newest.event.digest not in (None, digest_of(plan)):
        return Fails(reason="another plan has been made since; the command belongs to the one before")
    if plan.permission is Permission.NEVER:
        return Fails(reason=f"policy leaves this to a person: {plan.reason}")
    if plan.permission is Permission.AUTOMATIC:
        return Holds(reason="policy carries this plan out by itself")
    found = standing(reading.known, reading.context.intent, ApprovalPurpose.RECOVERY, reading.now)
    return Holds(reason=found.reason) if isinstance(found, Approved) else Fails(reason=found.reason)
