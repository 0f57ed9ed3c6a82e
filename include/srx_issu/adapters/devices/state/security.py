"""Rows about what the firewall does: sessions, zones, policies and their sync, ALG, ARP."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator

from srx_issu.adapters.devices.parse.reply import Element, fragment, number
from srx_issu.adapters.devices.question import Question, by_rpc_or_cli
from srx_issu.adapters.devices.state.reply import lines, need, need_number, need_words, words
from srx_issu.adapters.devices.state.table_question import Scope, TableQuestion, of_both
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import ReplyNotUnderstood
from srx_issu.domain.upgrade.rpc import Rpc

# What a policy is, without what a newer release adds to the reply or counts up in it.
_POLICY_NAMES = ("address-name", "application-name", "source-identity-name", "dynamic-application-name")
_POLICY_MATCHES = ("source-addresses", "destination-addresses", "applications", "source-identities")
_PFE_LINE = re.compile(
    r"\b(?:(?P<node>node[01])\.)?(?P<pfe>(?:fpc|pfe|spu)\d+(?:[./]\w*\d+)*|flowd\w*)\b", re.IGNORECASE
)
_NODE_BANNER = re.compile(r"(node[01]):?")
_OUT_OF_SYNC = re.compile(r"out[- ]of[- ]sync|not in[- ]sync", re.IGNORECASE)
_IN_SYNC = re.compile(r"in[- ]sync", re.IGNORECASE)


def sessions(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.SessionCount]:
    """One row: the block that names no SPU, or all those that name one, together."""
    found = list(part.iter("flow-session-summary-information"))
    if not found:
        raise ReplyNotUnderstood(node, "no session summary in the reply", fragment(part))
    counted = [block for block in found if _spu(block) is None][:1] or found
    most = [number(node, block, "max-sessions") for block in counted]
    known = [each for each in most if each is not None]
    yield rows.SessionCount(
        active=sum(_active(block, node) for block in counted),
        maximum=sum(known) if len(known) == len(counted) else None,
    )


def _active(block: Element, node: NodeName) -> int:
    names = ("active-session-valid", "active-unicast-sessions", "active-sessions")
    counts = (number(node, block, name) for name in names)
    active = next((count for count in counts if count is not None), None)
    if active is None:
        raise ReplyNotUnderstood(node, "no count of active sessions", fragment(block))
    return active


def spu_loads(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.SpuLoad]:
    """At least one SPU; ReplyNotUnderstood without any."""
    found = list(part.iter("performance-summary-statistics"))
    if not found:
        raise ReplyNotUnderstood(node, "no SPU in the reply", fragment(part))
    for one in found:
        place = f"fpc {need_number(one, 'fpc-number', node)} pic {need_number(one, 'pic-number', node)}"
        yield rows.SpuLoad(
            spu=place,
            busy_percent=float(need_number(one, "spu-cpu-utilization", node)),
            memory_percent=number(node, one, "spu-memory-utilization"),
            sessions=number(node, one, "spu-current-flow-session"),
            most_sessions=number(node, one, "spu-max-flow-session"),
        )


def _spu(block: Element) -> str | None:
    """``on FPC1 PIC0:`` in or beside the block; None where the node has only one."""
    parent = block.getparent()
    place = words(block, "flow-fpc-pic-id")
    return place if place is not None or parent is None else words(parent, "flow-fpc-pic-id")


def zones(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.ZoneInterface]:
    for zone in need(part, "zones-information", node).iter("zones-security"):
        name = need_words(zone, "zones-security-zonename", node)
        bound = [words(e, ".") or "" for e in zone.iter("zones-security-interface-name")]
        for interface in bound or [""]:
            yield rows.ZoneInterface(zone=name, interface=interface)


def policies(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.SecurityPolicy]:
    """In the device's order; ``position`` counts within the pair of zones."""
    positions: Counter[str] = Counter()
    for context in need(part, "security-policies", node).iter("security-context"):
        name = _context(context)
        for policy in context.iter("policy-information"):
            positions[name] += 1
            yield rows.SecurityPolicy(
                context=name,
                name=need_words(policy, "policy-name", node),
                position=positions[name],
                state=words(policy, "policy-state"),
                action=words(policy, "policy-action/action-type"),
                content=_content(policy),
            )


def _context(context: Element) -> str:
    source = words(context, "context-information/source-zone-name")
    destination = words(context, "context-information/destination-zone-name")
    return f"{source} > {destination}" if source and destination else "global"


def _content(policy: Element) -> str:
    parts: list[str] = []
    for match in _POLICY_MATCHES:
        block = policy.find(match)
        names = sorted(words(e, ".") or "" for e in block.iter(*_POLICY_NAMES)) if block is not None else []
        parts.append(f"{match}={','.join(names)}")
    parts += [
        f"{tag}={words(policy, tag)}" for tag in ("source-address-negation", "destination-address-negation")
    ]
    action = policy.find("policy-action")
    if action is not None:
        parts.append(f"action={words(action, 'action-type')}")
        log = action.find(".//log")
        parts.append(f"log={','.join(sorted(str(e.tag) for e in log)) if log is not None else ''}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def policy_sync(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.PolicySync]:
    """Lines such as ``node0.fpc0 ... in-sync``, or ``fpc0 ...`` below the banner of its node.

    The lines of other nodes are left to them. A line of which neither word can be read, or no line at
    all, raises ReplyNotUnderstood: silence is not "in sync".
    """
    current: str | None = None
    found = 0
    for line in lines(part):
        if banner := _NODE_BANNER.fullmatch(line.strip()):
            current = banner[1]
            continue
        match = _PFE_LINE.search(line)
        if match is None or (match["node"] or current or node).lower() != node:
            continue
        out_of_sync = _OUT_OF_SYNC.search(line) is not None
        if not out_of_sync and not _IN_SYNC.search(line):
            raise ReplyNotUnderstood(node, "neither in-sync nor out-of-sync", line)
        found += 1
        yield rows.PolicySync(pfe=match["pfe"], in_sync=not out_of_sync, words=" ".join(line.split()))
    if not found:
        raise ReplyNotUnderstood(node, f"no PFE of {node} in the answer", fragment(part))


def hit_counts(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.HitCount]:
    for found in need(part, "policy-hit-count", node).iter("policy-hit-count-entry"):
        source = words(found, "policy-hit-count-from-zone") or "?"
        destination = words(found, "policy-hit-count-to-zone") or "?"
        yield rows.HitCount(
            context="global" if source.lower().startswith("junos-global") else f"{source} > {destination}",
            name=need_words(found, "policy-hit-count-policy-name", node),
            count=need_number(found, "policy-hit-count-count", node),
        )


def algs(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Alg]:
    for found in need(part, "alg-status", node):
        match = re.fullmatch(r"alg-(.+)-status", str(found.tag))
        status = words(found, ".")
        if match and status:
            yield rows.Alg(name=match[1], status=status)


def arp(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.ArpCount]:
    found = need(part, "arp-table-information", node).iter("arp-table-entry")
    entries = Counter(words(entry, "interface-name") or "?" for entry in found)
    for interface, count in sorted(entries.items()):
        yield rows.ArpCount(interface=interface, entries=count)


HIT_COUNTS = of_both(
    "hit_counts",
    hit_counts,
    by_rpc_or_cli("get-security-policies-hit-count", "show security policies hit-count"),
)

QUESTIONS = (
    HIT_COUNTS,
    of_both(
        "sessions",
        sessions,
        by_rpc_or_cli("get-flow-session-information", "show security flow session summary", summary=None),
    ),
    of_both(
        "spus", spu_loads, by_rpc_or_cli("get-performance-summary-information", "show security monitoring")
    ),
    of_both("zones", zones, by_rpc_or_cli("get-zones-information", "show security zones")),
    of_both("policies", policies, by_rpc_or_cli("get-firewall-policies", "show security policies")),
    TableQuestion(
        table="policy_sync",
        scope=Scope.BOTH,
        question=Question(
            rpc=Rpc("check-security-policies"),
            cli="request security policies check",
            cli_output="text",
            cli_first=True,  # the RPC was found wanting in the field
        ),
        parse=policy_sync,
        speaks_of_both=True,
    ),
    of_both("algs", algs, by_rpc_or_cli("get-alg-status", "show security alg status")),
    of_both("arp", arp, by_rpc_or_cli("get-arp-table-information", "show arp no-resolve", no_resolve=None)),
)
