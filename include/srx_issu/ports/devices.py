"""Reading and changing one cluster. A silent node is an answer (``reachable`` False), not an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from srx_issu.domain.commands import Command, StartIssu
from srx_issu.domain.intent import StartMethod
from srx_issu.domain.model import NodeName, Snapshot
from srx_issu.domain.state import ClusterState


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


class Started(StrEnum):
    """What is known after an ISSU was asked for."""

    ACCEPTED = "accepted"  # the job runs, or the node reported progress
    REFUSED = "refused"  # the node said no; nothing runs
    UNKNOWN = "unknown"  # the session ended or the answer is missing: go and look, never send again


@dataclass(frozen=True, kw_only=True)
class StartReport:
    """How the start went, in the node's own words."""

    started: Started
    method: StartMethod
    words: str = ""
    transcript_path: str | None = None  # on the node; None for the RPC way


class ClusterWriter(Protocol):
    """Sends the commands of ``domain.commands`` and nothing else."""

    def send(self, node: NodeName, command: Command) -> str:
        """Sends one command to one node and returns its words.

        Raises CommandRefused with the node's words when it says no, and SessionLost or DeviceTimeout
        when it is unknown whether the command was carried out.
        """
        ...

    def start_issu(self, node: NodeName, command: StartIssu, job: str, method: StartMethod) -> StartReport:
        """Asks ``node`` (RG0 primary) once. ``job`` names the upgrade on the node: a second call with the
        same job finds the first one's marker there and starts nothing (Started.ACCEPTED, words say so)."""
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

    def upload(self, source: Path, path: str, progress: Callable[[int, int], None]) -> None:
        """Copies by SFTP, going on from the bytes already there. ``progress(bytes_there, bytes_all)``."""
        ...

    def delete(self, path: str) -> None: ...
