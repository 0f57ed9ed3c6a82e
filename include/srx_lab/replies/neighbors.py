"""What is on the other side of the interfaces: ARP, LACP, LLDP."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.machine.flow import carriers
from srx_lab.machine.ports import has_link, member_port, members, reth_group
from srx_lab.machine.words import NodeId
from srx_lab.markup import Element, leaf, node
from srx_lab.replies import interface_text
from srx_lab.replies.interfaces import port_of, states_of
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import Query, Scene


def arp(scene: Scene, query: Query) -> Element:
    rows = [
        (f"00:10:db:ff:{index:02x}:02", f"10.0.{index}.2", f"reth{index}.0")
        for index in range(scene.spec.scale.reths)
        if scene.node in carriers(scene.world, reth_group(scene.spec, index))
    ]
    rows.append(("02:00:00:00:00:01", f"10.10.{scene.spec.cluster_id}.254", "fxp0.0"))
    return node(
        "arp-table-information",
        *(
            node(
                "arp-table-entry",
                leaf("mac-address", mac),
                leaf("ip-address", address),
                leaf("interface-name", interface),
                node("arp-table-entry-flags", Element("none")),
            )
            for mac, address, interface in rows
        ),
        leaf("arp-entry-count", len(rows)),
        ns=scene.ns("junos-arp"),
        junos_style="no-resolve",
    )


def lacp(scene: Scene, query: Query) -> Element:
    return node(
        "lacp-interface-information-list",
        *(
            node(
                "lacp-interface-information",
                node("lag-lacp-header", leaf("aggregate-name", f"reth{index}")),
                *(
                    node(
                        "lag-lacp-state",
                        leaf("name", member_port(scene.spec, each, index)),
                        leaf("lacp-role", role),
                    )
                    for each in NodeId
                    for role in ("Actor", "Partner")
                ),
                *(
                    node(
                        "lag-lacp-protocol",
                        leaf("name", member_port(scene.spec, each, index)),
                        *_lacp_states(scene, each, index),
                    )
                    for each in NodeId
                ),
            )
            for index in range(scene.spec.scale.reths)
        ),
        ns=scene.ns("junos-interface"),
    )


def _lacp_states(scene: Scene, owner: NodeId, index: int) -> Iterator[Element]:
    up = states_of(port_of(scene, owner, index))[1] == "up"
    yield leaf("lacp-receive-state", "Current" if up else "Port disabled")
    yield leaf("lacp-transmit-state", "Slow periodic" if up else "No periodic")
    yield leaf("lacp-mux-state", "Collecting distributing" if up else "Detached")


def lldp(scene: Scene, query: Query) -> Element:
    """One neighbor at each reth member of the asked node's chassis; none on the reth itself [U]."""
    return node(
        "lldp-neighbors-information", *(_neighbor(*row) for row in _neighbors(scene)), junos_style="brief"
    )


def _neighbors(scene: Scene) -> Iterator[tuple[str, int]]:
    for index, port in enumerate(members(scene.spec, scene.node)):
        if has_link(scene.world, scene.node, port):
            yield port, index


def _neighbor(port: str, index: int, *more: Element) -> Element:
    return node(
        "lldp-neighbor-information",
        leaf("lldp-local-port-id", port),
        leaf("lldp-local-parent-interface-name", f"reth{index}"),
        leaf("lldp-remote-chassis-id-subtype", "Mac address"),
        leaf("lldp-remote-chassis-id", f"02:00:00:00:10:{index:02x}"),
        leaf("lldp-remote-port-id", f"xe-0/0/{index}"),
        leaf("lldp-remote-system-name", f"switch-{index}"),
        *more,
    )


def lldp_detail(scene: Scene, query: Query) -> Element:
    """What a neighbor says of itself; nothing where an interface has none."""
    wanted = query.get("interface-device")
    system = node("lldp-system-description", leaf("lldp-remote-system-description", "a switch of the lab"))
    capabilities = (
        leaf("lldp-remote-system-capabilities-supported", "Bridge Router"),
        leaf("lldp-remote-system-capabilities-enabled", "Bridge Router"),
    )
    return node(
        "lldp-neighbors-information",
        *(
            _neighbor(
                port,
                index,
                leaf("lldp-remote-port-description", f"to {scene.spec.name}"),
                system,
                *capabilities,
            )
            for port, index in _neighbors(scene)
            if wanted in {None, port}
        ),
        junos_style="detail",
    )


SHOWS = (
    read_only(
        "show arp no-resolve",
        "get-arp-table-information",
        arp,
        interface_text.arp,
        options={"expiration-time": ("expiration-time", False)},
        preset={"no-resolve": ""},
    ),
    read_only("show arp", "get-arp-table-information", arp, interface_text.arp),
    read_only(
        "show lacp interfaces",
        "get-lacp-interface-information",
        lacp,
        interface_text.lacp_interfaces,
        forwarded=False,
    ),
    read_only(
        "show lldp neighbors",
        "get-lldp-neighbors-information",
        lldp,
        interface_text.lldp_neighbors,
        forwarded=False,
    ),
    read_only(
        "show lldp neighbors interface",
        "get-lldp-interface-neighbors",
        lldp_detail,
        forwarded=False,
        positionals=("interface-device",),
    ),
)
