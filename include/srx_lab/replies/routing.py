"""What rpd knows: BGP, OSPF, BFD, routes; on the RG0 primary only [R]."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.markup import Element, leaf, node
from srx_lab.replies import routing_text, traffic
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import Query, Scene
from srx_lab.replies.when import long_date, short_span

LOCAL_AS, ROUTER_ID = 64_999, "10.255.255.1"


def peer_address(index: int) -> str:
    return f"192.0.2.{index * 4 + 2}"


def protocols_up_s(scene: Scene) -> float:
    """Seconds the routing protocols have been up on the node that is primary now."""
    held = scene.here.groups[0]
    return scene.now - (held.history[-1].at if held.history else scene.here.joined_at)


def bgp_summary(scene: Scene, query: Query) -> Element:
    if query.get("instance") not in {None, "", "master"}:
        return node("bgp-information", ns=scene.ns("junos-routing"))
    total, up = scene.spec.scale.bgp_peers, traffic.bgp_peers_up(scene)
    each = traffic.routes(scene) // (2 * max(1, total))
    return node(
        "bgp-information",
        leaf("bgp-thread-mode", "BGP I/O"),
        leaf("group-count", 1),
        leaf("peer-count", total),
        leaf("down-peer-count", total - up),
        node("bgp-rib", leaf("name", "inet.0"), leaf("total-prefix-count", each * up)),
        *(_bgp_peer(scene, index, index < up, each) for index in range(total)),
        ns=scene.ns("junos-routing"),
    )


def _bgp_peer(scene: Scene, index: int, up: bool, prefixes: int) -> Element:
    elapsed = protocols_up_s(scene)
    rib = node(
        "bgp-rib",
        leaf("name", "inet.0"),
        leaf("active-prefix-count", prefixes),
        leaf("received-prefix-count", prefixes),
        leaf("accepted-prefix-count", prefixes),
        leaf("suppressed-prefix-count", 0),
    )
    return node(
        "bgp-peer",
        leaf("peer-address", peer_address(index)),
        leaf("peer-as", 65_000 + index),
        leaf("input-messages", int(elapsed // 30)),
        leaf("output-messages", int(elapsed // 30)),
        leaf("route-queue-count", 0),
        leaf("flap-count", 0 if up else 1),
        leaf("elapsed-time", short_span(elapsed), junos_seconds=str(int(elapsed))),
        leaf("peer-state", "Established" if up else "Active", junos_format="Establ" if up else "Active"),
        rib if up else None,
        junos_style="terse",
    )


def bgp_neighbors(scene: Scene, query: Query) -> Element:
    """Of the instance `master`, all or the one that is named."""
    wanted = query.get("neighbor-address") or None
    known = query.get("instance") in {None, "", "master"}
    return node(
        "bgp-information",
        *(
            _bgp_neighbor(scene, index)
            for index in range(scene.spec.scale.bgp_peers if known else 0)
            if wanted in {None, peer_address(index)}
        ),
        ns=scene.ns("junos-routing"),
    )


def _bgp_neighbor(scene: Scene, index: int) -> Element:
    up, elapsed = index < traffic.bgp_peers_up(scene), protocols_up_s(scene)
    prefixes = traffic.routes(scene) // (2 * max(1, scene.spec.scale.bgp_peers))
    return node(
        "bgp-peer",
        leaf("peer-address", f"{peer_address(index)}+179"),
        leaf("peer-as", 65_000 + index),
        leaf("local-address", f"192.0.2.{index * 4 + 1}+{50_000 + index}"),
        leaf("local-as", LOCAL_AS),
        leaf("peer-group", "upstream"),
        leaf("peer-fwd-rti", "master"),
        leaf("peer-type", "External"),
        leaf("peer-state", "Established" if up else "Active"),
        leaf("last-state", "OpenConfirm" if up else "Idle"),
        leaf("last-event", "RecvKeepAlive" if up else "ConnectRetry"),
        node(
            "bgp-option-information",
            leaf("bgp-options", "Preference HoldTime AuthKey PeerAS Refresh"),
            leaf("bgp-options-extended"),
            leaf("holdtime", 90),
            leaf("preference", 170),
        ),
        leaf("flap-count", 0 if up else 1),
        *(_bgp_session(scene, index, prefixes, elapsed) if up else ()),
    )


def _bgp_session(scene: Scene, index: int, prefixes: int, elapsed: float) -> Iterator[Element]:
    yield leaf("peer-id", peer_address(index))
    yield leaf("local-id", ROUTER_ID)
    yield leaf("active-holdtime", 90)
    yield leaf("keepalive-interval", 30)
    yield leaf("peer-4byte-as-capability-advertised", 65_000 + index)
    yield node(
        "bgp-rib",
        leaf("name", "inet.0"),
        leaf("send-state", "in sync"),
        *(leaf(f"{kind}-prefix-count", prefixes) for kind in ("active", "received", "accepted")),
        leaf("suppressed-prefix-count", 0),
        leaf("advertised-prefix-count", 4),
    )
    yield leaf("input-messages", int(elapsed // 30))
    yield leaf("output-messages", int(elapsed // 30))
    yield leaf("input-updates", prefixes)
    yield leaf("output-updates", 4)
    yield node("bgp-output-queue", leaf("number", 1), leaf("count", 0), leaf("table-name", "inet.0"))


def ospf_neighbors(scene: Scene, query: Query) -> Element:
    return node(
        "ospf-neighbor-information",
        *(
            node(
                "ospf-neighbor",
                leaf("neighbor-address", f"10.0.{index}.2"),
                leaf("interface-name", f"reth{index % max(1, scene.spec.scale.reths)}.0"),
                leaf("ospf-neighbor-state", "Full"),
                leaf("neighbor-id", f"10.255.0.{index + 1}"),
                leaf("neighbor-priority", 128),
                leaf("activity-timer", 30 + int(scene.now) % 10),
            )
            for index in range(traffic.ospf_neighbors_up(scene))
        ),
        ns=scene.ns("junos-routing"),
    )


def isis_adjacencies(scene: Scene, query: Query) -> Element:
    return node("isis-adjacency-information", ns=scene.ns("junos-routing"), junos_style="brief")


def bfd_sessions(scene: Scene, query: Query) -> Element:
    total, up = scene.spec.scale.bgp_peers, traffic.bgp_peers_up(scene)
    return node(
        "bfd-session-information",
        *(
            node(
                "bfd-session",
                leaf("session-neighbor", peer_address(index)),
                leaf("session-state", "Up" if index < up else "Down"),
                leaf("session-interface", "reth0.0"),
                leaf("session-detection-time", "0.900"),
                leaf("session-transmission-interval", "0.300"),
                leaf("session-adaptive-multiplier", 3),
            )
            for index in range(total)
        ),
        leaf("sessions", total),
        leaf("clients", total),
        ns=scene.ns("junos-bfd"),
        junos_style="brief",
    )


def route_summary(scene: Scene, query: Query) -> Element:
    """Marks and tables as captured on 24.4 [R]."""
    total = traffic.routes(scene)
    direct, local, static = 6, 6, 4
    ospf = max(0, (total - 16) // 4)
    bgp = max(0, total - 16 - ospf)
    counts = (("Direct", direct), ("Local", local), ("Static", static), ("BGP", bgp), ("OSPF", ospf))
    return node(
        "route-summary-information",
        leaf("router-id", ROUTER_ID),
        node("routing-highwatermark", *_marks(scene, total)) if scene.release.at_least(20, 1) else None,
        _table("inet.0", counts),
        _table("mgmt_junos.inet.0", (("Direct", 1), ("Local", 1), ("Static", 1))),
        _table("inet6.0", (("INET6", 1),)),
        ns=scene.ns("junos-routing"),
    )


def _marks(scene: Scene, total: int) -> Iterator[Element]:
    stamp = long_date(scene.here.joined_at).removesuffix(" UTC")
    for kind, count in (("uniq", total), ("all", total), ("fib", total), ("vrf", 0)):
        yield leaf(f"rt-{kind}-highwatermark", count)
        yield leaf(f"rt-{kind}-highwatermark-ts", stamp)
        if kind != "vrf":
            yield leaf(f"rt-{kind}-tavg-watermark", count)


def _table(name: str, counts: tuple[tuple[str, int], ...]) -> Element:
    total = sum(count for _, count in counts)
    return node(
        "route-table",
        leaf("table-name", name),
        leaf("destination-count", total),
        leaf("total-route-count", total),
        leaf("active-route-count", total),
        leaf("holddown-route-count", 0),
        leaf("hidden-route-count", 0),
        *(
            node(
                "protocols",
                leaf("protocol-name", protocol),
                leaf("protocol-route-count", count),
                leaf("active-route-count", count),
            )
            for protocol, count in counts
            if count
        ),
    )


_BGP = {"instance": ("instance", True), "group": ("group", True)}

SHOWS = (
    read_only(
        "show bgp summary",
        "get-bgp-summary-information",
        bgp_summary,
        routing_text.bgp_summary,
        routing_only=True,
        options=_BGP,
    ),
    read_only(
        "show bgp neighbor",
        "get-bgp-neighbor-information",
        bgp_neighbors,
        routing_only=True,
        options=_BGP,
        positionals=("neighbor-address",),
    ),
    read_only(
        "show ospf neighbor",
        "get-ospf-neighbor-information",
        ospf_neighbors,
        routing_text.ospf_neighbors,
        routing_only=True,
        options={"extensive": ("extensive", False), "detail": ("detail", False)},
    ),
    read_only("show isis adjacency", "get-isis-adjacency-information", isis_adjacencies, routing_only=True),
    read_only(
        "show bfd session",
        "get-bfd-session-information",
        bfd_sessions,
        routing_only=True,
        options={"extensive": ("extensive", False), "detail": ("detail", False)},
    ),
    read_only(
        "show route summary",
        "get-route-summary-information",
        route_summary,
        routing_text.route_summary,
        routing_only=True,
    ),
)
