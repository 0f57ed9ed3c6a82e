"""What to do about the in-service upgrade now: one pure decision, returned as an Action with its reason.

Asked just before the start, and again by every retry of it. Readiness, approval and window are judged
elsewhere; this is the last look at the device, and the one that keeps an ISSU from being sent twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from srx_issu.domain.cluster.manual_flags import flags, remedy, stale_flags
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.phase import Phase, issu_signs
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.upgrade.commands import StartIssu
from srx_issu.domain.upgrade.goals import read_phase
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.route import Route

SYN_CHECK_OFF_S = 7200  # how long no-tcp-syn-check holds: docs/junos.md, "ICU"


@dataclass(frozen=True, kw_only=True)
class BeginIssu:
    """Send the ISSU to ``node``, once."""

    label: ClassVar[str] = "start"  # in the journal, before the reason
    node: NodeName
    command: StartIssu
    reason: str


@dataclass(frozen=True, kw_only=True)
class AttachToIssu:
    """An ISSU of ours is under way or over: send nothing, go on watching."""

    label: ClassVar[str] = "attach to what was started"  # in the journal, before the reason
    phase: Phase | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class NothingToDo:
    """Both nodes run the target already."""

    label: ClassVar[str] = "nothing to do"  # in the journal, before the reason
    reason: str


@dataclass(frozen=True, kw_only=True)
class AskOperator:
    """The cluster is in a state that a person must look at; nothing is sent."""

    label: ClassVar[str] = "ask the operator"  # in the journal, before the reason
    reason: str


Action = BeginIssu | AttachToIssu | NothingToDo | AskOperator


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What the journal says of an earlier try to start this very upgrade."""

    starter: NodeName
    by_rpc: bool = False  # True: it may have gone out over NETCONF, where no marker guards a second one


def decide(
    before: Snapshot, now: Snapshot, intent: Intent, sent: Sent | None, gathered: Collection[int] = ()
) -> Action:
    """Decides from the baseline, the present look, and whether this upgrade was ever asked for."""
    if sent is not None:
        return _go_on(before, now, intent, sent)
    if current := _already_current(now, intent):
        return current
    if objection := objection_to_start(now, gathered):
        return AskOperator(reason=objection)
    starter = now.primary(0)
    if starter is None:  # objection_to_start has seen to this; kept so that the type tells
        return AskOperator(reason="no node is primary of RG0")
    return _start(starter, intent, f"{starter} is primary of RG0, nothing shows an ISSU")


def objection_to_start(now: Snapshot, gathered: Collection[int] = ()) -> str | None:
    """Why no ISSU may be started on a cluster that looks like this; None = it may.

    ``gathered``: groups that this upgrade has failed over by hand: their flags speak for no other ISSU.
    """
    objections = (_silent_nodes, _unknown_releases, _mixed_releases, _pending, _primaries)
    faults = (fault for objection in objections if (fault := objection(now)))
    return next(faults, None) or _foreign_issu(now, gathered)


def _go_on(before: Snapshot, now: Snapshot, intent: Intent, sent: Sent) -> Action:
    """It was asked for before. Only a marker on the node itself can tell that the request never arrived."""
    reading = read_phase(intent.route, before, now, sent.starter, intent.image.release)
    if reading.phase is Phase.NOT_STARTED and not sent.by_rpc:
        reason = f"asked for before, but {reading.reason}; the job's marker on {sent.starter} decides"
        return _start(sent.starter, intent, reason)
    return AttachToIssu(phase=reading.phase, reason=reading.reason)


def _start(starter: NodeName, intent: Intent, reason: str) -> BeginIssu:
    return BeginIssu(node=starter, command=start_command(intent), reason=reason)


def start_command(intent: Intent) -> StartIssu:
    """The one command that an approval of this intent lets through."""
    return StartIssu(
        image_path=intent.image.node_path,
        software=intent.software,
        unlink=intent.policy.unlink_image,
        no_validate=intent.no_validate,
        no_sync=intent.route is Route.ICU,
        no_tcp_syn_check=intent.route is Route.ICU and intent.policy.no_tcp_syn_check,
    )


def _already_current(now: Snapshot, intent: Intent) -> NothingToDo | None:
    target = intent.image.release
    if all(v.reachable and v.release is not None and same_release(v.release, target) for v in now.views):
        return NothingToDo(reason=f"both nodes run {now.node0.release} already")
    return None


def _silent_nodes(now: Snapshot) -> str | None:
    silent = [
        f"{v.node} does not answer: {v.error or 'no reason known'}" for v in now.views if not v.reachable
    ]
    return "; ".join(silent) or None


def _unknown_releases(now: Snapshot) -> str | None:
    nameless = [view.node.value for view in now.views if view.release is None]
    return f"{' and '.join(nameless)} did not say which release runs" if nameless else None


def _mixed_releases(now: Snapshot) -> str | None:
    old, new = now.node0.release, now.node1.release
    if old == new:
        return None
    return f"node0 runs {old}, node1 runs {new}: an ISSU has stopped half way; see docs/runbook.md"


def _pending(now: Snapshot) -> str | None:
    """Where it was asked for: an image that somebody has left for a node's next boot."""
    for view in now.views:
        if view.next_boot is not None and view.next_boot.is_other:
            image = view.next_boot.release or "an image that it does not name"
            return f"{view.node} will boot {image} next, which this upgrade has not installed"
    return None


def _primaries(now: Snapshot) -> str | None:
    if not now.group_ids:
        return "neither node shows a redundancy group"
    for group_id in now.group_ids:
        if now.primary(group_id) is None:
            claims = " and ".join(sorted(now.claims(group_id))) or "no node"
            return f"{claims} is primary of RG{group_id}, expected exactly one"
    return None


def _foreign_issu(now: Snapshot, gathered: Collection[int]) -> str | None:
    if stale := stale_flags(now, gathered):
        return "; ".join(stale)
    signs = issu_signs(now, own_groups=gathered)
    if not signs:
        return None
    seems = f"an ISSU that is not ours seems to be in progress: {'; '.join(signs)}"
    if any(view.issu and view.issu.in_progress for view in now.views):
        return seems
    resets = ", ".join(remedy(group) for group in flags(now) if group not in gathered)
    return f"{seems}; if nobody upgrades this cluster, a failover by hand was never reset: {resets}"
