"""The questions of one collection to the nodes: none is put twice, and a silent node is left alone."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any, Protocol

from srx_issu.adapters.devices.parse.nodes import answers_by_node
from srx_issu.adapters.devices.parse.refusals import errors_in, refusal_error, silent_peer
from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.question import RequestForm
from srx_issu.adapters.devices.state.reply import lines
from srx_issu.adapters.devices.state.table_question import Scope, TableQuestion
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import NotAnswered, Rows
from srx_issu.domain.errors import (
    CommandRefused,
    DeviceError,
    DeviceTimeout,
    ReplyNotUnderstood,
    UnknownCommand,
)
from srx_issu.domain.upgrade.rpc import Rpc

log = logging.getLogger(__name__)

Answer = Rows[Any] | NotAnswered


class AskNode(Protocol):
    """Sends one request to one node's own address and returns its reply, whole, with local names only
    (``parse.reply.parse_reply``): ``rpc-reply``, or the body below it where there is only one.

    Errors inside the reply may stay there or be raised: UnknownCommand for "syntax error", CommandRefused
    with the node's words. Raises DeviceTimeout, SessionLost, DeviceUnreachable, AuthenticationFailed.
    """

    def __call__(self, node: NodeName, form: RequestForm, /) -> Element: ...


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

    def answers(self, wanted: TableQuestion) -> dict[NodeName | None, Answer]:
        """The answer of each node; under None the answer for the cluster where it has only one."""
        match wanted.scope:
            case Scope.PRIMARY:
                return {None: self._of_primary(wanted)}
            case Scope.LOCAL:
                return {node: self.answer_of(wanted, node, node) for node in NodeName}
            case Scope.BOTH:
                return dict(self._of_both(wanted).items())

    def _of_primary(self, wanted: TableQuestion) -> Answer:
        if self._primary is None:
            return NotAnswered(reason="no node says of itself that it is RG0 primary")
        return self.answer_of(wanted, self._primary, self._primary)

    def _of_both(self, wanted: TableQuestion) -> dict[NodeName, Answer]:
        """Asks the RG0 primary for both; whoever is missing in its reply is asked in person."""
        first = self._primary or NodeName.NODE0
        order = [node for node in (first, first.peer) if node not in self._silent] or [first]
        answers = {node: self.answer_of(wanted, order[0], node) for node in NodeName}
        for node in order[1:]:
            if isinstance(answers[node], NotAnswered):
                answers[node] = self.answer_of(wanted, node, node)
        return answers

    def answer_of(self, wanted: TableQuestion, asked: NodeName, about: NodeName) -> Answer:
        """What ``asked`` says of ``about``.

        Tries the question's forms in order; goes on while one is unknown or its reply is not understood.

        The first reason is the one that is told: "syntax error" to the second form explains nothing.
        """
        reasons: list[str] = []
        for form in wanted.question.forms:
            try:
                return self._told(wanted, form, asked, about)
            except (ReplyNotUnderstood, UnknownCommand) as error:
                log.info("%s: %s not read: %s", asked, form.rpc.name, error.message)
                reasons.append(error.summary)
            except DeviceError as error:
                reasons.append(error.summary)
                break
        return NotAnswered(reason=shortened(reasons[0]))

    def _told(self, wanted: TableQuestion, form: RequestForm, asked: NodeName, about: NodeName) -> Answer:
        """The rows of one node from one reply. Raises DeviceError with the reason why there are none."""
        reply = self._reply(asked, form)
        if reply.error is not None:
            if isinstance(reply.error, CommandRefused) and wanted.means_none(reply.error.message):
                return Rows(rows=())  # the node's own words; a node that is silent has said nothing
            raise reply.error
        part = reply.parts.get(about, reply.parts.get(asked) if wanted.speaks_of_both else None)
        if part is None:
            raise DeviceError(about, f"{asked} answered without a word about {about}")
        return _parsed(wanted, part, about, asked)

    def _reply(self, asked: NodeName, form: RequestForm) -> _Reply:
        key = (asked, form)
        if key not in self._replies:
            self._replies[key] = self._send(asked, form)
        return self._replies[key]

    def _send(self, asked: NodeName, form: RequestForm) -> _Reply:
        if asked in self._silent:
            return _Reply({}, DeviceError(asked, self._silent[asked]))
        try:
            reply = self._sent(asked, form)
            wrapped = next(reply.iter("multi-routing-engine-results"), None) is not None
            return _Reply(dict(answers_by_node(asked, reply)) if wrapped else {asked: reply})
        except CommandRefused as error:
            return _Reply({}, error)
        except DeviceError as error:
            self._note_silence(asked, error)
            log.info("%s: %s not answered: %s", asked, form.rpc.name, error.message)
            return _Reply({}, error)

    def _sent(self, asked: NodeName, form: RequestForm) -> Element:
        """A refusal that only says that the peer cannot be reached is asked again without the peer."""
        try:
            return self._ask(asked, form)
        except CommandRefused as error:
            if silent_peer(error.message) is None or form.cli is not None:
                raise
            local = Rpc(form.rpc.name, (*form.rpc.leaves, ("node", "local")))
            return self._ask(asked, replace(form, rpc=local))

    def _note_silence(self, node: NodeName, error: DeviceError) -> None:
        if isinstance(error, ReplyNotUnderstood):
            return
        self._timeouts[node] += 1
        if not isinstance(error, DeviceTimeout) or self._timeouts[node] >= _TIMEOUTS_BEFORE_SILENT:
            self._silent[node] = error.message


def _parsed(wanted: TableQuestion, part: Element, about: NodeName, asked: NodeName) -> Answer:
    """The rows, or none where the refusal means so. Raises what the refusal means otherwise."""
    for words in errors_in(part):
        if silent_peer(words) is not None:
            continue
        if wanted.means_none(words):
            return Rows(rows=())
        raise refusal_error(about, words)
    try:
        return Rows(rows=tuple(wanted.parse(part, about, asked)))
    except ReplyNotUnderstood:
        if any(wanted.means_none(line) for output in part.iter("output") for line in lines(output)):
            return Rows(rows=())
        raise
