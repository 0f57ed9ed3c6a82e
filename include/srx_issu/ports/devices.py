"""Reading and changing one cluster. A silent node is an answer (``reachable`` False), not an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.rows.node import Login
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.upgrade.commands import Command, StartIssu
from srx_issu.domain.upgrade.configuration import CommitConfiguration
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.ports.permits import Permit


class ClusterReader(Protocol):
    """Looks; never changes anything. Used by workers."""

    def observe(self) -> Snapshot:
        """Both nodes now, each through its own address. Never raises for a node that does not answer."""
        ...

    def read_text(self, node: NodeName, path: str) -> str | None:
        """A text file on the node; None when there is none. Raises DeviceError when the node cannot say."""
        ...

    def configuration(self, node: NodeName, form: str) -> str:
        """The committed configuration; ``form`` is ``text`` (hierarchy) or ``set``. Secrets included."""
        ...


class CollectState(Protocol):
    """Collects the heavy state of a cluster."""

    def __call__(self, snapshot: Snapshot, tables: Iterable[str] = ...) -> ClusterState:
        """``tables`` (all of them by default) of the nodes that ``snapshot`` found. Never raises for a node:
        what was not answered is in the state, with the reason."""
        ...


class AsyncClusterReader(Protocol):
    """The same for triggers; keeps one connection a node."""

    async def observe(self) -> Snapshot: ...

    async def read_text(self, node: NodeName, path: str) -> str | None: ...

    async def close(self) -> None: ...


class AsyncWatchReader(AsyncClusterReader, Protocol):
    """One that can also say who else is there."""

    async def others(self, node: NodeName) -> tuple[Login, ...]:
        """Who is logged in to the node, but for our own account. Raises DeviceError when it does not say."""
        ...


class Started(StrEnum):
    """What is known after an ISSU was asked for."""

    ACCEPTED = "accepted"  # the job runs, or the node reported progress
    REFUSED = "refused"  # the node said no; nothing runs
    UNKNOWN = "unknown"  # the session ended or the answer is missing: go and look, never send again
    TOO_LATE = "too_late"  # the node's job found the permit run out and did nothing


@dataclass(frozen=True, kw_only=True)
class StartReport:
    """How the start went, in the node's own words."""

    started: Started
    method: StartMethod
    words: str = ""
    transcript_path: str | None = None  # on the node; None for the RPC way


class Line(Protocol):
    """A session to one node, logged in, over which one command may go."""

    def send(self, command: Command, permit: Permit) -> str:
        """Sends one command once and returns the node's words; the permit is checked just before.

        Raises PermitExpired when nothing was sent, CommandRefused with the node's words when it says no, and
        SessionLost or DeviceTimeout when it is unknown whether the command was carried out.
        """
        ...

    def commit(self, command: CommitConfiguration, permit: Permit) -> str:
        """Loads the lines into a candidate that nobody else may change, and commits it once, for good; the
        permit is checked just before the commit. What was loaded and not committed is thrown away.

        Raises as ``send`` does; CommandRefused also when somebody else has the configuration, or has left
        changes in it.
        """
        ...


class StartLine(Protocol):
    """A session to the RG0 primary, its way of starting an ISSU proven."""

    @property
    def method(self) -> StartMethod:
        """SHELL or RPC: how this line starts."""
        ...

    def started(self, job: str) -> StartReport | None:
        """What became of the start that this job has made already; None when its marker is not on the node,
        so that nothing was started. Always None for RPC, which leaves no marker."""
        ...

    def start(self, command: StartIssu, job: str, permit: Permit) -> StartReport:
        """Asks once. ``job`` names the upgrade on the node, where its marker keeps a second start from
        happening; the job itself does nothing after the permit's end.

        Raises PermitExpired only when nothing was sent. Otherwise never raises for the node.
        """
        ...

    def answer(self, job: str, permit: Permit) -> str:
        """A yes into the standing input of that job, once; returns what was done.

        Raises PermitExpired when nothing was sent, CommandRefused when the job takes no answer, or none any
        more, and SessionLost or DeviceTimeout when it is unknown whether it has one now.
        """
        ...


class ClusterWriter(Protocol):
    """Opens the lines over which something may be sent. Only the send gate uses it.

    Both raise DeviceError when no line could be opened: nothing was sent then.
    """

    def line(self, node: NodeName) -> AbstractContextManager[Line]: ...

    def start_line(self, node: NodeName, method: StartMethod) -> AbstractContextManager[StartLine]:
        """AUTO: by shell where the account has one, else by RPC. A shell that is slow is not "no shell": that
        raises DeviceTimeout. SHELL without one raises UnknownCommand."""
        ...


@dataclass(frozen=True, kw_only=True)
class CommandOutput:
    """What a command printed, without secrets. ``is_cut``: only its end, or what came in time."""

    text: str
    is_cut: bool = False


class ShowSession(Protocol):
    """A session of its own to one node, over which it is only asked: beside, and never before, other work."""

    def show(self, command: str, *, most_bytes: int, within_s: float) -> CommandOutput:
        """The newest ``most_bytes`` of what the command prints, read no faster than policy allows.

        Raises RequestRefused for a command that does not only look, CommandRefused with the node's words,
        DeviceTimeout where nothing came in time, SessionLost.
        """
        ...


class NodeFiles(Protocol):
    """Files on one node."""

    def size(self, path: str) -> int | None:
        """Bytes, or None when there is no such file."""
        ...

    def arrived(self, path: str) -> int:
        """Bytes of the file or of the copy that is to become it; 0 when there is neither."""
        ...

    def sha256(self, path: str) -> str:
        """The node's own SHA-256 of the file, hex, lower case."""
        ...

    def upload(
        self, source: Path, path: str, progress: Callable[[int, int], None], permit: Permit | None = None
    ) -> None:
        """Copies by SFTP, going on from the bytes already there. ``progress(bytes_there, bytes_all)``. The
        permit is checked when the session is open, before the first change. Only the send gate calls it."""
        ...

    def delete(self, path: str, permit: Permit | None = None) -> None:
        """Likewise."""
        ...
