"""Two nodes that answer what they are told to, or fail in the ways a wire fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from srx_issu.adapters.devices.parse.reply import Element, parse_reply
from srx_issu.adapters.devices.question import RequestForm
from srx_issu.domain.cluster.model import (
    GroupMember,
    GroupState,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.errors import UnknownCommand

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
NODE0, NODE1 = NodeName.NODE0, NodeName.NODE1

Answer = str | Exception | Callable[[NodeName, int], str | Exception]


class FakeNodes:
    """``answers`` by RPC name, or by CLI command for ``<command>``; the callable gets the node that is asked
    and how often the question came before. Everything else is a syntax error."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = dict(answers)
        self.asked: list[tuple[NodeName, str]] = []

    def __call__(self, node: NodeName, form: RequestForm, /) -> Element:
        name = form.name
        before = sum(question == (node, name) for question in self.asked)
        self.asked.append((node, name))
        answer = self._answers.get(name, UnknownCommand(node, "syntax error"))
        if callable(answer):
            answer = answer(node, before)
        if isinstance(answer, Exception):
            raise answer
        return parse_reply(node, answer)

    def count(self, name: str, node: NodeName | None = None) -> int:
        return sum(asked == name and node in (None, by) for by, asked in self.asked)


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = NOW
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


def wrapped(node0: str | None, node1: str | None, beside: str = "") -> str:
    """A reply with one item a node; None leaves the node out."""
    items = "".join(
        f"<multi-routing-engine-item><re-name>{name}</re-name>{body}</multi-routing-engine-item>"
        for name, body in (("node0", node0), ("node1", node1))
        if body is not None
    )
    return (
        f"<rpc-reply>{beside}<multi-routing-engine-results>{items}</multi-routing-engine-results></rpc-reply>"
    )


def both(body: str) -> str:
    return wrapped(body, body)


def snapshot(*, primary: NodeName = NODE0, silent: NodeName | None = None) -> Snapshot:
    def view(node: NodeName) -> NodeView:
        members = tuple(
            GroupMember(node=n, state=GroupState.PRIMARY if n is primary else GroupState.SECONDARY)
            for n in NodeName
        )
        shown = NodeView(node=node, reachable=True, groups=(RedundancyGroup(group_id=0, members=members),))
        return replace(shown, reachable=False, error="timed out", groups=()) if node is silent else shown

    return Snapshot(cluster="fw-a", taken_at=NOW, node0=view(NODE0), node1=view(NODE1))
