"""Rows that only the RG0 primary can give: routing protocols, routes, interfaces, configuration."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator

from srx_issu.adapters.devices.parse.reply import Element, fragment, number
from srx_issu.adapters.devices.question import Question, by_rpc_or_cli
from srx_issu.adapters.devices.state.reply import lines, need, need_number, need_words, words
from srx_issu.adapters.devices.state.table_question import NOT_IN_USE, of_primary
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import ReplyNotUnderstood


def bgp_peers(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.BgpPeer]:
    for peer in need(part, "bgp-information", node).iter("bgp-peer"):
        yield rows.BgpPeer(
            address=_without_port(need_words(peer, "peer-address", node)),
            asn=words(peer, "peer-as"),
            state=need_words(peer, "peer-state", node),
        )


def bgp_prefixes(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.BgpPrefixes]:
    for peer in need(part, "bgp-information", node).iter("bgp-peer"):
        address = _without_port(need_words(peer, "peer-address", node))
        for rib in peer.iter("bgp-rib"):
            yield rows.BgpPrefixes(
                address=address,
                table=need_words(rib, "name", node),
                active=need_number(rib, "active-prefix-count", node),
                received=need_number(rib, "received-prefix-count", node),
                accepted=number(node, rib, "accepted-prefix-count"),
            )


def _without_port(address: str) -> str:
    """``10.0.0.1+179`` is the peer 10.0.0.1; the port changes with every session."""
    return address.partition("+")[0]


def ospf_neighbors(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.OspfNeighbor]:
    for found in need(part, "ospf-neighbor-information", node).iter("ospf-neighbor"):
        yield rows.OspfNeighbor(
            interface=need_words(found, "interface-name", node),
            address=need_words(found, "neighbor-address", node),
            state=need_words(found, "ospf-neighbor-state", node),
        )


def isis_adjacencies(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.IsisAdjacency]:
    for found in need(part, "isis-adjacency-information", node).iter("isis-adjacency"):
        yield rows.IsisAdjacency(
            interface=need_words(found, "interface-name", node),
            system=need_words(found, "system-name", node),
            level=words(found, "level"),
            state=need_words(found, "adjacency-state", node),
        )


def bfd_sessions(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.BfdSession]:
    for found in need(part, "bfd-session-information", node).iter("bfd-session"):
        yield rows.BfdSession(
            neighbor=need_words(found, "session-neighbor", node),
            interface=words(found, "session-interface"),
            state=need_words(found, "session-state", node),
        )


def route_counts(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.RouteCount]:
    for table in need(part, "route-summary-information", node).iter("route-table"):
        name = need_words(table, "table-name", node)
        yield rows.RouteCount(
            table=name,
            protocol="all",
            active=need_number(table, "active-route-count", node),
            total=need_number(table, "total-route-count", node),
        )
        for protocol in table.iter("protocols"):
            yield rows.RouteCount(
                table=name,
                protocol=need_words(protocol, "protocol-name", node),
                active=need_number(protocol, "active-route-count", node),
                total=need_number(protocol, "protocol-route-count", node),
            )


INTERFACES = by_rpc_or_cli("get-interface-information", "show interfaces terse", terse=None)


def interfaces(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Interface]:
    for found in need(part, "interface-information", node).iter("physical-interface", "logical-interface"):
        yield rows.Interface(
            name=need_words(found, "name", node),
            admin=words(found, "admin-status") or "unknown",
            oper=words(found, "oper-status") or "unknown",
        )


def lacp_members(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.LacpMember]:
    if next(part.iter("lacp-interface-information-list", "lacp-interface-information"), None) is None:
        raise ReplyNotUnderstood(node, "no LACP interfaces in the reply", fragment(part))
    for bundle in part.iter("lacp-interface-information"):
        aggregate = need_words(bundle, "lag-lacp-header/aggregate-name", node)
        for member in bundle.iter("lag-lacp-protocol"):
            yield rows.LacpMember(
                aggregate=aggregate,
                interface=need_words(member, "name", node),
                mux_state=words(member, "lacp-mux-state"),
                receive_state=words(member, "lacp-receive-state"),
            )


def configuration(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.ConfigurationSection]:
    """``show configuration | display set`` by top-level section; ``set version`` changes with the release."""
    sections: defaultdict[str, list[str]] = defaultdict(list)
    for told in _set_lines(part, node):
        if told[1] != "version":
            sections[told[1]].append(" ".join(told))
    for section, found in sorted(sections.items()):
        digest = hashlib.sha256("\n".join(found).encode()).hexdigest()
        yield rows.ConfigurationSection(section=section, sha256=digest, lines=len(found))


_ADJACENCIES = ("bgp", "isis", "ldp", "ospf", "ospf3", "pim", "rip", "ripng", "rsvp")


def routing_features(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.RoutingFeatures]:
    """Routing protocols anywhere in the configuration, instances and groups included."""
    found, graceful = set[str](), False
    for told in _set_lines(part, node):
        if told[0] == "set" and "protocols" in told[:-1]:
            found.add(told[told.index("protocols") + 1])
        graceful |= told[0] == "set" and "graceful-restart" in told and told[-1] != "disable"
    yield rows.RoutingFeatures(
        protocols=tuple(sorted(found.intersection(_ADJACENCIES))),
        graceful_restart=graceful,
        all_protocols=tuple(sorted(found)),
    )


def hold_downs(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.HoldDown]:
    """Of the groups that have one; raises for one that is no number."""
    for told in _set_lines(part, node):
        if told[0] != "set" or "hold-down-interval" not in told or "redundancy-group" not in told:
            continue
        group, seconds = (
            told[told.index(word) + 1 :][:1] for word in ("redundancy-group", "hold-down-interval")
        )
        if not all(word and word[0].isdecimal() for word in (group, seconds)):
            raise ReplyNotUnderstood(node, "hold-down-interval of a redundancy group", " ".join(told))
        yield rows.HoldDown(group_id=int(group[0]), seconds=int(seconds[0]))


def cluster_features(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.ClusterFeatures]:
    """``security ipsec internal security-association ... ike-ha-link-encryption enable``, or a VPN with
    ``ha-link-encryption``, which nothing on the way to it deactivates."""
    told = _set_lines(part, node)
    off = [words[1:] for words in told if words[0] == "deactivate"]
    encrypting = [words[1:] for words in told if _encrypts_ha_link(words)]
    in_force = [line for line in encrypting if not any(line[: len(path)] == path for path in off)]
    yield rows.ClusterFeatures(ha_link_encryption=bool(in_force))


def _encrypts_ha_link(told: list[str]) -> bool:
    internal = "internal" in told and told[-2:] == ["ike-ha-link-encryption", "enable"]
    return told[0] == "set" and (internal or ("vpn" in told and told[-1] == "ha-link-encryption"))


def _set_lines(part: Element, node: NodeName) -> list[list[str]]:
    """The words of each line; ReplyNotUnderstood without any line."""
    told = [line.split() for line in lines(part)]
    told = [
        words for words in told if len(words) > 1 and words[0] in ("set", "deactivate", "activate", "protect")
    ]
    if not told:
        raise ReplyNotUnderstood(node, "no 'set' lines in the configuration")  # no fragment: secrets
    return told


_BGP = by_rpc_or_cli("get-bgp-summary-information", "show bgp summary")
_CONFIGURATION = Question(cli="show configuration | display set", cli_output="text")

QUESTIONS = (
    of_primary("bgp", bgp_peers, _BGP, NOT_IN_USE),
    of_primary("bgp_prefixes", bgp_prefixes, _BGP, NOT_IN_USE),
    of_primary(
        "ospf",
        ospf_neighbors,
        by_rpc_or_cli("get-ospf-neighbor-information", "show ospf neighbor"),
        NOT_IN_USE,
    ),
    of_primary(
        "isis",
        isis_adjacencies,
        by_rpc_or_cli("get-isis-adjacency-information", "show isis adjacency"),
        NOT_IN_USE,
    ),
    of_primary(
        "bfd", bfd_sessions, by_rpc_or_cli("get-bfd-session-information", "show bfd session"), NOT_IN_USE
    ),
    of_primary("routes", route_counts, by_rpc_or_cli("get-route-summary-information", "show route summary")),
    of_primary(
        "interfaces",
        interfaces,
        INTERFACES,
    ),
    of_primary(
        "lacp",
        lacp_members,
        by_rpc_or_cli("get-lacp-interface-information", "show lacp interfaces"),
        NOT_IN_USE,
    ),
    of_primary("configuration", configuration, _CONFIGURATION),
    of_primary("hold_downs", hold_downs, _CONFIGURATION),
    of_primary("cluster_features", cluster_features, _CONFIGURATION),
    of_primary("routing_features", routing_features, _CONFIGURATION),
)
