"""Every read-only command the lab answers, in one table."""

from __future__ import annotations

from srx_lab.replies import (
    chassis,
    cluster,
    cluster_text,
    cold_sync,
    interfaces,
    links,
    nat,
    policies,
    routing,
    security,
    software,
    system,
    text,
    vpn,
)
from srx_lab.replies.scene import Body, Show, Text

_NEW_API = (18, 1)
"""The `detail *` RPCs are not in the 17.4R1 model [Y]; the release that brought them is [U]."""

_GROUP = {"redundancy-group": ("redundancy-group", True)}


def _show(  # noqa: PLR0913 - the columns of the table below
    cli: str,
    rpc: str,
    body: Body,
    render: Text = text.outline,
    *,
    forwarded: bool = True,
    routing_only: bool = False,
    since: tuple[int, int] = (0, 0),
    options: dict[str, tuple[str, bool]] | None = None,
    preset: dict[str, str] | None = None,
) -> Show:
    return Show(
        cli=cli,
        rpc=rpc,
        body=body,
        text=render,
        per_node=forwarded and not routing_only,
        routing=routing_only,
        since=since,
        options=options or {},
        preset=preset or {},
    )


_CLUSTER = "show chassis cluster"
_DETAIL = f"{_CLUSTER} information detail"

SHOWS: tuple[Show, ...] = (
    _show(
        "show version",
        "get-software-information",
        software.version,
        text.version,
        options={"brief": ("brief", False), "detail": ("detail", False)},
    ),
    _show(
        f"{_CLUSTER} status",
        "get-chassis-cluster-status",
        cluster.status,
        cluster_text.cluster_status,
        forwarded=False,
        options=_GROUP,
    ),
    _show(
        f"{_CLUSTER} information",
        "get-chassis-cluster-information",
        cluster.information,
        cluster_text.cluster_information,
    ),
    _show(
        f"{_CLUSTER} information issu",
        "get-chassis-cluster-issu-information",
        cold_sync.issu_information,
        cluster_text.issu,
    ),
    _show(
        f"{_CLUSTER} information configuration-synchronization",
        "get-chassis-cluster-configuration-synchronization-information",
        cluster.configuration_synchronization,
    ),
    _show(_DETAIL, "get-chassis-cluster-detail-information", cluster.detail, since=_NEW_API, options=_GROUP),
    _show(
        f"{_DETAIL} coldsync",
        "get-chassis-cluster-cold-synchronization-information",
        cold_sync.cold_synchronization,
        cluster_text.cold_sync,
        since=_NEW_API,
    ),
    _show(f"{_DETAIL} spu", "get-chassis-cluster-spu-information", cluster.spu, since=_NEW_API),
    _show(
        f"{_CLUSTER} interfaces",
        "get-chassis-cluster-interfaces",
        links.interfaces,
        cluster_text.interfaces,
        forwarded=False,
    ),
    _show(
        f"{_CLUSTER} statistics",
        "get-chassis-cluster-statistics",
        links.statistics,
        cluster_text.control_statistics,
        forwarded=False,
    ),
    _show(
        f"{_CLUSTER} control-plane statistics",
        "get-chassis-cluster-control-plane-statistics",
        links.control_plane_statistics,
        cluster_text.control_statistics,
        forwarded=False,
    ),
    _show(
        f"{_CLUSTER} data-plane statistics",
        "get-chassis-cluster-data-plane-statistics",
        links.data_plane_statistics,
        cluster_text.control_statistics,
        forwarded=False,
    ),
    _show(
        f"{_CLUSTER} data-plane interfaces",
        "get-chassis-cluster-data-plane-interfaces",
        links.data_plane_interfaces,
        forwarded=False,
    ),
    _show(
        f"{_CLUSTER} ip-monitoring status",
        "get-chassis-cluster-ip-monitoring-status",
        cluster.ip_monitoring,
        options=_GROUP,
    ),
    _show(
        "show chassis hardware",
        "get-chassis-inventory",
        chassis.inventory,
        options={"detail": ("detail", False), "extensive": ("extensive", False)},
    ),
    _show("show chassis fpc", "get-fpc-information", chassis.fpcs, options={"detail": ("detail", False)}),
    _show("show chassis fpc pic-status", "get-pic-information", chassis.pics),
    _show(
        "show chassis routing-engine",
        "get-route-engine-information",
        chassis.routing_engine,
        text.routing_engine,
    ),
    _show("show chassis alarms", "get-alarm-information", chassis.chassis_alarms, text.alarms),
    _show("show system alarms", "get-system-alarm-information", chassis.system_alarms, text.alarms),
    _show("show system uptime", "get-system-uptime-information", system.uptime, text.uptime),
    _show(
        "show system storage",
        "get-system-storage",
        system.storage,
        text.storage,
        options={"detail": ("detail", False)},
    ),
    _show(
        "show system processes",
        "get-system-process-information",
        system.processes,
        text.output,
        options={"extensive": ("extensive", False), "detail": ("detail", False), "wide": ("wide", False)},
    ),
    _show("show system core-dumps", "get-system-core-dumps", system.core_dumps, text.directory),
    _show("show system users", "get-system-users-information", system.users),
    _show("show system commit", "get-commit-information", system.commits, text.commits, forwarded=False),
    _show("show system license", "get-license-summary-information", system.licenses, forwarded=False),
    _show("show vmhost version", "get-vmhost-version-information", software.vmhost_version),
    _show(
        "show security policies",
        "get-firewall-policies",
        policies.policies,
        options={"detail": ("detail", False), "from-zone": ("from-zone", True), "to-zone": ("to-zone", True)},
    ),
    _show("show security policies hit-count", "get-security-policies-hit-count", policies.hit_count),
    _show(
        "show security policies information",
        "get-firewall-policies-information",
        policies.policies_information,
    ),
    _show("show security policies checksum", "get-policy-checksum-information", policies.policies_checksum),
    _show(
        "show security zones",
        "get-zones-information",
        policies.zones,
        options={"detail": ("detail", False), "terse": ("terse", False)},
    ),
    _show(
        "show security flow session summary",
        "get-flow-session-information",
        security.flow_sessions,
        text.sessions,
        preset={"summary": ""},
    ),
    _show(
        "show security ike security-associations",
        "get-ike-security-associations-information",
        vpn.ike,
        options={"detail": ("detail", False)},
    ),
    _show(
        "show security ipsec security-associations",
        "get-security-associations-information",
        vpn.ipsec,
        options={"detail": ("detail", False)},
    ),
    _show("show security ipsec statistics", "get-ipsec-statistics-information", vpn.ipsec_statistics),
    _show("show security nat source summary", "retrieve-source-nat-summary", nat.source_nat_summary),
    _show("show security nat source rule all", "get-source-nat-rule-sets-information", nat.source_nat_rules),
    _show("show security nat source pool all", "retrieve-source-nat-pool-information", nat.source_nat_pools),
    _show(
        "show security nat destination summary",
        "retrieve-destination-nat-summary-information",
        nat.destination_nat_summary,
    ),
    _show(
        "show security nat destination rule all",
        "get-destination-nat-rule-sets-information",
        nat.destination_nat_rules,
    ),
    _show("show security nat static rule all", "get-static-nat-rule-information", nat.static_nat_rules),
    _show("show security alg status", "get-alg-status", security.algs),
    _show(
        "show security idp security-package-version",
        "get-idp-security-package-information",
        security.idp_package,
    ),
    _show(
        "show services application-identification version",
        "get-appid-package-version",
        security.appid_package,
    ),
    _show(
        "show security monitoring",
        "get-performance-summary-information",
        security.performance_summary,
    ),
    _show(
        "show security monitoring performance spu",
        "get-performance-spu-information",
        security.performance_spu,
    ),
    _show("show bgp summary", "get-bgp-summary-information", routing.bgp_summary, routing_only=True),
    _show("show bgp neighbor", "get-bgp-neighbor-information", routing.bgp_neighbors, routing_only=True),
    _show("show ospf neighbor", "get-ospf-neighbor-information", routing.ospf_neighbors, routing_only=True),
    _show(
        "show isis adjacency", "get-isis-adjacency-information", routing.isis_adjacencies, routing_only=True
    ),
    _show("show bfd session", "get-bfd-session-information", routing.bfd_sessions, routing_only=True),
    _show("show route summary", "get-route-summary-information", routing.route_summary, routing_only=True),
    _show(
        "show interfaces terse",
        "get-interface-information",
        interfaces.interfaces_terse,
        forwarded=False,
        preset={"terse": ""},
    ),
    _show("show arp no-resolve", "get-arp-table-information", interfaces.arp, preset={"no-resolve": ""}),
    _show("show arp", "get-arp-table-information", interfaces.arp),
    _show("show lacp interfaces", "get-lacp-interface-information", interfaces.lacp, forwarded=False),
    _show("show lldp neighbors", "get-lldp-neighbors-information", interfaces.lldp, forwarded=False),
    _show("request security policies check", "check-security-policies", policies.policies_check, text.output),
)

BY_RPC: dict[str, Show] = {}
for _each in SHOWS:
    BY_RPC.setdefault(_each.rpc, _each)
