"""The CLI's text of interfaces and their neighbors. Columns of ntc-templates' device data and of a vSRX
cluster on 24.4R1 [R]."""

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.markup import Element


def interfaces(element: Element) -> Iterator[str]:
    """`show interfaces`; the terse style has columns of its own."""
    style = dict(element.attributes).get("junos:style")
    for physical in element.all("physical-interface"):
        yield from _terse(physical) if style == "terse" else _normal(physical)


def _terse(physical: Element) -> Iterator[str]:
    states = f"{physical.value('admin-status'):<6}{physical.value('oper-status'):<5}"
    yield f"{physical.value('name'):<24}{states}".rstrip()
    for logical in physical.all("logical-interface"):
        family = logical.child("address-family")
        bundle = family.value("ae-bundle-name") if family else ""
        address = (
            f"--> {bundle}" if bundle else family.value("interface-address", "ifa-local") if family else ""
        )
        named = f"{family.value('address-family-name'):<9}{address}" if family and address else ""
        own = f"{logical.value('admin-status'):<6}{logical.value('oper-status'):<5}"
        yield f"{logical.value('name'):<24}{own}{named}".rstrip()


def _normal(physical: Element) -> Iterator[str]:
    up = physical.value("oper-status").capitalize()
    admin = "Enabled" if physical.value("admin-status") == "up" else "Administratively down"
    yield f"Physical interface: {physical.value('name')}, {admin}, Physical link is {up}"
    yield (
        f"  Interface index: {physical.value('local-index')}, SNMP ifIndex: {physical.value('snmp-index')}"
    )
    yield (
        f"  Link-level type: {physical.value('link-level-type')}, MTU: {physical.value('mtu')}, "
        f"Speed: {physical.value('speed')}"
    )
    yield "  Device flags   : Present Running"
    mac = physical.value("current-physical-address")
    yield f"  Current address: {mac}, Hardware address: {mac}"
    yield f"  Last flapped   : {physical.value('interface-flapped')}"
    yield "  Input rate     : 0 bps (0 pps)"
    yield "  Output rate    : 0 bps (0 pps)"
    for logical in physical.all("logical-interface"):
        yield ""
        yield f"  Logical interface {logical.value('name')}"
        yield "    Flags: Up SNMP-Traps 0x0 Encapsulation: ENET2"
        yield f"    Protocol inet, MTU: {logical.value('address-family', 'mtu')}"
    yield ""


def lldp_neighbors(element: Element) -> Iterator[str]:
    yield "Local Interface    Parent Interface    Chassis Id          Port info          System Name"
    for each in element.all("lldp-neighbor-information"):
        yield (
            f"{each.value('lldp-local-port-id'):<19}{each.value('lldp-local-parent-interface-name'):<20}"
            f"{each.value('lldp-remote-chassis-id'):<20}{each.value('lldp-remote-port-id'):<19}"
            f"{each.value('lldp-remote-system-name')}"
        )


def lacp_interfaces(element: Element) -> Iterator[str]:
    for each in element.all("lacp-interface-information"):
        yield f"Aggregated interface: {each.value('lag-lacp-header', 'aggregate-name')}"
        yield "    LACP state:       Role   Exp   Def  Dist  Col  Syn  Aggr  Timeout  Activity"
        for state in each.all("lag-lacp-state"):
            yield (
                f"      {state.value('name'):<13}{state.value('lacp-role'):>8}    No    No   Yes  Yes"
                f"  Yes   Yes     Slow    Active"
            )
        yield "    LACP protocol:        Receive State  Transmit State          Mux State"
        for protocol in each.all("lag-lacp-protocol"):
            yield (
                f"      {protocol.value('name'):<15}{protocol.value('lacp-receive-state'):>18}"
                f"{protocol.value('lacp-transmit-state'):>16} {protocol.value('lacp-mux-state')}"
            )
        yield ""


def arp(element: Element) -> Iterator[str]:
    yield "MAC Address       Address         Interface                Flags"
    for each in element.all("arp-table-entry"):
        yield (
            f"{each.value('mac-address'):<18}{each.value('ip-address'):<16}"
            f"{each.value('interface-name'):<25}none"
        )
    yield f"Total entries: {element.value('arp-entry-count')}"
