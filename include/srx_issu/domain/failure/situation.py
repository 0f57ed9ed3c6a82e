"""Classifies where an upgrade stopped, from node state only.

Coarser than a phase and blind to transcripts: this is what recovery plans hang on. Which failure brought
the cluster here is ``failure.py``'s question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from srx_issu.domain.cluster.model import GroupState, NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.phase import Phase, infer_phase
from srx_issu.domain.junos.version import same_release


class Situation(StrEnum):
    """The state of both nodes. "Starter" ran the ISSU, "peer" was to be upgraded first."""

    BOTH_PRIMARY = "both_primary"  # two nodes call themselves primary of one group
    LINK_DOWN = "link_down"  # a node is ineligible or disabled: the cluster has fallen apart
    NODE_SILENT = "node_silent"  # a node does not answer, and nothing tells what that means
    PEER_SILENT = "peer_silent"  # the starter runs the old release alone
    STARTER_SILENT = "starter_silent"  # the peer runs the target and serves alone
    UNREADABLE = "unreadable"  # a node does not say which release it runs, or shows no groups
    UNCHANGED = "unchanged"  # both nodes on the release they had before
    PEER_UPGRADED = "peer_upgraded"  # mixed; the starter is primary of at least one group
    SWITCHED_OVER = "switched_over"  # mixed; the peer is primary of every group
    SETTLING = "settling"  # both on the target, not yet in sync or window still open
    COMPLETE = "complete"  # both on the target, in sync and settled
    STRANGE = "strange"  # releases that this upgrade cannot have brought about


@dataclass(frozen=True, kw_only=True)
class ClusterSituation:
    """A situation and what it was read from."""

    situation: Situation
    reason: str


def classify(before: Snapshot, now: Snapshot, starter: NodeName, target: str) -> ClusterSituation:
    """Reads the situation; what is dangerous is found first, whatever else may be true."""
    return (
        _split_brain(now)
        or _fallen(now, (GroupState.INELIGIBLE, GroupState.DISABLED))
        or _silent(now, starter, target)
        or _unreadable(now)
        or _by_release(before, now, starter, target)
    )


def danger(now: Snapshot) -> ClusterSituation | None:
    """What no wait may go on in: two primaries, or a node that only a reboot brings back into the cluster."""
    return _split_brain(now) or _fallen(now, (GroupState.DISABLED,))


def runs(view: NodeView, release: str) -> bool | None:
    """Whether the node says that it runs ``release``; None = it does not say."""
    if not view.reachable or view.release is None:
        return None
    return same_release(view.release, release)


def split_groups(now: Snapshot) -> tuple[int, ...]:
    """Groups of which both nodes call themselves primary."""
    return tuple(group_id for group_id in now.group_ids if len(now.claims(group_id)) > 1)


def primary_of_all(now: Snapshot, node: NodeName) -> bool:
    """Whether ``node`` alone is primary of every group; False when no groups are shown."""
    return bool(now.group_ids) and all(now.primary(g) is node for g in now.group_ids)


def _split_brain(now: Snapshot) -> ClusterSituation | None:
    groups = split_groups(now)
    if not groups:
        return None
    names = " and ".join(f"RG{g}" for g in groups)
    reason = f"node0 and node1 both call themselves primary of {names}"
    return ClusterSituation(situation=Situation.BOTH_PRIMARY, reason=reason)


def _fallen(now: Snapshot, states: tuple[GroupState, ...]) -> ClusterSituation | None:
    """Ineligible follows a lost control or fabric link at once, disabled 180 s later (docs/junos.md, "Control
    and fabric links")."""
    fallen = [
        f"{view.node} is {state} in RG{group.group_id}"
        for view in now.views
        for group in view.groups
        if (state := view.own_state(group.group_id)) in states
    ]
    return ClusterSituation(situation=Situation.LINK_DOWN, reason="; ".join(fallen)) if fallen else None


def _silent(now: Snapshot, starter: NodeName, target: str) -> ClusterSituation | None:
    silent = [view.node for view in now.views if not view.reachable]
    if not silent:
        return None
    reason = "; ".join(f"{n} does not answer: {now.view(n).error or 'no reason given'}" for n in silent)
    if silent == [starter] and runs(now.view(starter.peer), target) and primary_of_all(now, starter.peer):
        reason = f"{starter.peer} runs {target} and is primary of every group; {reason}"
        return ClusterSituation(situation=Situation.STARTER_SILENT, reason=reason)
    if silent == [starter.peer] and runs(now.view(starter), target) is False and primary_of_all(now, starter):
        reason = f"{starter} runs {now.view(starter).release} and is primary of every group; {reason}"
        return ClusterSituation(situation=Situation.PEER_SILENT, reason=reason)
    return ClusterSituation(situation=Situation.NODE_SILENT, reason=reason)


def _unreadable(now: Snapshot) -> ClusterSituation | None:
    """Both nodes answer."""
    missing = [f"{v.node} does not say which release it runs" for v in now.views if v.release is None]
    missing += [f"{v.node} shows no redundancy groups" for v in now.views if not v.groups]
    return ClusterSituation(situation=Situation.UNREADABLE, reason="; ".join(missing)) if missing else None


def _by_release(before: Snapshot, now: Snapshot, starter: NodeName, target: str) -> ClusterSituation:
    """Both nodes answer and say what they run."""
    started, peer = now.view(starter), now.view(starter.peer)
    found = f"{starter} runs {started.release}, {peer.node} runs {peer.release}"
    if runs(started, target) and runs(peer, target):
        reading = infer_phase(before, now, starter, target)
        done = reading.phase is Phase.COMPLETE
        return ClusterSituation(
            situation=Situation.COMPLETE if done else Situation.SETTLING, reason=reading.reason
        )
    if runs(peer, target) and _kept_release(before, now, starter):
        switched = primary_of_all(now, starter.peer)
        situation = Situation.SWITCHED_OVER if switched else Situation.PEER_UPGRADED
        return ClusterSituation(situation=situation, reason=f"{found}; {_primaries(now)}")
    if _kept_release(before, now, starter) and _kept_release(before, now, starter.peer):
        return ClusterSituation(
            situation=Situation.UNCHANGED, reason=f"{found}, as before; {_primaries(now)}"
        )
    expected = f"before it was {_release(before, starter)} and {_release(before, starter.peer)}"
    return ClusterSituation(
        situation=Situation.STRANGE, reason=f"{found}; {expected}, the target is {target}; {_primaries(now)}"
    )


def _kept_release(before: Snapshot, now: Snapshot, node: NodeName) -> bool:
    known = before.view(node).release
    return known is not None and runs(now.view(node), known) is True


def _release(snapshot: Snapshot, node: NodeName) -> str:
    return snapshot.view(node).release or "not known"


def _primaries(now: Snapshot) -> str:
    def words() -> Iterator[str]:
        for group_id in now.group_ids:
            yield f"RG{group_id} {now.primary(group_id) or 'nobody'}"

    return f"primary: {', '.join(words())}"
