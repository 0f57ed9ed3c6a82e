"""`show security policies` and zones."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.machine.cold_sync import pfe_names
from srx_lab.machine.gauges import noise
from srx_lab.markup import Element, leaf, node, stream
from srx_lab.replies import text, traffic
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import Query, Scene


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


SHOWS = (
    read_only(
        "show security policies",
        "get-firewall-policies",
        policies,
        options={"detail": ("detail", False), "from-zone": ("from-zone", True), "to-zone": ("to-zone", True)},
    ),
    read_only("show security policies hit-count", "get-security-policies-hit-count", hit_count),
    read_only(
        "show security policies information", "get-firewall-policies-information", policies_information
    ),
    read_only("show security policies checksum", "get-policy-checksum-information", policies_checksum),
    read_only(
        "show security zones",
        "get-zones-information",
        zones,
        options={"detail": ("detail", False), "terse": ("terse", False)},
    ),
    read_only("request security policies check", "check-security-policies", policies_check, text.output),
)
