"""One physical interface as `show interfaces` tells it, counters included where they are asked for.

Elements from Juniper's models [Y]; figures are the lab's own.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from srx_lab.machine.world import World
from srx_lab.markup import Element, empty, leaf, node
from srx_lab.replies.scene import Query, Scene
from srx_lab.replies.when import clock_of, long_date

MTU = 1514
_BYTES_A_SECOND = 125_000


def physical_interface(
    scene: Scene, query: Query, name: str, states: tuple[str, str], address: str
) -> Element:
    """With its logical unit 0. `states`: administrative and operational, `up` or `down`."""
    admin, oper = states
    index = zlib.crc32(name.encode()) % 400
    counted = query.has("extensive") or query.has("statistics") or query.has("detail")
    mac = (
        f"00:10:db:ff:{index % 256:02x}:00"
        if name.startswith("reth")
        else f"02:00:00:00:{index % 256:02x}:01"
    )
    return node(
        "physical-interface",
        leaf("name", name),
        leaf("admin-status", admin, junos_format="Enabled" if admin == "up" else "Administratively down"),
        leaf("oper-status", oper),
        leaf("local-index", 128 + index),
        leaf("snmp-index", 500 + index),
        leaf("link-level-type", "Ethernet"),
        leaf("mtu", MTU),
        leaf("speed", _speed(name)),
        node(
            "if-device-flags", empty("ifdf-present"), empty("ifdf-running" if oper == "up" else "ifdf-down")
        ),
        leaf("current-physical-address", mac),
        leaf("hardware-physical-address", mac),
        _flapped(scene),
        *(_counters(scene.world, moves=oper == "up") if counted else ()),
        node("ethernet-mac-statistics", *_mac_counters(scene.world))
        if query.has("media") or counted
        else None,
        _logical(name, address),
    )


def _speed(name: str) -> str:
    return {"fx": "1000mbps", "xe": "10Gbps", "re": "10Gbps"}.get(name[:2], "1000mbps")


def _flapped(scene: Scene) -> Element:
    at = clock_of(scene.world, scene.node, scene.here.joined_at)
    ago = int(scene.now - scene.here.joined_at)
    return leaf("interface-flapped", f"{long_date(at)} ({ago // 3600}:{ago // 60 % 60:02d} ago)",
                junos_seconds=str(ago))  # fmt: skip


def _moved(world: World) -> int:
    return int(world.spec.uptime_s + world.now % 86_400) * _BYTES_A_SECOND


def _counters(world: World, *, moves: bool) -> Iterator[Element]:
    moved, rate = _moved(world), _BYTES_A_SECOND if moves else 0
    ways = ("input", "output")
    yield node(
        "traffic-statistics",
        *(leaf(f"{way}-bytes", moved) for way in ways),
        *(leaf(f"{way}-bps", rate * 8) for way in ways),
        *(leaf(f"{way}-packets", moved // 500) for way in ways),
        *(leaf(f"{way}-pps", rate // 500) for way in ways),
    )
    yield node("input-error-list", *(leaf(f"input-{kind}", 0) for kind in ("errors", "drops", "discards")))
    yield node("output-error-list", *(leaf(f"output-{kind}", 0) for kind in ("errors", "drops")))


def _mac_counters(world: World) -> Iterator[Element]:
    packets = _moved(world) // 500
    for way in ("input", "output"):
        yield leaf(f"{way}-bytes", packets * 500)
        yield leaf(f"{way}-packets", packets)
        yield leaf(f"{way}-unicasts", packets)
        yield leaf(f"{way}-broadcasts", 0)
        yield leaf(f"{way}-multicasts", 0)


def _logical(name: str, address: str) -> Element:
    shown = node("interface-address", leaf("ifa-local", address.partition("/")[0])) if address else None
    return node(
        "logical-interface",
        leaf("name", f"{name}.0"),
        node("if-config-flags", empty("iff-up"), empty("iff-snmp-traps")),
        node("address-family", leaf("address-family-name", "inet"), leaf("mtu", MTU - 14), shown),
    )
