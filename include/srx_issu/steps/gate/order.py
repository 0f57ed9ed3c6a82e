"""What a step wants to have sent, and under which conditions it is still meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from srx_issu.domain.cluster.model import Image, NodeName, Snapshot
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.recovery.plan import Plan
from srx_issu.domain.upgrade.commands import Command, StartIssu
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.ports.journal import Json

BROUGHT = "brought"  # detail: the path of a file that this upgrade has put on the node
StillDue = Callable[[Snapshot], str | None]  # why the command is not due any more; None = it is


@dataclass(frozen=True, kw_only=True)
class Order:
    """One thing to be sent to one node. ``why`` is for people.

    ``key``: used up in this upgrade when the order is sent once; None = may be sent again when it turns out
    to be still needed. ``plan``: the recovery that the order is a part of.
    """

    purpose: SendPurpose
    node: NodeName
    why: str
    key: str | None = None
    still_due: StillDue | None = None  # None: no look at the nodes is needed
    plan: Plan | None = None
    detail: Mapping[str, Json] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """As the journal and the log show it."""
        raise NotImplementedError

    @property
    def file(self) -> str | None:
        """The file on the node that is written or deleted; None for a command."""
        return None


@dataclass(frozen=True, kw_only=True)
class CommandOrder(Order):
    """One command of ``domain.upgrade.commands``."""

    command: Command

    @property
    def what(self) -> str:
        return self.command.cli


@dataclass(frozen=True, kw_only=True)
class StartOrder(Order):
    """The in-service upgrade itself. ``method`` as policy says; ``job`` names it on the node."""

    command: StartIssu
    job: str
    method: StartMethod

    @property
    def what(self) -> str:
        return self.command.cli


@dataclass(frozen=True, kw_only=True)
class UploadOrder(Order):
    """An image to a node, by SFTP."""

    image: Image
    progress: Callable[[int, int], None]

    @property
    def what(self) -> str:
        return f"copy {self.image.name} ({self.image.size_bytes:,} bytes) by SFTP"

    @property
    def source(self) -> Path:
        return Path(self.image.file)


@dataclass(frozen=True, kw_only=True)
class DeleteOrder(Order):
    """A file off a node again."""

    path: str

    @property
    def what(self) -> str:
        return f"delete {self.path}"

    @property
    def file(self) -> str | None:
        return self.path
