"""The table of one row about the cluster as a whole: eligibility, and what must be equal on both nodes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from srx_issu.checks.frames import Frame, Row, Subject
from srx_issu.checks.words import listed, span
from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.intent import Intent
from srx_issu.domain.model import NodeName
from srx_issu.domain.rows import Licence, Module, Pic, RoutingEngine, SignaturePackage
from srx_issu.domain.state import NotAnswered, PerNode
from srx_issu.domain.support import InService, Support
from srx_issu.domain.verdict import Status
from srx_issu.domain.version import is_later, parse, same_release

R = TypeVar("R")

COLUMNS = (
    "node", "about", "groups", "groups_text",
    "releases_equal", "releases_text", "target_is_later", "later_text", "eligible",
    "support", "support_text", "engines_equal", "engines_text", "pics_equal", "pics_text", "modules_equal",
    "modules_text", "signatures_equal", "signatures_text", "licences_equal", "licences_text", "clock_skew_s",
    "skew_text", "window_left_s", "window_text", "worst_case_text", "consolidated", "consolidated_text",
    "graceful_restart", "protocols_text", "unsupported_protocols", "unsupported_protocols_text",
)  # fmt: skip


def cluster_frame(subject: Subject, support: Support) -> Frame:
    """One row. ``support`` is the judgement of the support matrix on this cluster's upgrade."""
    frame = Frame("cluster", COLUMNS)
    cells: Row = {"about": subject.intent.cluster.name, **_groups(subject)}
    reasons: dict[str, str | None] = {}
    _releases(subject, support, cells, reasons)
    if not _nobody_answers(subject):
        cells["support"], cells["support_text"] = support.verdict.value, support.reason
    _equalities(subject, cells, reasons)
    _clock_skew(subject, cells, reasons)
    _window(subject, cells, reasons)
    _groups_together(subject, support, cells, reasons)
    _graceful_restart(subject, cells, reasons)
    frame.add(cells, reasons)
    return frame


def groups_known_frame(subject: Subject) -> Frame:
    """The same table with the number of groups only, for checks after the upgrade."""
    frame = Frame("cluster", COLUMNS)
    frame.add({"about": subject.intent.cluster.name, **_groups(subject)})
    return frame


def _groups(subject: Subject) -> Row:
    """How many there are; where there is none, the nodes' own words about it."""
    if _nobody_answers(subject):
        return {}
    words = [f"{v.node}: {v.error}" for v in subject.snapshot.views if v.reachable and v.error]
    text = f" ({'; '.join(words)})" if words else ""
    return {"groups": len(subject.snapshot.group_ids), "groups_text": text}


def _nobody_answers(subject: Subject) -> bool:
    """Then nothing is known of the cluster, which each node's own row says."""
    return not any(view.reachable for view in subject.snapshot.views)


def _releases(subject: Subject, support: Support, cells: Row, reasons: dict[str, str | None]) -> None:
    """Releases of different lines have no order; then the support matrix has judged the pair, or asks."""
    views, target = subject.snapshot.views, subject.intent.image.release
    silent = [f"{v.node} {subject.silence(v.node) or 'shows no release'}" for v in views if v.release is None]
    reasons["releases_equal"] = reasons["target_is_later"] = "; ".join(silent)
    cells["releases_text"] = ", ".join(f"{v.node} runs {v.release or '?'}" for v in views)
    known = [v.release for v in views if v.release is not None]
    if len(known) < len(views):
        return
    cells["releases_equal"] = known[0] == known[1]
    later = [_later(target, release) for release in known]
    cells["later_text"] = "; ".join(dict.fromkeys(text for _, text in later))
    if support.verdict in (InService.ISSU, InService.ASK):
        later = [(Status.PASS if status is Status.ERROR else status, text) for status, text in later]
    if all(status is not Status.ERROR for status, _ in later):
        cells["target_is_later"] = all(status is Status.PASS for status, _ in later)
    reasons["target_is_later"] = str(cells["later_text"])


def _later(target: str, running: str) -> tuple[Status, str]:
    try:
        verdict = is_later(parse(target), parse(running))
    except UnparsableVersion as error:
        return Status.ERROR, str(error)
    return verdict.status, verdict.reason


def runs_target(subject: Subject) -> bool:
    """Both nodes run the image's release, by their own word."""
    target = subject.intent.image.release
    return all(v.release is not None and same_release(v.release, target) for v in subject.snapshot.views)


def _equalities(subject: Subject, cells: Row, reasons: dict[str, str | None]) -> None:
    state = subject.state
    _equal(cells, reasons, "engines", state.engines, _engine)
    _equal(cells, reasons, "pics", state.pics, _pic)
    _equal(cells, reasons, "modules", state.modules, _module)
    _equal(cells, reasons, "signatures", state.signatures, _signature)
    _equal(cells, reasons, "licences", state.licences, _licence)


def _engine(row: RoutingEngine) -> str:
    return row.model or "model not shown"


def _pic(row: Pic) -> str:
    return f"{row.name} {row.kind}"


def _module(row: Module) -> str:
    return f"{row.place} {row.kind}"


def _signature(row: SignaturePackage) -> str:
    return f"{row.package} {row.version}"


def _licence(row: Licence) -> str:
    return f"{row.name} ({row.installed} installed)"


def _equal(
    cells: Row,
    reasons: dict[str, str | None],
    name: str,
    table: PerNode[R],
    word: Callable[[R], str],
) -> None:
    """Fills ``<name>_equal`` and ``<name>_text`` from what each row is called on each node."""
    answers = [table.rows_of(node) for node in NodeName]
    if answers[0] is None or answers[1] is None:
        silent = [f"{n}: {reason}" for n in NodeName if (reason := table.reason_of(n))]
        reasons[f"{name}_equal"] = "; ".join(silent)
        return
    mine, theirs = ([word(row) for row in answer] for answer in (answers[0], answers[1]))
    only0, only1 = sorted(set(mine) - set(theirs)), sorted(set(theirs) - set(mine))
    cells[f"{name}_equal"] = any(sorted(mine) == sorted(_shifted(theirs, slots)) for slots in SLOT_OFFSETS)
    cells[f"{name}_text"] = (
        f"only node0 has {listed(only0) or 'none'}, only node1 has {listed(only1) or 'none'}"
    )


# In a cluster node1's cards may go on counting where node0's slots end: FPC 7 is the first of node1 on
# SRX1500 and 4x00, 3, 6 and 12 on SRX5400, 5600 and 5800. Most commands count from 0 on both.
SLOT_OFFSETS = (0, 3, 6, 7, 12)


def _shifted(words: list[str], slots: int) -> list[str]:
    return [re.sub(r"\bFPC (\d+)", lambda m: f"FPC {int(m[1]) - slots}", word) for word in words]


def _clock_skew(subject: Subject, cells: Row, reasons: dict[str, str | None]) -> None:
    """Only two times of one reply compare: two questions are apart by however long the first took."""
    clocks = subject.state.clocks
    mine, theirs = (clocks.one_of(node) for node in NodeName)
    if mine is None or theirs is None:
        reasons["clock_skew_s"] = "; ".join(f"{n}: {r}" for n in NodeName if (r := clocks.reason_of(n)))
        return
    if mine.asked_of is not theirs.asked_of:
        reasons["clock_skew_s"] = "the nodes did not tell their time in one answer"
        return
    skew = abs((mine.device_time - theirs.device_time).total_seconds())
    cells["clock_skew_s"], cells["skew_text"] = skew, span(skew)


def _window(subject: Subject, cells: Row, reasons: dict[str, str | None]) -> None:
    worst = subject.intent.policy.timers.worst_case_s
    left = window_left_s(subject.intent, subject.state.taken_at)
    cells["worst_case_text"] = span(worst)
    reasons["window_left_s"] = "no window was asked for"
    if left is not None:
        cells["window_left_s"], cells["window_text"] = left, span(max(0.0, left))


def window_left_s(intent: Intent, now: datetime) -> float | None:
    """Seconds that the window leaves for the upgrade; None when it has no end."""
    if intent.window_end is None:
        return None
    start = max(now, datetime.fromisoformat(intent.window_start)) if intent.window_start else now
    return (datetime.fromisoformat(intent.window_end) - start).total_seconds()


def _groups_together(subject: Subject, support: Support, cells: Row, reasons: dict[str, str | None]) -> None:
    """Guide: up to Junos 11.4 all groups must be brought to one node by hand; from 12.1 Junos does it."""
    if not support.consolidate_by_hand:
        cells["consolidated"], cells["consolidated_text"] = True, "Junos moves the groups itself"
        return
    snapshot = subject.snapshot
    primaries = {group_id: snapshot.primary(group_id) for group_id in snapshot.group_ids}
    if None in primaries.values() or not primaries:
        reasons["consolidated"] = "not every group has one primary"
        return
    cells["consolidated"] = len(set(primaries.values())) == 1
    cells["consolidated_text"] = ", ".join(f"RG{g} on {node}" for g, node in primaries.items())


def _graceful_restart(subject: Subject, cells: Row, reasons: dict[str, str | None]) -> None:
    """Guide: recommended for routing protocols. A cluster without any needs none."""
    answer = subject.state.routing_features
    if isinstance(answer, NotAnswered):
        reasons["graceful_restart"] = reasons["unsupported_protocols"] = answer.reason
        return
    for row in answer.rows:
        unsupported = sorted({*row.all_protocols} & {*subject.rules.issu_unsupported_protocols})
        cells["unsupported_protocols"] = len(unsupported)
        cells["unsupported_protocols_text"] = ", ".join(unsupported)
        cells["graceful_restart"] = row.graceful_restart or not row.protocols
        cells["protocols_text"] = ", ".join(row.protocols)
