"""Closed vocabularies of the machine."""

from __future__ import annotations

from enum import StrEnum


class NodeId(StrEnum):
    """The two nodes of a cluster, by Junos's own names."""

    NODE0 = "node0"
    NODE1 = "node1"

    @property
    def peer(self) -> NodeId:
        return NodeId.NODE1 if self is NodeId.NODE0 else NodeId.NODE0

    @property
    def number(self) -> int:
        return int(self.value[-1])


NODES = (NodeId.NODE0, NodeId.NODE1)


class GroupState(StrEnum):
    """A redundancy group's state on one node, as `show chassis cluster status` prints it [R]."""

    HOLD = "hold"  # booted, waiting for the hold timer
    PRIMARY = "primary"  # active here
    SECONDARY = "secondary"  # standing by
    SECONDARY_HOLD = "secondary-hold"  # was primary; cannot take over until the hold-down is over
    INELIGIBLE = "ineligible"  # lost the control link; disabled after 180 s
    DISABLED = "disabled"  # out of the cluster until its node reboots
    LOST = "lost"  # the peer cannot see this node; a view, never a node's own state


LEGAL_TRANSITIONS: dict[GroupState, frozenset[GroupState]] = {
    GroupState.HOLD: frozenset({GroupState.SECONDARY, GroupState.INELIGIBLE}),
    GroupState.SECONDARY: frozenset({GroupState.PRIMARY, GroupState.INELIGIBLE, GroupState.DISABLED}),
    GroupState.PRIMARY: frozenset(
        {GroupState.SECONDARY_HOLD, GroupState.SECONDARY, GroupState.INELIGIBLE, GroupState.DISABLED}
    ),
    GroupState.SECONDARY_HOLD: frozenset(
        {GroupState.SECONDARY, GroupState.PRIMARY, GroupState.INELIGIBLE, GroupState.DISABLED}
    ),
    GroupState.INELIGIBLE: frozenset({GroupState.DISABLED, GroupState.SECONDARY, GroupState.PRIMARY}),
    GroupState.DISABLED: frozenset({GroupState.SECONDARY}),
    GroupState.LOST: frozenset(),
}


class Power(StrEnum):
    """Whether a node answers on its management address."""

    UP = "up"  # sshd and jsrpd run
    REBOOTING = "rebooting"  # down, will come back by itself
    OFF = "off"  # down, will not come back by itself
    HALTED = "halted"  # the same by command: a key on its console boots it


class Phase(StrEnum):
    """Where an in-service upgrade stands. The numbers are the guide's steps [S]."""

    IDLE = "idle"  # no upgrade since the lab started
    CONSOLIDATE_GROUPS = "consolidate_groups"  # 1
    VALIDATE = "validate"  # 2
    SYNC_KERNEL = "sync_kernel"  # 3
    PUSH_IMAGE = "push_image"  # 4, image copied to the secondary
    INSTALL_SECONDARY = "install_secondary"  # 4
    REBOOT_SECONDARY = "reboot_secondary"  # 4, until the secondary is secondary again
    COLD_SYNC_SECONDARY = "cold_sync_secondary"  # 4, "resynchronized"
    PREPARE_DAEMONS = "prepare_daemons"  # 5
    PREPARE_PFES = "prepare_pfes"  # 6 and 7
    READY_FOR_SWITCHOVER = "ready_for_switchover"  # 8
    SWITCHOVER = "switchover"  # 9
    INSTALL_PRIMARY = "install_primary"  # 10
    REBOOT_PRIMARY = "reboot_primary"  # 10
    COLD_SYNC_PRIMARY = "cold_sync_primary"  # 10
    COMPLETE = "complete"  # both nodes run the new release and are in sync
    ABORTED = "aborted"  # ended, both nodes still in the ISSU window
    REFUSED = "refused"  # ended before any change, window closed


RUNNING_PHASES = frozenset(Phase) - {Phase.IDLE, Phase.COMPLETE, Phase.ABORTED, Phase.REFUSED}
"""Phases in which an upgrade is under way."""


class ColdSync(StrEnum):
    """Cold synchronization of one node's data plane."""

    UNKNOWN = "unknown"  # the node is not up
    PREREQUISITE = "prerequisite"  # waiting for interfaces, fabric link, policy data
    RUNNING = "running"  # RTOs being copied, one SPU after the other
    COMPLETE = "complete"
    FAILED = "failed"


class Severity(StrEnum):
    """How a command's outcome reads: output, or an rpc-error of either severity."""

    OUTPUT = "output"
    WARNING = "warning"
    ERROR = "error"
