"""Whose ISSU, and to what: read from the two nodes of a cluster that somebody else began to upgrade."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.phase import issu_signs, not_settled
from srx_issu.domain.errors import RequestRefused, UnparsableVersion
from srx_issu.domain.failure.situation import primary_of_all, runs
from srx_issu.domain.junos.version import is_later, parse, same_release
from srx_issu.domain.upgrade.intent import Intent, Purpose
from srx_issu.domain.verdict import Status

NOT_KNOWN = "a release that nobody named"  # no node runs it, so no node counts as upgraded


@dataclass(frozen=True, kw_only=True)
class FoundIssu:
    """The ISSU as far as the nodes tell it. ``target`` may be NOT_KNOWN."""

    starter: NodeName
    target: str
    reason: str


def whose_issu(now: Snapshot, named: str | None, before: Snapshot | None = None) -> FoundIssu:
    """``named`` is the target as somebody told it; None = the newer of the two releases that run, or, where
    both run the same, that one if it is newer than what one of them ran ``before``.

    Raises RequestRefused when the nodes run two releases of which nobody can say which is newer.
    """
    target = named or _newer(now)
    if target == NOT_KNOWN and before is not None:
        target = _arrived_at(before, now)
    for look in filter(None, (now, before)):
        upgraded = [view.node for view in look.views if runs(view, target)]
        if len(upgraded) == 1:
            (new,) = upgraded
            seen = "runs" if look is now else "ran"
            reason = f"{new} {seen} {target} when {new.peer} did not"
            return FoundIssu(starter=new.peer, target=target, reason=reason)
    starter = (before or now).primary(0) or now.primary(0) or _answering(now)
    return FoundIssu(
        starter=starter, target=target, reason=f"{starter} is taken for the node that was to start"
    )


def was_under_way(intent: Intent, before: NodeView) -> bool:
    """Whether a recovery began when the node ran the target already, or was silent and so perhaps booting it:
    such a node need not boot again. Never true of an upgrade of our own."""
    if intent.purpose is not Purpose.RECOVER:
        return False
    return not before.reachable or runs(before, intent.image.release) is True


def nothing_to_recover(now: Snapshot) -> str | None:
    """Why there is nothing to put back: both nodes alike, at rest, without a trace of an ISSU. None = there
    may be."""
    one, other = now.node0.release, now.node1.release
    if one is None or other is None or not same_release(one, other):
        return None
    groups_are_led = bool(now.group_ids) and all(now.primary(g) for g in now.group_ids)
    if not groups_are_led or issu_signs(now) or any(not_settled(now, node) for node in NodeName):
        return None
    return f"both nodes run {one}, are in sync, and neither shows an ISSU"


def _newer(now: Snapshot) -> str:
    one, other = now.node0.release, now.node1.release
    if one is None or other is None or same_release(one, other):
        return NOT_KNOWN
    try:
        order = is_later(parse(one), parse(other))
    except UnparsableVersion as unknown:
        raise _ask_for_the_image(one, other, str(unknown)) from unknown
    if order.status is Status.ERROR:
        raise _ask_for_the_image(one, other, order.reason)
    return one if order.status is Status.PASS else other


def _arrived_at(before: Snapshot, now: Snapshot) -> str:
    """The release that both nodes run, when it is newer than what one of them ran before."""
    release = now.node0.release
    if release is None or not runs(now.node1, release) or not runs(now.node0, release):
        return NOT_KNOWN
    old = [view.release for view in before.views if view.release is not None]
    return release if any(_is_later(release, known) for known in old) else NOT_KNOWN


def _is_later(one: str, other: str) -> bool:
    try:
        return is_later(parse(one), parse(other)).status is Status.PASS
    except UnparsableVersion:
        return False


def _ask_for_the_image(one: str, other: str, reason: str) -> RequestRefused:
    return RequestRefused(
        f"node0 runs {one}, node1 runs {other}, and nobody can say which is newer ({reason}): name the image "
        "that the ISSU was to install"
    )


def _answering(now: Snapshot) -> NodeName:
    leads = [node for node in NodeName if primary_of_all(now, node)]
    answers = [view.node for view in now.views if view.reachable]
    return (leads or answers or [NodeName.NODE0])[0]
