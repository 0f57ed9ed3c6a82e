"""`request chassis ...` and what else concerns both nodes: failovers, PICs, policies, multinode HA."""

# ruff: noqa: ARG001 - every operation takes device, query and session

from __future__ import annotations

from srx_lab.device import Device
from srx_lab.machine import commands
from srx_lab.machine.cables import switch_control_interface
from srx_lab.machine.result import CommandResult, fails, says
from srx_lab.markup import leaf, node
from srx_lab.operations.operation import node_of, number
from srx_lab.replies.answer import Reply, RpcError
from srx_lab.replies.scene import DeviceComplaint, Query
from srx_lab.session import Session


def failover(device: Device, query: Query, session: Session) -> CommandResult:
    target = node_of(query.get("node"), device)
    if target is None:
        raise DeviceComplaint("error: missing mandatory argument: node")
    group = number(query, "redundancy-group")
    return commands.fail_over_by_hand(device.world, device.node, group, target, forced=query.has("force"))


def failover_reset(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.reset_failover(device.world, device.node, number(query, "redundancy-group"))


def resync(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.resync_policies(device.world, device.node)


def control_interface(device: Device, query: Query, session: Session) -> CommandResult:
    """Of the local node, until its next boot; SRX1500 from 20.4R1 [D]. Its RPC and its words are [U]."""
    if not device.world.spec.platform.switches_control(device.here.release):
        return fails("error: syntax error, expecting <command>: control-interface")
    named, wanted = query.get("interface"), query.get("state")
    if wanted not in {"enable", "disable"}:
        return fails(f"error: syntax error: {wanted or 'missing argument'}")
    if named != device.node:
        return fails(f"error: {named} is not the local node")
    switch_control_interface(device.world, device.node, on=wanted == "enable")
    return says(f"Control interface of {device.node} is {wanted}d")


def switch_pic(device: Device, query: Query, session: Session) -> CommandResult:
    """No PIC can be brought online during an ISSU [S]."""
    if query.has("online") and device.here.in_issu_window:
        return fails("error: PIC cannot be brought online while ISSU is in progress")
    place = (number(query, "fpc-slot"), number(query, "pic-slot"))
    offline = device.here.offline_pics
    (offline.discard if query.has("online") else offline.add)(place)
    return says(
        f'{"Online" if query.has("online") else "Offline"} initiated, use "show chassis fpc pic-status"'
    )


async def multi_node_ha(device: Device, query: Query, session: Session) -> Reply:
    """Multinode high availability is not in use on a chassis cluster [R]; a fault makes it so."""
    if device.world.fault("multi_node_ha", device.node):
        peer = node("chassis-high-availability-peer-info", leaf("high-availability-peer-id", 2))
        mine = node("chassis-high-availability-node-info", leaf("node-status", "ONLINE"), peer)
        return Reply(parts=(node("chassis-high-availability-information", mine),))
    return Reply(
        parts=(RpcError(message="error: HA is not enabled", parse=True),),
        lines=iter(("error: HA is not enabled",)),
    )
