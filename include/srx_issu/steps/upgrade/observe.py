"""Recovery of an ISSU that somebody else began: what both nodes show, and what the journal knows of it.

An upgrade of this cluster that never came to its end lends its baseline, its starter and its transcript.
Else the cluster as it is now stands for the baseline, and the nodes must tell the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.errors import JournalError
from srx_issu.domain.history.events import BaselineTaken, IssuFound
from srx_issu.domain.history.route_events import RouteFound, RoutePlanned
from srx_issu.domain.history.state_parts import IssuStart
from srx_issu.domain.history.upgrade_state import UpgradeState, known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.recovery.found import NOT_KNOWN, whose_issu
from srx_issu.ports import codec
from srx_issu.ports.journal import Journal, UpgradeRecord
from srx_issu.steps.baseline import baseline, intent_of, taken_from
from srx_issu.steps.context import Facts, UpgradeContext


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An upgrade that asked for the ISSU and never came to its end."""

    record: UpgradeRecord
    start: IssuStart
    target: str  # NOT_KNOWN when it was itself a recovery that did not find out
    baseline: BaselineTaken
    route: RoutePlanned | None = None  # where it went by a plan


def observe(context: UpgradeContext) -> Facts:
    """Keeps baseline and found ISSU; a later try keeps the first ones. Raises RequestRefused when the
    target is not told and the nodes do not tell it."""
    if found := context.known().found:
        return {"starter": found.starter.value, "target": found.target}
    now = context.reader.observe()
    wanted = context.intent.image.release
    earlier = earlier_upgrade(context)
    named = (earlier.target if earlier else NOT_KNOWN) if wanted == NOT_KNOWN else wanted
    seen = whose_issu(now, None if named == NOT_KNOWN else named)
    if earlier is None:
        starter, transcript = seen.starter, None
        reason = f"no upgrade of ours is known; {seen.reason}"
        _keep_baseline(context, now, reason)
    else:
        starter, transcript = earlier.start.starter, earlier.start.transcript_path
        reason = f"goes on from {earlier.record.upgrade_id}, which asked {starter} for the ISSU"
        context.record(earlier.baseline, f"baseline: {reason}")
        if earlier.route is not None:
            context.record(earlier.route, f"route: {reason}")
            context.record(RouteFound(from_upgrade=earlier.record.upgrade_id), reason)
    issu = IssuFound(starter=starter, target=seen.target, transcript=transcript)
    context.record(issu, f"ISSU to {seen.target}: {reason}")
    return {"starter": starter.value, "target": seen.target, "earlier": earlier is not None}


def observe_again(context: UpgradeContext) -> Facts:
    """When nothing moves any more: what the ISSU installed, where the first look could not tell it."""
    so_far = context.known()
    found = so_far.found
    if found is None:
        raise JournalError("no ISSU in the journal: it must be observed before this step")
    if found.target != NOT_KNOWN:
        return {"starter": found.starter.value, "target": found.target}
    before, now = baseline(so_far, context.evidence), context.reader.observe()
    seen = whose_issu(now, None, before)
    if seen.target == NOT_KNOWN and now.both_reachable and not before.both_reachable:
        _keep_baseline(context, now, "taken again: a node did not answer at the first look")
    if seen.target != NOT_KNOWN:
        issu = replace(found, starter=seen.starter, target=seen.target)
        context.record(issu, f"ISSU to {seen.target}: {seen.reason}")
    return {"starter": seen.starter.value, "target": seen.target}


def _keep_baseline(context: UpgradeContext, now: Snapshot, reason: str) -> None:
    """The cluster as it is now; the newest baseline counts."""
    state = context.collect(now)
    write = context.evidence.write
    snapshot_id = write(context.upgrade_id, "baseline-snapshot.json", codec.dumps(now))
    state_id = write(context.upgrade_id, "baseline-state.json", codec.dumps(state))
    context.record(taken_from(state, snapshot_id, state_id), f"baseline: {reason}")


def earlier_upgrade(context: UpgradeContext) -> Earlier | None:
    """The newest upgrade of this cluster that began something, unless that one came to an end or a person has
    given the cluster back since."""
    return left_half_way(context.journal, context.intent.cluster.name, context.upgrade_id)


def left_half_way(journal: Journal, cluster: str, own_id: str) -> Earlier | None:
    """The same, for whoever has no context yet."""
    for record in journal.upgrades_of(cluster):
        so_far = known(journal.entries(record.upgrade_id))
        begun = so_far.start
        if record.upgrade_id == own_id or begun is None:
            continue
        if _came_to_its_end(record, so_far) or so_far.released or so_far.baseline is None:
            return None
        target = intent_of(journal, record.upgrade_id).image.release
        return Earlier(
            record=record, start=begun, target=target, baseline=so_far.baseline, route=so_far.route
        )
    return None


def _came_to_its_end(record: UpgradeRecord, so_far: UpgradeState) -> bool:
    """Not one that was closed as if nothing had been sent, although its journal says that the start was."""
    if record.outcome in (None, Outcome.NEEDS_OPERATOR):
        return False
    says_unsent = record.outcome in (Outcome.REFUSED, Outcome.NOT_READY)
    return not (says_unsent and so_far.start_was_sent)
