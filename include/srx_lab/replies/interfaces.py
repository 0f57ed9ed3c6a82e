"""Interfaces: which there are, and whether they are enabled and up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

from srx_lab.machine.ports import has_link, member_port, reth_is_up
from srx_lab.machine.words import GroupState, NodeId
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
    rows = [port for port in ports(scene) if fnmatch(port.name, pattern)]
    if not rows:
        raise DeviceComplaint(f"error: device {pattern} not found")
    if query.has("terse"):
        made = [_interface(port) for port in rows]
        style = "terse"
    else:
        made = [physical_interface(scene, query, each.name, states_of(each), each.address) for each in rows]
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Port:
    """One interface as a node sees it: `bundle` is its reth, `unit` whether unit 0 is enabled."""

    name: str
    up: bool
    address: str = ""
    bundle: str = ""
    enabled: bool = True
    unit: bool = True


def ports(scene: Scene) -> Iterator[Port]:
    """Management, control, fabric, reth members of both chassis, reths, loopback. Of a node that is not
    heard every port is down [U]."""
    world, links, settings = scene.world, scene.world.state.links, scene.here.settings
    peer_up = world.node(scene.node.peer).is_up
    yield Port(name="fxp0", up=True, address=f"10.10.{scene.spec.cluster_id}.{scene.node.number + 1}/24")
    control_on = scene.node not in links.control_off | links.control_stopped
    control_up = peer_up and links.control
    yield Port(name=scene.spec.platform.control_interface, up=control_up, enabled=control_on)
    for index in (0, 1):
        name, address = f"fab{index}", f"30.{17 + 16 * index}.0.200/24"
        yield Port(
            name=name, up=peer_up and links.fabric, address=address, enabled=name not in settings.disabled
        )
    for index in range(scene.spec.scale.reths):
        for each in NodeId:
            yield port_of(scene, each, index)
    for index in range(scene.spec.scale.reths):
        name = f"reth{index}"
        yield Port(
            name=name,
            up=reth_is_up(world, scene.node, index),
            address=f"10.0.{index}.1/24",
            enabled=name not in settings.disabled,
            unit=f"{name}.0" not in settings.disabled,
        )
    yield Port(name="lo0", up=True, address="10.255.255.1/32")


def port_of(scene: Scene, owner: NodeId, index: int) -> Port:
    """The port of reth `index` on a node, as `scene` sees it."""
    name, settings = member_port(scene.spec, owner, index), scene.here.settings
    return Port(
        name=name,
        up=scene.world.can_see(scene.node, owner) and has_link(scene.world, owner, name),
        bundle="" if name in settings.unbound else f"reth{index}.0",
        enabled=name not in settings.disabled,
    )


def _interface(port: Port) -> Element:
    admin, oper = states_of(port)
    unit_admin, unit_oper = (admin, oper) if port.unit else ("down", "down")
    return node(
        "physical-interface",
        leaf("name", port.name),
        leaf("admin-status", admin),
        leaf("oper-status", oper),
        node(
            "logical-interface",
            leaf("name", f"{port.name}.0"),
            leaf("admin-status", unit_admin),
            leaf("oper-status", unit_oper),
            _family(port),
        ),
    )


def states_of(port: Port) -> tuple[str, str]:
    """Administrative and operational, `up` or `down`."""
    return "up" if port.enabled else "down", "up" if port.enabled and port.up else "down"


def _family(port: Port) -> Element:
    """A member's is aenet and names its reth [R]."""
    if port.bundle:
        return node(
            "address-family",
            leaf("address-family-name", "aenet"),
            leaf("ae-bundle-name", port.bundle),
        )
    shown = node("interface-address", leaf("ifa-local", port.address)) if port.address else None
    return node("address-family", leaf("address-family-name", "inet"), shown)


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
)
