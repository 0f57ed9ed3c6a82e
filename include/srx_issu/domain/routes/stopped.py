"""Where a route with a plan has stopped, named from what both nodes run, boot next and have booted.

Words of a refusal only name the cause of what the nodes show. What they do not show stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srx_issu.domain.cluster.model import NextBoot, NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.phase import has_rebooted, not_settled
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.naming import Diagnosis, node_findings
from srx_issu.domain.failure.situation import ClusterSituation, Situation, classify, runs
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.failure.transcript import transcript_verdict
from srx_issu.domain.procedure.conditions import is_lost_to_peer
from srx_issu.domain.routes.apart_stopped import name_apart
from srx_issu.domain.routes.plan import RoutePlan


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """What a name hangs on."""

    plan: RoutePlan
    before: Snapshot
    now: Snapshot
    was_rebooted: bool  # whether a reboot was, or may have been, sent
    words: str | None

    def rebooted(self, node: NodeName) -> bool:
        """Seen to have booted since the baseline."""
        return has_rebooted(self.before.view(node), self.now.view(node))

    def on(self, release: str) -> tuple[NodeName, ...]:
        """Who answers and runs it."""
        return tuple(node for node in NodeName if runs(self.now.view(node), release))


def diagnose_route(
    plan: RoutePlan, before: Snapshot, now: Snapshot, *, was_rebooted: bool, words: str | None
) -> Diagnosis:
    """``was_rebooted``: whether a reboot of the plan was, or may have been, sent; ``words``: of the newest
    command that a node refused, None where none did."""
    standing = classify(before, now, plan.starter, plan.target)
    case = _Standing(plan=plan, before=before, now=now, was_rebooted=was_rebooted, words=words)
    failure, reason = name_apart(plan, plan.apart, now) if plan.apart else _named(case, standing)
    return Diagnosis(
        failure=failure,
        code=None,
        reason=f"{failure.label}: {reason}",
        situation=standing.situation,
        starter=plan.starter,
        target=plan.target,
        window_open=None,
        evidence=(standing.reason, *_next_boots(now), *([f"refused: {words}"] if words else [])),
        findings=tuple(node_findings(before, now, plan.target)),
    )


def _named(case: _Standing, standing: ClusterSituation) -> tuple[FailureClass, str]:
    """What is dangerous is found first."""
    now, plan = case.now, case.plan
    if danger := _danger(case, standing):
        return danger
    old, new = case.on(plan.old_release), case.on(plan.target)
    if len(new) == 2:
        return _on_target(now)
    if not now.both_reachable:
        return _one_is_silent(case)
    if len(old) == 2:
        return _on_old(case)
    return FailureClass.UNKNOWN, standing.reason


def _danger(case: _Standing, standing: ClusterSituation) -> tuple[FailureClass, str] | None:
    """Two primaries, two releases, or a cluster that has fallen apart."""
    if standing.situation is Situation.BOTH_PRIMARY:
        return FailureClass.BOTH_PRIMARY, standing.reason
    old, new = case.on(case.plan.old_release), case.on(case.plan.target)
    if len(old) == len(new) == 1:
        found = f"{new[0]} runs {case.plan.target} and {old[0]} runs {case.plan.old_release}, and both answer"
        return FailureClass.RELEASES_TOGETHER, found
    if standing.situation is Situation.LINK_DOWN:
        return FailureClass.LINK_LOST, standing.reason
    return None


def _on_target(now: Snapshot) -> tuple[FailureClass, str]:
    unsettled = [fault for node in NodeName if (fault := not_settled(now, node))]
    if unsettled:
        return FailureClass.NOT_IN_SYNC, "; ".join(unsettled)
    return FailureClass.FINISHED, "both nodes run the target and are settled"


def _one_is_silent(case: _Standing) -> tuple[FailureClass, str]:
    silent = [view.node for view in case.now.views if not view.reachable]
    names = " and ".join(silent)
    if not case.was_rebooted:
        return FailureClass.NODE_MISSING, f"{names} does not answer, and was not told to reboot"
    if len(silent) == 2:
        return FailureClass.NODE_NOT_BACK, f"{names} do not answer"
    there = silent[0].peer
    if case.on(case.plan.old_release) == (there,):
        if case.rebooted(there):
            return (
                FailureClass.NODE_BACK_ON_OLD,
                f"{there} is back on {case.plan.old_release}, {names} is not",
            )
        if not is_lost_to_peer(case.now, silent[0]):
            return (
                FailureClass.NODE_MISSING,
                f"{names} was told to reboot and does not answer, but {there} does not show it as lost: it "
                f"may run either release. If it runs {case.plan.target}, take the control and fabric links "
                "apart at once",
            )
        return FailureClass.SECOND_REBOOT_LOST, f"{names} is down, and {there} has not rebooted"
    return FailureClass.NODE_NOT_BACK, f"{names} does not answer; {there} does"


def _on_old(case: _Standing) -> tuple[FailureClass, str]:
    """Both nodes answer and run the old release."""
    rebooted = [node for node in NodeName if case.rebooted(node)]
    pending = {view.node: view.next_boot for view in case.now.views}
    if unknown := [node for node, found in pending.items() if found is None]:
        names = " and ".join(unknown)
        return FailureClass.NEXT_BOOT_UNKNOWN, f"{names} does not tell what it boots next"
    held = [node for node, found in pending.items() if _is_held(found)]
    if rebooted and not held:
        both = len(rebooted) == 2
        who = "both nodes have" if both else f"{rebooted[0]} has"
        return FailureClass.BOTH_BACK_ON_OLD, f"{who} rebooted, and run the old release"
    if len(held) == 2:
        return (
            FailureClass.NOT_REBOOTED,
            "the image is pending on both nodes, and they have not rebooted into it",
        )
    if held:
        cause = _cause(case.words)
        return cause or FailureClass.PENDING_ON_ONE_NODE, f"the image is pending on {held[0]} only"
    return _cause(case.words) or FailureClass.IMAGE_REFUSED, "nothing is pending on either node"


def _is_held(found: NextBoot | None) -> bool:
    return found is not None and found.is_other


def _cause(words: str | None) -> FailureClass | None:
    """By the node's own words, where they name a cause that leaves both nodes as they were."""
    stopped = transcript_verdict(words) if words else None
    if words is None:
        return None
    if stopped is None or stopped.cause is None:
        return FailureClass.IMAGE_REFUSED
    unchanged = Situation.UNCHANGED in FACTS[stopped.cause].situations
    return stopped.cause if unchanged else FailureClass.IMAGE_REFUSED


def _next_boots(now: Snapshot) -> Iterator[str]:
    for view in now.views:
        yield _next_boot(view)


def _next_boot(view: NodeView) -> str:
    found = view.next_boot
    if not view.reachable or found is None:
        return f"{view.node} does not tell what it boots next"
    if not found.is_other:
        return f"{view.node} will boot what it runs"
    return f"{view.node} will boot {found.release or 'an image that it does not name'} next"
