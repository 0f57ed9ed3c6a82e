"""A cluster without ISSU as a small state machine in virtual time, for thousands of ICUs that go wrong.

Ours and small, as ``cluster_model.py`` is; the lab is the independent one. It notes every broken stop rule by
its true state, not by what was observed of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from srx_issu.domain.cluster.model import ColdSync, GroupState, NextBoot, NodeName, NodeView, Snapshot
from srx_issu.domain.errors import CommandRefused
from srx_issu.domain.upgrade.commands import (
    Command,
    FailOver,
    RebootNode,
    ResetFailover,
    RollBackNode,
)
from srx_issu.domain.upgrade.icu_commands import AbortIcu
from tests.fakes.snapshots import N0, N1, NEW, OLD, SYNCED, T0, group, silent, view

TICK_S, BOOT_S, SYNC_S, WORK_S = 20.0, 120.0, 60.0, 100.0
NOT_SYNCED = ColdSync(weight=255, not_completed=("flowd",))


class IcuFault(StrEnum):
    """What goes wrong with the ICU, its abort, or the way back."""

    NONE = "none"
    VALIDATION = "validation"
    PUSH = "push"
    INSTALL_SECONDARY = "install_secondary"
    INSTALL_PRIMARY = "install_primary"
    GROUPS = "groups"
    HANGS = "hangs"  # before anything rebooted; an abort ends it
    DEAF = "deaf"  # the same, and an abort is answered and not done
    SECONDARY_LATE = "secondary_late"
    SECONDARY_DEAD = "secondary_dead"
    SECONDARY_OLD = "secondary_old"  # comes back on the old release, and the ICU goes on
    SECONDARY_LATE_OLD = "secondary_late_old"  # comes back late, on the old release
    HANGS_OLD = "hangs_old"  # the same in time, and the command does not end
    HANGS_HALF_WAY = "hangs_half_way"  # behind the secondary's reboot, and its command does not end
    PRIMARY_STAYS = "primary_stays"
    PRIMARY_OLD = "primary_old"
    PRIMARY_DEAD = "primary_dead"
    ROLLBACK_REFUSED = "rollback_refused"  # beside PRIMARY_STAYS
    ROLLBACK_LOST = "rollback_lost"  # answered as always, and not done


@dataclass(kw_only=True)
class IcuNode:
    release: str = OLD
    pending: str | None = None
    previous: str | None = None
    booted_at: datetime = T0 - timedelta(days=30)
    up_at: datetime | None = T0  # None: down for good
    synced_at: datetime = T0


@dataclass(kw_only=True)
class IcuModel:
    """``advance`` lets time pass, ``look`` shows both nodes and the job's end, ``execute`` takes commands."""

    fault: IcuFault
    starter: NodeName = N0
    now: datetime = T0
    nodes: dict[NodeName, IcuNode] = field(default_factory=lambda: {node: IcuNode() for node in NodeName})
    primary: NodeName = N0  # of every group
    words: list[str] = field(default_factory=list)
    has_ended: bool = False
    abort_requested: bool = False
    aborted_on_secondary: bool = False
    sent: list[tuple[NodeName, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    tells_next_boot: bool = True
    _driver: Iterator[float] | None = None
    _wake_at: datetime = T0

    def __post_init__(self) -> None:
        self.primary = self.starter
        self._driver = self._icu()

    @property
    def secondary(self) -> NodeName:
        return self.starter.peer

    def advance(self, seconds: float) -> None:
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self.now += timedelta(seconds=TICK_S)
            self._elect()
            if self._driver is None or self.has_ended or self.now < self._wake_at:
                continue
            pause = next(self._driver, None)
            self.has_ended = self.has_ended or pause is None
            self._wake_at = self.now + timedelta(seconds=pause or 0.0)

    def is_up(self, node: NodeName) -> bool:
        up_at = self.nodes[node].up_at
        return up_at is not None and up_at <= self.now

    @property
    def is_mixed(self) -> bool:
        return self.nodes[N0].release != self.nodes[N1].release

    def _elect(self) -> None:
        if not self.is_up(self.primary) and self.is_up(self.primary.peer):
            self.primary = self.primary.peer

    def _boot(
        self, node: NodeName, *, takes_s: float = BOOT_S, old: bool = False, dead: bool = False
    ) -> None:
        here = self.nodes[node]
        if here.pending is not None and not old:
            here.previous, here.release = here.release, here.pending
        here.pending = None
        here.up_at = None if dead else self.now + timedelta(seconds=takes_s)
        here.booted_at = self.now + timedelta(seconds=takes_s / 2)
        here.synced_at = self.now + timedelta(seconds=takes_s + SYNC_S)

    def _fails(self, words: str) -> None:
        self.words += [f"error: {words}", "Aborting ICU upgrade"]
        self.has_ended = True

    def _heeds(self) -> bool:
        if self.abort_requested:
            self.words.append("Aborting ICU upgrade")
            self.has_ended = True
        return self.has_ended

    def _icu(self) -> Iterator[float]:  # noqa: PLR0911 - one step after the other, as the node does
        fault = self.fault
        yield WORK_S
        if fault is IcuFault.VALIDATION:
            return self._fails("Validation failed")
        if fault is IcuFault.PUSH:
            return self._fails("Failed to push bundle to the secondary")
        for node, failing in (
            (self.secondary, IcuFault.INSTALL_SECONDARY),
            (self.starter, IcuFault.INSTALL_PRIMARY),
        ):
            if self._heeds():
                return None
            yield WORK_S
            if fault is failing:
                return self._fails(f"software installation on node {node} failed")
            self.nodes[node].pending = NEW
        while fault in (IcuFault.HANGS, IcuFault.DEAF) and not self._heeds():
            yield TICK_S
        if fault is IcuFault.GROUPS:
            return self._fails("failover of redundancy-groups to the primary node failed")
        if self._heeds():
            return None
        late = fault in (IcuFault.SECONDARY_LATE, IcuFault.SECONDARY_LATE_OLD)
        old = fault in (IcuFault.SECONDARY_OLD, IcuFault.SECONDARY_LATE_OLD, IcuFault.HANGS_OLD)
        self._boot(
            self.secondary,
            takes_s=BOOT_S * (20 if late else 1),
            old=old,
            dead=fault is IcuFault.SECONDARY_DEAD,
        )
        yield BOOT_S * 4
        if not self.is_up(self.secondary):
            return self._fails(f"node {self.secondary.number} did not come up")
        while fault in (IcuFault.HANGS_HALF_WAY, IcuFault.HANGS_OLD):
            yield TICK_S
        if self._heeds():
            return None
        if fault in (IcuFault.PRIMARY_STAYS, IcuFault.ROLLBACK_REFUSED, IcuFault.ROLLBACK_LOST):
            self.words.append("Reboot failure on primary node")
            return None
        self.words.append("System going down IMMEDIATELY")
        self._boot(self.starter, old=fault is IcuFault.PRIMARY_OLD, dead=fault is IcuFault.PRIMARY_DEAD)
        return None

    def look(self) -> Snapshot:
        views = {node: self._view(node) for node in NodeName}
        return replace(
            Snapshot(cluster="fw-1", taken_at=self.now, node0=views[N0], node1=views[N1]), taken_at=self.now
        )

    def _view(self, node: NodeName) -> NodeView:
        if not self.is_up(node):
            return silent(node)
        here = self.nodes[node]
        peer_is_up = self.is_up(node.peer)
        states = {} if peer_is_up else {node.peer: GroupState.LOST}
        synced = here.synced_at <= self.now and peer_is_up and not self.is_mixed
        failures = {} if synced or node is self.primary else {node: frozenset({"CS"})}
        priorities = {} if synced or node is self.primary else {node: 0}
        groups = tuple(
            group(g, self.primary, states=states, failures=failures, priorities=priorities) for g in (0, 1)
        )
        boot = NextBoot(is_other=here.pending is not None, release=here.pending)
        return view(
            node,
            here.release,
            booted_at=here.booted_at,
            groups=groups,
            cold_sync=SYNCED if synced or node is self.primary else NOT_SYNCED,
            next_boot=boot if self.tells_next_boot else None,
            command_ended=(self.has_ended if node is self.starter else None),
        )

    def execute(self, node: NodeName, command: Command) -> None:
        """Raises CommandRefused. Broken stop rules are noted by the true state."""
        self.sent.append((node, command.cli))
        if not self.is_up(node):
            raise CommandRefused(node, "no answer")
        match command:
            case AbortIcu():
                self._abort(node)
            case RollBackNode():
                self._roll_back(node)
            case RebootNode():
                self._rules_of_taking_down(node)
                if self.nodes[node].pending != OLD:
                    self.violations.append(f"{node} is rebooted and would boot {self.nodes[node].pending}")
                self._boot(node)
            case ResetFailover() | FailOver():
                if self.is_mixed or not self.has_ended:
                    self.violations.append(f"{command.cli} half way")
            case _:
                self.violations.append(f"{command.cli} is no part of any way back")

    def _abort(self, node: NodeName) -> None:
        if node is self.starter:
            if self.nodes[self.secondary].booted_at > T0:
                self.violations.append("the primary is asked to abort behind the secondary's reboot")
            self.abort_requested = self.fault is not IcuFault.DEAF
            return
        if not self.is_mixed:
            self.violations.append("the secondary is asked to abort before it has rebooted")
        self.aborted_on_secondary = True

    def _roll_back(self, node: NodeName) -> None:
        if not self.has_ended:
            self.violations.append(f"{node} is rolled back while the ICU goes on")
        here = self.nodes[node]
        if self.is_mixed:
            self._rules_of_taking_down(node)
            if not self.aborted_on_secondary:
                self.violations.append(f"{node} is rolled back before the abort")
            if self.fault is IcuFault.ROLLBACK_REFUSED:
                raise CommandRefused(node, "There is NO image for ROLLBACK")
            if self.fault is not IcuFault.ROLLBACK_LOST:
                here.pending = here.previous
            return
        if here.pending is None:
            self.violations.append(f"{node} is rolled back with nothing pending")
        here.pending = None

    def _rules_of_taking_down(self, node: NodeName) -> None:
        if node is self.primary:
            self.violations.append(f"{node} is primary and is taken down")
        if not self.has_ended:
            self.violations.append(f"{node} is taken down while the ICU may go on")
