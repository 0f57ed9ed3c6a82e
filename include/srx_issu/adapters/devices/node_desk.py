"""What is asked of one node at a look, and what of its answers need not be read again.

Of two looks in a row nearly all answers are the same to the letter; only the clock moves. Reading XML is what
a look costs most, so the view of the look before is taken then, with the new clock in it.
"""

from __future__ import annotations

import asyncio
import time

from srx_issu.adapters.devices import compound
from srx_issu.adapters.devices.interview import PLANNED, interview, with_clock
from srx_issu.adapters.devices.parse.refusals import refusal_error
from srx_issu.adapters.devices.parse.reply import Element, parse_reply
from srx_issu.adapters.devices.question import Question
from srx_issu.adapters.devices.questions import UPTIME
from srx_issu.adapters.devices.sessions import Connect, KeptSession, Printed, Turn, at_once
from srx_issu.domain.cluster.model import NodeName, NodeView
from srx_issu.domain.errors import DeviceError, ReplyNotUnderstood, SessionLost
from srx_issu.domain.upgrade.intent import Timers

# All of a look's answers together are some 50 kB, 300 with many groups. What is larger is hostile or broken,
# and would keep the loop, that is every other cluster's look, from going on while it is read.
LOOK_BYTES = 1024 * 1024
_REPLY_END = "</rpc-reply>"
# A look waits so long for a node: long enough for a login, short enough that the next look at its peer begins
# within two intervals (a pause is 1.2 of one at most).
LEAST_PATIENCE_S = 10.0
_PATIENCE = 0.75  # of an interval
_SLOWER_THAN_LAST = 1.5  # a node under load is given more time than it took
# A kept session that says nothing may have been forgotten on the way: opened anew while the look still waits.
_KEPT = 2 / 3  # of its patience
_FORGOTTEN = 2.0  # times what the node last took: until then it may only be slow

_SHORTEST_S = 0.01  # between two looks at the clock

_LOOK = "look"  # what the compound question is called in messages

Texts = dict[Question, str]


class _Stopwatch:
    """What passes from its making on, less what a session spends in the queue for a login: that is not the
    node's slowness."""

    def __init__(self, session: KeptSession) -> None:
        self._session = session
        self._began, self._queued_s = time.monotonic(), session.queued_s

    @property
    def passed_s(self) -> float:
        return time.monotonic() - self._began - (self._session.queued_s - self._queued_s)


class NodeDesk:
    """Asks one node, over one kept session, one look at a time."""

    def __init__(self, node: NodeName, connect: Connect, timers: Timers, turn: Turn = at_once) -> None:
        self.session = KeptSession(node, connect, timers, turn)
        self._node = node
        self._poll_s = timers.poll_s
        self._took_s = 0.0  # the last answer, with the login where there was one
        self._asking: asyncio.Task[NodeView] | None = None
        self._outlasted: asyncio.Task[NodeView] | None = None  # the question that a look gave up waiting for
        self._one_by_one: int | None = None  # the session, by its number, that takes no compound question
        self._has_asked_more = False  # than what is planned
        self._read: tuple[Texts, NodeView] | None = None  # the last look that needed nothing but its texts

    @property
    def patience_s(self) -> float:
        return max(LEAST_PATIENCE_S, self._poll_s * _PATIENCE, self._took_s * _SLOWER_THAN_LAST)

    @property
    def is_overdue(self) -> bool:
        """Whether a look has given up waiting for an answer that is still to come."""
        return self._outlasted is not None and not self._outlasted.done()

    async def view(self) -> NodeView:
        """The node by its own word, asked from now on; silent when it takes longer than its patience.

        Raises what ``connect`` raises when there is no account to log in with.
        """
        patience_s, called = self.patience_s, _Stopwatch(self.session)
        mine: asyncio.Task[NodeView] | None = None
        while mine is None:
            if (asking := self._asking) is None or asking.done():
                asking = mine = self._begin()
            # else an earlier look's question, too old for this one: the node takes one at a time
            if not await self._came(asking, called, patience_s):
                self._outlasted = asking
                words = f"no answer for {patience_s:.0f} s, still waiting for it"
                return NodeView(node=self._node, reachable=False, error=words)
        return mine.result()

    async def _came(self, asking: asyncio.Task[NodeView], called: _Stopwatch, patience_s: float) -> bool:
        """Whether an answer came in time, by a clock that stands still in the queue for a login. A session
        that is opened anew gives the node no more time: its peer is not looked at meanwhile."""
        while not asking.done():
            left_s = patience_s - called.passed_s
            if left_s <= 0:
                return False
            await asyncio.wait({asking}, timeout=max(left_s, _SHORTEST_S))
        return True

    def _begin(self) -> asyncio.Task[NodeView]:
        self._asking = asyncio.create_task(self._timed(), name=f"look at {self._node}")
        self._asking.add_done_callback(_looked_at)
        return self._asking

    async def _timed(self) -> NodeView:
        asked = _Stopwatch(self.session)
        view = await self._ask()
        self._took_s = asked.passed_s if view.reachable else 0.0
        return view

    async def _ask(self) -> NodeView:
        self._has_asked_more = False
        try:
            texts, broke = await self._answers()
        except DeviceError as error:
            return await self._interview({}, error)
        if broke is None and len(texts) == len(PLANNED):
            if (view := self._same_as_before(texts)) is not None:
                return view
            view = await self._interview(texts, None)
            self._read = (texts, view) if view.error is None and not self._has_asked_more else None
            return view
        return await self._interview(texts, broke)

    async def _answers(self) -> tuple[Texts, DeviceError | None]:
        """As many as came, and why no more did. Without any, and without a reason: ask one by one."""
        if self._one_by_one is not None and self._one_by_one == self.session.logins:
            return {}, None
        kept_s = max(self.patience_s * _KEPT, self._took_s * _FORGOTTEN)
        printed = await self.session.run(
            compound.compound(PLANNED), called=_LOOK, limit=LOOK_BYTES, kept_s=kept_s
        )
        found = compound.take_apart(printed.out)
        broke = printed.broke
        if broke is None and printed.status is None:
            broke = SessionLost(self._node, "the session ended in mid-answer")
        if not found.is_clear or len(found.texts) > len(PLANNED):
            return {}, broke
        if len(found.texts) == len(PLANNED):
            return dict(zip(PLANNED, found.texts, strict=True)), None
        if broke is None:
            self._one_by_one = self.session.logins  # the release after the next reboot may
            return {}, None
        return dict(zip(PLANNED, found.texts, strict=False)), broke

    def _same_as_before(self, texts: Texts) -> NodeView | None:
        if self._read is None:
            return None
        before, view = self._read
        if any(texts[each] != before[each] for each in PLANNED if each is not UPTIME):
            return None
        try:
            return with_clock(view, parse_reply(self._node, texts[UPTIME]))
        except DeviceError:
            return None

    async def _interview(self, texts: Texts, broke: DeviceError | None) -> NodeView:
        """Puts the questions; each is answered from ``texts``, with ``broke``, or by the node itself."""
        asking = interview(self._node)
        try:
            question = next(asking)
            while True:
                try:
                    answer = await self._answer(question, texts, broke)
                except DeviceError as error:
                    question = asking.throw(error)
                else:
                    question = asking.send(answer)
        except StopIteration as done:
            view: NodeView = done.value
            return view

    async def _answer(self, question: Question, texts: Texts, broke: DeviceError | None) -> Element:
        """The whole reply to a question's CLI form. Raises DeviceError."""
        if (text := texts.get(question)) is not None:
            return _element(self._node, text, question)
        if broke is not None:
            raise _about(question, broke)
        self._has_asked_more = True
        return xml_reply(
            self._node, await self.session.run(compound.command(question), limit=LOOK_BYTES), question
        )

    def drop(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        self.session.end()

    async def close(self) -> None:
        if self._asking is not None and not self._asking.done():
            self.drop()
            await asyncio.wait({self._asking})
        await self.session.close()


def _looked_at(asking: asyncio.Task[NodeView]) -> None:
    """A look that nobody waited for any more may have failed: its error is taken in."""
    if not asking.cancelled():
        asking.exception()


def _about(question: Question, broke: DeviceError) -> DeviceError:
    """The same of the one question that got no answer; a login that failed was about none."""
    head, words = f"{_LOOK}: ", broke.message
    if not words.startswith(head):
        return broke
    return type(broke)(broke.node, f"{question.cli}: {words.removeprefix(head)}")


def _element(node: NodeName, text: str, question: Question) -> Element:
    if not text.startswith("<"):
        raise refusal_error(node, text[:500])
    return parse_reply(node, text, large=question.large)


def xml_reply(node: NodeName, printed: Printed, question: Question) -> Element:
    """The XML of an answer. A whole document is an answer even when no exit status came with it."""
    text = _document(printed.out)
    if not text.startswith("<"):
        words = text or printed.err.strip()
        if printed.broke is not None:
            raise printed.broke
        if printed.status is None:
            raise SessionLost(node, f"{question.cli}: the session ended in mid-answer")
        if not words:
            raise ReplyNotUnderstood(node, f"{question.cli}: empty answer, exit status {printed.status}")
        raise refusal_error(node, words[:500])
    try:
        return parse_reply(node, text, large=question.large)
    except ReplyNotUnderstood as error:
        if printed.broke is not None:
            raise printed.broke from error
        if printed.status is None:
            raise SessionLost(node, f"{question.cli}: the session ended in mid-answer") from error
        raise


def _document(printed: str) -> str:
    """The XML without what the login printed around it; all that was printed where there is no XML.

    A class may have a login announcement or a tip, and a CLI may end with its ``{primary:node0}``. A document
    type before the reply is not taken away: the parser refuses it.
    """
    start, end = printed.find("<rpc-reply"), printed.rfind(_REPLY_END)
    if start < 0 or "<" in printed[:start]:
        return printed.strip()
    return (printed[start:] if end < start else printed[start : end + len(_REPLY_END)]).strip()
