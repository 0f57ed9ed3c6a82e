"""Reading a cluster over NETCONF, for workers: one session a node, both nodes in parallel threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Self

from srx_issu.adapters.devices import questions
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.interview import interview
from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.files import configuration_text, file_content
from srx_issu.adapters.devices.parse.refusals import raise_errors
from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.question import Question, RequestSender
from srx_issu.domain.cluster.model import Cluster, NodeName, NodeView, Snapshot
from srx_issu.domain.errors import CommandRefused, DeviceError, SessionLost, UnknownCommand
from srx_issu.domain.upgrade.intent import Timers


def utc_now() -> datetime:
    return datetime.now(UTC)


class NodeSessions:
    """The NETCONF sessions of one cluster, opened when first used. Shared by reader and writer."""

    def __init__(
        self, cluster: Cluster, credentials: Credentials, timers: Timers, *, tries_others: bool = False
    ) -> None:
        """``tries_others``: a node that is silent at its management address is asked at its others."""
        self._sessions = {
            node: NetconfSession(
                node,
                cluster.address(node),
                credentials,
                connect_s=timers.connect_s,
                rpc_s=timers.rpc_s,
                others=cluster.addresses(node)[1:] if tries_others else (),
            )
            for node in NodeName
        }

    def of(self, node: NodeName) -> NetconfSession:
        return self._sessions[node]

    @property
    def await_an_end(self) -> bool:
        """Whether one of them was left open, and is still there."""
        return any(session.awaits_an_end for session in self._sessions.values())

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()


class PyezClusterReader:
    """``ports.ClusterReader`` over NETCONF. Use as a context manager, or call ``close``."""

    def __init__(
        self,
        cluster: Cluster,
        credentials: Credentials,
        timers: Timers,
        *,
        now: Callable[[], datetime] = utc_now,
        sessions: NodeSessions | None = None,
        asks_next_boot: bool = False,
        asks_links: bool = False,
    ) -> None:
        self.look_s: float | None = None  # one question of a look waits so long, where not for ``rpc_s``
        self._cluster = cluster
        self._sessions = sessions or NodeSessions(cluster, credentials, timers)
        self._asks_next_boot, self._asks_links = asks_next_boot, asks_links
        self._now = now

    def observe(self) -> Snapshot:
        taken_at = self._now()
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="observe") as pool:
            node0, node1 = pool.map(self._view, (NodeName.NODE0, NodeName.NODE1))
        return Snapshot(cluster=self._cluster.name, taken_at=taken_at, node0=node0, node1=node1)

    def _view(self, node: NodeName) -> NodeView:
        asking = interview(node, asks_next_boot=self._asks_next_boot, asks_links=self._asks_links)
        try:
            question = next(asking)
            while True:
                try:
                    answer = self.talk(node, partial(ask, question=question, timeout_s=self.look_s))
                except DeviceError as error:
                    question = asking.throw(error)
                else:
                    question = asking.send(answer)
        except StopIteration as done:
            view: NodeView = done.value
            return view

    def ask(self, node: NodeName, question: Question) -> Element:
        """The whole reply, by RPC or, where the release does not know it, by the CLI's XML."""
        return self.talk(node, lambda session: ask(session, question))

    def talk(self, node: NodeName, looking: Callable[[NetconfSession], Element]) -> Element:
        """What ``looking`` gets out of the node's session.

        A session that was open before and is found dead is opened once more: looking changes nothing.
        """
        session = self._sessions.of(node)
        was_open = session.is_open
        try:
            return looking(session)
        except SessionLost:
            if not was_open:
                raise
        return looking(session)

    def read_text(self, node: NodeName, path: str) -> str | None:
        return file_content(node, self.ask(node, questions.file_show(path)), path)

    def configuration(self, node: NodeName, form: str) -> str:
        return configuration_text(node, self.ask(node, questions.configuration(form)), form)

    def close(self) -> None:
        self._sessions.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def ask(session: RequestSender, question: Question, timeout_s: float | None = None) -> Element:
    """By the first form that the release knows. Errors of one node stay in the reply: the parser knows whose
    they are."""
    *others, last = question.forms
    for form in others:
        reply = session.send(form, large=question.large, timeout_s=timeout_s)
        try:
            raise_errors(session.node, reply)
        except UnknownCommand:
            continue
        except CommandRefused:
            return reply
        return reply
    return session.send(last, large=question.large, timeout_s=timeout_s)
