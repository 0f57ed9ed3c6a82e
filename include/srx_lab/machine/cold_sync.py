"""Cold synchronization of a node's data plane after it joined the cluster."""

from __future__ import annotations

from srx_lab.machine.counters import refresh_rates
from srx_lab.machine.faults import Fault
from srx_lab.machine.groups import settle
from srx_lab.machine.schedule import Script, Sleep, Until
from srx_lab.machine.state import ClusterSpec, Node
from srx_lab.machine.words import ColdSync, GroupState, NodeId
from srx_lab.machine.world import World
from srx_lab.platforms import Platform

_FOREVER_S = 10 * 365 * 86_400.0


def is_central_point(platform: Platform, fpc: int, pic: int) -> bool:
    """The first SPU of all, where the platform gives it to the central point alone; it has no sessions."""
    return platform.central_point and (fpc, pic) == (0, 0)


def spu_places(spec: ClusterSpec) -> list[tuple[int, int]]:
    """FPC, counted from the node's first, and PIC of each SPU that has sessions."""
    return [
        (fpc, pic)
        for fpc in range(spec.scale.fpcs)
        for pic in range(spec.platform.spus)
        if not is_central_point(spec.platform, fpc, pic)
    ]


def spus_of(spec: ClusterSpec) -> int:
    """SPUs of one node."""
    return len(spu_places(spec))


def pfe_names(spec: ClusterSpec, node: NodeId) -> list[str]:
    """PFEs as cold sync names them: `flowd` where there is one [R], FPC and PIC elsewhere [U]."""
    if spus_of(spec) == 1:
        return ["flowd"]
    first = spec.platform.first_slot(node)
    return [f"fpc{first + fpc}.pic{pic}" for fpc, pic in spu_places(spec)]


def cold_sync_owner(node: NodeId) -> str:
    return f"{node}:cold-sync"


def start_cold_sync(world: World, node: NodeId) -> None:
    """Begin anew; priority 0 and CS until it is complete [R].

    Between the releases of an ICU there is none [D]; what a node shows in its place is [U].
    """
    world.schedule.kill(cold_sync_owner(node))
    here, upgrade = world.node(node), world.state.upgrade
    if not any(held.state is GroupState.PRIMARY for held in world.node(node.peer).groups.values()):
        begin_empty(world, here)
        return
    differ = len({each.release for each in world.nodes()}) > 1
    if differ and upgrade is not None and upgrade.in_band:
        here.cold_sync, here.unsynced = ColdSync.UNKNOWN, True
        settle(world)
        return
    world.schedule.spawn(_synchronize(world, here), owner=cold_sync_owner(node))


def begin_empty(world: World, node: Node) -> None:
    """Nobody has sessions to synchronize: both nodes were down."""
    node.unsynced = True
    node.sessions.share, node.sessions.since = 0.0, world.now
    finish_at_once(world, node)


def finish_at_once(world: World, node: Node) -> None:
    """A node that is alone has nobody to synchronize with.

    In an ICU it takes the traffic without any state: about 30 s pass until it forwards [D].
    """
    if node.unsynced and node.cold_sync is ColdSync.UNKNOWN and node.joined_at < world.now:
        longer = world.fault("icu_long_outage")
        dark_s = longer.number("seconds") if longer else world.durations.icu_outage
        node.dark_until = world.now + dark_s
        world.schedule.after(dark_s, world.schedule.poke)
    node.cold_sync = ColdSync.COMPLETE
    node.cold_sync_spus_done = spus_of(world.spec)


def _synchronize(world: World, node: Node) -> Script:
    node.cold_sync, node.cold_sync_spus_done = ColdSync.PREREQUISITE, 0
    settle(world)
    yield Sleep(seconds=world.durations.cold_sync_prerequisite * _slowness(world))
    yield Until(holds=lambda: world.state.links.fabric, timeout_s=_FOREVER_S)
    node.cold_sync = ColdSync.RUNNING
    _record(world, node, "is RTO sync in process")
    refresh_rates(world)
    spus = spus_of(world.spec)
    for done in range(1, spus + 1):
        yield Sleep(seconds=world.durations.cold_sync / spus * _slowness(world))
        yield Until(holds=lambda done=done: not _held_at(world, done), timeout_s=_FOREVER_S)  # type: ignore[misc]
        node.cold_sync_spus_done = done
    node.cold_sync, node.unsynced = ColdSync.COMPLETE, False
    node.cold_sync_completed += 1
    _record(world, node, "completed")
    world.log(node.node, "jsrpd: cold sync completed for all PFEs")
    settle(world)


def _slowness(world: World) -> float:
    slow = world.fault("cold_sync_slow")
    return slow.number("factor") if slow else 1.0


def _held_at(world: World, done: int) -> bool:
    """Only between different releases: it is the upgraded node that cannot sync (code 6.1), and one that
    was rolled back can."""
    if len({node.release for node in world.nodes()}) == 1:
        return False
    if world.fault("cold_sync_never_completes"):
        return True
    stall: Fault | None = world.fault("cold_sync_stalls")
    return stall is not None and done > stall.number("spus")


def _record(world: World, node: Node, what: str) -> None:
    for pfe in pfe_names(world.spec, node.node):
        text = (
            f"Cold sync completed for PFE {pfe}" if what == "completed" else f"Cold sync for PFE {pfe} {what}"
        )
        node.cold_sync_events.append((world.now, text))
