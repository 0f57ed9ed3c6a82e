"""Where an in-band cluster upgrade (ICU) stands, told from what both nodes show before and now.

It has the phases of an ISSU but two: nothing is synchronised between the two releases and no group moves by
itself, so between them the nodes are expected to be out of sync, and for a moment neither may answer as a
primary. Pure, as ``phase.py`` is.
"""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.phase import Phase, PhaseReading, finished, has_rebooted, issu_signs
from srx_issu.domain.junos.version import same_release


def infer_icu_phase(before: Snapshot, now: Snapshot, starter: NodeName, target: str) -> PhaseReading:
    """``before`` is the baseline taken ahead of the start; ``target`` a release name."""
    primary, secondary = now.view(starter), now.view(starter.peer)
    if _runs(secondary, target):
        if _runs(primary, target):
            return finished(now, target)
        return _second_half(before, primary, target)
    if _runs(primary, target):
        return PhaseReading(phase=None, reason=_wrong_way_round(primary, secondary, target))
    return _first_half(before, now, starter, target)


def is_wrong_way_round(now: Snapshot, starter: NodeName, target: str) -> bool:
    """The primary is upgraded and its peer says that it runs another release: no ICU leads there but one that
    has failed, and nothing of it is under way any more."""
    secondary = now.view(starter.peer)
    names_other = secondary.reachable and secondary.release is not None
    return names_other and _runs(now.view(starter), target) and not _runs(secondary, target)


def _second_half(before: Snapshot, primary: NodeView, target: str) -> PhaseReading:
    """The secondary runs the target."""
    old, new = primary.node, primary.node.peer
    if not primary.reachable:
        reason = f"{new} runs {target}; {old} does not answer, presumably rebooting"
        return PhaseReading(phase=Phase.PRIMARY_UPGRADING, reason=reason)
    if has_rebooted(before.view(old), primary):
        reason = f"{old} has rebooted and still runs {primary.release}"
        return PhaseReading(phase=Phase.PRIMARY_UPGRADING, reason=reason)
    reason = f"{new} runs {target}, {old} has not rebooted yet"
    return PhaseReading(phase=Phase.SECONDARY_UPGRADED, reason=reason)


def _first_half(before: Snapshot, now: Snapshot, starter: NodeName, target: str) -> PhaseReading:
    """Neither node is known to run the target."""
    primary, secondary = now.view(starter), now.view(starter.peer)
    silent = [view.node for view in (primary, secondary) if not view.reachable]
    if starter in silent:
        who = "neither node answers" if len(silent) > 1 else f"{starter} does not answer"
        reason = f"{who}, {secondary.node} is not known to run {target}"
        return PhaseReading(phase=None, reason=reason)
    if silent:
        reason = f"{secondary.node} does not answer, presumably rebooting"
        return PhaseReading(phase=Phase.SECONDARY_UPGRADING, reason=reason)
    if secondary.release is None:
        return PhaseReading(
            phase=None, reason=f"{secondary.node} answers but does not say which release it runs"
        )
    if signs := (*_installed(now), *_rebooted(before, secondary), *issu_signs(now)):
        return PhaseReading(phase=Phase.SECONDARY_UPGRADING, reason="; ".join(signs))
    reason = f"{secondary.node} runs {secondary.release}, no sign of an ICU"
    return PhaseReading(phase=Phase.NOT_STARTED, reason=reason)


def _installed(now: Snapshot) -> tuple[str, ...]:
    return tuple(
        f"{view.node} will boot {view.next_boot.release or 'another image'} next"
        for view in now.views
        if view.next_boot is not None and view.next_boot.is_other
    )


def _rebooted(before: Snapshot, secondary: NodeView) -> tuple[str, ...]:
    if not has_rebooted(before.view(secondary.node), secondary):
        return ()
    return (f"{secondary.node} has rebooted and still runs {secondary.release}",)


def _wrong_way_round(primary: NodeView, secondary: NodeView, target: str) -> str:
    if not secondary.reachable:
        return f"{primary.node} runs {target}, {secondary.node} does not answer"
    return f"{primary.node} runs {target}, {secondary.node} runs {secondary.release or 'an unknown release'}"


def _runs(view: NodeView, release: str) -> bool:
    return view.reachable and view.release is not None and same_release(view.release, release)
