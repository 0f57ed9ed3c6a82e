"""What earlier steps of an upgrade left behind, read from its journal and evidence.

XCom carries nothing that a later step must trust: it can be edited and cleared. The journal cannot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.errors import JournalError
from srx_issu.domain.upgrade.decide import Sent
from srx_issu.domain.upgrade.goals import Course
from srx_issu.domain.upgrade.intent import Intent, Purpose, StartMethod
from srx_issu.ports import codec
from srx_issu.ports.journal import Entry, EntryKind, Evidence, Journal, Outcome

BASELINE_STEP = "assess.collect_baseline"
START_STEP = "issu.start"
BASELINE_KEY = "baseline"  # a recovery's: taken now, or taken over from the upgrade that it goes on from
FOUND_KEY = "issu_found"  # the ISSU that a recovery goes on from: its node is the starter
QUIET_KEY = "quiet"  # nothing has moved on either node for a while: nobody drives an ISSU
START_KEY = "start_issu"  # the start was going to be sent; unique in its upgrade
ERRAND = "errand"  # detail: the command of a recovery's plan that was intended
GATHERED = "gathered_group"  # detail: a group that was failed over by hand before the start
TASK = "task"  # detail: the task that a step is a part of, where it has another name
READY = "ready"  # detail "assessment" of the event that tells of a passed readiness assessment


@dataclass(frozen=True, kw_only=True)
class Start:
    """The start of the ISSU as the journal knows it."""

    starter: NodeName
    at: datetime
    by_rpc: bool  # over NETCONF, where no marker on the node guards it
    transcript_path: str | None

    @property
    def sent(self) -> Sent:
        return Sent(starter=self.starter, by_rpc=self.by_rpc)


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """How the upgrade ended so far."""

    outcome: Outcome
    reason: str


def last(events: Iterable[Entry], kind: EntryKind, **wanted: str) -> Entry | None:
    """The newest event of that kind whose attributes equal ``wanted`` (step, key, node)."""
    matching = [e for e in events if e.kind is kind and all(getattr(e, k) == v for k, v in wanted.items())]
    return matching[-1] if matching else None


def baseline(events: Iterable[Entry], evidence: Evidence) -> Snapshot:
    """The snapshot taken before anything was changed. Raises JournalError when there is none."""
    return codec.loads(Snapshot, evidence.read(_evidence_id(events, "snapshot")))


def baseline_state(events: Iterable[Entry], evidence: Evidence) -> ClusterState:
    """The state tables taken with the baseline snapshot."""
    return codec.loads(ClusterState, evidence.read(_evidence_id(events, "state")))


def baseline_event(events: Iterable[Entry]) -> Entry | None:
    """What tells of the baseline: an upgrade's own, or a recovery's. ``detail`` has the evidence ids."""
    events = tuple(events)
    return last(events, EntryKind.OBSERVED, step=BASELINE_STEP) or last(
        events, EntryKind.OBSERVED, key=BASELINE_KEY
    )


def _evidence_id(events: Iterable[Entry], what: str) -> str:
    event = baseline_event(events)
    found = event.detail.get(what) if event else None
    if not isinstance(found, str):
        raise JournalError(f"no baseline {what} in the journal: run {BASELINE_STEP} again before this step")
    return found


def start(events: Iterable[Entry]) -> Start | None:
    """The start as journalled; None when it was never going to be sent, or is proven not to have been.

    For a recovery: the start by somebody else that it goes on from.
    """
    events = tuple(events)
    begun = start_intent(events) or last(events, EntryKind.OBSERVED, key=FOUND_KEY)
    if begun is None or begun.node is None:
        return None
    by_rpc = begun.detail.get("method") == StartMethod.RPC
    path = begun.detail.get("transcript")
    return Start(
        starter=NodeName(begun.node),
        at=begun.at,
        by_rpc=by_rpc,
        transcript_path=path if isinstance(path, str) and not by_rpc else None,
    )


def start_intent(events: Iterable[Entry]) -> Entry | None:
    """The intent of this upgrade's start that was, or may have been, sent."""
    mine = [e for e in intended(events) if e.detail.get("once", e.key) == START_KEY]
    return mine[-1] if mine else None


def intended(events: Iterable[Entry]) -> tuple[Entry, ...]:
    """Every intent that was, or may have been, sent: those that are proven not to have been are left out."""
    events = tuple(events)
    withdrawn = {e.detail.get("permit_id") for e in events if e.kind is EntryKind.ACTION_WITHDRAWN}
    mine = [e for e in events if e.kind is EntryKind.ACTION_INTENDED]
    return tuple(
        e for e in mine if e.detail.get("permit_id") is None or e.detail["permit_id"] not in withdrawn
    )


def once_key(events: Iterable[Entry], once: str) -> str:
    """The key under which an order that is sent once is intended next: an intent that is proven not to have
    been sent has used up its own key only, however often that was written."""
    events = tuple(events)
    mine = {
        str(e.detail.get("permit_id"))
        for e in events
        if e.kind is EntryKind.ACTION_INTENDED and e.detail.get("once", e.key) == once
    }
    lost = mine & {str(e.detail.get("permit_id")) for e in events if e.kind is EntryKind.ACTION_WITHDRAWN}
    return once if not lost else f"{once}#{len(lost) + 1}"


def gathered_groups(events: Iterable[Entry]) -> tuple[int, ...]:
    """The groups that were failed over by hand before the start (Junos 11.4 and earlier)."""
    found = [e.detail.get(GATHERED) for e in intended(events)]
    return tuple(dict.fromkeys(group for group in found if isinstance(group, int)))


def ready_event(events: Iterable[Entry]) -> Entry | None:
    """The newest readiness assessment that passed; None when there is none."""
    ready = [e for e in events if e.detail.get("assessment") == READY]
    return ready[-1] if ready else None


def start_was_sent(events: Iterable[Entry]) -> bool:
    """Whether the node was asked for the ISSU and did not refuse: it answered, or nobody knows."""
    sent = (EntryKind.ACTION_SENT, EntryKind.ACTION_UNKNOWN)
    return any(e.kind in sent and e.step == START_STEP for e in events)


def intent_of(journal: Journal, upgrade_id: str) -> Intent:
    """The intent as it was fixed. A recovery that was not told the target has it from what it found."""
    intent = journal.intent(upgrade_id)
    if intent.purpose is not Purpose.RECOVER:
        return intent
    found = last(journal.entries(upgrade_id), EntryKind.OBSERVED, key=FOUND_KEY)
    target = found.detail.get("target") if found else None
    if not isinstance(target, str):
        return intent
    return replace(intent, image=replace(intent.image, release=target))


def course(events: Iterable[Entry], evidence: Evidence, intent: Intent) -> Course:
    """What a wait is judged against. Before the start, the baseline's RG0 primary stands for the starter."""
    events = tuple(events)
    before = baseline(events, evidence)
    begun = start(events)
    starter = begun.starter if begun else before.primary(0) or NodeName.NODE0
    return Course(before=before, starter=starter, target=intent.image.release)


def conclusion(events: Iterable[Entry]) -> Conclusion | None:
    """The newest outcome a step has decided on; None when none has."""
    decided = [e for e in events if e.kind is EntryKind.DECIDED and "outcome" in e.detail]
    if not decided:
        return None
    return Conclusion(outcome=Outcome(str(decided[-1].detail["outcome"])), reason=decided[-1].text)
