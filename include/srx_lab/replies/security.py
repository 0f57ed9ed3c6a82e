"""`show security ...`: policies, zones, sessions, VPN, NAT, and what IDP and AppID run."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.machine.cold_sync import pfe_names
from srx_lab.machine.gauges import busy_percent, noise
from srx_lab.markup import Element, leaf, node, padded, stream
from srx_lab.replies import traffic
from srx_lab.replies.scene import DeviceComplaint, Query, Scene


def policies(scene: Scene, query: Query) -> Element:
    """Contexts of one zone pair each, made while they are written: there may be 100,000 policies."""
    return stream(
        "security-policies",
        _contexts(scene),
        ns=scene.ns("junos-policy"),
        junos_style="brief",
    )


def _contexts(scene: Scene) -> Iterator[Element]:
    yield leaf("default-policy", "deny-all")
    pairs, total = traffic.zone_pairs(scene), traffic.policies(scene)
    for position, (source, destination) in enumerate(pairs):
        numbers = range(position, total, len(pairs))
        if numbers:
            yield stream("security-context", _context(source, destination, numbers))


def _context(source: str, destination: str, numbers: range) -> Iterator[Element]:
    yield node(
        "context-information",
        leaf("source-zone-name", source),
        leaf("destination-zone-name", destination),
    )
    for sequence, number in enumerate(numbers, start=1):
        yield node("policies", _policy(number, sequence))


def _policy(number: int, sequence: int) -> Element:
    return node(
        "policy-information",
        leaf("policy-name", policy_name(number)),
        leaf("policy-state", "enabled"),
        leaf("policy-identifier", number + 4),
        leaf("scope-policy-identifier", 0),
        leaf("policy-sequence-number", sequence),
        node("source-addresses", node("source-address", leaf("address-name", f"net-{number % 200}"))),
        node("destination-addresses", node("destination-address", leaf("address-name", "any"))),
        node("applications", node("application", leaf("application-name", "junos-https"))),
        node("policy-action", leaf("action-type", "permit")),
    )


def policy_name(number: int) -> str:
    return f"allow-{number:06d}"


def hit_count(scene: Scene, query: Query) -> Element:
    return stream("policy-hit-count", _hits(scene), ns=scene.ns("junos-policy"))


def _hits(scene: Scene) -> Iterator[Element]:
    yield leaf("logical-system-name", "root-logical-system")
    pairs = traffic.zone_pairs(scene)
    elapsed = scene.now - max(scene.here.booted_at, scene.world.state.sessions_since)
    for number in range(traffic.policies(scene)):
        source, destination = pairs[number % len(pairs)]
        rate = 0.2 + 3 * noise(scene.world, "hits", number)
        yield node(
            "policy-hit-count-entry",
            leaf("policy-hit-count-index", number + 1),
            leaf("policy-hit-count-from-zone", source),
            leaf("policy-hit-count-to-zone", destination),
            leaf("policy-hit-count-policy-name", policy_name(number)),
            leaf("policy-hit-count-count", int(elapsed * rate)),
            leaf("policy-hit-count-action", "Permit"),
        )


def policies_information(scene: Scene, query: Query) -> Element:
    return node(
        "security-policies-information",
        leaf("policy-count", traffic.policies(scene)),
        leaf("default-policy", "deny-all"),
    )


def policies_checksum(scene: Scene, query: Query) -> Element:
    return node(
        "policy-checksum-information",
        leaf("policy-checksum", f"{int(noise(scene.world, traffic.policies(scene)) * 2**32):08x}"),
    )


def policies_check(scene: Scene, query: Query) -> Element:
    """Lines per PFE, `node0.fpc0 ... in-sync` or `out-of-sync`; the exact layout is [U]."""
    word = "in-sync" if scene.here.policies_in_sync else "out-of-sync"
    slot = scene.spec.platform.first_slot(scene.node)
    names = pfe_names(scene.spec, scene.node)
    labels = [f"fpc{slot}"] if names == ["flowd"] else names
    return leaf("output", "\n".join(f"{scene.node}.{label:<24}{word}" for label in labels), padded=True)


def zones(scene: Scene, query: Query) -> Element:
    return node(
        "zones-information",
        *(
            node(
                "zones-security",
                leaf("zones-security-zonename", name),
                leaf("zones-security-send-reset", "Off"),
                leaf("zones-security-policy-configurable", "Yes"),
                leaf("zones-security-interfaces-bound", 1),
                node("zones-security-interfaces", leaf("zones-security-interface-name", f"reth{index}.0")),
            )
            for index, name in enumerate(traffic.zones(scene))
        ),
        ns=scene.ns("junos-zones"),
        junos_style="brief",
    )


def flow_sessions(scene: Scene, query: Query) -> Element:
    """The summary; on the 5000 line one block per FPC and PIC [Y]. Sessions themselves are not listed."""
    if not query.has("summary"):
        raise DeviceComplaint("error: the lab lists session summaries only")
    names = pfe_names(scene.spec, scene.node)
    total, ns = traffic.active_sessions(scene), scene.ns("junos-flow")
    shares = [total // len(names)] * len(names)
    shares[0] += total - sum(shares)
    return node(
        "security-flow-information",
        *(_session_block(scene, name, share, ns) for name, share in zip(names, shares, strict=True)),
        ns=ns,
    )


def _session_block(scene: Scene, name: str, sessions: int, ns: str) -> Element:
    share = scene.spec.platform.max_sessions // max(1, scene.spec.platform.spus * scene.spec.scale.fpcs)
    rows = (
        ("active-unicast-sessions", sessions),
        ("active-multicast-sessions", 0),
        ("active-services-offload-sessions", 0),
        ("failed-sessions", 0),
        ("active-drop-sessions", 0),
        ("active-sessions", sessions + sessions // 50),
        ("active-session-valid", sessions),
        ("active-session-pending", 0),
        ("active-session-invalidated", sessions // 50),
        ("active-session-other", 0),
        ("max-sessions", share),
    )
    label = None if name == "flowd" else padded("flow-fpc-pic-id", f"on {name.replace('.', ' ')}:")
    return node(
        "flow-session-information",
        label,
        node("flow-session-summary-information", *(padded(tag, value) for tag, value in rows), ns=ns),
        ns=ns,
    )


def gateway(index: int) -> str:
    return f"198.51.{100 + index // 250}.{index % 250 + 1}"


def ike(scene: Scene, query: Query) -> Element:
    return node(
        "ike-security-associations-information",
        *(
            node(
                "ike-security-associations-block",
                node(
                    "ike-security-associations",
                    leaf("ike-sa-remote-address", gateway(index)),
                    leaf("ike-sa-index", 5_600_000 + index),
                    leaf("ike-sa-state", "UP"),
                    leaf("ike-sa-initiator-cookie", f"{0x6A5B0000 + index:016x}"),
                    leaf("ike-sa-responder-cookie", f"{0x1C2D0000 + index:016x}"),
                    leaf("ike-sa-exchange-type", "IKEv2"),
                ),
            )
            for index in range(traffic.tunnels(scene))
        ),
        junos_style="brief",
    )


def ipsec(scene: Scene, query: Query) -> Element:
    count = traffic.tunnels(scene)
    return node(
        "ipsec-security-associations-information",
        padded("total-active-tunnels", count),
        padded("total-ipsec-sas", count),
        *(_tunnel(scene, index) for index in range(count)),
        junos_style="brief",
    )


def _tunnel(scene: Scene, index: int) -> Element:
    left = 3600 - int(scene.now + 97 * index) % 3600
    return node(
        "ipsec-security-associations-block",
        padded("sa-block-state", "up"),
        *(_association(index, direction, left) for direction in "<>"),
    )


def _association(index: int, direction: str, left: int) -> Element:
    rows = (
        ("sa-direction", direction),
        ("sa-tunnel-index", 131_073 + index),
        ("sa-spi", f"{0x9B27BAE + 16 * index + (direction == '>'):x}"),
        ("sa-aux-spi", 0),
        ("sa-remote-gateway", gateway(index)),
        ("sa-port", 500),
        ("sa-vpn-monitoring-state", "-"),
        ("sa-protocol", "ESP"),
        ("sa-esp-encryption-algorithm", "aes-gcm-256"),
        ("sa-hmac-algorithm", "None"),
        ("sa-hard-lifetime", left),
        ("sa-lifesize-remaining", "unlim"),
        ("sa-virtual-system", "root"),
    )
    return node("ipsec-security-associations", *(padded(tag, value) for tag, value in rows))


def ipsec_statistics(scene: Scene, query: Query) -> Element:
    packets = int((scene.now - scene.here.booted_at) * 40 * (1 if traffic.tunnels(scene) else 0))
    return node(
        "usp-ipsec-total-statistics-information",
        leaf("esp-statistics"),
        leaf("esp-encrypted-packets", packets),
        leaf("esp-decrypted-packets", packets - packets // 40),
        junos_style="brief",
    )


def source_nat_summary(scene: Scene, query: Query) -> Element:
    count = scene.spec.scale.nat_rules
    return node(
        "source-nat-summary-information",
        leaf("total-source-nat-pool-number", 1 if count else 0),
        leaf("total-source-nat-rule-number", count),
        leaf("max-source-nat-rule-number", 30_720),
    )


def source_nat_rules(scene: Scene, query: Query) -> Element:
    return node(
        "source-nat-rule-detail-information",
        *(
            node(
                "source-nat-rule-entry",
                leaf("rule-name", f"snat-{index}"),
                leaf("rule-set-name", "outbound"),
                leaf("rule-id", index + 1),
                leaf("rule-translation-hits", int((scene.now - scene.here.booted_at) * (1 + index % 5))),
            )
            for index in range(scene.spec.scale.nat_rules)
        ),
    )


def source_nat_pools(scene: Scene, query: Query) -> Element:
    return node(
        "source-nat-pool-info-entry",
        leaf("pool-name", "egress"),
        leaf("total-pool-address", 16),
        leaf("address-range-low", "203.0.113.16"),
        leaf("address-range-high", "203.0.113.31"),
    )


def destination_nat_summary(scene: Scene, query: Query) -> Element:
    return node(
        "destination-nat-summary-information",
        leaf("total-destination-nat-pool-number", 1),
        leaf("total-destination-nat-rule-number", 1),
    )


def destination_nat_rules(scene: Scene, query: Query) -> Element:
    return node(
        "destination-nat-rule-detail-information",
        node("destination-nat-rule-entry", leaf("rule-name", "dnat-0"), leaf("rule-set-name", "inbound")),
    )


def static_nat_rules(scene: Scene, query: Query) -> Element:
    return node("static-nat-rule-information", leaf("total-static-nat-rules", 0))


def algs(scene: Scene, query: Query) -> Element:
    names = (
        "dns",
        "ftp",
        "h323",
        "mgcp",
        "msrpc",
        "pptp",
        "rsh",
        "rtsp",
        "sccp",
        "sip",
        "sql",
        "sunrpc",
        "talk",
        "tftp",
    )
    enabled = {"dns", "ftp", "msrpc", "pptp", "rsh", "rtsp", "sql", "sunrpc", "talk", "tftp"}
    return node(
        "alg-status",
        *(leaf(f"alg-{name}-status", "Enabled" if name in enabled else "Disabled") for name in names),
    )


def idp_package(scene: Scene, query: Query) -> Element:
    return node(
        "idp-security-package-information",
        leaf("security-package-version", "3640(Thu Nov  2 14:28:31 2023 UTC)"),
        leaf("detector-version", "12.6.180230822"),
        leaf("policy-template-version", "3640"),
    )


def appid_package(scene: Scene, query: Query) -> Element:
    return node(
        "appid-package-version",
        leaf("version-detail", "3640"),
        leaf("release-date", "2023-11-02"),
    )


def performance_summary(scene: Scene, query: Query) -> Element:
    """`show security monitoring` [J: element names as exporters of it read them]."""
    load, slot = busy_percent(scene.world, scene.node), scene.spec.platform.first_slot(scene.node)
    names = pfe_names(scene.spec, scene.node)
    share = scene.spec.platform.max_sessions // max(1, len(names))
    return node(
        "performance-summary-information",
        *(
            node(
                "performance-summary-statistics",
                leaf("fpc-number", slot + index // scene.spec.platform.spus),
                leaf("pic-number", index % scene.spec.platform.spus),
                leaf("spu-cpu-utilization", min(99, load // 2 + index % 7)),
                leaf("spu-memory-utilization", 44),
                leaf("spu-current-flow-session", traffic.active_sessions(scene) // len(names)),
                leaf("spu-max-flow-session", share),
                leaf("spu-current-cp-session", 0),
                leaf("spu-max-cp-session", 0),
            )
            for index in range(len(names))
        ),
    )


def performance_spu(scene: Scene, query: Query) -> Element:
    load = busy_percent(scene.world, scene.node)
    return node(
        "performance-spu-information",
        *(
            node(
                "performance-spu",
                leaf("fpc-pic-name", name),
                leaf("spu-cpu-utilization", min(99, load // 2 + index)),
                leaf("spu-memory-utilization", 44),
                leaf("current-flow-session", traffic.active_sessions(scene)),
            )
            for index, name in enumerate(pfe_names(scene.spec, scene.node))
        ),
    )
