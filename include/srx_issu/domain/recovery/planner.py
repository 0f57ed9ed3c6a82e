"""The way back: the guide's restore procedure for exactly this cluster, as a plan.

The nodes' situation decides what is done, the failure class whether a person is asked. Where neither the
guide nor the state gives a safe way, the plan has no steps and a person acts. Carrying a plan out is
``recovery/progress.py`` (what is next) and the steps above the domain (sending, waiting, journal).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.phase import has_rebooted, issu_signs
from srx_issu.domain.failure.classes import FailureClass, Permission, strictest
from srx_issu.domain.failure.naming import Diagnosis
from srx_issu.domain.failure.rules import DEFAULT_RULES, FailureRules
from srx_issu.domain.failure.situation import Situation, classify
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.procedure.action import PlannedAction
from srx_issu.domain.recovery import group_steps, steps
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.rollback import rollback_names_node

__all__ = ["PlanKind", "RecoveryPlan", "recover"]


@dataclass(frozen=True, kw_only=True)
class _PlanCase:
    """What a plan is made from."""

    now: Snapshot
    before: Snapshot
    intent: Intent
    diagnosis: Diagnosis
    rules: FailureRules

    @property
    def starter(self) -> NodeName:
        return self.diagnosis.starter

    @property
    def failure(self) -> FailureClass:
        return self.diagnosis.failure

    @property
    def permission(self) -> Permission:
        return self.rules.permission(self.failure)

    def rebooted(self, node: NodeName) -> bool:
        return has_rebooted(self.before.view(node), self.now.view(node))


def recover(
    snapshot: Snapshot,
    before: Snapshot,
    intent: Intent,
    diagnosis: Diagnosis,
    rules: FailureRules = DEFAULT_RULES,
) -> RecoveryPlan:
    """Plans from the look that was diagnosed. ``before`` is the baseline; nothing is ever carried out here.

    Make the plan once, keep it, and let ``next_in`` judge every step anew: a plan made half way
    through a recovery would not know what the first half has done.
    """
    case = _PlanCase(now=snapshot, before=before, intent=intent, diagnosis=diagnosis, rules=rules)
    standing = classify(before, snapshot, diagnosis.starter, diagnosis.target)
    if standing.situation is not diagnosis.situation:
        return _hold(case, f"the cluster has moved on since it was diagnosed ({standing.reason}): look again")
    if diagnosis.failure is FailureClass.FINISHED:
        return _plan(case, PlanKind.NOTHING, (), permission=Permission.AUTOMATIC)
    if diagnosis.failure is FailureClass.UNDER_WAY:
        return _plan(case, PlanKind.WATCH, ())
    if FACTS[diagnosis.failure].at_most is Permission.NEVER:
        return _hold(case, FACTS[diagnosis.failure].words)
    return _by_situation(case)


def _by_situation(case: _PlanCase) -> RecoveryPlan:
    match case.diagnosis.situation:
        case Situation.UNCHANGED:
            return _nothing_changed(case)
        case Situation.SETTLING:
            return _both_on_target(case)
        case Situation.PEER_UPGRADED | Situation.PEER_SILENT:
            return _roll_back(case)
        case Situation.SWITCHED_OVER:
            return _old_primary_left(case)
        case _:
            return _hold(case, FACTS[case.failure].words)


def _names_node(case: _PlanCase, node: NodeName) -> bool:
    """Whether its rollback takes ``node``: that of a vmhost from 18.1R1 on [Y]. A node that is silent has the
    target, which is the later of the two."""
    running = case.now.view(node).release or case.intent.image.release
    return rollback_names_node(case.intent.software, running)


def _nothing_changed(case: _PlanCase) -> RecoveryPlan:
    """Both nodes on their old release: close the window where it may be open, clear the flags, verify."""
    release = _release(case, NodeName.NODE0)
    if not same_release(release, _release(case, NodeName.NODE1)):
        return _hold(case, "the nodes ran different releases before this upgrade; decide which shall stay")
    kind = PlanKind.CLEAR_STALE if case.failure is FailureClass.STALE_IN_PROGRESS else PlanKind.ABORT_ONLY
    closing = _closing(case, release, sent_to=case.starter, homes=_away(case, None))
    actions = [*_abort(case, release), *_policies(case), *closing]
    if not _may_hold_new_image(case):
        return _plan(case, kind, tuple(actions), release=release)
    caution = (
        f"{case.starter.peer} was never seen to reboot and may have the new image waiting for its next boot; "
        f"compare 'show version' and 'show system software' on {case.starter.peer} before you approve"
    )
    permission = strictest(case.permission, Permission.ASK)
    return _plan(case, kind, tuple(actions), release=release, permission=permission, cautions=(caution,))


def _release(case: _PlanCase, node: NodeName) -> str:
    """Known wherever a plan is made; else a name that no node runs, so that no condition on it ever holds."""
    return case.now.view(node).release or "a release that is not known"


def _may_hold_new_image(case: _PlanCase) -> bool:
    """The secondary may have been given the image and not have booted it (4.1), or nobody knows."""
    half_way = (
        FailureClass.SECONDARY_REBOOT_FAILED,
        FailureClass.COMMAND_ENDED,
        FailureClass.PROMPT_UNANSWERED,
        FailureClass.STUCK,
        FailureClass.TRANSCRIPT_LOST,
    )
    return case.failure in half_way and not case.rebooted(case.starter.peer)


def _both_on_target(case: _PlanCase) -> RecoveryPlan:
    """Both nodes on the target, but not at rest."""
    release = case.diagnosis.target
    primary = case.now.primary(0)
    if primary is None:
        return _hold(case, "nobody is seen to be primary of RG0")
    if case.failure is FailureClass.STALE_IN_PROGRESS:
        actions = (*_abort(case, release), *_closing(case, release, sent_to=primary))
        return _plan(case, PlanKind.CLEAR_STALE, actions, release=release)
    if case.failure is FailureClass.POLICIES_OUT_OF_SYNC:
        actions = (steps.resync_policies(primary), steps.verify(case.now, release))
        return _plan(case, PlanKind.RESYNC_POLICIES, actions, release=release)
    return _hold(case, "both nodes run the target; find out what keeps them from settling")


def _roll_back(case: _PlanCase) -> RecoveryPlan:
    """The guide's procedure: the starter has the older image and stays, its peer goes back."""
    keep, back = case.starter, case.starter.peer
    release = _release(case, keep)
    software = case.intent.software
    elsewhere = tuple(g for g in case.now.group_ids if case.now.primary(g) is not keep)
    silent = not case.now.view(back).reachable
    actions = (
        *([steps.wait_for_node(back)] if silent else []),
        *([group_steps.fail_over(elsewhere, keep, release)] if elsewhere else []),
        *steps.roll_back(back, release, software, names_node=_names_node(case, back)),
        steps.abort_issu(release, keep),
        *steps.reboot(back, release, software, booted_before=case.before.view(back).booted_at),
        *_closing(case, release, sent_to=keep, homes=_away(case, keep)),
    )
    cautions = [f"{back} must still have the image of {release} as its previous one"]
    permission = case.permission
    if elsewhere:
        names = ", ".join(f"RG{g}" for g in elsewhere)
        cautions.append(f"{names} moves to {keep}, back to {release}: a failover with its effect on traffic")
        permission = strictest(permission, Permission.ASK)
    return _plan(
        case,
        PlanKind.ROLL_BACK,
        actions,
        release=release,
        permission=permission,
        cautions=tuple(cautions),
    )


def _old_primary_left(case: _PlanCase) -> RecoveryPlan:
    """The upgraded node serves. Forward is one reboot, if the old primary has its image already."""
    old, target = case.starter, case.diagnosis.target
    reboot_is_left = case.failure is FailureClass.PRIMARY_REBOOT_FAILED and not case.rebooted(old)
    if not (case.rules.finish_forward and reboot_is_left):
        return _roll_back(case)
    actions = (
        *steps.reboot_old_primary(old, target, case.intent.software),
        steps.wait_for_cold_sync(old),
        *_abort(case, target),
        *_closing(case, target, sent_to=old.peer),
    )
    caution = (
        f"if {old} was never given the image, it comes back on {case.now.view(old).release} and a person acts"
    )
    return _plan(case, PlanKind.FINISH_FORWARD, actions, release=target, cautions=(caution,))


def _abort(case: _PlanCase, release: str) -> tuple[PlannedAction, ...]:
    """The abort, unless the device's own last words, or both nodes, say that the window is closed.

    Flags without a window count as a window that is not shown, unless the device said that it left it.
    """
    shown = {view.issu.in_progress if view.issu else None for view in case.now.views}
    window_open = case.diagnosis.window_open
    is_quiet = shown == {False} or case.failure in _BEFORE_THE_WINDOW
    is_quiet = is_quiet and case.failure is not FailureClass.PROMPT_UNANSWERED  # it may wait without a window
    is_closed = window_open is False or (window_open is None and is_quiet and not issu_signs(case.now))
    return () if is_closed and True not in shown else (steps.abort_issu(release, None),)


# Refused before an ISSU began; the guide's first step then has set no flags either.
_BEFORE_THE_WINDOW = (
    FailureClass.REBOOT_KEYWORD_MISSING,
    FailureClass.UNSUPPORTED_FEATURE,
    FailureClass.IMAGE_MISSING,
    FailureClass.REMOTE_SITE,
)


def _policies(case: _PlanCase) -> tuple[PlannedAction, ...]:
    primary = case.now.primary(0)
    if case.failure is not FailureClass.POLICIES_OUT_OF_SYNC or primary is None:
        return ()
    return (steps.resync_policies(primary),)


def _closing(
    case: _PlanCase, release: str, *, sent_to: NodeName, homes: Mapping[int, NodeName] | None = None
) -> tuple[PlannedAction, ...]:
    return (
        *([group_steps.bring_groups_back(homes, release)] if homes else []),
        group_steps.reset_failover(case.now, sent_to),
        steps.verify(case.now, release),
    )


def _away(case: _PlanCase, gathered_on: NodeName | None) -> Mapping[int, NodeName]:
    """Data groups that served from another node before than they do now, or on ``gathered_on``. RG0 stays:
    it is moved by hand only (guide, step 7)."""
    if not case.intent.fail_back:
        return {}
    before = {g: case.before.primary(g) for g in case.now.group_ids if g > 0}
    then = {g: gathered_on or case.now.primary(g) for g in before}
    return {g: node for g, node in before.items() if node is not None and node is not then[g]}


def _plan(
    case: _PlanCase,
    kind: PlanKind,
    actions: tuple[PlannedAction, ...],
    *,
    release: str | None = None,
    permission: Permission | None = None,
    cautions: tuple[str, ...] = (),
) -> RecoveryPlan:
    return RecoveryPlan(
        kind=kind,
        failure=case.failure,
        permission=case.permission if permission is None else permission,
        reason=case.diagnosis.reason,
        cautions=cautions,
        actions=actions,
        release=release,
    )


def _hold(case: _PlanCase, advice: str) -> RecoveryPlan:
    return RecoveryPlan(
        kind=PlanKind.HOLD,
        failure=case.failure,
        permission=Permission.NEVER,
        reason=f"{case.diagnosis.reason}. {advice}",
    )
