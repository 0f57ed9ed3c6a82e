"""Interfaces, ARP, LACP, LLDP."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch

from srx_lab.machine.words import GroupState
from srx_lab.markup import Element, leaf, node
from srx_lab.replies import interface_text
from srx_lab.replies.physical import physical_interface
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import DeviceComplaint, Query, Scene


def interfaces(scene: Scene, query: Query) -> Element:
    """Management, control, fabric, reth members of both chassis, reths, loopback."""
    if query.get("routing-instance") == "__juniper_private1__":
        return _private_instance(scene)
    pattern = query.get("interface-name") or "*"
    rows = [row for row in _interface_rows(scene) if fnmatch(row[0], pattern)]
    if not rows:
        raise DeviceComplaint(f"error: device {pattern} not found")
    if query.has("terse"):
        made = [_interface(name, up, address) for name, up, address in rows]
        style = "terse"
    else:
        made = [physical_interface(scene, query, name, up, address) for name, up, address in rows]
        style = "normal"
    return node("interface-information", *made, ns=scene.ns("junos-interface"), junos_style=style)


def _private_instance(scene: Scene) -> Element:
    """Internal addresses: 129 for node0, 130 for node1, 143 for the primary; cluster-id in octet two [P]."""
    octet = (scene.spec.cluster_id & 0x0F) << 4 or scene.spec.cluster_id
    firsts = [129 + scene.node.number]
    if scene.here.state_of(0) is GroupState.PRIMARY:
        firsts.append(143)
    addresses = (node("interface-address", leaf("ifa-local", f"{first}.{octet}.0.1/2")) for first in firsts)
    family = node("address-family", leaf("address-family-name", "inet"), *addresses)
    return node(
        "interface-information",
        node("logical-interface", leaf("name", f"{scene.spec.platform.control_interface}.0"), family),
        ns=scene.ns("junos-interface"),
        junos_style="terse",
    )


def _interface_rows(scene: Scene) -> Iterator[tuple[str, bool, str]]:
    platform = scene.spec.platform
    peer_up = scene.world.node(scene.node.peer).is_up
    yield "fxp0", True, f"10.10.{scene.spec.cluster_id}.{scene.node.number + 1}/24"
    yield platform.control_interface, peer_up and scene.world.state.links.control, ""
    for index in (0, 1):
        yield f"fab{index}", peer_up and scene.world.state.links.fabric, f"30.{17 + 16 * index}.0.200/24"
    slots = (platform.first_slot("node0"), platform.first_slot("node1"))
    for index in range(scene.spec.scale.reths):
        for number, slot in enumerate(slots):
            yield f"xe-{slot}/1/{index}", number == scene.node.number or peer_up, ""
    for index in range(scene.spec.scale.reths):
        yield f"reth{index}", True, f"10.0.{index}.1/24"
    yield "lo0", True, "10.255.255.1/32"


def _interface(name: str, up: bool, address: str) -> Element:
    state = "up" if up else "down"
    logical = node(
        "logical-interface",
        leaf("name", f"{name}.0"),
        leaf("admin-status", "up"),
        leaf("oper-status", state),
        node(
            "address-family",
            leaf("address-family-name", "inet"),
            node("interface-address", leaf("ifa-local", address)) if address else None,
        ),
    )
    return node(
        "physical-interface",
        leaf("name", name),
        leaf("admin-status", "up"),
        leaf("oper-status", state),
        logical,
    )


def arp(scene: Scene, query: Query) -> Element:
    active = any(h.state is GroupState.PRIMARY for g, h in scene.here.groups.items() if g)
    rows = [
        (f"00:10:db:ff:{index:02x}:02", f"10.0.{index}.2", f"reth{index}.0")
        for index in range(scene.spec.scale.reths if active else 0)
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
    platform = scene.spec.platform
    return node(
        "lacp-interface-information-list",
        *(
            node(
                "lacp-interface-information",
                node("lag-lacp-header", leaf("aggregate-name", f"reth{index}")),
                *(
                    node(
                        "lag-lacp-state",
                        leaf("name", f"xe-{platform.first_slot(each)}/1/{index}"),
                        leaf("lacp-role", role),
                    )
                    for each in ("node0", "node1")
                    for role in ("Actor", "Partner")
                ),
                *(
                    node(
                        "lag-lacp-protocol",
                        leaf("name", f"xe-{platform.first_slot(each)}/1/{index}"),
                        leaf("lacp-receive-state", "Current"),
                        leaf("lacp-transmit-state", "Slow periodic"),
                        leaf("lacp-mux-state", "Collecting distributing"),
                    )
                    for each in ("node0", "node1")
                ),
            )
            for index in range(scene.spec.scale.reths)
        ),
        ns=scene.ns("junos-interface"),
    )


def lldp(scene: Scene, query: Query) -> Element:
    """One neighbor at each reth member of the asked node's chassis; none on the reth itself [U]."""
    return node(
        "lldp-neighbors-information", *(_neighbor(*row) for row in _neighbors(scene)), junos_style="brief"
    )


def _neighbors(scene: Scene) -> Iterator[tuple[str, int]]:
    slot = scene.spec.platform.first_slot(scene.node)
    for index in range(scene.spec.scale.reths):
        yield f"xe-{slot}/1/{index}", index


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


_STYLES = {name: (name, False) for name in ("brief", "detail", "extensive", "media", "statistics")}

SHOWS = (
    read_only(
        "show interfaces terse",
        "get-interface-information",
        interfaces,
        interface_text.interfaces,
        forwarded=False,
        options={"routing-instance": ("routing-instance", True)},
        preset={"terse": ""},
        positionals=("interface-name",),
    ),
    read_only(
        "show interfaces",
        "get-interface-information",
        interfaces,
        interface_text.interfaces,
        forwarded=False,
        options=_STYLES,
        positionals=("interface-name",),
    ),
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
