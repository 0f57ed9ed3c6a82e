"""What `status` shows of a cluster, as plain data."""

from __future__ import annotations

from typing import Any

from srx_lab.lab import LabCluster
from srx_lab.machine.boot import HALTED
from srx_lab.machine.groups import priority
from srx_lab.machine.wiring import Link, Links
from srx_lab.machine.words import NodeId, Power


def cluster_status(cluster: LabCluster) -> dict[str, Any]:
    """One cluster at the machine's present moment."""
    state, world = cluster.machine.world.state, cluster.machine.world
    upgrade = state.upgrade
    return {
        "name": cluster.name,
        "model": cluster.entry.spec.platform.model,
        "site": cluster.entry.site,
        "virtual_time": world.now,
        "phase": state.phase.value,
        "phase_for_s": round(world.now - upgrade.phase_since, 1) if upgrade else None,
        "issu_starts": state.upgrade_starts,
        "outcome": upgrade.outcome if upgrade else "",
        "nodes": {node.value: _node(cluster, node) for node in NodeId},
        "groups": {
            str(number): {
                "manual": group.manual,
                "failovers": group.failovers,
                "preempt": number in world.node(NodeId.NODE0).settings.preempt,
            }
            for number, group in sorted(state.groups.items())
        },
        "links": {"control": state.links.control, "fabric": state.links.fabric},
        "cables": _cables(state.links),
        "traffic": {str(group): node.value if node else None for group, node in state.flow.carrier.items()},
        "both_active": bool(state.flow.both_groups),
        "faults": [
            {
                "name": fault.spec.name,
                "node": fault.node.value if fault.node else None,
                "at": fault.at.value if fault.at else None,
                "active": fault.active,
                "parameters": fault.parameters,
            }
            for fault in world.faults
        ],
    }


def _cables(links: Links) -> dict[str, Any]:
    """Which are in, child by child; and the traffic ports that have none."""
    held: dict[str, Any] = {link.value: list(links.cables(link)) for link in Link}
    return {**held, "out": sorted(links.ports_out)}


def _node(cluster: LabCluster, node: NodeId) -> dict[str, Any]:
    world = cluster.machine.world
    here = world.node(node)
    return {
        "release": here.release.text,
        "pending": here.pending.text if here.pending else None,
        "previous": here.previous.text if here.previous else None,
        "power": here.power.value,
        "console": " ".join(HALTED) if here.power is Power.HALTED else "",
        "boots": here.boots,
        "in_issu_window": here.in_issu_window,
        "held_by_icu": here.held_by_icu,
        "new_loader": here.new_loader,
        "cold_sync": here.cold_sync.value,
        "policies_in_sync": here.policies_in_sync,
        "free_bytes": world.free_bytes(node),
        "cards_down": here.cards_down,
        "spus_bad": here.spus_bad,
        "configuration": len(here.configuration.committed),
        "sessions": len(cluster.devices[node].sessions),
        "groups": {
            str(group): {"state": held.state.value, "priority": priority(world, node, group)}
            for group, held in sorted(here.groups.items())
        },
    }
