"""What a step wants to have sent, and under which conditions it is still meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from srx_issu.domain.cluster.model import Image, NodeName, Snapshot
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.junos.job import transcript_path
from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.domain.upgrade.commands import Command, StartIssu
from srx_issu.domain.upgrade.configuration import CommitConfiguration
from srx_issu.domain.upgrade.intent import StartMethod

StillDue = Callable[[Snapshot], str | None]  # why the command is not due any more; None = it is


@dataclass(frozen=True, kw_only=True)
class SendOrder:
    """One thing to be sent to one node. ``why`` is for people.

    ``key``: used up in this upgrade when the order is sent once; None = may be sent again when it turns out
    to be still needed. ``plan``: the recovery that the order is a part of.
    """

    purpose: SendPurpose
    sending: Sending
    node: NodeName
    why: str
    key: str | None = None
    still_due: StillDue | None = None  # None: no look at the nodes is needed
    plan: RecoveryPlan | None = None

    @property
    def what(self) -> str:
        """As the journal and the log show it."""
        raise NotImplementedError

    @property
    def deletes(self) -> str | None:
        """The file that is taken off the node."""
        return None

    @property
    def intended(self) -> CommandIntended:
        """What the journal keeps of it; the gate adds its permit."""
        return CommandIntended(
            sending=self.sending,
            node=self.node,
            command=self.what,
            permit_id=None,
            purpose=self.purpose,
            once=self.key,
        )


@dataclass(frozen=True, kw_only=True)
class CommandOrder(SendOrder):
    """One command of ``domain.upgrade.commands``. ``group``: the one that it gathers."""

    command: Command
    group: int | None = None

    @property
    def what(self) -> str:
        return self.command.cli

    @property
    def intended(self) -> CommandIntended:
        return replace(super().intended, group=self.group)


@dataclass(frozen=True, kw_only=True)
class CommitOrder(SendOrder):
    """A commit to the configuration. ``undo``: the lines that take it back; none of what takes back."""

    command: CommitConfiguration
    undo: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        return self.command.cli

    @property
    def intended(self) -> CommandIntended:
        return replace(super().intended, undo=self.undo)


@dataclass(frozen=True, kw_only=True)
class RecoveryOrder(CommandOrder):
    """A command of a recovery's plan. ``booted_at``: the node's boot before it."""

    recovery_command: str
    booted_at: datetime | None

    @property
    def intended(self) -> CommandIntended:
        return replace(super().intended, recovery_command=self.recovery_command, booted_at=self.booted_at)


@dataclass(frozen=True, kw_only=True)
class RouteOrder(CommandOrder):
    """A command of a route's plan. ``booted_at``: the node's boot before it."""

    route_command: str
    booted_at: datetime | None

    @property
    def intended(self) -> CommandIntended:
        return replace(super().intended, route_command=self.route_command, booted_at=self.booted_at)


@dataclass(frozen=True, kw_only=True)
class RouteCommitOrder(CommitOrder):
    """A commit of a route's plan: the plan itself says how it is put back."""

    route_command: str
    booted_at: datetime | None

    @property
    def intended(self) -> CommandIntended:
        return replace(super().intended, route_command=self.route_command, booted_at=self.booted_at)


@dataclass(frozen=True, kw_only=True)
class RecoveryCommitOrder(CommitOrder):
    """A commit of a recovery's plan."""

    recovery_command: str
    booted_at: datetime | None

    @property
    def intended(self) -> CommandIntended:
        return replace(super().intended, recovery_command=self.recovery_command, booted_at=self.booted_at)


@dataclass(frozen=True, kw_only=True)
class StartOrder(SendOrder):
    """The in-service upgrade itself. ``method`` as policy says; ``job`` names it on the node."""

    command: StartIssu
    job: str
    method: StartMethod

    @property
    def what(self) -> str:
        return self.command.cli

    @property
    def intended(self) -> CommandIntended:
        return replace(super().intended, transcript=transcript_path(self.job))


@dataclass(frozen=True, kw_only=True)
class AnswerOrder(SendOrder):
    """A yes to a question of the ISSU's command, into the standing input of its job."""

    job: str
    prompt: str

    @property
    def what(self) -> str:
        return f"answer yes to '{self.prompt}'"


@dataclass(frozen=True, kw_only=True)
class UploadOrder(SendOrder):
    """An image to a node, by SFTP."""

    image: Image
    progress: Callable[[int, int], None]

    @property
    def what(self) -> str:
        return f"copy {self.image.name} ({self.image.size_bytes:,} bytes) by SFTP"

    @property
    def intended(self) -> CommandIntended:
        return replace(super().intended, file=self.image.node_path)

    @property
    def source(self) -> Path:
        return Path(self.image.file)


@dataclass(frozen=True, kw_only=True)
class DeleteOrder(SendOrder):
    """A file off a node again."""

    path: str

    @property
    def what(self) -> str:
        return f"delete {self.path}"

    @property
    def deletes(self) -> str | None:
        return self.path
