"""What went wrong and what could be done about it: diagnosed from both nodes, kept as one plan.

The plan is made once and kept as evidence; every later step of the recovery reads that one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.errors import DeviceError
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.naming import Diagnosis, diagnose
from srx_issu.domain.failure.situation import Situation
from srx_issu.domain.junos.job import exit_beside
from srx_issu.domain.recovery.planner import Plan, recover
from srx_issu.domain.recovery.words import by_hand
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.ports import codec
from srx_issu.ports.journal import Entry, EntryKind, Evidence
from srx_issu.steps.bench import Bench
from srx_issu.steps.looking import look_patiently
from srx_issu.steps.recall import ERRAND, QUIET_KEY, course, intended, last, start

PLAN_KEY, DIAGNOSIS_KEY = "recovery_plan", "diagnosis"
WAITS = "issu.wait_"  # task ids of the waits of an upgrade
LAST_WAIT = "issu.wait_for_resync"
_MOMENTARY = (Situation.BOTH_PRIMARY, Situation.UNREADABLE)


@dataclass(frozen=True, kw_only=True)
class Prognosis:
    """One look, what it means, and what would be done."""

    now: Snapshot
    diagnosis: Diagnosis
    plan: Plan


def prognosis(bench: Bench, *, overdue: bool | None = None, patient: bool = True) -> Prognosis:
    """Looks at both nodes and plans. ``overdue`` None: as the journal tells.

    ``patient``: a node that does not answer is asked again for a while. Two primaries may be seen for a
    moment while a group moves between the two looks, and an answer may lack a part: that is looked at twice.
    """
    found = _look(bench, overdue, look_patiently(bench) if patient else bench.reader.observe())
    if found.diagnosis.situation in _MOMENTARY:
        bench.clock.sleep(bench.intent.policy.timers.poll_s)
        found = _look(bench, overdue, bench.reader.observe())
    return found


def _look(bench: Bench, overdue: bool | None, now: Snapshot) -> Prognosis:
    events = bench.journal.entries(bench.upgrade_id)
    way = course(events, bench.evidence, bench.intent)
    if overdue is None:
        overdue = _is_overdue(bench, events)
    diagnosis = diagnose(
        way.before,
        now,
        way.starter,
        way.target,
        transcript=_transcript(bench),
        overdue=overdue,
        has_returned=overdue or _has_returned(bench),
    )
    plan = recover(now, way.before, bench.intent, diagnosis, bench.intent.policy.failures)
    return Prognosis(now=now, diagnosis=diagnosis, plan=plan)


def _is_overdue(bench: Bench, events: tuple[Entry, ...]) -> bool:
    """Nobody waits any more: a wait has failed, the last one is over, or the start was refused; for a
    recovery: nobody drives the ISSU."""
    if bench.intent.purpose is Purpose.RECOVER:
        return last(events, EntryKind.OBSERVED, key=QUIET_KEY) is not None
    if _refusal(events):
        return True
    # By the newest verdict of each: one that was written without an answer may have been followed by another.
    verdicts = {
        e.step: e.kind
        for e in events
        if e.step.startswith(WAITS) and e.kind in (EntryKind.STEP_FINISHED, EntryKind.STEP_FAILED)
    }
    return EntryKind.STEP_FAILED in verdicts.values() or LAST_WAIT in verdicts


def _refusal(events: Iterable[Entry]) -> str | None:
    """The node's words when it refused the start."""
    refused = last(events, EntryKind.ACTION_REFUSED, step="issu.start")
    return refused.text if refused else None


def _transcript(bench: Bench) -> str | None:
    """All that the ISSU has said so far; None when it cannot be read. A refused start has no more words
    than its refusal."""
    events = bench.journal.entries(bench.upgrade_id)
    begun = start(events)
    if begun is None or begun.transcript_path is None or _refusal(events):
        return _refusal(events)
    try:
        return bench.reader.read_text(begun.starter, begun.transcript_path)
    except DeviceError:
        return None


def _has_returned(bench: Bench) -> bool:
    """Whether the command of the ISSU has, as the file with its exit status tells. One that cannot be read
    tells nothing."""
    begun = start(bench.journal.events(bench.upgrade_id))
    if begun is None or begun.transcript_path is None:
        return False
    try:
        return bench.reader.read_text(begun.starter, exit_beside(begun.transcript_path)) is not None
    except DeviceError:
        return False


def name_failure(bench: Bench, now: Snapshot) -> FailureClass:
    """What a start was refused for that has changed nothing; kept in the journal."""
    diagnosis = _look(bench, None, now).diagnosis
    # It has given up, if in words that nobody has seen yet.
    failure = FailureClass.UNKNOWN if diagnosis.failure is FailureClass.STUCK else diagnosis.failure
    bench.tell(EntryKind.OBSERVED, failure.in_words, key=DIAGNOSIS_KEY, detail={"failure": failure.value})
    return failure


def keep_plan(bench: Bench, found: Prognosis) -> None:
    """Writes plan and diagnosis as evidence; the newest one counts."""
    detail = {
        "plan": bench.evidence.write(bench.upgrade_id, "recovery-plan.json", codec.dumps(found.plan)),
        "diagnosis": bench.evidence.write(bench.upgrade_id, "diagnosis.json", codec.dumps(found.diagnosis)),
        "failure": found.plan.failure.value,
        "kind": found.plan.kind.value,
        "permission": found.plan.permission.value,
        "digest": digest_of(found.plan),
        "steps": "; ".join(by_hand(found.plan)),
    }
    bench.tell(EntryKind.OBSERVED, found.plan.reason, key=PLAN_KEY, detail={**detail})


def digest_of(plan: Plan) -> str:
    """What a yes to this plan is bound to."""
    return hashlib.sha256(codec.canonical(plan).encode()).hexdigest()


def kept_plan(bench: Bench) -> Plan | None:
    """The plan that was made; None when there is none yet."""
    return plan_in(bench.journal.entries(bench.upgrade_id), bench.evidence)


def plan_in(events: Iterable[Entry], evidence: Evidence) -> Plan | None:
    """The same without a bench."""
    event = last(events, EntryKind.OBSERVED, key=PLAN_KEY)
    return codec.loads(Plan, evidence.read(str(event.detail["plan"]))) if event else None


def since_plan(events: Sequence[Entry]) -> tuple[Entry, ...]:
    """What was written after the newest plan: an approval before it was given to another one."""
    made = max((at for at, e in enumerate(events) if e.key == PLAN_KEY), default=-1)
    return tuple(events[made + 1 :])


def is_begun(events: Sequence[Entry]) -> bool:
    """Whether something of the newest plan was, or may have been, sent."""
    return any(ERRAND in e.detail for e in intended(since_plan(events)))


def kept_diagnosis(bench: Bench) -> Diagnosis | None:
    """What the plan was made from."""
    event = last(bench.journal.entries(bench.upgrade_id), EntryKind.OBSERVED, key=PLAN_KEY)
    return codec.loads(Diagnosis, bench.evidence.read(str(event.detail["diagnosis"]))) if event else None
