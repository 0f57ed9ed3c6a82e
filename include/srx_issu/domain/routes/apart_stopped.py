"""Where a route that takes the nodes apart has stopped, from what each of the two shows itself.

What is dangerous is found first. Where a node does not answer, or does not tell, a person looks.
"""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.phase import not_settled
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.situation import runs, split_groups
from srx_issu.domain.procedure.apart_claims import links_of
from srx_issu.domain.procedure.conditions import StateCondition, judge
from srx_issu.domain.routes.apart_steps import ApartSteps
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.routes.relaxed import left_over

Named = tuple[FailureClass, str]


def name_apart(plan: RoutePlan, steps: ApartSteps, now: Snapshot) -> Named:
    """The class, and what it was read from."""
    silent = [view.node for view in now.views if not view.reachable or view.links is None]
    return (
        _dangerous(plan, steps, now)
        or (_silent(now, silent) if silent else None)
        or _joined(plan, steps, now)
        or _apart(plan, steps, now)
        or (FailureClass.UNKNOWN, _seen(now))
    )


def _dangerous(plan: RoutePlan, steps: ApartSteps, now: Snapshot) -> Named | None:
    up = [f"{view.node} shows the {link} link up" for view in now.views for link in links_of(view).up]
    same = [len(_on(now, release)) == len(NodeName) for release in (plan.old_release, plan.target)]
    if up and now.both_reachable and not any(same):
        return FailureClass.RELEASES_TOGETHER, f"{'; '.join(up)}: {_seen(now)}"
    some_up = [node for node in NodeName if _some_open(steps, now, node)]
    if split_groups(now) and len(some_up) == len(NodeName):
        return FailureClass.BOTH_ACTIVE, "both nodes call themselves primary, and show network ports up"
    return None


def _silent(now: Snapshot, silent: list[NodeName]) -> Named:
    names = " and ".join(silent)
    return FailureClass.NODE_MISSING, f"{names} does not answer, or not tell of its links: {_seen(now)}"


def _joined(plan: RoutePlan, steps: ApartSteps, now: Snapshot) -> Named | None:
    """One cluster again, or still."""
    if not _holds(now, *steps.links_joined()) or split_groups(now):
        return None
    if len(_on(now, plan.old_release)) == len(NodeName):
        return FailureClass.LEFT_RELAXED, "both nodes run the old release, and show both links up"
    if len(_on(now, plan.target)) == len(NodeName):
        if not left_over(plan.undo, now) and not any(not_settled(now, node) for node in NodeName):
            return FailureClass.FINISHED, "both nodes run the target, in sync, and nothing is left relaxed"
        return FailureClass.NOT_PUT_BACK, "both nodes run the target, and show both links up"
    return None


def _apart(plan: RoutePlan, steps: ApartSteps, now: Snapshot) -> Named | None:
    """Both nodes show both links down."""
    if not _holds(now, *steps.links_apart()):
        return None
    closed = [node for node in NodeName if _holds(now, steps.closed(node))]
    old, new = _on(now, plan.old_release), _on(now, plan.target)
    primary, secondary = plan.starter, plan.starter.peer
    if len(closed) == len(NodeName):
        return FailureClass.APART_NO_TRAFFIC, f"the ports of both nodes are closed: {_seen(now)}"
    if len(old) == len(NodeName) and closed == [secondary]:
        return FailureClass.APART_ON_OLD, f"{primary} carries the traffic: {_seen(now)}"
    if old == [primary] and new == [secondary] and closed == [secondary]:
        return FailureClass.APART_BEFORE_MOVE, f"{primary} carries the traffic: {_seen(now)}"
    if secondary in new and closed == [primary] and (primary in new or primary in old):
        return FailureClass.APART_AFTER_MOVE, f"{secondary} carries the traffic: {_seen(now)}"
    return None


def _some_open(steps: ApartSteps, now: Snapshot, node: NodeName) -> bool:
    return any(links_of(now.view(node)).port_is_up(port) for port in steps.ports(node))


def _holds(now: Snapshot, *conditions: StateCondition) -> bool:
    return all(judge(each, now, {}).holds for each in conditions)


def _on(now: Snapshot, release: str) -> list[NodeName]:
    return [view.node for view in now.views if runs(view, release)]


def _seen(now: Snapshot) -> str:
    return ", ".join(f"{view.node} runs {view.release or 'an unknown release'}" for view in now.views)
