"""Do real-time objects flow again? Per service: what flowed before the upgrade must flow after it.

Totals say nothing, a reboot clears them (docs/junos.md, "RTO counters"): what counts is growth between two
samples, sent by one node and received by the other. A service that hardly moved before is left out: its next
silence would be chance.

Both looks are measured alike, whoever is active. Where the same data-plane groups are held together as
before, on the same nodes or with the nodes changed places, each direction from a node that holds groups is
compared with the same groups' direction. Where they are not (an active/active cluster whose groups the ISSU
has gathered on one node), a service must flow in either direction: some objects are sent by the node that
stands by, and which of them served whose sessions the counters do not tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.rows import RtoCounter
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.comparison.sides import groups_held

LEAST_GROWTH = 10  # objects between two samples; fewer are noise


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Growth of one service in one direction between two samples; None = not known."""

    sent: int | None
    received: int | None

    @property
    def least(self) -> int:
        """What surely went all the way."""
        return min(self.sent or 0, self.received or 0)

    @property
    def is_plain(self) -> bool:
        return self.least >= LEAST_GROWTH


Flows = dict[str, dict[NodeName, Flow]]  # service → sending node → flow


@dataclass(frozen=True, kw_only=True)
class Stalled:
    """A service that flowed plainly before and does not now; ``sender`` None = from neither node."""

    service: str
    sender: NodeName | None
    how: str


def flows(state: ClusterState) -> Flows | None:
    """Per service and sender: sent by it, received by its peer; None when one of them did not answer."""
    tables = {node: state.rtos.rows_of(node) for node in NodeName}
    if any(table is None for table in tables.values()):
        return None
    by_service = {node: {row.service: row for row in tables[node] or ()} for node in NodeName}
    services = dict.fromkeys(service for node in NodeName for service in by_service[node])
    return {
        service: {
            node: _flow(by_service[node].get(service), by_service[node.peer].get(service))
            for node in NodeName
        }
        for service in services
    }


def _flow(sender: RtoCounter | None, receiver: RtoCounter | None) -> Flow:
    return Flow(
        sent=sender.sent_delta if sender else None,
        received=receiver.received_delta if receiver else None,
    )


def comparable_senders(before: Snapshot, after: Snapshot) -> dict[NodeName, NodeName] | None:
    """Of each node that held groups before, who holds exactly these now; None where they are held
    otherwise."""
    was, now = groups_held(before), groups_held(after)
    if was is None or now is None:
        return None
    holders = {groups: node for node, groups in now.items()}
    if set(was.values()) != set(holders):
        return None
    return {node: holders[groups] for node, groups in was.items()}


def stalled(before: Flows, after: Flows, senders: dict[NodeName, NodeName] | None) -> Iterator[Stalled]:
    """Each service, and each direction of it, that flowed plainly before and does not now.

    ``senders``: whose direction is compared with whose; None = either direction will do.
    """
    for service, was in before.items():
        now = after.get(service)
        if now is None:
            if any(was[node].is_plain for node in senders or NodeName):
                yield Stalled(service=service, sender=None, how="is no longer listed")
        elif senders is None:
            yield from _stopped(service, None, _largest(was), _largest(now))
        else:
            for old, new in senders.items():
                named = new if len(senders) > 1 else None
                yield from _stopped(service, named, was[old], now[new])


def _stopped(service: str, sender: NodeName | None, was: Flow, now: Flow) -> Iterator[Stalled]:
    if was.is_plain and not now.least:
        counts = f"{_figure(now.sent)} sent, {_figure(now.received)} received"
        yield Stalled(service=service, sender=sender, how=f"{counts} (before: {was.sent}, {was.received})")


def _largest(by_sender: dict[NodeName, Flow]) -> Flow:
    return max(by_sender.values(), key=lambda flow: (flow.least, flow.sent or 0, flow.received or 0))


def _figure(growth: int | None) -> str:
    return "unknown" if growth is None else str(growth)
