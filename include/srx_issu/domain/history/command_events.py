"""What becomes of each command: intended, then sent, unanswered, rejected, withdrawn, or not permitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendCondition, SendPurpose
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.upgrade.intent import StartMethod


class Sending(StrEnum):
    """What an upgrade sends something for."""

    SNAPSHOT = "snapshot"  # the running software backed up
    UPLOAD = "upload"  # the image to the node that starts the ISSU
    VALIDATE = "validate"  # the image against the node's configuration, by the node itself
    GATHER = "gather"  # a group failed over by hand before the start (Junos 11.4 and earlier)
    TRACE = "trace"  # trace options committed before the start
    START = "start"  # the ISSU itself
    OLD_IMAGE = "old_image"  # what the nodes run now, for the way back
    INSTALL = "install"  # the image on one node, for its next boot
    REBOOT = "reboot"  # a node, as its route has it
    COMMIT = "commit"  # lines of a configuration, as the route has them
    HALT = "halt"  # a node that a person then boots, as its route has it
    ANSWER = "answer"  # yes to a question of the ISSU's command
    RESYNC_POLICIES = "resync_policies"
    RESET_FLAGS = "reset_flags"
    FAIL_BACK = "fail_back"  # RG1 and up
    FAIL_BACK_RG0 = "fail_back_rg0"
    RECOVER = "recover"  # a command of a recovery's plan
    RETURN_GROUPS = "return_groups"  # what was gathered for a start that was then not made
    UNDO_COMMIT = "undo_commit"  # what this upgrade committed, taken back
    CLEAN_UP = "clean_up"  # the image off the node again


@dataclass(frozen=True, kw_only=True)
class CommandIntended:
    """Written by the send gate before anything is sent. ``permit``: why each condition held.

    ``once``: what is sent once in an upgrade; ``key`` is its unique key, numbered anew where an earlier
    intent is proven not to have been sent.
    """

    kind: ClassVar[EntryKind] = EntryKind.ACTION_INTENDED
    sending: Sending | None  # None: not told by the version that wrote it
    node: NodeName
    command: str
    permit_id: str | None
    purpose: SendPurpose | None = None
    permit: Mapping[str, str] = field(default_factory=dict)
    once: str | None = None
    key: str | None = None
    method: StartMethod | None = None  # of a start
    transcript: str | None = None  # of a start: its path on the node
    group: int | None = None  # of a group that is gathered
    file: str | None = None  # of an upload: its path on the node
    recovery_command: str | None = None  # its key in the recovery's plan
    route_command: str | None = None  # its key in the route's plan
    undo: tuple[str, ...] = ()  # of a commit: the lines that take it back
    booted_at: datetime | None = None  # the node's, when the command was intended


@dataclass(frozen=True, kw_only=True)
class _CommandAnswered:
    sending: Sending | None
    node: NodeName | None
    command: str | None = None
    permit_id: str | None = None
    file: str | None = None
    started: str | None = None  # of a start: what the node made of it
    method: StartMethod | None = None


@dataclass(frozen=True, kw_only=True)
class CommandSent(_CommandAnswered):
    """The node answered."""

    kind: ClassVar[EntryKind] = EntryKind.ACTION_SENT


@dataclass(frozen=True, kw_only=True)
class CommandUnanswered(_CommandAnswered):
    """Sent, but the answer is missing: it may have been done."""

    kind: ClassVar[EntryKind] = EntryKind.ACTION_UNKNOWN


@dataclass(frozen=True, kw_only=True)
class CommandRejected(_CommandAnswered):
    """The node said no."""

    kind: ClassVar[EntryKind] = EntryKind.ACTION_REFUSED


@dataclass(frozen=True, kw_only=True)
class CommandWithdrawn:
    """Intended, and proven not to have been sent."""

    kind: ClassVar[EntryKind] = EntryKind.ACTION_WITHDRAWN
    node: NodeName
    permit_id: str | None
    command: str
    once: str | None = None


@dataclass(frozen=True, kw_only=True)
class PermitRefused:
    """The send gate said no."""

    kind: ClassVar[EntryKind] = EntryKind.PERMIT_REFUSED
    node: NodeName
    condition: SendCondition
    purpose: SendPurpose
