"""How much there is right now of sessions, tunnels, routes, policies: by scale, faults and sync."""

from __future__ import annotations

from srx_lab.machine.cold_sync import spus_of
from srx_lab.machine.flow import carriers, session_share
from srx_lab.machine.gauges import noise
from srx_lab.machine.words import ColdSync, GroupState
from srx_lab.replies.scene import Scene


def synced_share(scene: Scene) -> float:
    """The share of shared objects this node holds: all when active or in sync, less during cold sync."""
    here = scene.here
    active = any(held.state is GroupState.PRIMARY for group, held in here.groups.items() if group)
    if active or here.cold_sync is ColdSync.COMPLETE:
        return 1.0
    return (
        here.cold_sync_spus_done / max(1, spus_of(scene.spec)) if here.cold_sync is ColdSync.RUNNING else 0.0
    )


def active_sessions(scene: Scene) -> int:
    """Sessions on the node: about the scale, within two percent, less what a fault took."""
    wave = 0.98 + 0.04 * noise(scene.world, "sessions", int(scene.now / 20))
    kept = 1.0 - scene.world.state.losses.sessions
    kept *= session_share(scene.world, scene.node)
    return int(scene.spec.scale.sessions * wave * kept * synced_share(scene))


def _is_cut_off(scene: Scene) -> bool:
    """Nothing of the network reaches the node: neither it nor a node that it hears forwards for any group."""
    world = scene.world
    heard = set(world.seen_by(scene.node))
    groups = world.state.flow.carrier
    return bool(groups) and not any(heard & set(carriers(world, group)) for group in groups)


def tunnels(scene: Scene) -> int:
    if _is_cut_off(scene) or synced_share(scene) <= 0:
        return 0
    return _kept(scene.spec.scale.vpns, scene.world.state.losses.tunnels)


def policies(scene: Scene) -> int:
    return _kept(scene.spec.scale.policies, scene.world.state.losses.policies)


def routes(scene: Scene) -> int:
    return 0 if _is_cut_off(scene) else _kept(scene.spec.scale.routes, scene.world.state.losses.routes)


def bgp_peers_up(scene: Scene) -> int:
    return 0 if _is_cut_off(scene) else _kept(scene.spec.scale.bgp_peers, scene.world.state.losses.routes)


def ospf_neighbors_up(scene: Scene) -> int:
    return 0 if _is_cut_off(scene) else scene.spec.scale.ospf_neighbors


def _kept(count: int, lost: float) -> int:
    return count - round(count * lost)


def zone_pairs(scene: Scene) -> list[tuple[str, str]]:
    """Ordered pairs of zones that policies lie between."""
    names = zones(scene)
    return [(one, other) for one in names for other in names if one != other] or [("trust", "untrust")]


def zones(scene: Scene) -> list[str]:
    base = ["trust", "untrust", "dmz", "vpn"]
    count = scene.spec.scale.zones
    return (base + [f"zone-{index}" for index in range(4, count)])[:count]
