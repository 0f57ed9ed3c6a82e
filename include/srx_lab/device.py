"""One running node: its files, its sessions, and the answer to every query."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from srx_lab.files import NodeFiles
from srx_lab.grammar import Grammar, Syntax
from srx_lab.login_class import CommandNames
from srx_lab.machine.state import Node
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World
from srx_lab.operations import OPERATIONS, Operation
from srx_lab.replies import answer, configuration
from srx_lab.replies.registry import BY_RPC, SHOWS
from srx_lab.replies.scene import DeviceComplaint, Query, Scene
from srx_lab.session import Session, SessionKind
from srx_lab.streams import Streams
from srx_lab.terminal import Terminal

if TYPE_CHECKING:
    from srx_lab.lab import LabCluster


def _grammar() -> Grammar:
    shows = [Syntax(words=tuple(s.cli.split()), rpc=s.rpc, options=s.options, preset=s.preset) for s in SHOWS]
    return Grammar(shows + [operation.syntax for operation in OPERATIONS])


GRAMMAR = _grammar()
"""Operational mode."""

_NAMES = CommandNames(SHOWS, (operation.syntax for operation in OPERATIONS))
_OPERATIONS: dict[str, Operation] = {operation.syntax.rpc: operation for operation in OPERATIONS}


Program = Callable[["Device", Session, Terminal, list[str], Streams], Awaitable[int]]
"""What a shell of the node starts by name: on whose terminal, with which arguments; gives a status."""


class Device:
    """A node as its clients meet it."""

    def __init__(
        self, cluster: LabCluster, node: NodeId, files: NodeFiles, programs: Mapping[str, Program]
    ) -> None:
        self.cluster = cluster
        self.node = node
        self.files = files
        self.programs = programs
        self.sessions: list[Session] = []
        self.jobs: dict[int, asyncio.Task[int]] = {}
        self._pids = itertools.count(5001)

    @property
    def world(self) -> World:
        return self.cluster.machine.world

    @property
    def here(self) -> Node:
        return self.world.node(self.node)

    @property
    def host_name(self) -> str:
        return self.world.spec.host_name(self.node)

    @property
    def user(self) -> str:
        return self.cluster.lab.username

    def peer(self) -> Device:
        return self.cluster.devices[self.node.peer]

    def next_pid(self) -> int:
        return next(self._pids)

    def scene(self) -> Scene:
        return Scene(
            world=self.world,
            node=self.node,
            asked=self.node,
            user=self.user,
            users=self.users(),
            peer_users=self.peer().users(),
        )

    def users(self) -> tuple[tuple[str, str, float], ...]:
        """Name, address and time of login of everybody in the CLI."""
        return tuple(
            (session.user, session.client, session.since)
            for session in self.sessions
            if session.kind in {SessionKind.CLI, SessionKind.EXEC}
        )

    def banner(self) -> str:
        self.cluster.touch()
        return answer.banner(self.world, self.node)

    def open_session(self, kind: SessionKind, client: str) -> Session:
        self.cluster.touch()
        session = Session(
            number=self.cluster.lab.next_session(),
            user=self.user,
            client=client,
            kind=kind,
            since=self.world.now,
        )
        self.sessions.append(session)
        self.record("session_opened", session=session.number, kind=kind.value, client=client)
        return session

    def close_session(self, session: Session) -> None:
        if session not in self.sessions:
            return
        self.cluster.touch()
        self.sessions.remove(session)
        if self.world.state.candidate_locked_by == session.number:
            self.world.state.candidate_locked_by = None
            self.world.state.candidate.clear()
        for number in session.upgrades:
            self.cluster.machine.session_closed(number)
        self.record("session_closed", session=session.number, kind=session.kind.value)
        self.cluster.settle()

    def record(self, event: str, **facts: str | int | float | bool | None) -> None:
        self.cluster.lab.events.write(
            event, virtual=self.world.now, cluster=self.cluster.name, node=self.node.value, **facts
        )

    async def ask(self, query: Query, session: Session, *, said: str | None = None) -> answer.Reply:
        """Answer at the device's present moment. `said` is the CLI line, None for an RPC."""
        self.cluster.touch()
        came = {"via": session.kind.value, "rpc": query.rpc, "said": said or ""}
        self.record("command", session=session.number, **came, **_typed(query))
        if denied := self.denied(_NAMES.of(query), session):
            return denied
        try:
            reply = await self._answer(query, session, by_rpc=said is None)
        except DeviceComplaint as trouble:
            reply = answer.complaint(trouble.message)
        self.cluster.settle()
        if reply.upgrade is not None:
            session.upgrades.append(reply.upgrade)
        return reply

    def denied(self, command: str, session: Session) -> answer.Reply | None:
        """The refusal of a command that the account's class does not allow [U for its words]."""
        if self.cluster.lab.login_class.allows(command):
            return None
        self.record("permission_denied", session=session.number, said=command)
        return answer.complaint(f"error: permission denied: {command}")

    def may_run(self, query: Query) -> bool:
        """Whether the class allows what the query stands for."""
        return self.cluster.lab.login_class.allows(_NAMES.of(query))

    @property
    def may_configure(self) -> bool:
        return self.cluster.lab.login_class.may_configure

    async def _answer(self, query: Query, session: Session, *, by_rpc: bool) -> answer.Reply:
        operation = _OPERATIONS.get(query.rpc)
        if operation is not None:
            return await operation.run(self, query, session)
        if query.rpc == "get-configuration":
            return self._configuration(query)
        show = BY_RPC.get(query.rpc)
        if show is None or (by_rpc and not self.here.release.at_least(*show.since)):
            return answer.syntax_error(query.rpc)
        if not _valid_on(self, query.rpc):
            return answer.syntax_error(query.rpc)
        return answer.show(self.world, show, query, self.scene())

    def _configuration(self, query: Query) -> answer.Reply:
        scene = self.scene()
        element = configuration.configuration(scene, query)
        lines = (
            configuration.all_set_lines(scene, query)
            if query.get("format") == "set"
            else configuration.text(scene, query)
        )
        return answer.Reply(parts=(element,), lines=iter(lines))

    async def transcript(self, number: int) -> AsyncIterator[str]:
        """Lines of an upgrade from its start until its process ends."""
        async for line in self.cluster.follow(number):
            yield line


def _typed(query: Query) -> dict[str, str]:
    """`line`, for what may change something: the referee reads one spelling, whatever the wire."""
    operation = _OPERATIONS.get(query.rpc)
    return {"line": operation.syntax.line(query)} if operation else {}


def _valid_on(device: Device, rpc: str) -> bool:
    if rpc == "get-vmhost-version-information":
        return device.world.spec.platform.upgrade.value == "vmhost"
    return True
