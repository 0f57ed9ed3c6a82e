"""Claim: write the intent into the journal and take what it needs. One upgrade a cluster, one a conflict
group, and no more at a site than policy allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from srx_issu.domain.errors import LeaseHeld, UpgradeClosed
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import Claimed, OutcomeDecided
from srx_issu.domain.history.own_commit import committed_lines, is_commit_answered, undo_lines
from srx_issu.domain.history.recovery_events import ClusterHandedOver, ClusterTakenOver
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent, Purpose
from srx_issu.ports.journal import PERMIT_S, Journal, Lease, Leases
from srx_issu.steps.leases import Needs, needs_of, take_all
from srx_issu.steps.upgrade.close import conclude, end_upgrade
from srx_issu.steps.upgrade.undo_commit import left_to_undo

STEP = "claim"
TAKEN_OVER = "take_over"


@dataclass(frozen=True, kw_only=True)
class TakeOver:
    """A person's word that a recovery may have a cluster that was kept for a person, or that a dead run
    left behind. ``is_at_work`` tells of an upgrade whether its run is still queued or running."""

    who: str
    reason: str
    is_at_work: Callable[[str], bool]


def claim(
    intent: Intent, journal: Journal, leases: Leases, at: datetime, take_over: TakeOver | None = None
) -> None:
    """Opens the upgrade, then takes the leases. Raises LeaseHeld, when the upgrade is closed as REFUSED, and
    UpgradeClosed for one that was closed before: it sends nothing any more, so it holds nothing either. So it
    does for one that has lost its cluster in mid-ISSU, which is closed as NEEDS_OPERATOR."""
    lease_s = intent.policy.timers.lease_s
    journal.open_upgrade(intent, at)
    record = journal.upgrade(intent.upgrade_id)
    if record is not None and record.outcome is not None:
        raise UpgradeClosed(
            record.outcome.value,
            f"{intent.upgrade_id} is closed as {record.outcome} and takes {record.cluster} no more: start a "
            f"new run; if the cluster is not in order, run: srx-issu recover {record.cluster} --take-over "
            "--reason '...'",
        )
    try:
        if take_over is not None:
            _hand_over(intent, take_over, journal, leases, at)
        take_all(_needs(intent, journal), intent.upgrade_id, leases, lease_s)
    except LeaseHeld as held:
        refused = OutcomeDecided(outcome=Outcome.REFUSED)
        left = left_to_undo(known(journal.entries(intent.upgrade_id)))
        why = ". ".join(filter(None, (str(held), left)))
        journal.record(intent.upgrade_id, entry_of(refused, why, at=at, step=STEP))
        ended = conclude(journal.entries(intent.upgrade_id), ())
        end_upgrade(intent, journal, leases, at, ended)
        if ended.outcome is not Outcome.REFUSED:
            raise UpgradeClosed(ended.outcome.value, ended.reason) from held
        raise
    until = journal.now() + timedelta(seconds=lease_s)
    aim = f"to {intent.image.release}" if intent.purpose is Purpose.UPGRADE else "to be recovered"
    text = (
        f"{intent.requested_by} asks for {intent.cluster.name} ({intent.cluster.model}) "
        f"{aim}; lease until {until.isoformat(timespec='seconds')}"
    )
    journal.record(intent.upgrade_id, entry_of(Claimed(), text, at=at, step=STEP))


def _needs(intent: Intent, journal: Journal) -> Needs:
    """An ISSU that was asked for goes on whoever has its place by now: only what it would disturb counts."""
    needs, begun = needs_of(intent), known(journal.entries(intent.upgrade_id)).start is not None
    return replace(needs, shared=()) if begun else needs


def _hand_over(intent: Intent, take_over: TakeOver, journal: Journal, leases: Leases, at: datetime) -> None:
    """Gives up what an upgrade keeps that needs an operator or whose run is over, and says in its journal who
    took it. A holder at work keeps its lease, and so does one that the journal does not know yet."""
    held = leases.holder(f"cluster:{intent.cluster.name}")
    record = journal.upgrade(held.owner) if held and held.owner != intent.upgrade_id else None
    if held is None or record is None or take_over.is_at_work(held.owner):
        return
    _let_permits_run_out(held.owner, journal)
    text = f"taken over by {take_over.who} for the recovery {intent.upgrade_id}: {take_over.reason}"
    handed_over = ClusterHandedOver(by=take_over.who)
    journal.record(held.owner, entry_of(handed_over, text, at=at, step=TAKEN_OVER))
    if record.closed_at is None:  # its run ended without a word, or is gone
        journal.close_upgrade(held.owner, Outcome.NEEDS_OPERATOR, f"its run ended half way; {text}", at)
    own = f"took {intent.cluster.name} over from {held.owner} ({take_over.reason})"
    theirs = known(journal.entries(held.owner))
    taken_over = ClusterTakenOver(
        by=take_over.who,
        from_upgrade=held.owner,
        undo=undo_lines(theirs),
        committed=committed_lines(theirs),
        is_commit_answered=is_commit_answered(theirs),
    )
    # Before the lease is given up: whoever ends in between finds by it what is to be taken over.
    if known(journal.entries(intent.upgrade_id)).taken_over != taken_over:
        journal.record(intent.upgrade_id, entry_of(taken_over, own, at=at, step=STEP))
    for lease in _cluster_last(leases.held_by(held.owner), held):  # its conflict groups were kept with it
        leases.release(lease.resource, held.owner)


def _cluster_last(leases: Iterable[Lease], cluster: Lease) -> list[Lease]:
    return sorted(leases, key=lambda lease: lease.resource == cluster.resource)


def _let_permits_run_out(upgrade_id: str, journal: Journal) -> None:
    """A process of the dead run may still be stopped in the middle of a send, its permit in hand. Raises
    LeaseHeld while that can be."""
    left_s = permits_left_s(upgrade_id, journal)
    if left_s > 0:
        raise LeaseHeld(
            f"run {upgrade_id} was permitted to send something a moment ago: take the cluster over in "
            f"{left_s:.0f} s"
        )


def permits_left_s(upgrade_id: str, journal: Journal) -> float:
    """For how long a process of this upgrade may still use a permit that it was given; 0 = it has none."""
    last = known(journal.entries(upgrade_id)).last_intended_at
    if last is None:
        return 0.0
    age_s = (journal.now() - last).total_seconds()
    return max(0.0, PERMIT_S + 1 - age_s)
