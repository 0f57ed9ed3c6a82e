"""Nodes that answer from the captured replies of real devices: an Ask, and the snapshots that go with it."""

from __future__ import annotations

from datetime import UTC, datetime

from srx_issu.adapters.devices.parse.nodes import answers_by_node
from srx_issu.adapters.devices.parse.refusals import raise_errors
from srx_issu.adapters.devices.parse.reply import Element, parse_reply
from srx_issu.adapters.devices.parse.status import redundancy_groups
from srx_issu.adapters.devices.parse.system import clock_facts, software_facts
from srx_issu.adapters.devices.question import RequestForm
from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.domain.errors import UnknownCommand
from tests.places import CAPTURES, capture

NOW = datetime(2026, 5, 27, 1, 0, tzinfo=UTC)


def captured(name: str) -> Element:
    """One captured reply as the session hands it over. Skips the test where the captures are not at hand."""
    return parse_reply("node0", capture(name))


class CapturedNodes:
    """Both nodes answer each RPC with its capture; RPCs without one are a syntax error.

    ``more`` names captures of other boxes, or gives the text of a reply, for an RPC.
    """

    def __init__(self, prefix: str, more: dict[str, str] | None = None) -> None:
        self._prefix = prefix
        self._more = more or {}
        self.asked: list[tuple[NodeName, str]] = []

    def __call__(self, node: NodeName, form: RequestForm, /) -> Element:
        rpc = form.rpc.name
        self.asked.append((node, rpc))
        given = self._more.get(rpc)
        if given is not None and given.startswith("<"):
            reply = parse_reply(node, given)
        else:
            name = given or f"{self._prefix}__{rpc}.xml"
            if not (CAPTURES / name).exists():
                raise UnknownCommand(node, "syntax error")
            reply = captured(name)
        if next(reply.iter("multi-routing-engine-results"), None) is None:
            raise_errors(node, reply)
        return reply


def degraded_snapshot(prefix: str = "vsrx244-cluster-unhealthy") -> Snapshot:
    """The real cluster whose node1 is ``disabled``, both nodes reachable, each with the same status table."""
    status = captured(f"{prefix}__get-chassis-cluster-status.xml")
    software = answers_by_node("node0", captured(f"{prefix}__get-software-information.xml"))
    uptime = answers_by_node("node0", captured("vsrx244-cluster__get-system-uptime-information.xml"))
    views = []
    for node in NodeName:
        facts = software_facts(node, _first(software[node], "software-information"))
        clock = clock_facts(node, _first(uptime[node], "system-uptime-information"))
        views.append(
            NodeView(
                node=node,
                reachable=True,
                hostname=facts.hostname,
                model=facts.model,
                release=facts.release,
                device_time=clock.device_time,
                booted_at=clock.booted_at,
                groups=redundancy_groups(node, _first(status, "chassis-cluster-status")),
            )
        )
    return Snapshot(cluster="degraded", taken_at=NOW, node0=views[0], node1=views[1])


def _first(element: Element, name: str) -> Element:
    return next(element.iter(name))
