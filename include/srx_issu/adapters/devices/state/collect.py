"""Asks both nodes for the tables that are wanted and never fails: what is not answered says why.

A node that stops answering is not asked again, so that a silent node costs one or two time-outs and not
one a table. One reply serves every table that is read from it. CPU load and counters are sampled before
anything else is asked, because the questions themselves raise the load.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from srx_issu.adapters.devices.state.catalogue import TABLE_QUESTIONS
from srx_issu.adapters.devices.state.cluster import HEARTBEATS, RTOS
from srx_issu.adapters.devices.state.conversation import Answer, AskNode, Conversation
from srx_issu.adapters.devices.state.hardware import CPU
from srx_issu.adapters.devices.state.security import HIT_COUNTS
from srx_issu.adapters.devices.state.system import image_question
from srx_issu.adapters.devices.state.table_question import TableQuestion
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.rows import CpuSample, Heartbeat, HitCount, RtoCounter
from srx_issu.domain.cluster.state import NODE_TABLES, TABLES, ClusterState, NotAnswered, PerNode, Rows
from srx_issu.domain.upgrade.intent import Limits
from srx_issu.ports.clock import Clock

log = logging.getLogger(__name__)


def collect(
    ask: AskNode,
    snapshot: Snapshot,
    what: Iterable[str] = TABLES,
    *,
    clock: Clock,
    limits: Limits,
    image_path: str | None = None,
) -> ClusterState:
    """Everything in ``what`` (names of tables) that the nodes of ``snapshot`` answer now.

    ``snapshot`` tells who answers at all and who is RG0 primary. ``image_path`` is where the image lies on
    the nodes, for the table ``images``. Takes ``limits.cpu_samples`` samples of the load, fewer once their
    outcome is plain; counters are read twice, at least ``limits.rto_interval_s`` apart. Never raises for a
    node; an unknown table is a ValueError.
    """
    wanted = frozenset(what)
    if unknown := wanted - set(TABLES):
        raise ValueError(f"no such tables: {', '.join(sorted(unknown))}")
    state = ClusterState(cluster=snapshot.cluster, taken_at=clock.now())
    talk = Conversation(ask, snapshot)
    tables: dict[str, Any] = _sampled(talk, wanted, clock, limits)
    questions = [*TABLE_QUESTIONS, *([image_question(image_path)] if image_path else ())]
    for table in TABLES:
        mine = [question for question in questions if question.table == table]
        if table in wanted and table not in tables and mine:
            tables[table] = _read(talk, mine)
    return replace(state, **tables)


def _read(talk: Conversation, questions: list[TableQuestion]) -> Any:
    """One table; where several questions fill it, an unanswered one leaves it unanswered."""
    answers = [talk.answers(question) for question in questions]
    if questions[0].table not in NODE_TABLES:
        return _joined([answer[None] for answer in answers])
    return PerNode(
        node0=_joined([answer[NodeName.NODE0] for answer in answers]),
        node1=_joined([answer[NodeName.NODE1] for answer in answers]),
    )


def _joined(answers: list[Answer]) -> Answer:
    for answer in answers:
        if isinstance(answer, NotAnswered):
            return answer
    return Rows(rows=tuple(row for answer in answers if isinstance(answer, Rows) for row in answer.rows))


def _sampled(talk: Conversation, wanted: frozenset[str], clock: Clock, limits: Limits) -> dict[str, Any]:
    """CPU load several times, and the counters before and after."""
    counters = [each for each in (HEARTBEATS, RTOS, HIT_COUNTS) if each.table in wanted]
    first = {each.table: _read(talk.fresh(), [each]) for each in counters}
    started = clock.now()
    tables: dict[str, Any] = {}
    if CPU.table in wanted:
        tables[CPU.table] = _cpu(talk, clock, limits)
    if counters:
        left = limits.rto_interval_s - (clock.now() - started).total_seconds()
        if left > 0:
            clock.sleep(left)
    for each in counters:
        again = _read(talk.fresh(), [each])
        tables[each.table] = PerNode(
            node0=_grown(first[each.table].node0, again.node0),
            node1=_grown(first[each.table].node1, again.node1),
        )
    return tables


def _cpu(talk: Conversation, clock: Clock, limits: Limits) -> PerNode[CpuSample]:
    """Up to ``cpu_samples`` samples; the last ones are left out when no outcome of theirs could matter."""
    samples: dict[NodeName, list[CpuSample]] = {node: [] for node in NodeName}
    for index in range(max(1, limits.cpu_samples)):
        if index:
            clock.sleep(limits.cpu_sample_interval_s)
        answers = talk.fresh().answers(CPU)
        for node in NodeName:
            answer = answers[node]
            if isinstance(answer, NotAnswered):
                continue
            samples[node] += answer.rows
        if all(_is_plain(samples[node], limits) for node in NodeName):
            break
    return PerNode(
        node0=_samples_or_reason(samples[NodeName.NODE0], answers[NodeName.NODE0]),
        node1=_samples_or_reason(samples[NodeName.NODE1], answers[NodeName.NODE1]),
    )


def _is_plain(samples: list[CpuSample], limits: Limits) -> bool:
    """A median below the warning level, whatever the missing samples would say."""
    quiet = sum(sample.busy_percent < limits.cpu_warn_percent for sample in samples)
    return quiet * 2 > limits.cpu_samples


def _samples_or_reason(samples: list[CpuSample], last: Answer) -> Answer:
    """A node that fell silent between two samples did not answer: its load is not known."""
    return last if isinstance(last, NotAnswered) else Rows(rows=tuple(samples))


def _grown(first: Answer, again: Answer) -> Answer:
    """The second sample with what it grew by. A counter that fell was cleared: its growth is not known."""
    if isinstance(again, NotAnswered) or isinstance(first, NotAnswered):
        return again
    before = {_name(row): row for row in first.rows}
    return Rows(rows=tuple(_with_growth(before.get(_name(row)), row) for row in again.rows))


Counter = Heartbeat | RtoCounter | HitCount


def _name(row: Counter) -> int | str | tuple[str, str]:
    match row:
        case Heartbeat():
            return row.link
        case RtoCounter():
            return row.service
        case HitCount():
            return row.context, row.name


_COUNTED = {
    Heartbeat: ("sent", "received", "errors"),
    RtoCounter: ("sent", "received"),
    HitCount: ("count",),
}


def _with_growth(old: Any, new: Counter) -> Counter:
    if old is None:
        return new
    names = _COUNTED[type(new)]
    growth = {f"{name}_delta": getattr(new, name) - getattr(old, name) for name in names}
    return replace(new, **{name: delta for name, delta in growth.items() if delta >= 0})
