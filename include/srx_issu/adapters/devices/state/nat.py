"""Rows about NAT: rules and pools."""

from __future__ import annotations

import re
from collections.abc import Iterator

from srx_issu.adapters.devices.parse.reply import Element, fragment, number
from srx_issu.adapters.devices.question import by_rpc_or_cli
from srx_issu.adapters.devices.state.reply import need_words, words
from srx_issu.adapters.devices.state.table_question import NOT_IN_USE, of_both
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import ReplyNotUnderstood


def nat_rules(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.NatRule]:
    """Source, destination or static, told by the element's name (``source-nat-rule-entry``)."""
    for kind, found in _nat_entries(part, node, r"(source|destination|static)-nat-rule-entry"):
        yield rows.NatRule(
            kind=kind,
            rule_set=words(found, "rule-set-name") or "",
            name=need_words(found, "rule-name", node),
            hits=_first(node, found, "rule-translation-hits", "succ-hits"),
            sessions=_first(node, found, "rule-number-of-sessions", "concurrent-hits"),
        )


def nat_pools(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.NatPool]:
    for kind, found in _nat_entries(part, node, r"(source|destination)-nat-pool-info-entry"):
        yield rows.NatPool(
            kind=kind,
            name=need_words(found, "pool-name", node),
            addresses=_first(node, found, "total-pool-address", "total-pool-addresses"),
        )


def _nat_entries(part: Element, node: NodeName, pattern: str) -> Iterator[tuple[str, Element]]:
    """Kind and element of each entry; ReplyNotUnderstood when nothing in the reply is about NAT."""
    if not any("-nat-" in str(element.tag) for element in part.iter()):
        raise ReplyNotUnderstood(node, "nothing about NAT in the reply", fragment(part))
    for found in part.iter():
        if match := re.fullmatch(pattern, str(found.tag)):
            yield match[1], found


def _first(node: NodeName, found: Element, *names: str) -> int | None:
    below = (e for name in names for e in found.iter(name))
    element = next(below, None)
    return number(node, element, ".") if element is not None else None


QUESTIONS = (
    *(
        of_both(
            "nat_rules",
            nat_rules,
            by_rpc_or_cli(rpc, f"show security nat {kind} rule all", all=None),
            NOT_IN_USE,
        )
        for kind, rpc in (
            ("source", "get-source-nat-rule-sets-information"),
            ("destination", "get-destination-nat-rule-sets-information"),
            ("static", "get-static-nat-rule-information"),
        )
    ),
    of_both(
        "nat_pools",
        nat_pools,
        by_rpc_or_cli("retrieve-source-nat-pool-information", "show security nat source pool all", all=None),
        NOT_IN_USE,
    ),
)
