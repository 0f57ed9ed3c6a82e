"""Rows about the cluster as one node sees it: links, heartbeats, real-time objects, failures, config sync."""

from __future__ import annotations

from collections.abc import Iterator

from srx_issu.adapters.devices.parse.links import Links, links
from srx_issu.adapters.devices.parse.reply import Element, fragment
from srx_issu.adapters.devices.question import Question, by_rpc_or_cli
from srx_issu.adapters.devices.questions import INFORMATION
from srx_issu.adapters.devices.state.reply import need, need_number, need_words, words
from srx_issu.adapters.devices.state.table_question import ANY_REFUSAL, of_both, of_each
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import LinkKind
from srx_issu.domain.errors import ReplyNotUnderstood
from srx_issu.domain.upgrade.rpc import Rpc

UNKNOWN = "unknown"


def _links(part: Element, node: NodeName) -> Links:
    return links(node, need(part, "chassis-cluster-interface-statistics", node))


def cluster_links(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.ClusterLink]:
    """Control and fabric as a whole first, where shown, then their interfaces."""
    found = _links(part, node)
    if found.control is not None:
        yield rows.ClusterLink(kind=LinkKind.CONTROL, name="control link", physical=found.control)
    if found.fabric is not None:
        yield rows.ClusterLink(kind=LinkKind.FABRIC, name="fabric link", physical=found.fabric)
    for name, state in found.control_interfaces:
        yield rows.ClusterLink(kind=LinkKind.CONTROL_INTERFACE, name=name, physical=state or UNKNOWN)
    for child in found.fabric_children:
        yield rows.ClusterLink(
            kind=LinkKind.FABRIC_CHILD,
            name=child.name,
            physical=child.physical or UNKNOWN,
            monitored=child.monitored,
        )


def reths(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.RethInterface]:
    for reth in _links(part, node).reths:
        yield rows.RethInterface(name=reth.name, status=reth.status or UNKNOWN, group_id=reth.group_id)


def heartbeats(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Heartbeat]:
    """At least one control link; ReplyNotUnderstood without any."""
    found = list(need(part, "chassis-cluster-statistics", node).iter("chassis-cluster-control"))
    if not found:
        raise ReplyNotUnderstood(node, "no control link in the statistics", fragment(part))
    for index, link in enumerate(found):
        shown = words(link, "control-interface-index")
        yield rows.Heartbeat(
            link=int(shown) if shown and shown.isdecimal() else index,
            sent=need_number(link, "heartbeat-sent", node),
            received=need_number(link, "heartbeat-received", node),
            errors=need_number(link, "heartbeat-errors", node),
        )


def rtos(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.RtoCounter]:
    """``services-synchronized`` is flat: a record opens at each service-name (docs/junos.md, "Trap 1").

    Two lines of one service (seen on no device, promised by nobody) would raise ReplyNotUnderstood.
    """
    block = need(part, "services-synchronized", node)
    records: dict[str, dict[str, int]] = {}
    current: dict[str, int] | None = None
    for child in block:
        tag = str(child.tag)
        if tag == "service-name":
            name = need_words(child, ".", node)
            if name in records:
                raise ReplyNotUnderstood(node, f"service {name!r} listed twice", fragment(block))
            current = records[name] = {}
        elif current is None or tag in current:
            raise ReplyNotUnderstood(node, f"<{tag}> out of place in services-synchronized", fragment(block))
        else:
            current[tag] = need_number(child, ".", node)
    for name, counted in records.items():
        if "rtos-sent" not in counted or "rtos-received" not in counted:
            raise ReplyNotUnderstood(node, f"service {name!r} without both counters", fragment(block))
        yield rows.RtoCounter(service=name, sent=counted["rtos-sent"], received=counted["rtos-received"])


def monitoring_failures(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.MonitoringFailure]:
    """The block is there only while something fails; its parts are named ``<kind>-failure-information``."""
    info = need(part, "chassis-cluster-information", node)
    need(info, "redundancy-group-list", node)  # without its other parts it tells nothing of failures either
    for block in info.iter("chassis-cluster-monitoring-failure-information"):
        for failure in block:
            kind = str(failure.tag).removesuffix("-information").removesuffix("-failure")
            if kind == "monitoring-failure-title":
                continue
            detail = " ".join(" ".join(str(text) for text in failure.itertext()).split())
            yield rows.MonitoringFailure(kind=kind.removesuffix("-monitoring"), detail=detail)


def led(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Led]:
    info = need(part, "chassis-cluster-led-information", node)
    yield rows.Led(
        colour=need_words(info, "current-led-color", node), reason=words(info, "last-change-reason")
    )


def config_sync(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.ConfigSync]:
    """Every leaf below an element named ``configuration-synchronization...``; its names differ by release."""
    found = [
        element
        for element in part.iter()
        if "configuration-synchronization" in str(element.tag) and len(element) == 0 and words(element, ".")
    ]
    if not found:
        raise ReplyNotUnderstood(node, "nothing about configuration synchronization", fragment(part))
    for element in found:
        name = str(element.tag).removeprefix("configuration-synchronization-")
        yield rows.ConfigSync(name=name, value=words(element, ".") or "")


def multi_node_ha(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.MultiNodeHa]:
    """One row a peer. A box without MNHA refuses the question; the reader takes that for none."""
    info = next((e for e in part.iter() if str(e.tag).startswith("chassis-high-availability-")), None)
    if info is None or not (len(info) or words(info, ".")):
        raise ReplyNotUnderstood(node, "nothing about multinode high availability", fragment(part))
    status = next((words(e, ".") for e in info.iter("node-status")), None)
    peers = list(info.iter("high-availability-peer-id"))
    if not peers:
        raise ReplyNotUnderstood(node, "multinode high availability without a peer", fragment(info))
    for peer in peers:
        yield rows.MultiNodeHa(peer=words(peer, ".") or "?", status=status)


LINKS = by_rpc_or_cli("get-chassis-cluster-interfaces", "show chassis cluster interfaces")

HEARTBEATS = of_each(
    "heartbeats",
    heartbeats,
    by_rpc_or_cli(
        "get-chassis-cluster-control-plane-statistics", "show chassis cluster control-plane statistics"
    ),
)
RTOS = of_each(
    "rtos",
    rtos,
    by_rpc_or_cli("get-chassis-cluster-data-plane-statistics", "show chassis cluster data-plane statistics"),
)

QUESTIONS = (
    HEARTBEATS,
    RTOS,
    of_each("links", cluster_links, LINKS),
    of_each("reths", reths, LINKS),
    of_both("monitoring", monitoring_failures, INFORMATION),
    of_both("leds", led, INFORMATION),
    of_both(
        "config_sync",
        config_sync,
        by_rpc_or_cli(
            "get-chassis-cluster-configuration-synchronization-information",
            "show chassis cluster information configuration-synchronization",
        ),
    ),
    of_each(
        "multi_node_ha",
        multi_node_ha,
        Question(rpc=Rpc("get-chassis-high-availability-information")),
        ANY_REFUSAL,
    ),
)
