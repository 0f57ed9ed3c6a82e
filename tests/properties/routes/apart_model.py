"""Two nodes with cables between them, in virtual time: what is true of them, whatever they show.

Deliberately ours and small; the lab is the faithful one. It keeps count of what must never be: both nodes
active, two releases that hear each other, each with what brought it about.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from srx_issu.domain.cluster.model import (
    ColdSync,
    GroupMember,
    GroupState,
    IssuStatus,
    NextBoot,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.cluster.node_links import NodeLinks
from srx_issu.domain.procedure.action import CommandKind, PlannedCommand
from tests.fakes.snapshots import N0, N1, NEW, OLD, PRIORITIES, T0

TICK_S = 20.0
BOOT_S = 240.0
HOLD_S = 40.0
SYNC_S = 60.0
DISABLED_AFTER_S = 180.0
PORTS = {N0: ("ge-0/0/4", "ge-0/0/5"), N1: ("ge-7/0/4", "ge-7/0/5")}
SETTINGS = frozenset(
    {
        "set chassis cluster control-link-recovery",
        "set chassis cluster redundancy-group 1 preempt",
        "set chassis cluster redundancy-group 1 interface-monitor ge-0/0/4 weight 255",
        "set chassis cluster redundancy-group 1 interface-monitor ge-7/0/4 weight 255",
    }
)


class Refused(Exception):
    """The node said no: nothing was done."""


class Role(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"
    INELIGIBLE = "ineligible"
    DISABLED = "disabled"


@dataclass
class Node:
    """One node's true state."""

    name: NodeName
    release: str = OLD
    previous: str | None = None
    pending: str | None = None
    settings: set[str] = field(default_factory=lambda: set(SETTINGS))
    booted_at: datetime = T0 - timedelta(days=30)
    up_at: datetime | None = T0  # None: down until somebody boots it
    role: Role = Role.PRIMARY
    role_since: datetime = T0
    synced_at: datetime = T0
    commit_pending: bool = False
    silent_until: datetime = T0  # its management address does not answer
    has_booted: bool = True  # and taken its place since
    out: set[str] = field(default_factory=set)  # cables of ports that were pulled

    @property
    def open_ports(self) -> list[str]:
        return [
            port
            for port in PORTS[self.name]
            if f"set interfaces {port} disable" not in self.settings and port not in self.out
        ]


@dataclass
class ApartModel:
    now: datetime = T0
    nodes: dict[NodeName, Node] = field(default_factory=lambda: {n: Node(name=n) for n in NodeName})
    cables: dict[str, bool] = field(default_factory=lambda: {"control": True, "fabric": True})
    plugged_at: datetime = T0 - timedelta(days=1)  # when a cable was last put in
    boots_old: set[NodeName] = field(default_factory=set)
    never_back: set[NodeName] = field(default_factory=set)
    refuses: set[CommandKind] = field(default_factory=set)
    sent: list[tuple[datetime, NodeName, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    opened_by_hand: bool = False  # somebody else has opened ports
    _mixed: bool = False
    _active: bool = False
    _rebooted_at: datetime = T0

    def __post_init__(self) -> None:
        self.nodes[N1].role = Role.SECONDARY

    # -- what is true

    def is_up(self, name: NodeName) -> bool:
        node = self.nodes[name]
        return node.up_at is not None and node.up_at <= self.now

    def hears(self, link: str) -> bool:
        return self.cables[link] and all(self.is_up(node) for node in NodeName)

    @property
    def is_mixed_and_heard(self) -> bool:
        releases = {node.release for node in self.nodes.values()}
        return len(releases) > 1 and (self.hears("control") or self.hears("fabric"))

    @property
    def is_both_active(self) -> bool:
        return all(
            self.is_up(node.name) and node.role is Role.PRIMARY and node.open_ports
            for node in self.nodes.values()
        )

    @property
    def is_joined(self) -> bool:
        roles = {node.role for node in self.nodes.values()}
        return self.hears("control") and self.hears("fabric") and roles == {Role.PRIMARY, Role.SECONDARY}

    @property
    def carrier(self) -> NodeName | None:
        """Who forwards."""
        able = [n.name for n in self.nodes.values() if self.is_up(n.name) and n.role is Role.PRIMARY]
        return next((name for name in able if self.nodes[name].open_ports), None)

    def temporary(self, name: NodeName) -> set[str]:
        """Lines on a node that were not there, or are no more."""
        return self.nodes[name].settings ^ SETTINGS

    # -- time

    def advance(self, seconds: float) -> None:
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self.now += timedelta(seconds=min(TICK_S, (end - self.now).total_seconds()))
            self.settle()

    def settle(self) -> None:
        for node in self.nodes.values():
            if self.is_up(node.name) and not node.has_booted:
                self._take_place(node)
        self._elect()
        self._note("two releases heard each other", self.is_mixed_and_heard, "_mixed", self._rebooted_at)
        self._note("both nodes active", self.is_both_active, "_active", None)

    def _note(self, what: str, is_so: bool, flag: str, since: datetime | None) -> None:
        """Ours, unless a person or a fault did it: put a cable in, or opened a port."""
        if is_so and not getattr(self, flag):
            by_cable = since is not None and self.plugged_at >= since
            by_hand = since is None and (self.opened_by_hand or self._fell_apart)
            if not by_cable and not by_hand:
                self.violations.append(f"{self.now:%H:%M:%S} {what}")
        setattr(self, flag, is_so)

    _fell_apart: bool = False  # the links went while both were open: nobody's command

    def _take_place(self, node: Node) -> None:
        node.has_booted = True
        peer = self.nodes[node.name.peer]
        if self.is_up(peer.name) and self.hears("control"):
            self._set_role(node, Role.SECONDARY if peer.role is Role.PRIMARY else Role.PRIMARY)
            node.settings = set(peer.settings)
            node.synced_at = self.now + timedelta(seconds=HOLD_S + SYNC_S)
            return
        self._set_role(node, Role.PRIMARY)
        node.synced_at = self.now

    def _set_role(self, node: Node, role: Role) -> None:
        if node.role is not role:
            node.role, node.role_since = role, self.now

    def _elect(self) -> None:
        for node in self.nodes.values():
            peer = self.nodes[node.name.peer]
            if not self.is_up(node.name) or node.role in (Role.PRIMARY, Role.DISABLED):
                continue
            alone = not self.is_up(peer.name)
            both_gone = not self.cables["control"] and not self.cables["fabric"]
            if alone or both_gone:
                self._fell_apart = self._fell_apart or bool(not alone and node.open_ports and peer.open_ports)
                self._set_role(node, Role.PRIMARY)
            elif not self.cables["control"]:
                waited = (self.now - node.role_since).total_seconds()
                if node.role is Role.SECONDARY:
                    self._set_role(node, Role.INELIGIBLE)
                elif waited >= DISABLED_AFTER_S:
                    self._set_role(node, Role.DISABLED)

    # -- what befalls it

    def plug(self, link: str, *, is_in: bool) -> None:
        if is_in and not self.cables[link]:
            self.plugged_at = self.now
        self.cables[link] = is_in
        self.settle()

    def take_down(self, name: NodeName, *, halted: bool = False) -> None:
        node = self.nodes[name]
        if node.pending is not None and name not in self.boots_old and not halted:
            node.previous, node.release = node.release, node.pending
        if not halted:
            node.pending = None
        node.commit_pending = False
        node.has_booted = False
        gone = halted or name in self.never_back
        node.up_at = None if gone else self.now + timedelta(seconds=BOOT_S)
        if node.up_at is not None:
            node.booted_at = node.up_at
        self.settle()

    def power_on(self, name: NodeName) -> None:
        node = self.nodes[name]
        if node.up_at is None and name not in self.never_back:
            node.up_at = node.booted_at = self.now + timedelta(seconds=BOOT_S)

    # -- what it is sent

    def execute(self, command: PlannedCommand) -> None:
        """Raises Refused; TimeoutError when the node cannot be reached."""
        node = self.nodes[command.node]
        if not self.is_up(command.node) or node.silent_until > self.now:
            raise TimeoutError(command.node)
        self.sent.append((self.now, command.node, command.cli))
        self._check_rules(command)
        if command.order in self.refuses:
            raise Refused(command.cli)
        match command.order:
            case CommandKind.COMMIT:
                self._commit(node, command.lines)
            case CommandKind.ADD_SOFTWARE:
                node.pending = NEW
            case CommandKind.TAKE_BACK_SOFTWARE:
                node.pending = None if node.pending else node.previous
            case CommandKind.REBOOT_ALONE:
                self._rebooted_at = self.now
                self.take_down(command.node)
            case CommandKind.HALT:
                self.take_down(command.node, halted=True)
            case _:
                self.violations.append(f"{command.cli} was sent")
        self.settle()

    def _check_rules(self, command: PlannedCommand) -> None:
        if self.is_mixed_and_heard:
            self.violations.append(f"{command.cli} sent while two releases heard each other")
        if self.is_both_active:
            self.violations.append(f"{command.cli} sent while both nodes were active")
        takes_down = command.order in (CommandKind.REBOOT_ALONE, CommandKind.HALT)
        if takes_down and any(self.cables.values()):
            self.violations.append(f"{command.cli} sent with a cable in")
        if takes_down and self.carrier is command.node and len(self.nodes[command.node].open_ports):
            self.violations.append(f"{command.cli} sent to the node that carried the traffic")
        if any(node.commit_pending for node in self.nodes.values() if self.is_up(node.name)) and takes_down:
            self.violations.append(f"{command.cli} sent while a commit waited for its confirmation")

    def _commit(self, node: Node, lines: tuple[str, ...]) -> None:
        peer = self.nodes[node.name.peer]
        both = self.hears("control") and peer.role is Role.SECONDARY
        for each in (node, peer) if both else (node,):
            each.settings = _after(each.settings, lines)

    # -- looks

    def snapshot(self) -> Snapshot:
        return Snapshot(cluster="fw-1", taken_at=self.now, node0=self._view(N0), node1=self._view(N1))

    def _view(self, name: NodeName) -> NodeView:
        node = self.nodes[name]
        if not self.is_up(name) or node.silent_until > self.now:
            return NodeView(node=name, reachable=False, error="connection refused")
        synced = node.synced_at <= self.now
        return NodeView(
            node=name,
            reachable=True,
            release=node.release,
            booted_at=node.booted_at,
            groups=tuple(self._group(group_id, node) for group_id in (0, 1)),
            cold_sync=ColdSync(weight=0 if synced else 255, not_completed=() if synced else ("flowd",)),
            issu=IssuStatus(in_progress=False),
            next_boot=NextBoot(is_other=node.pending is not None, release=node.pending),
            links=self._links(node),
        )

    def _links(self, node: Node) -> NodeLinks:
        seen = [node, *([self.nodes[node.name.peer]] if self.hears("control") else [])]
        up = frozenset(port for each in seen for port in each.open_ports)
        down = frozenset(port for each in seen for port in PORTS[each.name]) - up
        return NodeLinks(
            control=self.hears("control"),
            fabric=self.hears("fabric"),
            ports_up=up,
            ports_down=down,
            settings=frozenset(node.settings),
            is_commit_pending=node.commit_pending,
        )

    def _group(self, group_id: int, node: Node) -> RedundancyGroup:
        return RedundancyGroup(
            group_id=group_id, members=tuple(self._member(each, node, group_id) for each in NodeName)
        )

    def _member(self, name: NodeName, seen_by: Node, group_id: int) -> GroupMember:
        of = self.nodes[name]
        state = GroupState(of.role.value)
        if name is not seen_by.name and not self.hears("control"):
            state = GroupState.LOST
        synced = of.synced_at <= self.now and self.hears("fabric")
        failed = state is GroupState.SECONDARY and not synced
        return GroupMember(
            node=name,
            state=state,
            priority=0 if failed and group_id else PRIORITIES[name],
            preempt=False,
            manual=False,
            monitor_failures=frozenset({"CS"}) if failed else frozenset(),
        )


def _after(settings: set[str], lines: tuple[str, ...]) -> set[str]:
    found = set(settings)
    for line in lines:
        verb, _, statement = line.partition(" ")
        match verb:
            case "set" | "deactivate":
                found.add(line)
            case "delete":
                found.discard(f"set {statement}")
            case "activate":
                found.discard(f"deactivate {statement}")
    return found
