"""Asks both nodes for the tables that are wanted and never fails: what is not answered says why.

A node that stops answering is not asked again, so that a silent node costs one or two time-outs and not
one a table. One reply serves every table that is read from it. CPU load and counters are sampled before
anything else is asked, because the questions themselves raise the load.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from srx_issu.adapters.devices.parse.nodes import answers_by_node
from srx_issu.adapters.devices.parse.refusals import errors_in, refusal_error, silent_peer
from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.state.ask import AskNode
from srx_issu.adapters.devices.state.readers import (
    CPU,
    HEARTBEATS,
    HIT_COUNTS,
    READERS,
    RTOS,
    Reader,
    RequestForm,
    Scope,
    image_reader,
    means_none,
)
from srx_issu.adapters.devices.state.reply import lines
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.rows import CpuSample, Heartbeat, HitCount, RtoCounter
from srx_issu.domain.cluster.state import NODE_TABLES, TABLES, ClusterState, NotAnswered, PerNode, Rows
from srx_issu.domain.errors import (
    CommandRefused,
    DeviceError,
    DeviceTimeout,
    ReplyNotUnderstood,
    UnknownCommand,
)
from srx_issu.domain.upgrade.intent import Limits
from srx_issu.ports.clock import Clock

log = logging.getLogger(__name__)

Answer = Rows[Any] | NotAnswered

_TIMEOUTS_BEFORE_SILENT = 2
_LONGEST_REASON = 160  # a fragment of a broken reply says enough in fewer


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
    talk = _Talk(ask, snapshot)
    tables: dict[str, Any] = _sampled(talk, wanted, clock, limits)
    readers = [*READERS, image_reader(image_path)] if image_path else list(READERS)
    for table in TABLES:
        mine = [reader for reader in readers if reader.table == table]
        if table in wanted and table not in tables and mine:
            tables[table] = _read(talk, mine)
    return replace(state, **tables)


def _read(talk: _Talk, readers: list[Reader]) -> Any:
    """One table; where several questions fill it, an unanswered one leaves it unanswered."""
    answers = [talk.answers(reader) for reader in readers]
    if readers[0].table not in NODE_TABLES:
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


def _sampled(talk: _Talk, wanted: frozenset[str], clock: Clock, limits: Limits) -> dict[str, Any]:
    """CPU load several times, and the counters before and after."""
    counters = [reader for reader in (HEARTBEATS, RTOS, HIT_COUNTS) if reader.table in wanted]
    first = {reader.table: _read(talk.fresh(), [reader]) for reader in counters}
    started = clock.now()
    tables: dict[str, Any] = {}
    if CPU.table in wanted:
        tables[CPU.table] = _cpu(talk, clock, limits)
    if counters:
        left = limits.rto_interval_s - (clock.now() - started).total_seconds()
        if left > 0:
            clock.sleep(left)
    for reader in counters:
        again = _read(talk.fresh(), [reader])
        tables[reader.table] = PerNode(
            node0=_grown(first[reader.table].node0, again.node0),
            node1=_grown(first[reader.table].node1, again.node1),
        )
    return tables


def _cpu(talk: _Talk, clock: Clock, limits: Limits) -> PerNode[CpuSample]:
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


def _short(reason: str) -> str:
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"


@dataclass(frozen=True)
class _Reply:
    """What came back for one question to one node: the parts by node, or why there are none."""

    parts: dict[NodeName, Element]
    error: DeviceError | None = None


class _Talk:
    """Remembers replies, so that two tables of one reply ask once, and which nodes have gone silent."""

    def __init__(self, ask: AskNode, snapshot: Snapshot) -> None:
        self._ask = ask
        self._primary = snapshot.primary(0)
        self._silent = {
            v.node: f"does not answer: {v.error or '?'}" for v in snapshot.views if not v.reachable
        }
        self._timeouts = dict.fromkeys(NodeName, 0)
        self._replies: dict[tuple[NodeName, RequestForm], _Reply] = {}

    def fresh(self) -> _Talk:
        """The same talk without what was said before."""
        self._replies.clear()
        return self

    def answers(self, reader: Reader) -> dict[NodeName | None, Answer]:
        """The answer of each node; under None the answer for the cluster where it has only one."""
        match reader.scope:
            case Scope.PRIMARY:
                return {None: self._of_primary(reader)}
            case Scope.LOCAL:
                return {node: self._of_one(reader, node, node) for node in NodeName}
            case Scope.BOTH:
                return dict(self._of_both(reader).items())

    def _of_primary(self, reader: Reader) -> Answer:
        if self._primary is None:
            return NotAnswered(reason="no node says of itself that it is RG0 primary")
        return self._of_one(reader, self._primary, self._primary)

    def _of_both(self, reader: Reader) -> dict[NodeName, Answer]:
        """Asks the RG0 primary for both; whoever is missing in its reply is asked in person."""
        first = self._primary or NodeName.NODE0
        order = [node for node in (first, first.peer) if node not in self._silent] or [first]
        answers = {node: self._of_one(reader, order[0], node) for node in NodeName}
        for node in order[1:]:
            if isinstance(answers[node], NotAnswered):
                answers[node] = self._of_one(reader, node, node)
        return answers

    def _of_one(self, reader: Reader, asked: NodeName, about: NodeName) -> Answer:
        """Tries the reader's ways in order; goes on while a way is unknown or its reply is not understood.

        The first reason is the one that is told: "syntax error" to the second way explains nothing.
        """
        reasons: list[str] = []
        for way in reader.ways:
            try:
                return self._told(reader, way, asked, about)
            except (ReplyNotUnderstood, UnknownCommand) as error:
                reasons.append(error.message)
            except DeviceError as error:
                reasons.append(error.message)
                break
        return NotAnswered(reason=_short(reasons[0]))

    def _told(self, reader: Reader, way: RequestForm, asked: NodeName, about: NodeName) -> Answer:
        """The rows of one node from one reply. Raises DeviceError with the reason why there are none."""
        reply = self._reply(asked, way)
        if reply.error is not None:
            if means_none(reader.none_when, reply.error.message):
                return Rows(rows=())
            raise reply.error
        part = reply.parts.get(about, reply.parts.get(asked) if reader.speaks_of_both else None)
        if part is None:
            raise DeviceError(about, f"{asked} answered without a word about {about}")
        return _parsed(reader, part, about, asked)

    def _reply(self, asked: NodeName, way: RequestForm) -> _Reply:
        key = (asked, way)
        if key not in self._replies:
            self._replies[key] = self._send(asked, way)
        return self._replies[key]

    def _send(self, asked: NodeName, way: RequestForm) -> _Reply:
        if asked in self._silent:
            return _Reply({}, DeviceError(asked, self._silent[asked]))
        try:
            reply = self._sent(asked, way)
            wrapped = next(reply.iter("multi-routing-engine-results"), None) is not None
            return _Reply(dict(answers_by_node(asked, reply)) if wrapped else {asked: reply})
        except CommandRefused as error:
            return _Reply({}, error)
        except DeviceError as error:
            self._note_silence(asked, error)
            log.info("%s: %s not answered: %s", asked, way.rpc, error.message)
            return _Reply({}, error)

    def _sent(self, asked: NodeName, way: RequestForm) -> Element:
        """A refusal that only says that the peer cannot be reached is asked again without the peer."""
        try:
            return self._ask(asked, way.rpc, way.arguments)
        except CommandRefused as error:
            if silent_peer(error.message) is None or way.rpc == "command":
                raise
            return self._ask(asked, way.rpc, {**way.arguments, "node": "local"})

    def _note_silence(self, node: NodeName, error: DeviceError) -> None:
        if isinstance(error, ReplyNotUnderstood):
            return
        self._timeouts[node] += 1
        if not isinstance(error, DeviceTimeout) or self._timeouts[node] >= _TIMEOUTS_BEFORE_SILENT:
            self._silent[node] = error.message


def _parsed(reader: Reader, part: Element, about: NodeName, asked: NodeName) -> Answer:
    """The rows, or none where the refusal means so. Raises what the refusal means otherwise."""
    for words in errors_in(part):
        if silent_peer(words) is not None:
            continue
        if means_none(reader.none_when, words):
            return Rows(rows=())
        raise refusal_error(about, words)
    try:
        return Rows(rows=tuple(reader.parse(part, about, asked)))
    except ReplyNotUnderstood:
        if any(
            means_none(reader.none_when, line) for output in part.iter("output") for line in lines(output)
        ):
            return Rows(rows=())
        raise
