"""`show chassis cluster interfaces` and `statistics`: control link, fabric, reths, what went over them."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.machine.counters import sent_and_received, services_of
from srx_lab.machine.ports import fabric_ports, has_link, owner_of, reth_group, reth_is_up
from srx_lab.machine.words import NodeId
from srx_lab.markup import Element, leaf, node, padded
from srx_lab.replies import cluster_text
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import Query, Scene


def interfaces(scene: Scene, query: Query) -> Element:
    """Control link, fabric children as `Up   / Up` (physical / monitored), flat reth list [R]."""
    platform, links = scene.spec.platform, scene.world.state.links
    peer_up = scene.world.node(scene.node.peer).is_up
    control = "Up" if links.control and peer_up else "Down"
    fabric = "Up" if links.fabric and peer_up else "Down"
    return node(
        "chassis-cluster-interface-statistics",
        leaf("control-interface-status", control),
        node("control-link-interfaces", _control(scene, platform.control_interface, control)),
        leaf("dataplane-interface-status", fabric),
        node("dataplane-interfaces", *(_fabric(scene, *each, peer_up=peer_up) for each in _children(scene))),
        node("reth", *_reths(scene)),
        node("pseudo-if", leaf("name", "lo0"), leaf("status", "Up"), leaf("redundancy-group-id", 0)),
        node("interface-monitoring", *_monitored(scene)),
    )


def _monitored(scene: Scene) -> Iterator[Element]:
    """Flat, as the reths [U]: a port, its weight, whether it has a link, the group it counts for."""
    for group, weights in sorted(scene.here.settings.interface_monitor.items()):
        for port, weight in weights.items():
            owner = owner_of(scene.spec, port)
            seen = owner is not None and scene.world.can_see(scene.node, owner)
            up = owner is not None and seen and has_link(scene.world, owner, port)
            yield leaf("interface-monitoring-name", port)
            yield leaf("interface-monitoring-weight", weight)
            yield leaf("interface-monitoring-status", "Up" if up else "Down")
            yield leaf("redundancy-group-id-for-interface-monitoring", group)


def _children(scene: Scene) -> Iterator[tuple[NodeId, int, str]]:
    """fab0's links, then fab1's: node, which of its links, port."""
    for each in NodeId:
        for child, port in enumerate(fabric_ports(scene.spec, each)):
            yield each, child, port


_TELLS_SECURITY = (22, 1)
"""24.4 tells of a link's security [R]; older devices do not (ntc-templates' data) [R]; since when is [U]."""


def _control(scene: Scene, name: str, state: str) -> Element:
    secured = scene.release.at_least(*_TELLS_SECURITY)
    return node(
        "control-information",
        leaf("control-link-interface-index", 0),
        leaf("control-link-interface-name", name),
        leaf("control-link-interface-status", state),
        leaf("control-link-interface-internal-sa-status", "Disabled"),
        leaf("control-link-interface-security-status", "Disabled") if secured else None,
    )


def _fabric(scene: Scene, owner: NodeId, child: int, port: str, *, peer_up: bool) -> Element:
    index, up = owner.number, scene.world.state.links.fabric_child(child)
    physical, state = "Up" if up else "Down", "Up" if up and peer_up else "Down"
    secured = scene.release.at_least(*_TELLS_SECURITY)
    return node(
        "fabric-information",
        leaf("fabric-interface-index", index),
        leaf("fabric-child-interface-name", port),
        leaf("fabric-child-interface-status", f"{physical:<5}/ {state}"),
        leaf("fabric-link-interface-security-status", "Disabled") if secured else None,
        leaf("fabric-interface-index", index),
    )


def _reths(scene: Scene) -> Iterator[Element]:
    for index in range(scene.spec.scale.reths):
        yield leaf("reth-name", f"reth{index}")
        yield leaf("reth-status", "Up" if reth_is_up(scene.world, scene.node, index) else "Down")
        yield leaf("redundancy-group-id-for-reth", reth_group(scene.spec, index))


def control_plane_statistics(scene: Scene, query: Query) -> Element:
    """Heartbeats and fabric probes of the node that is asked."""
    here, now = scene.here, scene.now
    idle = node(
        "fabric-child",
        leaf("fabric-child-index", 1),
        leaf("fabric-hello-sent", 0),
        leaf("fabric-hello-received", 0),
    )
    return node(
        "chassis-cluster-statistics",
        node(
            "chassis-cluster-interfaces",
            node(
                "chassis-cluster-control",
                leaf("control-interface-index", 0),
                leaf("heartbeat-sent", here.heartbeats_sent.read(now)),
                leaf("heartbeat-received", here.heartbeats_received.read(now)),
                leaf("heartbeat-errors", 0),
            ),
            node(
                "chassis-cluster-fabric",
                node(
                    "fabric-child",
                    leaf("fabric-child-index", 0),
                    leaf("fabric-hello-sent", here.probes_sent.read(now)),
                    leaf("fabric-hello-received", here.probes_received.read(now)),
                ),
                idle,
            ),
        ),
    )


def data_plane_statistics(scene: Scene, query: Query) -> tuple[Element, ...]:
    """The RTO counters in one flat list, and the ICD packets beside it [R]."""
    rows: list[Element] = []
    for service in services_of(scene.release.major):
        rows.append(padded("service-name", service))
        if service in scene.world.state.silent_services:
            rows += [padded("rtos-sent", 0), padded("rtos-received", 0)]
            continue
        sent, received = sent_and_received(service, scene.here, scene.now)
        rows += [padded("rtos-sent", sent), padded("rtos-received", received)]
    icd = node(
        "icd-pkt-stats",
        padded("service-name", "ICD Data"),
        padded("pkts-sent", 0),
        padded("pkts-received", 0),
    )
    return node("services-synchronized", *rows), icd


def statistics(scene: Scene, query: Query) -> tuple[Element, ...]:
    """Three siblings under one reply [R]."""
    return (control_plane_statistics(scene, query), *data_plane_statistics(scene, query))


def data_plane_interfaces(scene: Scene, query: Query) -> Element:
    whole = interfaces(scene, query)
    return node("chassis-cluster-data-plane-interfaces", whole.child("dataplane-interfaces"))


SHOWS = (
    read_only(
        "show chassis cluster interfaces",
        "get-chassis-cluster-interfaces",
        interfaces,
        cluster_text.interfaces,
        forwarded=False,
    ),
    read_only(
        "show chassis cluster statistics",
        "get-chassis-cluster-statistics",
        statistics,
        cluster_text.control_statistics,
        forwarded=False,
    ),
    read_only(
        "show chassis cluster control-plane statistics",
        "get-chassis-cluster-control-plane-statistics",
        control_plane_statistics,
        cluster_text.control_statistics,
        forwarded=False,
    ),
    read_only(
        "show chassis cluster data-plane statistics",
        "get-chassis-cluster-data-plane-statistics",
        data_plane_statistics,
        cluster_text.control_statistics,
        forwarded=False,
    ),
    read_only(
        "show chassis cluster data-plane interfaces",
        "get-chassis-cluster-data-plane-interfaces",
        data_plane_interfaces,
        forwarded=False,
    ),
)
