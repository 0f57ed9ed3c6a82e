"""Two running nodes hear each other again, or for the first time since one of them has booted.

The two only ways in which nodes of different releases may do so are ISSU and ICU. What else comes of it is
Juniper's list of what can happen (KB17947); the lab lets all of it happen, each time [U].
"""

from __future__ import annotations

from srx_lab.machine.applied import lose_configuration, take_from_peer
from srx_lab.machine.cold_sync import cold_sync_owner
from srx_lab.machine.effects import DataPlaneDamaged, MixedReleasesHeard
from srx_lab.machine.groups import set_state
from srx_lab.machine.wiring import Link
from srx_lab.machine.words import ColdSync, GroupState, NodeId, Phase
from srx_lab.machine.world import World

_OVER = frozenset({Phase.IDLE, Phase.COMPLETE, Phase.REFUSED})


def _of_an_upgrade(world: World) -> bool:
    """Whether the difference comes from an ISSU or ICU that has not ended well."""
    if any(node.in_issu_window for node in world.nodes()):
        return True
    upgrade = world.state.upgrade
    return (
        upgrade is not None
        and upgrade.phase not in _OVER
        and upgrade.image.release in {node.release for node in world.nodes()}
    )


def meet(world: World) -> bool:
    """True where two releases hear each other that must not, and both nodes have the damage."""
    releases = {node.node: node.release for node in world.nodes() if node.is_up}
    if len(set(releases.values())) < 2 or not world.hears_anything or _of_an_upgrade(world):
        return False
    over = "+".join(link.value for link in Link if world.state.links.up(link))
    world.emit(
        MixedReleasesHeard(over=over, node0=releases[NodeId.NODE0].text, node1=releases[NodeId.NODE1].text)
    )
    for node in NodeId:
        _restart_cards(world, node)
    if world.state.links.control:
        lose_configuration(world, junior(world, 0))
    return True


def junior(world: World, group: int) -> NodeId:
    """Who gives way: who is not primary, between two primaries the one of the lower priority."""
    holders = [each.node for each in world.nodes() if each.state_of(group) is GroupState.PRIMARY]
    if len(holders) == 1:
        return holders[0].peer
    configured = world.state.groups[group].spec.priority
    return min(NodeId, key=lambda node: (configured[node], -node.number))


def _restart_cards(world: World, node: NodeId) -> None:
    """SPCs and IOCs restart, and nothing is forwarded [D: KB17947], until the node reboots [U]."""
    here = world.node(node)
    if not here.cards_down:
        here.cards_down = True
        world.emit(DataPlaneDamaged(node=node, what="cards"))
        world.log(
            node, "chassisd: CHASSISD_FRU_OFFLINE_NOTICE: Taking FPC offline: Restarted by version mismatch"
        )
    _fail_cold_sync(world, node)


def damage_spus(world: World, node: NodeId) -> None:
    """Data planes were joined while both nodes ran: SPUs are in a bad state until a reboot [D: KB17947]."""
    here = world.node(node)
    if not here.spus_bad:
        here.spus_bad = True
        world.emit(DataPlaneDamaged(node=node, what="spus"))
    _fail_cold_sync(world, node)


def _fail_cold_sync(world: World, node: NodeId) -> None:
    here = world.node(node)
    world.schedule.kill(cold_sync_owner(node))
    here.cold_sync = ColdSync.FAILED
    here.cold_sync_failed += 1


def yield_groups(world: World) -> NodeId:
    """Of each group that both nodes have, the node of the lower priority gives up. Who it is for RG0."""
    loser_of_all = junior(world, 0)
    for group in sorted(world.state.groups):
        if all(node.state_of(group) is GroupState.PRIMARY for node in world.nodes()):
            loser, configured = junior(world, group), world.state.groups[group].spec.priority
            reason = f"Preempt/yield({configured[loser]}/{configured[loser.peer]})"
            set_state(world, loser, group, GroupState.SECONDARY_HOLD, reason)
            set_state(world, loser, group, GroupState.SECONDARY, "Ready to become secondary")
    return loser_of_all


def reconnect(world: World) -> None:
    """Two nodes that ran each on its own are connected without a reboot of one of them."""
    loser = yield_groups(world)
    take_from_peer(world, loser)
    damage_spus(world, loser)
