"""Recovery of an ISSU that somebody else began: what both nodes show, and what the journal knows of it.

An upgrade of this cluster that never came to its end lends its baseline, its starter and its transcript.
Else the cluster as it is now stands for the baseline, and the nodes must tell the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.errors import JournalError
from srx_issu.domain.recovery.found import NOT_KNOWN, whose_issu
from srx_issu.ports import codec
from srx_issu.ports.journal import Entry, EntryKind, Outcome, UpgradeRecord
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.recall import (
    BASELINE_KEY,
    FOUND_KEY,
    Start,
    baseline,
    baseline_event,
    intent_of,
    last,
    start,
    start_was_sent,
)
from srx_issu.steps.upgrade.release_cluster import STEP as RELEASED


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An upgrade that asked for the ISSU and never came to its end."""

    record: UpgradeRecord
    start: Start
    target: str  # NOT_KNOWN when it was itself a recovery that did not find out
    baseline: Facts  # evidence ids, as its own event has them


def observe(bench: Bench) -> Facts:
    """Keeps baseline and found ISSU; a later try keeps the first ones. Raises RequestRefused when the
    target is not told and the nodes do not tell it."""
    if found := last(bench.journal.entries(bench.upgrade_id), EntryKind.OBSERVED, key=FOUND_KEY):
        return {"starter": found.node, "target": found.detail.get("target")}
    now = bench.reader.observe()
    told = bench.intent.image.release
    earlier = earlier_upgrade(bench)
    named = (earlier.target if earlier else NOT_KNOWN) if told == NOT_KNOWN else told
    seen = whose_issu(now, None if named == NOT_KNOWN else named)
    if earlier is None:
        starter, transcript = seen.starter, None
        words = f"no upgrade of ours is known; {seen.reason}"
        _keep_baseline(bench, now, words)
    else:
        starter, transcript = earlier.start.starter, earlier.start.transcript_path
        words = f"goes on from {earlier.record.upgrade_id}, which asked {starter} for the ISSU"
        bench.tell(EntryKind.OBSERVED, f"baseline: {words}", key=BASELINE_KEY, detail={**earlier.baseline})
    detail: Facts = {"target": seen.target, "transcript": transcript}
    bench.tell(
        EntryKind.OBSERVED, f"ISSU to {seen.target}: {words}", node=starter, key=FOUND_KEY, detail=detail
    )
    return {"starter": starter.value, "target": seen.target, "earlier": earlier is not None}


def observe_again(bench: Bench) -> Facts:
    """When nothing moves any more: what the ISSU installed, where the first look could not tell it."""
    events = bench.journal.entries(bench.upgrade_id)
    found = last(events, EntryKind.OBSERVED, key=FOUND_KEY)
    if found is None:
        raise JournalError("no ISSU in the journal: run observe again before this step")
    if found.detail.get("target") != NOT_KNOWN:
        return {"starter": found.node, "target": found.detail.get("target")}
    before, now = baseline(events, bench.evidence), bench.reader.observe()
    seen = whose_issu(now, None, before)
    if seen.target == NOT_KNOWN and now.both_reachable and not before.both_reachable:
        _keep_baseline(bench, now, "taken again: a node did not answer at the first look")
    if seen.target != NOT_KNOWN:
        detail: Facts = {**found.detail, "target": seen.target}
        text = f"ISSU to {seen.target}: {seen.reason}"
        bench.tell(EntryKind.OBSERVED, text, node=seen.starter, key=FOUND_KEY, detail=detail)
    return {"starter": seen.starter.value, "target": seen.target}


def _keep_baseline(bench: Bench, now: Snapshot, words: str) -> None:
    """The cluster as it is now; the newest baseline counts."""
    state = bench.collect(now)
    ids: Facts = {
        "snapshot": bench.evidence.write(bench.upgrade_id, "baseline-snapshot.json", codec.dumps(now)),
        "state": bench.evidence.write(bench.upgrade_id, "baseline-state.json", codec.dumps(state)),
    }
    bench.tell(EntryKind.OBSERVED, f"baseline: {words}", key=BASELINE_KEY, detail=ids)


def earlier_upgrade(bench: Bench) -> Earlier | None:
    """The newest upgrade of this cluster that asked for an ISSU, unless that one came to an end or a
    person has given the cluster back since."""
    for record in bench.journal.upgrades_of(bench.intent.cluster.name):
        events = bench.journal.entries(record.upgrade_id)
        begun = start(events)
        if record.upgrade_id == bench.upgrade_id or begun is None:
            continue
        if _came_to_its_end(record, events) or _given_back(events):
            return None
        kept = baseline_event(events)
        target = intent_of(bench.journal, record.upgrade_id).image.release
        return (
            Earlier(record=record, start=begun, target=target, baseline=dict(kept.detail)) if kept else None
        )
    return None


def _came_to_its_end(record: UpgradeRecord, events: tuple[Entry, ...]) -> bool:
    """Not one that was closed as if nothing had been sent, although its journal says that the start was."""
    if record.outcome in (None, Outcome.NEEDS_OPERATOR):
        return False
    says_unsent = record.outcome in (Outcome.REFUSED, Outcome.NOT_READY)
    return not (says_unsent and start_was_sent(events))


def _given_back(events: tuple[Entry, ...]) -> bool:
    return any(e.kind is EntryKind.APPROVAL and e.step == RELEASED for e in events)
