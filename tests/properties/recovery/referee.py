"""The stop rules, judged by what arrives at the machine and by its true state at that moment.

Knows nothing of what was observed, journalled or meant.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from srx_lab.machine.words import ColdSync, GroupState, NodeId
from srx_lab.machine.world import World

TAKES_DOWN = {
    "request-package-rollback": "roll back",
    "request-vmhost-package-rollback": "roll back",
    "request-reboot": "reboot",
    "request-vmhost-reboot": "reboot",
}
STARTS = frozenset({"request-package-in-service-upgrade", "request-vmhost-package-in-service-upgrade"})
OTHERS = {
    "request-chassis-cluster-in-service-upgrade": "abort",
    "request-chassis-cluster-failover": "fail over",
    "request-chassis-cluster-failover-reset": "reset",
    "recover-security-policy": "resync",
}
CHANGES = frozenset({*TAKES_DOWN, *STARTS, *OTHERS})
_JOINED = frozenset({GroupState.PRIMARY, GroupState.SECONDARY})


@dataclass(kw_only=True)
class Referee:
    """``arrived`` is everything that changes a cluster, in order; a good run has no ``fouls``."""

    world: World
    arrived: list[tuple[str, str]] = field(default_factory=list)  # node, what
    fouls: list[str] = field(default_factory=list)
    while_it_ran: list[str] = field(default_factory=list)  # what arrived though an ISSU was under way
    starts: int = 0

    def before(self, at: NodeId, rpc: str, leaves: dict[str, str]) -> None:
        """Called before the machine carries it out."""
        if rpc not in CHANGES:
            return
        what = TAKES_DOWN.get(rpc) or OTHERS.get(rpc) or "start"
        self.arrived.append((at.value, " ".join((what, *(f"{k}={v}" for k, v in leaves.items() if v)))))
        upgrade = self.world.state.upgrade
        if upgrade is not None and not upgrade.outcome:
            self.while_it_ran.append(f"{what} at {at} in phase {upgrade.phase}")
        if self._split():
            self._foul(f"{what} at {at} while both nodes are primary")
        if rpc in TAKES_DOWN:
            self._takes_down(at, what, leaves)
        if rpc in STARTS:
            self.start(at)
        if what == "fail over":
            self._moves(int(leaves["redundancy-group"]), NodeId(f"node{leaves['node']}"))
        if what == "reset":
            self._unsettled(f"reset of RG{leaves['redundancy-group']}")
        if rpc not in {*TAKES_DOWN, *STARTS, *OTHERS}:
            self._foul(f"nobody should send {rpc}")

    def start(self, at: NodeId) -> None:
        """An ISSU is asked for."""
        self.starts += 1
        if self.starts > 1:
            self._foul(f"an ISSU was asked for {self.starts} times")
        if self.world.primary_of(0) is not at:
            self._foul(f"an ISSU was asked for on {at}, which is not primary of RG0")

    def end(self) -> list[str]:
        """What must not have happened over the whole run."""
        downs = Counter(each for each in self.arrived if each[1].startswith(("roll back", "reboot")))
        twice = [f"{what} arrived {n} times at {node}" for (node, what), n in downs.items() if n > 1]
        if self.world.state.upgrade_starts > 1:
            twice.append(f"{self.world.state.upgrade_starts} ISSUs were started")
        return [*self.fouls, *twice]

    def _takes_down(self, at: NodeId, what: str, leaves: dict[str, str]) -> None:
        if leaves.get("node") != str(at.number):
            self._foul(f"{what} at {at} with node {leaves.get('node')!r}")
        led = [g for g, held in self.world.node(at).groups.items() if held.state is GroupState.PRIMARY]
        if led:
            self._foul(f"{what} of {at} while it is primary of {led}")
        peer = self.world.node(at.peer)
        if not peer.is_up or any(held.state is not GroupState.PRIMARY for held in peer.groups.values()):
            self._foul(f"{what} of {at} while {at.peer} does not carry every group")

    def _moves(self, group: int, to: NodeId) -> None:
        for node in self.world.nodes():
            if node.is_up and node.state_of(group) is GroupState.SECONDARY_HOLD:
                self._foul(f"RG{group} moved while {node.node} is in secondary-hold")
        taker = self.world.node(to)
        if any(held.state not in _JOINED for held in taker.groups.values()):
            self._foul(f"RG{group} moved to {to}, which has not joined")
        if taker.cold_sync is not ColdSync.COMPLETE:
            self._foul(f"RG{group} moved to {to} during cold sync")

    def _unsettled(self, what: str) -> None:
        for node in self.world.nodes():
            if not node.is_up:
                self._foul(f"{what} while {node.node} is down")
            elif any(held.state not in _JOINED for held in node.groups.values()):
                self._foul(f"{what} while {node.node} is in hold, secondary-hold or worse")
            elif node.cold_sync is not ColdSync.COMPLETE:
                self._foul(f"{what} while {node.node} is in cold sync")

    def _split(self) -> bool:
        return any(len(leaders(self.world, group)) > 1 for group in self.world.state.groups)

    def _foul(self, words: str) -> None:
        self.fouls.append(words)


def leaders(world: World, group: int) -> list[NodeId]:
    """The nodes that are primary of a group; two when the cluster is split."""
    return [n.node for n in world.nodes() if n.is_up and n.state_of(group) is GroupState.PRIMARY]


def unrest(world: World) -> list[str]:
    """What keeps the cluster from being at rest, by its true state."""
    found = []
    for node in world.nodes():
        if not node.is_up:
            found.append(f"{node.node} is {node.power}")
            continue
        if node.in_issu_window:
            found.append(f"{node.node} is in the ISSU window")
        if node.cold_sync is not ColdSync.COMPLETE:
            found.append(f"{node.node}: cold sync {node.cold_sync}")
        found += [
            f"{node.node} is {held.state} in RG{group}"
            for group, held in node.groups.items()
            if held.state not in _JOINED
        ]
        forced = [g for g, held in node.groups.items() if held.forced_priority is not None]
        found += [f"{node.node} has a forced priority in RG{g}" for g in forced]
    found += [f"RG{g} has its manual flag" for g, group in world.state.groups.items() if group.manual]
    for group in world.state.groups:
        if len(leaders(world, group)) != 1:
            found.append(f"RG{group} has {len(leaders(world, group))} primaries")
    releases = {node.release.text for node in world.nodes()}
    if len(releases) > 1:
        found.append(f"releases differ: {', '.join(sorted(releases))}")
    return found
