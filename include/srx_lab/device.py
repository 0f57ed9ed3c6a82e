"""One running node: its files, its sessions, its jobs, and what its account may do."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from srx_lab.files import NodeFiles
from srx_lab.machine.faults import Fault
from srx_lab.machine.state import Node
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World
from srx_lab.replies import answer
from srx_lab.replies.scene import Scene, User
from srx_lab.running import RunningCluster
from srx_lab.session import Session, SessionKind
from srx_lab.streams import Streams
from srx_lab.terminal import Terminal

Program = Callable[["Device", Session, Terminal, list[str], Streams], Awaitable[int]]
"""What a shell of the node starts by name: on whose terminal, with which arguments; gives a status."""


class Device:
    """A node as its clients meet it. `both` are the cluster's devices, this one among them."""

    def __init__(
        self,
        cluster: RunningCluster,
        node: NodeId,
        files: NodeFiles,
        *,
        both: Mapping[NodeId, Device],
        programs: Mapping[str, Program],
    ) -> None:
        self.cluster = cluster
        self.node = node
        self.files = files
        self.both = both
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
        return self.cluster.setting.username

    def peer(self) -> Device:
        return self.both[self.node.peer]

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

    def users(self) -> tuple[User, ...]:
        """Everybody with a terminal in the CLI; NETCONF has none [R], nor has a command over exec."""
        visitor = self.world.fault("somebody_logs_in", self.node)
        guests = () if visitor is None else (_guest(visitor, self.world.now),)
        own = (
            User(name=session.user, client=session.client, since=session.since)
            for session in self.sessions
            if session.kind is SessionKind.CLI
        )
        return (*own, *guests)

    def banner(self) -> str:
        self.cluster.touch()
        return answer.banner(self.world, self.node)

    def open_session(self, kind: SessionKind, client: str) -> Session:
        self.cluster.touch()
        session = Session(
            number=self.cluster.setting.next_session(),
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
        held = self.here.configuration
        if held.locked_by == session.number:
            held.locked_by = None
            held.candidate[:] = held.committed
        for number in session.upgrades:
            self.cluster.machine.session_closed(number)
        self.record("session_closed", session=session.number, kind=session.kind.value)
        self.cluster.settle()

    def record(self, event: str, **facts: str | int | float | bool | None) -> None:
        self.cluster.setting.events.write(
            event, virtual=self.world.now, cluster=self.cluster.name, node=self.node.value, **facts
        )

    def denied(self, command: str, session: Session) -> answer.Reply | None:
        """The refusal of a command that the account's class does not allow [U for its words]."""
        if self.cluster.setting.login_class.allows(command):
            return None
        self.record("permission_denied", session=session.number, said=command)
        return answer.complaint(f"error: permission denied: {command}")

    def may_change(self, line: str) -> bool:
        return self.cluster.setting.login_class.may_change(line)

    @property
    def may_configure(self) -> bool:
        return self.cluster.setting.login_class.may_configure

    async def transcript(self, number: int) -> AsyncIterator[str]:
        """Lines of an upgrade from its start until its process ends."""
        async for line in self.cluster.follow(number):
            yield line


def _guest(visitor: Fault, now: float) -> User:
    told = visitor.parameters
    return User(name=told["user"], client=told["origin"], since=now, command=told["command"])
