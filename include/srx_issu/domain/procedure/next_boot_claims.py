"""Claims about what a node boots next, each by its own word."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.failure.situation import runs
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.procedure.claim import Judged, StateClaim, StateCondition, node_of


def _pending(condition: StateCondition, now: Snapshot) -> Judged:
    node, view = node_of(condition), now.view(node_of(condition))
    if condition.release is None:
        raise ValueError(f"{condition.claim} of {node} names no release")
    if not view.reachable or view.next_boot is None:
        return Judged(holds=None, text=f"{node} does not tell which image it will boot next")
    found = view.next_boot
    if found.is_other and found.release is None:
        return Judged(holds=None, text=f"{node} has an image pending and does not name its release")
    text = f"{node} will boot {found.release or 'what it runs'} next, expected {condition.release}"
    return Judged(
        holds=found.release is not None and same_release(found.release, condition.release), text=text
    )


def _may_boot(condition: StateCondition, now: Snapshot) -> Judged:
    if condition.release is not None and runs(now.view(node_of(condition)), condition.release):
        return Judged(holds=False, text=f"{node_of(condition)} runs {condition.release} already")
    pending = _pending(condition, now)
    return Judged(holds=pending.holds is not False, text=pending.text)


def _nothing_pending(condition: StateCondition, now: Snapshot) -> Judged:
    view = now.view(node_of(condition))
    if not view.reachable or view.next_boot is None:
        return Judged(holds=None, text=f"{view.node} does not tell which image it will boot next")
    if not view.next_boot.is_other:
        return Judged(holds=True, text=f"{view.node} will boot what it runs")
    return Judged(holds=False, text=f"{view.node} will boot {view.next_boot.release or 'another image'} next")


def _has_pending(condition: StateCondition, now: Snapshot) -> Judged:
    nothing = _nothing_pending(condition, now)
    return Judged(holds=None if nothing.holds is None else not nothing.holds, text=nothing.text)


JUDGES_OF_NEXT_BOOT: Mapping[StateClaim, Callable[[StateCondition, Snapshot], Judged]] = {
    StateClaim.PENDING: _pending,
    StateClaim.MAY_BOOT: _may_boot,
    StateClaim.HAS_PENDING: _has_pending,
    StateClaim.NOTHING_PENDING: _nothing_pending,
}
