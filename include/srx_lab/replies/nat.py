"""`show security nat ...`."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from srx_lab.markup import Element, leaf, node
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import Query, Scene


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


SHOWS = (
    read_only("show security nat source summary", "retrieve-source-nat-summary", source_nat_summary),
    read_only(
        "show security nat source rule all",
        "get-source-nat-rule-sets-information",
        source_nat_rules,
        preset={"all": ""},
    ),
    read_only(
        "show security nat source pool all",
        "retrieve-source-nat-pool-information",
        source_nat_pools,
        preset={"all": ""},
    ),
    read_only(
        "show security nat destination summary",
        "retrieve-destination-nat-summary-information",
        destination_nat_summary,
    ),
    read_only(
        "show security nat destination rule all",
        "get-destination-nat-rule-sets-information",
        destination_nat_rules,
        preset={"all": ""},
    ),
    read_only(
        "show security nat static rule all",
        "get-static-nat-rule-information",
        static_nat_rules,
        preset={"all": ""},
    ),
)
