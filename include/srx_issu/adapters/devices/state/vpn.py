"""Rows about VPN: peers and tunnels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.question import by_rpc_or_cli
from srx_issu.adapters.devices.state.reply import need, need_words, words
from srx_issu.adapters.devices.state.table_question import NOT_IN_USE, of_both
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName


def ike_peers(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.IkePeer]:
    """Brief and detail style: the states that stand beside or below each remote address."""
    info = need(part, "ike-security-associations-information", node)
    up: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for address in info.iter("ike-sa-remote-address"):
        peer, block = need_words(address, ".", node), address.getparent()
        states = [words(e, ".") or "" for e in block.iter("ike-sa-state")] if block is not None else []
        every[peer] += len(states)
        up[peer] += sum(state.lower() in ("up", "matured") for state in states)
    for peer, count in every.items():
        yield rows.IkePeer(peer=peer, up=up[peer], all=count)


def ipsec_tunnels(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.IpsecTunnel]:
    info = need(part, "ipsec-security-associations-information", node)
    tunnels: defaultdict[str, set[str]] = defaultdict(set)
    for found in info.iter("ipsec-security-associations"):
        gateway = words(found, "sa-remote-gateway")
        if gateway:
            tunnels[gateway].add(words(found, "sa-tunnel-index") or words(found, "sa-spi") or "")
    for gateway, indexes in tunnels.items():
        yield rows.IpsecTunnel(gateway=gateway, tunnels=len(indexes))


QUESTIONS = (
    of_both(
        "ike",
        ike_peers,
        by_rpc_or_cli("get-ike-security-associations-information", "show security ike security-associations"),
        NOT_IN_USE,
    ),
    of_both(
        "ipsec",
        ipsec_tunnels,
        by_rpc_or_cli("get-security-associations-information", "show security ipsec security-associations"),
        NOT_IN_USE,
    ),
)
