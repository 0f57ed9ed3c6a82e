"""One action of a plan: what will be sent to which node, on what condition, and what shows its success.

Recoveries and routes are made of them. Everything survives JSON: a plan is shown in the approval, kept
in the journal, and taken up again by a task that was killed. Commands are therefore named by ``CommandKind``
and built on demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.procedure.conditions import StateCondition
from srx_issu.domain.upgrade.commands import (
    AbortIssu,
    Command,
    FailOver,
    RebootNode,
    ResetFailover,
    ResyncPolicies,
    RollBackNode,
    SoftwareFamily,
)


class CommandKind(StrEnum):
    """What a plan may have sent; nothing else ever is."""

    FAIL_OVER = "fail_over"
    RESET_FAILOVER = "reset_failover"
    ABORT_ISSU = "abort_issu"
    ROLL_BACK = "roll_back"
    REBOOT = "reboot"
    RESYNC_POLICIES = "resync_policies"


@dataclass(frozen=True, kw_only=True)
class PlannedCommand:
    """One command to one node.

    ``subject`` is the node that the command names, which for roll back and reboot is also the one it is
    sent to. ``needs`` must hold, or the recovery stops; ``waits_for`` is what time may heal. ``done_when``
    empty, or ``is_always_sent``: only having been sent counts. ``is_unseen_ok``: the release may not show
    the effect; then its absence from the reply does not hold up the rest. ``prepares``: key of the command
    that this one clears the way for; not sent any more once that one is.
    """

    key: str  # unique within the plan; the journal's key
    order: CommandKind
    node: NodeName  # whose management address it is sent to
    subject: NodeName | None = None
    group_id: int | None = None
    software: SoftwareFamily = SoftwareFamily.SYSTEM
    names_node: bool = True  # False: a rollback without arguments, of the node it is sent to
    is_once: bool = False  # never sent a second time, whatever became of the first
    is_always_sent: bool = False
    is_unseen_ok: bool = False
    prepares: str | None = None
    needs: tuple[StateCondition, ...] = ()
    waits_for: tuple[StateCondition, ...] = ()
    done_when: tuple[StateCondition, ...] = ()

    @property
    def junos_command(self) -> Command:
        """The command as the writer takes it."""
        match self.order:
            case CommandKind.FAIL_OVER:
                return FailOver(group_id=self._group_id, to=self._subject)
            case CommandKind.RESET_FAILOVER:
                return ResetFailover(group_id=self._group_id)
            case CommandKind.ABORT_ISSU:
                return AbortIssu()
            case CommandKind.ROLL_BACK:
                return RollBackNode(
                    node=self._subject,
                    software=self.software,
                    reboot=self.names_node,
                    names_node=self.names_node,
                )
            case CommandKind.REBOOT:
                return RebootNode(node=self._subject, software=self.software)
            case CommandKind.RESYNC_POLICIES:
                return ResyncPolicies()
            case never:  # pragma: no cover
                assert_never(never)

    @property
    def _subject(self) -> NodeName:
        if self.subject is None:
            raise ValueError(f"command {self.key} names no node")
        return self.subject

    @property
    def _group_id(self) -> int:
        if self.group_id is None:
            raise ValueError(f"command {self.key} names no redundancy group")
        return self.group_id


class ActionName(StrEnum):
    """The steps of a recovery, in the order in which plans use them; the journal knows each."""

    WAIT_FOR_NODE = "wait_for_node"
    FAIL_OVER_TO_OLD_IMAGE = "fail_over_to_old_image"
    ROLL_BACK_NODE = "roll_back_node"
    WAIT_FOR_OLD_RELEASE = "wait_for_old_release"
    REBOOT_OLD_PRIMARY = "reboot_old_primary"
    WAIT_FOR_TARGET_RELEASE = "wait_for_target_release"
    ABORT_ISSU = "abort_issu"
    REBOOT_NODE = "reboot_node"
    WAIT_FOR_REBOOT = "wait_for_reboot"
    WAIT_FOR_COLD_SYNC = "wait_for_cold_sync"
    RESYNC_POLICIES = "resync_policies"
    BRING_GROUPS_BACK = "bring_groups_back"
    RESET_FAILOVER = "reset_failover"
    VERIFY_RESTORED = "verify_restored"


@dataclass(frozen=True, kw_only=True)
class PlannedAction:
    """One step: commands to send, or none and then a wait, which ``done_when`` ends.

    A step whose commands may be repeated is over when their effect shows; one whose command goes out once
    (roll back, reboot) is over when it was sent, and a wait of its own follows.
    """

    name: ActionName
    reason: str
    deadline: str  # field of domain.intent.Timers, seconds from the step's beginning
    node: NodeName | None = None  # None: both, or the cluster
    commands: tuple[PlannedCommand, ...] = ()
    done_when: tuple[StateCondition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TakenCommand:
    """A command that was sent, or may have been: written before it goes out, one for each try."""

    key: str
    at: datetime  # aware, controller's clock
    booted_at: datetime | None = None  # of the command's subject, as last seen before it was sent
