"""How the software reads a cluster's answers: a row a question, by the very parsers of an upgrade.

Pure: the answers are given, whether they came a moment ago or out of a bundle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from srx_issu.adapters.devices.interview import NO_VALUE, QUESTIONS, Interview, interview
from srx_issu.adapters.devices.parse.reply import Element, parse_reply
from srx_issu.adapters.devices.pyez import ask
from srx_issu.adapters.devices.question import Question
from srx_issu.adapters.devices.state.conversation import Conversation
from srx_issu.adapters.devices.state.table_question import TableQuestion
from srx_issu.domain.cluster.model import (
    GroupState,
    IssuStatus,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.cluster.phase import ISSU_PRIORITY
from srx_issu.domain.cluster.state import NotAnswered
from srx_issu.domain.errors import DeviceError
from srx_issu.domain.plural import many
from srx_issu.probe.exchange import Exchange, KeptAnswers, Wire
from srx_issu.probe.questions import LOOK_QUESTIONS, LookQuestion, tables_asked_of, told_about
from srx_issu.probe.vocabulary import Oddity, oddities, vocabulary_of

_NOT_SAID = "its words do not say whether an ISSU is in progress"
_WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)


class ReadAs(StrEnum):
    """How an answer was read."""

    READ = "read"  # all that is needed is there, and nothing else
    UNTOLD = "not told"  # read, but its words do not tell; what else there is to tell by says nothing bad
    ODD = "odd"  # read, but it holds what nobody here has seen yet, or says something twice
    UNKNOWN = "unknown"  # not answered, not understood, or without what is needed


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One question to one node over one wire. ``values``: what was made of it, as text."""

    fills: str  # the table, or the field of a look
    question: str  # as the CLI has it
    wire: Wire
    node: NodeName
    read_as: ReadAs
    said: str
    fragment: str = ""
    values: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.node}, {self.wire.shown}: {self.question}"


def read_answers(answers: KeptAnswers) -> tuple[Reading, ...]:
    """Every row, in the order of the questions. Never raises for an answer."""
    rows = [_look(answers, look, wire, node) for look in LOOK_QUESTIONS for node in NodeName for wire in Wire]
    snapshot = snapshot_of(answers)
    primary = snapshot.primary(0)
    for wanted in dict.fromkeys(each for node in NodeName for each in tables_asked_of(node, primary)):
        rows += [
            _table(answers, snapshot, wanted, node)
            for node in NodeName
            if wanted in tables_asked_of(node, primary)
        ]
    if primary is None:
        rows.append(_no_primary())
    return tuple(rows)


def snapshot_of(answers: KeptAnswers) -> Snapshot:
    """Both nodes by their own word over NETCONF, as a step of an upgrade would see them."""
    node0, node1 = (_view(answers, node, Wire.NETCONF) for node in NodeName)
    return Snapshot(cluster="", taken_at=_WHENEVER, node0=node0, node1=node1)


def views_of(answers: KeptAnswers) -> dict[str, NodeView]:
    """Each node by its own word over each wire, by the place's name."""
    return {f"{node} by {wire.shown}": _view(answers, node, wire) for node in NodeName for wire in Wire}


def _view(answers: KeptAnswers, node: NodeName, wire: Wire) -> NodeView:
    return _driven(interview(node), lambda question: _answer(answers, node, wire, question))


def _answer(answers: KeptAnswers, node: NodeName, wire: Wire, question: Question) -> Element:
    if wire is Wire.CLI:
        return answers.cli(node, question)
    return ask(answers.session(node), question)


def _driven(asking: Interview, answer: Callable[[Question], Element]) -> NodeView:
    """Puts the questions. Raises what the interview does not take for an answer."""
    try:
        question = next(asking)
        while True:
            try:
                found = answer(question)
            except DeviceError as error:
                question = asking.throw(error)
            else:
                question = asking.send(found)
    except StopIteration as done:
        view: NodeView = done.value
        return view


def _look(answers: KeptAnswers, look: LookQuestion, wire: Wire, node: NodeName) -> Reading:
    answers.taken.clear()
    place = _Place(answers=answers, question=look.question, fills=look.field, wire=wire, node=node)
    try:
        view = _driven(
            QUESTIONS[look.field](node, NodeView(node=node, reachable=True)),
            lambda question: _answer(answers, node, wire, question),
        )
    except DeviceError as error:
        return place.row(unknown=error.message)
    except NO_VALUE as error:
        return place.row(unknown=str(error))
    return _of_view(place, look, view)


def _of_view(place: _Place, look: LookQuestion, view: NodeView) -> Reading:
    value = getattr(view, look.field)
    if value in (None, ()):
        if look.is_optional:
            return place.row(said="this release does not have it")
        return place.row(unknown=f"no {look.field} in it")
    if look.field == "cold_sync" and view.cold_sync is not None and view.cold_sync.is_complete is None:
        return place.row(unknown="no weight of cold sync")
    if look.field == "issu" and view.issu is not None and view.issu.in_progress is None:
        return _of_untold_issu(place, view.issu)
    said, strange = _of_groups(view) if look.field == "groups" else (_facts(view, look), "")
    return place.row(said=said, strange=strange, values=(said,))


def _of_untold_issu(place: _Place, issu: IssuStatus) -> Reading:
    """As the readiness check has it: where the words do not tell, the marks of an ISSU on the groups do."""
    members = [m for group in place.view_groups if group.group_id > 0 for m in group.members]
    if not members:
        return place.row(unknown=f"{_NOT_SAID}, and no groups are shown to tell by")
    if any(m.priority == ISSU_PRIORITY or m.manual for m in members):
        return place.row(unknown=f"{_NOT_SAID}, and a group has priority 255 or the manual flag")
    if issu.events:
        return place.row(strange=f"{_NOT_SAID}: {issu.events[-1]!r}", values=(_NOT_SAID,))
    return place.row(untold=f"{_NOT_SAID}; no group has the marks of one", values=(_NOT_SAID,))


def _facts(view: NodeView, look: LookQuestion) -> str:
    match look.field:
        case "release":
            return (
                f"{view.release} on {view.model or 'a model it does not name'}, {view.hostname or 'no name'}"
            )
        case "booted_at":
            return f"booted {view.booted_at:%Y-%m-%d %H:%M:%S}" if view.booted_at else ""
        case "cold_sync" if view.cold_sync is not None:
            return "complete" if view.cold_sync.is_complete else "NOT complete"
        case "issu" if view.issu is not None:
            return "an ISSU is in progress" if view.issu.in_progress else "no ISSU in progress"
        case _:
            return ""


def _of_groups(view: NodeView) -> tuple[str, str]:
    """In words, and a state that nobody here knows."""
    told = [
        f"RG{group.group_id} "
        + " ".join(f"{member.node}={member.state}/{member.priority}" for member in group.members)
        for group in view.groups
    ]
    strange = any(m.state is GroupState.UNKNOWN for group in view.groups for m in group.members)
    return "; ".join(told), "a state of a redundancy group that is not known" if strange else ""


def _table(answers: KeptAnswers, snapshot: Snapshot, wanted: TableQuestion, asked: NodeName) -> Reading:
    answers.taken.clear()
    place = _Place(
        answers=answers, question=wanted.question, fills=wanted.table, wire=Wire.NETCONF, node=asked
    )
    conversation = Conversation(answers.netconf, snapshot)
    values, faults = list[str](), list[str]()
    for about in told_about(wanted, asked):
        try:
            answer = conversation.answer_of(wanted, asked, about)
        except NO_VALUE as error:
            answer = NotAnswered(reason=str(error)[:200])
        whose = "" if about is asked else f"{about}: "
        if isinstance(answer, NotAnswered):
            faults.append(f"{whose}{answer.reason}")
        else:
            values += [f"{whose}{_text(row)}" for row in answer.rows]
    said = many(len(values), "row")
    return place.row(
        unknown="; ".join(dict.fromkeys(faults)),
        said=said,
        values=tuple(values),
    )


def _text(row: Any) -> str:
    return ", ".join(
        f"{each.name}={value}" for each in fields(row) if (value := getattr(row, each.name)) is not None
    )


@dataclass(frozen=True, kw_only=True)
class _Place:
    """One row to be made: whose answer to what."""

    answers: KeptAnswers
    question: Question
    fills: str
    wire: Wire
    node: NodeName

    @property
    def view_groups(self) -> tuple[RedundancyGroup, ...]:
        """By the same node and wire."""
        taken = list(self.answers.taken)
        try:
            return _view(self.answers, self.node, self.wire).groups
        finally:
            self.answers.taken[:] = taken

    def row(
        self,
        *,
        unknown: str = "",
        said: str = "",
        strange: str = "",
        untold: str = "",
        values: tuple[str, ...] = (),
    ) -> Reading:
        """Unknown where the parser says so, or where an element is missing; odd where one is not known."""
        found = list(self._oddities())
        missing = [each for each in found if each.is_missing]
        odd = [each for each in found if not each.is_missing]
        read_as = ReadAs.UNKNOWN if unknown or missing else ReadAs.ODD if strange or odd else ReadAs.READ
        if read_as is ReadAs.READ and untold:
            read_as, said = ReadAs.UNTOLD, untold
        elif read_as is not ReadAs.READ:
            said = "; ".join(filter(None, (unknown, strange, *(each.said for each in (*missing, *odd)))))
        return Reading(
            fills=self.fills,
            question=self.question.cli or (self.question.rpc.name if self.question.rpc else ""),
            wire=self.wire,
            node=self.node,
            read_as=read_as,
            said=said,
            fragment=next((each.fragment for each in (*missing, *odd)), ""),
            values=values,
        )

    def _oddities(self) -> Iterator[Oddity]:
        """Of the answer that was read: the last one, for what came before it was refused."""
        for exchange in self.answers.taken[-1:]:
            try:
                root = self._element(exchange)
            except DeviceError:  # told already
                return
            yield from oddities(root, vocabulary_of(self.question))

    def _element(self, exchange: Exchange) -> Element:
        if exchange.wire is Wire.CLI:
            return self.answers.cli(exchange.node, self.question)
        return parse_reply(exchange.node, exchange.reply or "", large=True)


def _no_primary() -> Reading:
    return Reading(
        fills="routing",
        question="show chassis cluster status",
        wire=Wire.NETCONF,
        node=NodeName.NODE0,
        read_as=ReadAs.UNKNOWN,
        said="no node says of itself that it is RG0 primary: routing cannot be asked",
    )
