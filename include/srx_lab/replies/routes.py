"""`show route`: the routes themselves, by prefix and protocol; and the routing instances. Answered by rpd.

Elements from Juniper's models [Y]; the prefixes are the lab's own: a default, one network a reth, one prefix
a BGP peer.
"""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from srx_lab.markup import Element, empty, leaf, node
from srx_lab.replies import traffic
from srx_lab.replies.read_only import read_only
from srx_lab.replies.routing import LOCAL_AS, peer_address, protocols_up_s
from srx_lab.replies.scene import Query, Scene
from srx_lab.replies.text import outline
from srx_lab.replies.when import short_span


@dataclass(frozen=True, kw_only=True, slots=True)
class _Route:
    prefix: str
    protocol: str
    preference: int
    interface: str
    gateway: str = ""
    peer_as: int = 0


def _routes(scene: Scene) -> Iterator[_Route]:
    reths = scene.spec.scale.reths
    if reths:
        yield _Route(
            prefix="0.0.0.0/0", protocol="Static", preference=5, interface="reth0.0", gateway="10.0.0.2"
        )
    for index in range(reths):
        yield _Route(prefix=f"10.0.{index}.0/24", protocol="Direct", preference=0, interface=f"reth{index}.0")
        yield _Route(prefix=f"10.0.{index}.1/32", protocol="Local", preference=0, interface=f"reth{index}.0")
    for index in range(traffic.bgp_peers_up(scene)):
        yield _Route(
            prefix=f"198.18.{index}.0/24",
            protocol="BGP",
            preference=170,
            interface="reth0.0",
            gateway=peer_address(index),
            peer_as=65_000 + index,
        )


def routes(scene: Scene, query: Query) -> Element:
    """An empty table where nothing fits: Junos leaves it out."""
    found = [route for route in _routes(scene) if _fits(route, query)]
    return node(
        "route-information",
        _table(scene, found) if found else None,
        ns=scene.ns("junos-routing"),
    )


def _fits(route: _Route, query: Query) -> bool:
    protocol, wanted = query.get("protocol"), query.get("destination")
    if protocol and route.protocol.lower() != protocol.lower():
        return False
    if not wanted:
        return True
    try:
        target = ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False
    prefix = ipaddress.ip_network(route.prefix)
    if "/" in wanted and target.prefixlen < target.max_prefixlen:
        return prefix.version == target.version and prefix.subnet_of(target)  # type: ignore[arg-type]
    return target == prefix


def _table(scene: Scene, found: list[_Route]) -> Element:
    count = len(found)
    return node(
        "route-table",
        leaf("table-name", "inet.0"),
        leaf("destination-count", count),
        leaf("total-route-count", count),
        leaf("active-route-count", count),
        leaf("holddown-route-count", 0),
        leaf("hidden-route-count", 0),
        *(_rt(scene, route) for route in found),
    )


def _rt(scene: Scene, route: _Route) -> Element:
    age = protocols_up_s(scene)
    destination, _, length = route.prefix.partition("/")
    bgp = route.protocol == "BGP"
    entry = node(
        "rt-entry",
        leaf("active-tag", "*"),
        empty("current-active"),
        empty("last-active"),
        leaf("protocol-name", route.protocol),
        leaf("preference", route.preference),
        leaf("age", short_span(age), junos_seconds=str(int(age))),
        *(_bgp_facts(route) if bgp else ()),
        node(
            "nh",
            empty("selected-next-hop"),
            leaf("to", route.gateway) if route.gateway else None,
            leaf("via", route.interface),
        ),
    )
    return node("rt", leaf("rt-destination", destination), leaf("rt-prefix-length", length), entry,
                junos_style="brief")  # fmt: skip


def _bgp_facts(route: _Route) -> Iterator[Element]:
    yield leaf("local-preference", 100)
    yield leaf("as-path", f"AS path: {route.peer_as} I ")
    yield leaf("local-as", LOCAL_AS)
    yield leaf("peer-as", route.peer_as)
    yield leaf("peer-id", route.gateway)


def instances(scene: Scene, query: Query) -> Element:
    """`master` and Junos's own private ones."""
    names = ("master", "__juniper_private1__", "__juniper_private2__", "__master.anon__")
    return node(
        "instance-information",
        *(
            node("instance-core", leaf("instance-name", name), leaf("instance-type", "forwarding"))
            for name in names
        ),
        ns=scene.ns("junos-routing"),
        junos_style="terse",
    )


def routes_text(element: Element) -> Iterator[str]:
    """Prefix, protocol and preference, then the next hop [R]."""
    for table in element.all("route-table"):
        total = table.value("destination-count")
        yield (
            f"{table.value('table-name')}: {total} destinations, {total} routes ({total} active, 0 holddown, "
            "0 hidden)"
        )
        yield "+ = Active Route, - = Last Active, * = Both"
        yield ""
        for each in table.all("rt"):
            prefix = f"{each.value('rt-destination')}/{each.value('rt-prefix-length')}"
            where = f"{each.value('rt-entry', 'protocol-name')}/{each.value('rt-entry', 'preference')}"
            yield f"{prefix:<18} *[{where}] {each.value('rt-entry', 'age')}"
            gateway = each.value("rt-entry", "nh", "to")
            to = f"to {gateway} " if gateway else ""
            yield f"{'':<20}>  {to}via {each.value('rt-entry', 'nh', 'via')}"


_FLAGS = ("extensive", "detail", "terse", "brief", "best", "exact", "active-path", "all")

SHOWS = (
    read_only(
        "show route",
        "get-route-information",
        routes,
        routes_text,
        routing_only=True,
        options={name: (name, False) for name in _FLAGS}
        | {"protocol": ("protocol", True), "table": ("table", True)},
        positionals=("destination",),
    ),
    read_only(
        "show route instance",
        "get-instance-information",
        instances,
        outline,
        routing_only=True,
        options={"detail": ("detail", False)},
    ),
)
