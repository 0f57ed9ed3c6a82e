"""Rates of the counters that follow from roles and links: RTOs, heartbeats, fabric probes."""

from __future__ import annotations

from srx_lab.machine.state import Meter, Node
from srx_lab.machine.words import ColdSync, GroupState
from srx_lab.machine.world import World

RTO_SERVICES = (
    "Translation context", "Incoming NAT", "Resource manager", "DS-LITE create", "Session create",
    "IPv6 session create", "IPv4/6 session RTO ACK", "Session close", "IPv6 session close",
    "Session change", "IPv6 session change", "ALG Support Library", "Gate create",
    "Session ageout refresh requests", "IPv6 session ageout refresh requests",
    "Session ageout refresh replies", "IPv6 session ageout refresh replies", "IPSec VPN",
    "Firewall user authentication", "MGCP ALG", "H323 ALG", "SIP ALG", "SCCP ALG", "PPTP ALG",
    "JSF PPTP ALG", "RPC ALG", "RTSP ALG", "RAS ALG", "MAC address learning", "GPRS GTP", "GPRS SCTP",
    "GPRS FRAMEWORK", "JSF RTSP ALG", "JSF SUNRPC MAP", "JSF MSRPC MAP", "DS-LITE delete", "JSF SLB",
    "APPID", "JSF MGCP MAP", "JSF H323 ALG", "JSF RAS ALG", "JSF SCCP MAP", "JSF SIP MAP",
    "PST_NAT_CREATE", "PST_NAT_CLOSE", "PST_NAT_UPDATE", "JSF TCP STACK", "JSF IKE ALG", "ALG RTO FRAG",
)  # fmt: skip
"""The 49 services of 24.4R1.9, in the device's order [R]."""

_SHARES = {
    "Incoming NAT": 0.02,
    "Session create": 0.34,
    "IPv6 session create": 0.03,
    "IPv4/6 session RTO ACK": 0.05,
    "Session close": 0.33,
    "IPv6 session close": 0.03,
    "Session change": 0.06,
    "Session ageout refresh requests": 0.05,
    "Session ageout refresh replies": 0.05,
    "IPSec VPN": 0.01,
    "JSF SUNRPC MAP": 0.01,
    "APPID": 0.02,
}
"""Which services move in the lab, and their share of all RTOs [U]."""

FROM_THE_STANDBY = frozenset(
    {
        "IPv4/6 session RTO ACK",
        "Session ageout refresh requests",
        "IPv6 session ageout refresh requests",
    }
)
"""What the node that stands by sends to the one that serves the session: it asks and acknowledges [U]."""


def services_of(release_major: int) -> tuple[str, ...]:
    """The services a release lists: fewer before 18 [D for 9.3; the exact lists between are U]."""
    newer = (
        "PST_NAT_CREATE",
        "PST_NAT_CLOSE",
        "PST_NAT_UPDATE",
        "JSF TCP STACK",
        "JSF IKE ALG",
        "ALG RTO FRAG",
    )
    if release_major >= 18:
        return RTO_SERVICES
    return tuple(service for service in RTO_SERVICES if service not in newer)


def share_of(service: str, total: int) -> int:
    """How much of `total` RTOs belongs to `service`."""
    return int(total * _SHARES.get(service, 0.0))


def sent_and_received(service: str, node: Node, now: float) -> tuple[int, int]:
    """What `node` shows for `service`."""
    sent, received = node.rtos_sent.read(now), node.rtos_received.read(now)
    if service in FROM_THE_STANDBY:
        sent, received = received, sent
    return share_of(service, sent) % 2**32, share_of(service, received) % 2**32


def refresh_rates(world: World) -> None:
    """Set every counter's rate to what roles and links now allow."""
    for node in world.nodes():
        _refresh_node(world, node)


def _refresh_node(world: World, node: Node) -> None:
    peer = world.node(node.node.peer)
    links = world.state.links
    both_up = node.is_up and peer.is_up
    synced = both_up and links.fabric and not world.state.rtos_stopped and _data_plane_ready(node, peer)
    rate = max(1.0, world.spec.scale.sessions / 30)
    sends = any(held.state is GroupState.PRIMARY for group, held in node.groups.items() if group)
    receives = any(held.state is GroupState.PRIMARY for group, held in peer.groups.items() if group)
    meters = (
        (node.rtos_sent, rate if synced and sends else 0.0),
        (node.rtos_received, rate if synced and receives else 0.0),
        (node.heartbeats_sent, 1.0 if node.is_up else 0.0),
        (node.heartbeats_received, 1.0 if both_up and links.control else 0.0),
        (node.probes_sent, 1.0 if node.is_up else 0.0),
        (node.probes_received, 1.0 if both_up and links.fabric else 0.0),
    )
    for meter, wanted in meters:
        if meter.rate != wanted:
            meter.set_rate(world.now, wanted)


def _data_plane_ready(node: Node, peer: Node) -> bool:
    return all(each.cold_sync in {ColdSync.RUNNING, ColdSync.COMPLETE} for each in (node, peer))


def _meters(node: Node) -> tuple[Meter, ...]:
    return (
        node.rtos_sent,
        node.rtos_received,
        node.heartbeats_sent,
        node.heartbeats_received,
        node.probes_sent,
        node.probes_received,
    )


def count_since_boot(world: World) -> None:
    """As if the present rates had held since each node booted."""
    for node in world.nodes():
        for meter in _meters(node):
            meter.since = node.booted_at


def reset_counters(world: World, node: Node) -> None:
    """A reboot starts every counter of the node at zero."""
    for meter in _meters(node):
        meter.reset(world.now)
