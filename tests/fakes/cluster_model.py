"""A two-node cluster as a small state machine in virtual time, for thousands of recoveries at any moment.

Deliberately ours and small; the lab (``srx_lab``) is the independent, faithful one. It moves in steps of a
few virtual seconds, changes by ``domain.upgrade.commands`` only, keeps count of what it was sent, and
notes every broken stop rule by its *true* state, not by what was observed of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from srx_issu.domain.cluster.model import (
    ColdSync,
    GroupMember,
    GroupState,
    IssuStatus,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.errors import CommandRefused, DeviceUnreachable
from srx_issu.domain.upgrade.commands import (
    AbortIssu,
    Command,
    FailOver,
    RebootNode,
    ResetFailover,
    ResyncPolicies,
    RollBackNode,
)
from tests.fakes.snapshots import N0, N1, NEW, OLD, PRIORITIES, T0

TICK_S = 20.0
BOOT_S = 120.0
HOLD_S = 30.0
SYNC_S = 60.0
INSTALL_S = 60.0
HOLD_DOWN_S = {0: 300.0}  # RG0; real captures: 301 s on RG0, 2 s elsewhere
DISABLED_AFTER_S = 180.0


class Fault(StrEnum):
    """What may go wrong with the ISSU itself."""

    NONE = "none"
    REFUSED = "refused"  # before anything changed, window left by itself
    KSYNCD = "ksyncd"  # before anything changed, window left open
    SECONDARY_SLOW = "secondary_slow"  # 4.1, and the node comes back later
    SECONDARY_DEAD = "secondary_dead"  # 4.1, and it never does
    COLD_SYNC = "cold_sync"  # 6.1
    SWITCHOVER = "switchover"  # 7.1
    HALF_SWITCHED = "half_switched"  # 7.1 with one group moved
    UNKNOWN_CODE = "unknown_code"
    SILENT_STOP = "silent_stop"  # the driver dies without a word
    PRIMARY_UPGRADE = "primary_upgrade"  # comes back on the old release
    PRIMARY_REBOOT = "primary_reboot"  # is never rebooted
    PRIMARY_DEAD = "primary_dead"  # does not come back


@dataclass
class Node:
    """One node's true state."""

    name: NodeName
    release: str = OLD
    previous: str | None = None  # what a rollback brings back
    pending: str | None = None  # what the next boot brings up
    booted_at: datetime = T0 - timedelta(days=30)
    up_at: datetime | None = T0  # None: down for good
    hold_until: datetime = T0
    synced_at: datetime | None = T0  # None: never
    window: bool = False
    boots: int = 0

    def is_up(self, now: datetime) -> bool:
        return self.up_at is not None and self.up_at <= now


@dataclass
class ClusterModel:
    """The cluster. ``advance`` lets time pass, ``snapshot`` looks, ``execute`` carries a command out."""

    fault: Fault = Fault.NONE
    groups: tuple[int, ...] = (0, 1)
    preempt: bool = False
    now: datetime = T0
    nodes: dict[NodeName, Node] = field(default_factory=lambda: {n: Node(name=n) for n in NodeName})
    primary: dict[int, NodeName | None] = field(default_factory=dict)
    manual: dict[int, NodeName | None] = field(default_factory=dict)  # who holds priority 255
    hold_down: dict[int, tuple[NodeName, datetime]] = field(default_factory=dict)
    zero_priority: set[NodeName] = field(default_factory=set)
    link_down_since: datetime | None = None
    is_split: bool = False
    words: list[str] = field(default_factory=list)
    sent: list[tuple[NodeName, str]] = field(default_factory=list)  # what arrived
    violations: list[str] = field(default_factory=list)
    _driver: Iterator[Callable[[], bool]] | None = None
    _waiting_for: Callable[[], bool] | None = None

    def __post_init__(self) -> None:
        self.primary = dict.fromkeys(self.groups, N0)
        self.manual = dict.fromkeys(self.groups, None)

    # ------------------------------------------------------------------ time

    def advance(self, seconds: float) -> None:
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self.now += timedelta(seconds=TICK_S)
            self._elect()
            self._drive()

    def _elect(self) -> None:
        self.hold_down = {g: (n, t) for g, (n, t) in self.hold_down.items() if t > self.now}
        for group_id in self.groups:
            holder = self.primary[group_id]
            if holder is None or not self.nodes[holder].is_up(self.now):
                heirs = [n for n in NodeName if self._takes_part(n)]
                self.primary[group_id] = heirs[0] if heirs else None
        if self.preempt and not any(n.window for n in self.nodes.values()):
            self._preempt()

    def _preempt(self) -> None:
        for group_id in self.groups:
            holder = self.primary[group_id]
            if group_id == 0 or self.manual[group_id] or holder is not N1 or group_id in self.hold_down:
                continue
            if self._takes_part(N0) and self._is_synced(N0):
                self._move(group_id, N0)

    def _takes_part(self, name: NodeName) -> bool:
        node = self.nodes[name]
        fallen = self.link_down_since is not None and name is N1
        return node.is_up(self.now) and node.hold_until <= self.now and not fallen

    def _is_synced(self, name: NodeName) -> bool:
        """A node alone has nobody to sync with, and is its own truth."""
        node = self.nodes[name]
        alone = not self.nodes[name.peer].is_up(self.now)
        return alone or (node.synced_at is not None and node.synced_at <= self.now)

    def _move(self, group_id: int, to: NodeName) -> None:
        self.primary[group_id] = to
        self.hold_down[group_id] = (to.peer, self.now + timedelta(seconds=HOLD_DOWN_S.get(group_id, 2.0)))

    def take_down(self, name: NodeName, *, seconds: float | None = BOOT_S) -> None:
        """Reboots (or kills, seconds None) a node: what was pending comes up."""
        node = self.nodes[name]
        if node.pending is not None:
            node.previous, node.release, node.pending = node.release, node.pending, None
        node.boots += 1
        if seconds is None:
            node.up_at = None
            return
        node.up_at = self.now + timedelta(seconds=seconds)
        node.booted_at = node.up_at
        node.hold_until = node.up_at + timedelta(seconds=HOLD_S)
        node.synced_at = node.hold_until + timedelta(seconds=SYNC_S)

    # ------------------------------------------------------------------ the ISSU

    def start_issu(self) -> None:
        self._driver = self._upgrade()
        self._waiting_for = next(self._driver)

    def stop_driver(self) -> None:
        self._driver = None

    def _drive(self) -> None:
        if self._driver is None or self._waiting_for is None:
            return
        if not self.nodes[N0].is_up(self.now):
            self._driver = None  # the job dies with the node that runs it
        elif self._waiting_for():
            self._waiting_for = next(self._driver, None)

    def _say(self, *lines: str) -> None:
        self.words += lines

    def _abort(self, line: str) -> None:
        self._say(line, "error: ISSU Aborted!", "ISSU aborted. But, both nodes are in ISSU window.")

    def _after(self, seconds: float) -> Callable[[], bool]:
        due = self.now + timedelta(seconds=seconds)
        return lambda: self.now >= due

    def _window(self, *, is_open: bool) -> None:
        for node in self.nodes.values():
            node.window = is_open

    def _upgrade(self) -> Iterator[Callable[[], bool]]:
        """The guide's ten steps, run on node0."""
        self._window(is_open=True)
        self._say("ISSU: Validating Image")
        yield self._after(TICK_S)
        if self.fault is Fault.REFUSED:
            self._window(is_open=False)
            self._say("error: Validation failed", "ISSU aborted and exiting ISSU window")
            return
        for group_id in self.groups[1:]:
            self.manual[group_id] = self.primary[group_id]
        if self.fault is Fault.KSYNCD:
            self._abort("error: ksyncd reports errors on node1")
            return
        yield from self._upgrade_secondary()

    def _upgrade_secondary(self) -> Iterator[Callable[[], bool]]:
        peer = self.nodes[N1]
        yield self._after(INSTALL_S)
        peer.pending = NEW
        self._say("finished upgrading on secondary node node1", "Rebooting Secondary Node")
        slow = self.fault in (Fault.SECONDARY_SLOW, Fault.SECONDARY_DEAD)
        self.take_down(
            N1, seconds=None if self.fault is Fault.SECONDARY_DEAD else BOOT_S * (6 if slow else 1)
        )
        peer.window = True
        if slow:
            yield self._after(4 * BOOT_S)
            self._abort("error: Reboot secondary node failed (error-code: 4.1)")
            return
        yield lambda: self._takes_part(N1)
        if self.fault in (Fault.COLD_SYNC, Fault.UNKNOWN_CODE):
            peer.synced_at = None
            yield self._after(4 * SYNC_S)
            code = "6.1" if self.fault is Fault.COLD_SYNC else "5.2"
            self._abort(f"timeout waiting for secondary node node1 to sync(error-code: {code})")
            return
        yield lambda: self._is_synced(N1)
        yield from self._switch_over()

    def _switch_over(self) -> Iterator[Callable[[], bool]]:
        self._say("Secondary node1 ready for failover.", "Failing over all redundancy-groups to node1")
        if self.fault is Fault.SILENT_STOP:
            return
        if self.fault in (Fault.SWITCHOVER, Fault.HALF_SWITCHED):
            if self.fault is Fault.HALF_SWITCHED:
                self._move(self.groups[-1], N1)
            else:
                self.zero_priority.add(N1)
            self._say("error: remote rg1 priority zero, abort failover.")
            self._abort("failover all RGs to node node1 failed (error-code: 7.1)")
            return
        for group_id in self.groups:
            self._move(group_id, N1)
            self.manual[group_id] = N1 if group_id else None
        yield from self._upgrade_primary()

    def _upgrade_primary(self) -> Iterator[Callable[[], bool]]:
        yield self._after(INSTALL_S)
        self._window(is_open=False)
        if self.fault is not Fault.PRIMARY_UPGRADE:
            self.nodes[N0].pending = NEW
        if self.fault is Fault.PRIMARY_REBOOT:
            return
        self._say("System going down IMMEDIATELY")
        self.take_down(N0, seconds=None if self.fault is Fault.PRIMARY_DEAD else BOOT_S)
        yield self._after(0)

    # ------------------------------------------------------------------ commands

    def execute(self, to: NodeName, command: Command) -> str:
        """Raises CommandRefused or DeviceUnreachable as a writer does."""
        if not self.nodes[to].is_up(self.now):
            raise DeviceUnreachable(to, "connection refused")
        self.sent.append((to, command.cli))
        match command:
            case AbortIssu():
                self.nodes[to].window = False
                self.stop_driver()
            case ResetFailover(group_id=group_id):
                self.manual[group_id] = None
            case FailOver(group_id=group_id, to=node):
                self._fail_over(group_id, node)
            case RollBackNode(node=node):
                self._roll_back(node)
            case RebootNode(node=node):
                self._never_primary(node, "reboot")
                self.take_down(node)
            case ResyncPolicies():
                pass
            case _:
                raise CommandRefused(to, f"this model knows no '{command.cli}'")
        return "ok"

    def _fail_over(self, group_id: int, node: NodeName) -> None:
        if group_id in self.hold_down:
            self.violations.append(f"RG{group_id} failed over during hold-down")
        if not self._takes_part(node) or not self._is_synced(node):
            self.violations.append(f"RG{group_id} failed over to {node}, which is in hold or cold sync")
        if self.manual[group_id] is not None:
            raise CommandRefused(node, "manual failover flag is set; reset it first")
        self._move(group_id, node)
        self.manual[group_id] = node

    def _roll_back(self, node: NodeName) -> None:
        self._never_primary(node, "rolled back")
        previous = self.nodes[node].previous
        if previous is None:
            raise CommandRefused(node, "no previous image")
        self.nodes[node].pending = previous
        self.zero_priority.discard(node)
        self.take_down(node)

    def _never_primary(self, node: NodeName, what: str) -> None:
        if node in self.primary.values() or self.is_split:
            self.violations.append(f"{node} was {what} while primary of a group")
        if not self._takes_part(node.peer):
            self.violations.append(f"{node} was {what} while its peer did not take part")

    # ------------------------------------------------------------------ looks

    @property
    def transcript(self) -> str:
        return "\n".join(self.words)

    def snapshot(self) -> Snapshot:
        return Snapshot(cluster="fw-1", taken_at=self.now, node0=self._view(N0), node1=self._view(N1))

    def _view(self, name: NodeName) -> NodeView:
        node = self.nodes[name]
        if not node.is_up(self.now):
            return NodeView(node=name, reachable=False, error="connection refused")
        synced = self._is_synced(name)
        return NodeView(
            node=name,
            reachable=True,
            release=node.release,
            booted_at=node.booted_at,
            groups=tuple(self._group(g, name) for g in self.groups),
            cold_sync=ColdSync(weight=0 if synced else 255, not_completed=() if synced else ("flowd",)),
            issu=IssuStatus(in_progress=node.window or (None if node.boots else False)),  # mute after a boot
        )

    def _group(self, group_id: int, seen_by: NodeName) -> RedundancyGroup:
        members = tuple(self._member(group_id, node, seen_by) for node in NodeName)
        return RedundancyGroup(group_id=group_id, members=members)

    def _member(self, group_id: int, node: NodeName, seen_by: NodeName) -> GroupMember:
        state = self._state(group_id, node, seen_by)
        flag = self.manual[group_id]
        synced = self._is_synced(node) and state not in (GroupState.LOST, GroupState.HOLD)
        priority = PRIORITIES[node]
        if flag is node:
            priority = 255
        elif group_id and (not synced or node in self.zero_priority):
            priority = 0
        failures = frozenset() if synced or state is GroupState.LOST else frozenset({"CS"})
        return GroupMember(
            node=node,
            state=state,
            priority=priority,
            preempt=self.preempt,
            manual=flag is not None,
            monitor_failures=failures,
        )

    def _state(self, group_id: int, node: NodeName, seen_by: NodeName) -> GroupState:
        if self.is_split:
            return GroupState.PRIMARY if node is seen_by else GroupState.LOST
        if not self.nodes[node].is_up(self.now):
            return GroupState.LOST
        if self.link_down_since is not None and node is N1:
            waited = (self.now - self.link_down_since).total_seconds()
            return GroupState.DISABLED if waited >= DISABLED_AFTER_S else GroupState.INELIGIBLE
        if self.nodes[node].hold_until > self.now:
            return GroupState.HOLD
        if self.primary[group_id] is node:
            return GroupState.PRIMARY
        holding = self.hold_down.get(group_id)
        return GroupState.SECONDARY_HOLD if holding and holding[0] is node else GroupState.SECONDARY

    @property
    def is_restored(self) -> bool:
        """By the true state: both up on one release, in sync, one primary a group, no flag, no window."""
        up = all(self._takes_part(n) and self._is_synced(n) for n in NodeName)
        same = self.nodes[N0].release == self.nodes[N1].release
        clean = not any(self.manual.values()) and not any(n.window for n in self.nodes.values())
        return up and same and clean and not self.is_split and self.link_down_since is None
