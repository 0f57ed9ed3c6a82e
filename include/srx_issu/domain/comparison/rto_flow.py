"""Do real-time objects flow again? Per service: what flowed before the upgrade must flow after it.

Totals say nothing, a reboot clears them (docs/junos.md, "RTO counters"): what counts is growth between two
samples, sent by the active node and received by the passive one. A service that hardly moved before is left
out: its next silence would be chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import RtoCounter
from srx_issu.domain.cluster.state import ClusterState

LEAST_GROWTH = 10  # objects between two samples; fewer are noise


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Growth of one service between two samples; None = not known."""

    sent: int | None
    received: int | None

    @property
    def is_plain(self) -> bool:
        return (self.sent or 0) >= LEAST_GROWTH and (self.received or 0) >= LEAST_GROWTH


def flows(state: ClusterState, active: NodeName | None) -> dict[str, Flow] | None:
    """Per service, sent by the active node and received by its peer; None when one of them did not answer.

    Where no node is active for all (``active`` None), sent and received by either of them.
    """
    tables = {node: state.rtos.rows_of(node) for node in NodeName}
    if any(table is None for table in tables.values()):
        return None
    by_service = {node: {row.service: row for row in tables[node] or ()} for node in NodeName}
    services = dict.fromkeys(service for node in NodeName for service in by_service[node])
    senders = [active] if active else list(NodeName)
    receivers = [active.peer] if active else list(NodeName)
    return {
        service: Flow(
            sent=_growth((by_service[n].get(service) for n in senders), "sent_delta"),
            received=_growth((by_service[n].get(service) for n in receivers), "received_delta"),
        )
        for service in services
    }


def _growth(rows: Iterator[RtoCounter | None], name: str) -> int | None:
    known = [delta for row in rows if row is not None and (delta := getattr(row, name)) is not None]
    return sum(known) if known else None


def stalled(before: dict[str, Flow], after: dict[str, Flow]) -> Iterator[tuple[str, str]]:
    """Service and what is wrong with it, for each that flowed plainly before and does not now."""
    for service, was in before.items():
        if not was.is_plain:
            continue
        now = after.get(service)
        if now is None:
            yield service, "is no longer listed"
        elif not now.sent or not now.received:
            counts = f"{_figure(now.sent)} sent, {_figure(now.received)} received"
            yield service, f"{counts} (before: {was.sent}, {was.received})"


def _figure(growth: int | None) -> str:
    return "unknown" if growth is None else str(growth)
