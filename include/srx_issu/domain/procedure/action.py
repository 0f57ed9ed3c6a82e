"""One action of a plan: what will be sent to which node, on what condition, and what shows its success.

Recoveries and routes are made of them. Everything survives JSON: a plan is shown in the approval, kept
in the journal, and taken up again by a task that was killed. Commands are therefore named by ``CommandKind``
and built on demand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.procedure.conditions import SEEN_BY_WORKERS, StateCondition
from srx_issu.domain.upgrade.commands import (
    AbortIssu,
    AddSoftware,
    Command,
    FailOver,
    HaltNode,
    RebootNode,
    ResetFailover,
    ResyncPolicies,
    RollBackNode,
    SoftwareFamily,
)
from srx_issu.domain.upgrade.icu_commands import AbortIcu


class CommandKind(StrEnum):
    """What a plan may have sent; nothing else ever is."""

    FAIL_OVER = "fail_over"
    RESET_FAILOVER = "reset_failover"
    ABORT_ISSU = "abort_issu"
    ROLL_BACK = "roll_back"
    REBOOT = "reboot"
    RESYNC_POLICIES = "resync_policies"
    ADD_SOFTWARE = "add_software"
    TAKE_BACK_SOFTWARE = "take_back_software"  # what was added and has not been booted
    COMMIT = "commit"  # lines of a configuration
    REBOOT_ALONE = "reboot_alone"  # of a node that is taken apart from its peer
    HALT = "halt"  # the same, until a person boots it
    ABORT_ICU = "abort_icu"
    ROLL_BACK_NEXT_BOOT = "roll_back_next_boot"  # what ran before becomes what the next boot takes
    REBOOT_TOGETHER = "reboot_together"  # of a route that has both nodes down: nobody carries the traffic


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
    image_path: str | None = None  # on the node
    lines: tuple[str, ...] = ()  # of a commit
    purpose: SendPurpose = SendPurpose.BRING_HOME
    is_once: bool = False  # never sent a second time, whatever became of the first
    is_always_sent: bool = False
    is_unseen_ok: bool = False
    prepares: str | None = None
    needs: tuple[StateCondition, ...] = ()
    waits_for: tuple[StateCondition, ...] = ()
    done_when: tuple[StateCondition, ...] = ()

    @property
    def junos_command(self) -> Command:
        """The command as the writer takes it; raises KeyError for a commit, which is none of these."""
        return _BUILT[self.order](self)

    @property
    def content(self) -> Command | tuple[str, ...]:
        """What is sent: a command, or the lines of a commit."""
        return self.lines if self.order is CommandKind.COMMIT else self.junos_command

    @property
    def cli(self) -> str:
        """As people read it."""
        if self.order is CommandKind.COMMIT:
            return f"commit: {'; '.join(self.lines)}"
        return self.junos_command.cli

    @property
    def named_node(self) -> NodeName:
        if self.subject is None:
            raise ValueError(f"command {self.key} names no node")
        return self.subject

    @property
    def named_image(self) -> str:
        if self.image_path is None:
            raise ValueError(f"command {self.key} names no image")
        return self.image_path

    @property
    def named_group(self) -> int:
        if self.group_id is None:
            raise ValueError(f"command {self.key} names no redundancy group")
        return self.group_id


_BUILT: Mapping[CommandKind, Callable[[PlannedCommand], Command]] = {
    CommandKind.FAIL_OVER: lambda c: FailOver(group_id=c.named_group, to=c.named_node),
    CommandKind.RESET_FAILOVER: lambda c: ResetFailover(group_id=c.named_group),
    CommandKind.ABORT_ISSU: lambda _: AbortIssu(),
    CommandKind.ROLL_BACK: lambda c: RollBackNode(
        node=c.named_node, software=c.software, reboot=c.names_node, names_node=c.names_node
    ),
    CommandKind.REBOOT: lambda c: RebootNode(node=c.named_node, software=c.software),
    CommandKind.RESYNC_POLICIES: lambda _: ResyncPolicies(),
    CommandKind.ADD_SOFTWARE: lambda c: AddSoftware(image_path=c.named_image, software=c.software),
    CommandKind.TAKE_BACK_SOFTWARE: lambda c: RollBackNode(
        node=c.named_node, software=c.software, reboot=False
    ),
    CommandKind.REBOOT_ALONE: lambda c: RebootNode(node=c.named_node, software=c.software),
    CommandKind.HALT: lambda c: HaltNode(node=c.named_node, software=c.software),
    CommandKind.ABORT_ICU: lambda _: AbortIcu(),
    CommandKind.ROLL_BACK_NEXT_BOOT: lambda c: RollBackNode(
        node=c.named_node, software=c.software, reboot=False
    ),
    CommandKind.REBOOT_TOGETHER: lambda c: RebootNode(node=c.named_node, software=c.software),
}


class ActionName(StrEnum):
    """The steps of plans, in the order in which they use them; the journal knows each."""

    RELAX = "relax"
    ISOLATE_SECONDARY = "isolate_secondary"
    TAKE_LINKS_APART = "take_links_apart"
    INSTALL_ON_SECONDARY = "install_on_secondary"
    INSTALL_ON_PRIMARY = "install_on_primary"
    REBOOT_SECONDARY = "reboot_secondary"
    REBOOT_PRIMARY = "reboot_primary"
    SECONDARY_ALONE = "secondary_alone"
    CLOSE_OLD_PRIMARY = "close_old_primary"
    OPEN_SECONDARY = "open_secondary"
    INSTALL_ON_OLD_PRIMARY = "install_on_old_primary"
    REBOOT_OLD_PRIMARY_ALONE = "reboot_old_primary_alone"
    OLD_PRIMARY_ALONE = "old_primary_alone"
    HALT_NODE = "halt_node"
    JOIN_LINKS = "join_links"
    TAKE_TRAFFIC_BACK = "take_traffic_back"
    OPEN_PORTS = "open_ports"
    PUT_BACK = "put_back"
    WAIT_FOR_BOTH_NODES = "wait_for_both_nodes"
    TAKE_BACK_SOFTWARE = "take_back_software"

    ABORT_ICU = "abort_icu"
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
class Apart:
    """The network ports of each node, of an action during which the nodes are taken apart or joined."""

    ports0: tuple[str, ...]
    ports1: tuple[str, ...]
    are_links_down: bool = False  # both nodes have shown them down: one that comes up is told at once

    def ports(self, node: NodeName) -> tuple[str, ...]:
        return self.ports0 if node is NodeName.NODE0 else self.ports1

    def opens(self, lines: tuple[str, ...], node: NodeName) -> bool:
        """Whether one of the lines opens a port of that node."""
        return any(f"delete interfaces {port} disable" in lines for port in self.ports(node))


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
    apart: Apart | None = None
    asks: str | None = None  # what a person is asked to do by hand; its end is seen, not believed
    stop_when: tuple[StateCondition, ...] = ()  # one of these holds: a person is paged at once

    @property
    def is_urgent(self) -> bool:
        """Whether a node has to be down before its peer can be back: it is looked at without a pause."""
        is_together = any(each.order is CommandKind.REBOOT_TOGETHER for each in self.commands)
        return is_together and self.deadline == "shortest_boot_s"

    @property
    def needs_a_worker(self) -> bool:
        """Whether something of it shows to no trigger."""
        of_commands = ((*each.needs, *each.waits_for, *each.done_when) for each in self.commands)
        conditions = (*self.done_when, *(condition for each in of_commands for condition in each))
        is_hidden = any(condition.claim in SEEN_BY_WORKERS for condition in conditions)
        return self.apart is not None or is_hidden


@dataclass(frozen=True, kw_only=True)
class TakenCommand:
    """A command that was sent, or may have been: written before it goes out, one for each try."""

    key: str
    at: datetime  # aware, controller's clock
    booted_at: datetime | None = None  # of the command's subject, as last seen before it was sent
