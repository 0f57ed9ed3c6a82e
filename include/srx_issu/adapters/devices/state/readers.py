"""The questions: which RPC fills which table, whom it is asked, and what else to try where it is unknown.

Sources: docs/junos.md, "Questions and their RPCs" (names, arguments, who answers), "Replies" (wrapping).
"""

from __future__ import annotations

import re

from srx_issu.adapters.devices.state import cluster, hardware, nat, routing, security, system, vpn
from srx_issu.adapters.devices.state.reader import Parse, Reader, RequestForm, Scope, cli, rpc

# "OSPF instance is not running", "IDP: not configured", but not "the routing subsystem is not running":
# that one means that the wrong node was asked.
_NOT_IN_USE = re.compile(
    r"(?<!subsystem is )(?<!subsystem )\bnot (running|configured|enabled|installed|supported)\b"
    r"|\bno .*(found|configured|installed)\b|is disabled",
    re.IGNORECASE,
)
_ROUTING_DEAD = re.compile(r"routing subsystem", re.IGNORECASE)
_ANY_REFUSAL = re.compile("")  # the question itself does not exist where the feature does not


def means_none(pattern: re.Pattern[str] | None, words: str) -> bool:
    return pattern is not None and not _ROUTING_DEAD.search(words) and pattern.search(words) is not None


def image_reader(image_path: str) -> Reader:
    """Whether the image is already on the nodes, and how much of it. The guide wants it in /var/tmp."""
    return Reader(
        table="images",
        scope=Scope.LOCAL,
        ways=(RequestForm(rpc="file-list", args=(("path", image_path), ("detail", None))),),
        parse=system.stored_files,
        none_when=re.compile(r"no such file", re.IGNORECASE),
    )


def _both(table: str, parse: Parse, *ways: RequestForm, none_when: re.Pattern[str] | None = None) -> Reader:
    return Reader(table=table, scope=Scope.BOTH, ways=ways, parse=parse, none_when=none_when)


def _local(table: str, parse: Parse, *ways: RequestForm, none_when: re.Pattern[str] | None = None) -> Reader:
    return Reader(table=table, scope=Scope.LOCAL, ways=ways, parse=parse, none_when=none_when)


def _primary(
    table: str, parse: Parse, *ways: RequestForm, none_when: re.Pattern[str] | None = None
) -> Reader:
    return Reader(table=table, scope=Scope.PRIMARY, ways=ways, parse=parse, none_when=none_when)


_INFORMATION = (rpc("get-chassis-cluster-information"), cli("show chassis cluster information"))
_LINKS = (rpc("get-chassis-cluster-interfaces"), cli("show chassis cluster interfaces"))
_BGP = (rpc("get-bgp-summary-information"), cli("show bgp summary"))

_CONFIGURATION = cli("show configuration | display set", "text")

CPU = _both("cpu", hardware.cpu, rpc("get-route-engine-information"), cli("show chassis routing-engine"))
HEARTBEATS = _local(
    "heartbeats",
    cluster.heartbeats,
    rpc("get-chassis-cluster-control-plane-statistics"),
    cli("show chassis cluster control-plane statistics"),
)
RTOS = _local(
    "rtos",
    cluster.rtos,
    rpc("get-chassis-cluster-data-plane-statistics"),
    cli("show chassis cluster data-plane statistics"),
)

HIT_COUNTS = _both(
    "hit_counts",
    security.hit_counts,
    rpc("get-security-policies-hit-count"),
    cli("show security policies hit-count"),
)

_HARDWARE = (rpc("get-chassis-inventory"), cli("show chassis hardware"))

READERS: tuple[Reader, ...] = (
    _both("software", system.software, rpc("get-software-information"), cli("show version")),
    _both("engines", hardware.engine, *CPU.ways),
    _both("var_tmp", system.var_tmp, rpc("get-system-storage"), cli("show system storage")),
    _both("clocks", system.clock, rpc("get-system-uptime-information"), cli("show system uptime")),
    _both("chassis_alarms", hardware.alarms, rpc("get-alarm-information"), cli("show chassis alarms")),
    _both("system_alarms", hardware.alarms, rpc("get-system-alarm-information"), cli("show system alarms")),
    _both(
        "core_dumps",
        system.core_dumps,
        rpc("get-system-core-dumps"),
        cli("show system core-dumps"),
        none_when=re.compile(r"no such file", re.IGNORECASE),
    ),
    _both("logins", system.logins, rpc("get-system-users-information"), cli("show system users")),
    _local("commits", system.commits, rpc("get-commit-information"), cli("show system commit")),
    _local(
        "candidate",
        system.candidate,
        RequestForm(
            rpc="get-configuration",
            args=(
                ("@database", "candidate"),
                ("@compare", "rollback"),
                ("@rollback", "0"),
                ("@format", "text"),
            ),
        ),
    ),
    _local("pending_install", system.pending_install, rpc("request-package-checks-pending-install")),
    _both("pics", hardware.pics, rpc("get-pic-information"), cli("show chassis fpc pic-status")),
    _both("modules", hardware.modules, *_HARDWARE),
    _both("chassis", hardware.chassis, *_HARDWARE),
    _local("licenses", hardware.licenses, rpc("get-license-summary-information"), cli("show system license")),
    _both(
        "signatures",
        hardware.idp_packages,
        rpc("get-idp-security-package-information"),
        cli("show security idp security-package-version"),
        none_when=_NOT_IN_USE,
    ),
    _both(
        "signatures",
        hardware.appid_package,
        rpc("get-appid-package-version"),
        cli("show services application-identification version"),
        none_when=_NOT_IN_USE,
    ),
    _local("links", cluster.cluster_links, *_LINKS),
    _local("reths", cluster.reths, *_LINKS),
    _both("monitoring", cluster.monitoring_failures, *_INFORMATION),
    _both("leds", cluster.led, *_INFORMATION),
    _both(
        "config_sync",
        cluster.config_sync,
        rpc("get-chassis-cluster-configuration-synchronization-information"),
        cli("show chassis cluster information configuration-synchronization"),
    ),
    _local(
        "multi_node_ha",
        cluster.multi_node_ha,
        rpc("get-chassis-high-availability-information"),
        none_when=_ANY_REFUSAL,
    ),
    _both(
        "sessions",
        security.sessions,
        rpc("get-flow-session-information", summary=None),
        cli("show security flow session summary"),
    ),
    _both(
        "spus",
        security.spu_loads,
        rpc("get-performance-summary-information"),
        cli("show security monitoring"),
    ),
    _both("zones", security.zones, rpc("get-zones-information"), cli("show security zones")),
    _both("policies", security.policies, rpc("get-firewall-policies"), cli("show security policies")),
    Reader(
        table="policy_sync",
        scope=Scope.BOTH,
        ways=(
            cli("request security policies check", "text"),  # first: the RPC was found wanting in the field
            rpc("check-security-policies"),
        ),
        parse=security.policy_sync,
        speaks_of_both=True,
    ),
    *(
        _both(
            "nat_rules",
            nat.nat_rules,
            way,
            cli(f"show security nat {kind} rule all"),
            none_when=_NOT_IN_USE,
        )
        for kind, way in (
            ("source", rpc("get-source-nat-rule-sets-information", all=None)),
            ("destination", rpc("get-destination-nat-rule-sets-information", all=None)),
            ("static", rpc("get-static-nat-rule-information", all=None)),
        )
    ),
    _both(
        "nat_pools",
        nat.nat_pools,
        rpc("retrieve-source-nat-pool-information", all=None),
        cli("show security nat source pool all"),
        none_when=_NOT_IN_USE,
    ),
    _both(
        "ike",
        vpn.ike_peers,
        rpc("get-ike-security-associations-information"),
        cli("show security ike security-associations"),
        none_when=_NOT_IN_USE,
    ),
    _both(
        "ipsec",
        vpn.ipsec_tunnels,
        rpc("get-security-associations-information"),
        cli("show security ipsec security-associations"),
        none_when=_NOT_IN_USE,
    ),
    _both("algs", security.algs, rpc("get-alg-status"), cli("show security alg status")),
    _both("arp", security.arp, rpc("get-arp-table-information", no_resolve=None), cli("show arp no-resolve")),
    _primary("bgp", routing.bgp_peers, *_BGP, none_when=_NOT_IN_USE),
    _primary("bgp_prefixes", routing.bgp_prefixes, *_BGP, none_when=_NOT_IN_USE),
    _primary(
        "ospf",
        routing.ospf_neighbors,
        rpc("get-ospf-neighbor-information"),
        cli("show ospf neighbor"),
        none_when=_NOT_IN_USE,
    ),
    _primary(
        "isis",
        routing.isis_adjacencies,
        rpc("get-isis-adjacency-information"),
        cli("show isis adjacency"),
        none_when=_NOT_IN_USE,
    ),
    _primary(
        "bfd",
        routing.bfd_sessions,
        rpc("get-bfd-session-information"),
        cli("show bfd session"),
        none_when=_NOT_IN_USE,
    ),
    _primary("routes", routing.route_counts, rpc("get-route-summary-information"), cli("show route summary")),
    _primary(
        "interfaces",
        routing.interfaces,
        rpc("get-interface-information", terse=None),
        cli("show interfaces terse"),
    ),
    _primary(
        "lacp",
        routing.lacp_members,
        rpc("get-lacp-interface-information"),
        cli("show lacp interfaces"),
        none_when=_NOT_IN_USE,
    ),
    _primary("configuration", routing.configuration, _CONFIGURATION),
    _primary("routing_features", routing.routing_features, _CONFIGURATION),
)
