"""The questions of one collection to the nodes: none is put twice, and a silent node is left alone."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from srx_issu.adapters.devices.parse.nodes import answers_by_node
from srx_issu.adapters.devices.parse.refusals import errors_in, refusal_error, silent_peer
from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.state.ask import AskNode
from srx_issu.adapters.devices.state.reader import Reader, RequestForm, Scope
from srx_issu.adapters.devices.state.readers import (
    means_none,
)
from srx_issu.adapters.devices.state.reply import lines
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import NotAnswered, Rows
from srx_issu.domain.errors import (
    CommandRefused,
    DeviceError,
    DeviceTimeout,
    ReplyNotUnderstood,
    UnknownCommand,
)

log = logging.getLogger(__name__)

Answer = Rows[Any] | NotAnswered


_TIMEOUTS_BEFORE_SILENT = 2
_LONGEST_REASON = 160  # a fragment of a broken reply says enough in fewer


def shortened(reason: str) -> str:
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"


@dataclass(frozen=True)
class _Reply:
    """What came back for one question to one node: the parts by node, or why there are none."""

    parts: dict[NodeName, Element]
    error: DeviceError | None = None


class Conversation:
    """Remembers replies, so that two tables of one reply ask once, and which nodes have gone silent."""

    def __init__(self, ask: AskNode, snapshot: Snapshot) -> None:
        self._ask = ask
        self._primary = snapshot.primary(0)
        self._silent = {
            v.node: f"does not answer: {v.error or '?'}" for v in snapshot.views if not v.reachable
        }
        self._timeouts = dict.fromkeys(NodeName, 0)
        self._replies: dict[tuple[NodeName, RequestForm], _Reply] = {}

    def fresh(self) -> Conversation:
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
        return NotAnswered(reason=shortened(reasons[0]))

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
