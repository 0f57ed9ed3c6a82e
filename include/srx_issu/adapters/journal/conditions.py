"""Whether every command sent has its conditions in the journal, and the outcome is what the nodes said. Pure.

Works on the rows that the chain tells of. The conditions are those of the send gate's table as it was when
the journal was written; what a later gate asks besides does not make an earlier journal wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from srx_issu.adapters.journal.links import ChainRow, Fault
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.outcome import Outcome

_ALWAYS = frozenset({"open", "held", "once"})
REQUIRED: Mapping[str, frozenset[str]] = {
    "prepare": _ALWAYS | {"not_stopped", "own_file"},
    "begin": _ALWAYS
    | {"undecided", "not_stopped", "clocks_agree", "readiness", "approved", "window", "same_way", "nodes"}
    | {"still_due"},
    "configure": _ALWAYS
    | {"undecided", "not_stopped", "not_begun", "clocks_agree", "readiness", "approved", "window", "nodes"}
    | {"still_due"},
    "continue": _ALWAYS
    | {"undecided", "not_stopped", "clocks_agree", "route_approved", "window", "still_due"},
    "complete": _ALWAYS | {"route_approved", "still_due"},
    "answer": _ALWAYS | {"undecided", "not_stopped", "approved", "prompt_listed", "still_due"},
    "undo_commit": _ALWAYS | {"own_commit", "no_issu", "still_due"},
    "bring_home": _ALWAYS | {"ours_to_bring_home", "plan_approved", "still_due"},
}
_NEED_A_YES = ("begin", "configure", "continue", "complete")
_RESULTS = (EntryKind.ACTION_SENT, EntryKind.ACTION_UNKNOWN, EntryKind.ACTION_REFUSED)
_DECISIONS = (EntryKind.APPROVAL, EntryKind.ANSWER)
_BOTH_RUN = re.compile(r"both nodes run (\d[^\s,;]*)")
_ABOUT_THE_CLUSTER = ("cluster_released", "cluster_handed_over", "cluster_taken_over")
_NOBODY_ASKED = re.compile(r"\bno approval\b|\bnot required\b")
_YES = "Approve"
_START = re.compile(r"^request (system|vmhost) software in-service-upgrade\b(?! abort)")
_NOTHING_STARTED = (Outcome.REFUSED, Outcome.NOT_READY, Outcome.PLANNED, Outcome.ALREADY_CURRENT)
_ON_TARGET = (Outcome.UPGRADED, Outcome.UPGRADED_WITH_FINDINGS, Outcome.ALREADY_CURRENT)


def check_account(rows: Sequence[ChainRow]) -> Iterator[Fault]:
    """``rows`` in the order of writing. What was there before the chain is not asked for conditions."""
    events = [row for row in rows if row.source == "events"]
    opening = next((row for row in rows if row.what == "opened"), None)
    by_campaign = opening is not None and bool(opening.values["intent"].get("approved_by_campaign"))
    yield from _commands(events, by_campaign=by_campaign)
    yield from _outcome(rows, events)


def check_leases(rows: Sequence[ChainRow], upgrade_id: str, held: frozenset[str]) -> Iterator[Fault]:
    """What was taken and neither given back nor lost is still held: else the journal's end is missing."""
    mine: dict[str, ChainRow] = {}
    for row in (row for row in rows if row.source == "lease_changes"):
        resource = str(row.values["resource"])
        if row.values["owner"] == upgrade_id and row.values["what"] != "released":
            mine[resource] = row
        else:
            mine.pop(resource, None)
    for resource in sorted(mine.keys() - held):
        yield Fault(
            position=mine[resource].position,
            what=f"{resource} was taken here and is not held any more, but nothing tells of its release: "
            "the end of the chain was cut, or the lease was deleted by hand",
        )
    for resource in sorted(held - mine.keys()):
        yield Fault(position=None, what=f"{resource} is held, but no row tells of its taking")


def _commands(events: Sequence[ChainRow], *, by_campaign: bool) -> Iterator[Fault]:
    intended: Counter[tuple[object, ...]] = Counter()
    decision: ChainRow | None = None
    asked: set[object] = set()
    for row in events:
        kind, detail = row.values["kind"], _flat(row.values["detail"])
        if kind == EntryKind.QUESTION:
            asked.add(detail.get("digest"))
        elif kind in _DECISIONS:
            if kind == EntryKind.ANSWER and detail.get("digest") not in asked:
                yield Fault(position=row.position, what=f"{row.name}: answers what was never asked")
            decision = row if _is_about_the_start(detail) else decision
        elif kind == EntryKind.ACTION_INTENDED:
            intended.update(_names_of(row))
            if not row.carried:
                yield from _conditions(row, decision, by_campaign=by_campaign)
        elif kind in _RESULTS and not any(intended[name] for name in _names_of(row)):
            command = detail.get("command") or row.values["text"]
            yield Fault(
                position=row.position,
                what=f"{row.name}: '{command}' on {row.values['node']} was never intended before",
            )


def _names_of(row: ChainRow) -> tuple[tuple[object, ...], ...]:
    """By which a command and what became of it are known to belong together: the closest that both have."""
    values, detail = row.values, row.values["detail"]
    if row.values["kind"] != EntryKind.ACTION_INTENDED:
        if permit_id := _permit_id(detail):
            return (("permit", permit_id),)
        if command := detail.get("command"):
            return (("command", values["node"], command),)
        return (("step", values["node"], values["step"]),)
    return (
        ("permit", _permit_id(detail)),
        ("command", values["node"], detail.get("command")),
        ("step", values["node"], values["step"]),
    )


def _permit_id(detail: Mapping[str, Any]) -> object:
    return detail.get("permit_id")


def _conditions(row: ChainRow, decision: ChainRow | None, *, by_campaign: bool) -> Iterator[Fault]:
    """``by_campaign``: the plan of the upgrade's campaign was approved, and the intent says by whom."""
    detail = row.values["detail"]
    purpose, permit = detail.get("purpose"), detail.get("permit")
    if purpose not in REQUIRED or not isinstance(permit, dict):
        yield Fault(position=row.position, what=f"{row.name}: intended without a purpose and its conditions")
        return
    if missing := sorted(REQUIRED[purpose] - permit.keys()):
        yield Fault(
            position=row.position,
            what=f"{row.name}: purpose {purpose}, without its conditions {', '.join(missing)}",
        )
    if purpose not in _NEED_A_YES:
        return
    if decision is None:
        approved = permit.get("approved", permit.get("route_approved", ""))
        if not by_campaign and not _NOBODY_ASKED.search(str(approved)):
            yield Fault(position=row.position, what=f"{row.name}: begun without an approval before it")
    elif _is_no(_flat(decision.values["detail"])):
        yield Fault(
            position=row.position,
            what=f"{row.name}: begun although row {decision.position} ({decision.values['text']}) says no",
        )


def _flat(detail: Mapping[str, Any]) -> dict[str, Any]:
    """With what an answer tells of its question beside what it tells itself."""
    return {**(detail.get("question") or {}), **detail}


def _is_about_the_start(detail: Mapping[str, Any]) -> bool:
    """Not the word by which a cluster is taken over or released: that approves no start."""
    if detail.get("event") in _ABOUT_THE_CLUSTER:
        return False
    return detail.get("for", detail.get("purpose", "start")) == "start" and "from" not in detail


def _is_no(detail: Mapping[str, Any]) -> bool:
    return detail.get("approved") is False or detail.get("choice", _YES) != _YES


def _outcome(rows: Sequence[ChainRow], events: Sequence[ChainRow]) -> Iterator[Fault]:
    closing = next((row for row in rows if row.what == "closed"), None)
    opening = next((row for row in rows if row.what == "opened"), None)
    if closing is None or opening is None:
        return
    outcome = str(closing.values["outcome"])
    before = [row for row in events if row.position < closing.position]
    decided = [str(row.values["detail"]["outcome"]) for row in before if "outcome" in row.values["detail"]]
    if decided and outcome not in (decided[-1], Outcome.NEEDS_OPERATOR):
        yield Fault(
            position=closing.position, what=f"closed as {outcome}, but the last step decided on {decided[-1]}"
        )
    started = [row for row in before if _is_start(row)]
    if outcome in _NOTHING_STARTED and started:
        yield Fault(
            position=closing.position,
            what=f"closed as {outcome}, but row {started[-1].position} says that the ISSU was sent",
        )
    shown = [(row, match[1]) for row in before for match in _BOTH_RUN.finditer(str(row.values["text"]))]
    target = str(opening.values["target_release"])
    if shown and outcome in _ON_TARGET and not same_release(shown[-1][1], target):
        yield Fault(
            position=closing.position,
            what=f"closed as {outcome}, but by row {shown[-1][0].position} both nodes run {shown[-1][1]}, "
            f"not {target}",
        )
    if not shown and outcome in (Outcome.UPGRADED, Outcome.UPGRADED_WITH_FINDINGS) and not closing.carried:
        yield Fault(
            position=closing.position,
            what=f"closed as {outcome}, but no row says that both nodes run {target}",
        )


def _is_start(row: ChainRow) -> bool:
    if row.values["kind"] not in (EntryKind.ACTION_SENT, EntryKind.ACTION_UNKNOWN):
        return False
    detail = row.values["detail"]
    return bool(_START.match(str(detail.get("command", "")))) or "started" in detail
