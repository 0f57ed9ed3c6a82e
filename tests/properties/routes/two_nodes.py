"""Two nodes that are installed and rebooted by themselves, in virtual time.

It notes every broken rule by its true state, never by what was observed of it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from srx_issu.domain.cluster.model import GroupState, NextBoot, NodeName, NodeView, Snapshot
from srx_issu.domain.errors import CommandRefused, DeviceTimeout, DeviceUnreachable
from srx_issu.domain.upgrade.commands import AddSoftware, Command, RebootNode, RollBackNode
from tests.fakes.snapshots import N0, N1, NEW, OLD, SYNCED, SYNCING, T0, group, silent, view

SHUTDOWN_S, SYNC_S = 8.0, 90.0


@dataclass(kw_only=True)
class Node:
    """One node. ``down_until`` None: it is up."""

    name: NodeName
    release: str = OLD
    previous: str = "20.4R3"
    pending: str | None = None
    booted_at: datetime = T0 - timedelta(days=30)
    goes_down_at: datetime | None = None
    down_until: datetime | None = None
    synced_at: datetime = T0
    # what goes wrong with it
    refuses: bool = False  # the image, in words
    installs_nothing: bool = False  # and says that it did
    lost_reboots: int = 0  # so many are answered, and not done
    falls_silent: bool = False  # told to reboot, its management does so and the node stays up
    boot_s: float = 200.0
    never_back: bool = False
    boots_old: bool = False
    names_nothing: bool = False  # of what is pending
    refuses_rollback: bool = False
    silent_from: datetime | None = None  # its management, not the node
    silent_until: datetime | None = None

    @property
    def is_up(self) -> bool:
        return self.down_until is None


@dataclass(kw_only=True)
class TwoNodes:
    """``answers_lost``: the chance that a command is carried out and its answer never arrives."""

    chance: random.Random
    answers_lost: float = 0.0
    now: datetime = T0
    broken: list[str] = field(default_factory=list)
    heard: bool = False  # two releases heard each other
    heard_at: datetime | None = None
    told: list[NodeName] = field(default_factory=list)  # to reboot
    boots: Counter[NodeName] = field(default_factory=Counter)
    nodes: dict[NodeName, Node] = field(default_factory=lambda: {n: Node(name=n) for n in NodeName})

    # -- time

    def advance(self, to: datetime) -> None:
        """From one thing that happens to the next, so that nothing is jumped over."""
        while self.now < to:
            due = (at for node in self.nodes.values() for at in (node.goes_down_at, node.down_until))
            self.now = min([to, *(at for at in due if at is not None and at > self.now)])
            for node in self.nodes.values():
                self._move(node)
            self._listen()

    def _move(self, node: Node) -> None:
        if node.goes_down_at is not None and self.now >= node.goes_down_at and node.is_up:
            node.goes_down_at = None
            node.down_until = self.now + timedelta(seconds=node.boot_s)
        if node.down_until is not None and self.now >= node.down_until and not node.never_back:
            self._boot(node)

    def _boot(self, node: Node) -> None:
        node.down_until, node.booted_at = None, self.now
        self.boots[node.name] += 1
        if node.pending and not node.boots_old:
            node.previous, node.release = node.release, node.pending
        node.pending = None
        node.synced_at = self.now + timedelta(seconds=SYNC_S)

    def _listen(self) -> None:
        up = [node for node in self.nodes.values() if node.is_up]
        if len({node.release for node in up}) > 1:
            self.heard = True
            self.heard_at = self.heard_at or self.now

    def lose_power(self, name: NodeName, off_s: float) -> None:
        node = self.nodes[name]
        if node.is_up:
            node.goes_down_at, node.down_until = None, self.now + timedelta(seconds=off_s + node.boot_s)

    # -- what is seen

    def look(self) -> Snapshot:
        return Snapshot(cluster="fw-1", taken_at=self.now, node0=self._view(N0), node1=self._view(N1))

    def _view(self, name: NodeName) -> NodeView:
        node, peer = self.nodes[name], self.nodes[name.peer]
        if not self.answers(name):
            return silent(name)
        leader = self._leader()
        state = {name: GroupState.PRIMARY if leader is name else GroupState.SECONDARY}
        state[name.peer] = GroupState.PRIMARY if leader is name.peer else GroupState.SECONDARY
        if not peer.is_up:
            state[name.peer] = GroupState.LOST
        groups = tuple(group(each, leader, states=state) for each in (0, 1))
        in_sync = peer.is_up and self.now >= max(node.synced_at, peer.synced_at)
        return view(
            name,
            node.release,
            booted_at=node.booted_at,
            device_time=self.now,
            groups=groups,
            cold_sync=SYNCED if in_sync else SYNCING,
            next_boot=NextBoot(
                is_other=node.pending is not None, release=None if node.names_nothing else node.pending
            ),
        )

    def answers(self, name: NodeName) -> bool:
        return self.nodes[name].is_up and not self._is_silent(self.nodes[name])

    def _leader(self) -> NodeName:
        up = [node for node in (self.nodes[N0], self.nodes[N1]) if node.is_up]
        return min(up, key=lambda node: (node.booted_at, node.name)).name

    def _is_silent(self, node: Node) -> bool:
        begins, ends = node.silent_from, node.silent_until
        return begins is not None and ends is not None and begins <= self.now < ends

    # -- what is sent

    def send(self, name: NodeName, command: Command) -> str:
        node = self.nodes[name]
        if not self.answers(name):
            raise DeviceUnreachable(name, "no answer")
        words = self._carried_out(node, command)
        if self.chance.random() < self.answers_lost:
            raise DeviceTimeout(name, "no answer in time")
        return words

    def _carried_out(self, node: Node, command: Command) -> str:
        match command:
            case AddSoftware():
                return self._install(node)
            case RollBackNode():
                return self._roll_back(node)
            case RebootNode():
                return self._reboot(node)
            case _:
                raise AssertionError(f"nobody should send {command}")

    def _install(self, node: Node) -> str:
        self.advance(self.now + timedelta(seconds=self.chance.uniform(60, 600)))
        if node.refuses:
            raise CommandRefused(node.name, "error: Package validation failed")
        if node.is_up and not node.installs_nothing:
            node.pending = NEW
        return "installed"

    def _roll_back(self, node: Node) -> str:
        if node.refuses_rollback:
            raise CommandRefused(node.name, "error: There is NO image for ROLLBACK")
        if node.pending is None:
            self.broken.append(
                f"{node.name} was rolled back with nothing pending: it boots {node.previous} next"
            )
            node.pending = node.previous
        else:
            node.pending = None
        return "taken back"

    def _reboot(self, node: Node) -> str:
        pending = {each.pending for each in self.nodes.values() if each.booted_at < T0}
        if not self.told and pending != {NEW}:
            self.broken.append(f"{node.name} was rebooted while {pending} is pending")
        if self.heard:
            self.broken.append(f"{node.name} was rebooted after two releases had heard each other")
        if self.told and self.told[0] is not node.name and self._stays_up(self.nodes[self.told[0]]):
            self.broken.append(f"{node.name} was rebooted while {self.told[0]} stays up")
        self.told.append(node.name)
        if node.falls_silent:
            node.silent_from, node.silent_until = self.now, self.now + timedelta(seconds=4000)
        elif node.lost_reboots:
            node.lost_reboots -= 1
        elif node.goes_down_at is None:
            node.goes_down_at = self.now + timedelta(seconds=SHUTDOWN_S)
        return "Shutdown at once"

    def _stays_up(self, node: Node) -> bool:
        return node.is_up and node.goes_down_at is None

    def faults(self) -> Iterator[str]:
        """In words, for who has to find out what went wrong."""
        for node in self.nodes.values():
            yield f"{node}"
