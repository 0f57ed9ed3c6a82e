"""A writer that sends only while its upgrade holds the cluster.

A task can be cleared in Airflow long after its run was closed, taken over, or its cluster given back; then it
may still look, but whatever it would send ends here.
"""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.commands import Command, StartIssu
from srx_issu.domain.intent import Intent, StartMethod
from srx_issu.domain.model import NodeName
from srx_issu.ports.clock import Clock
from srx_issu.ports.devices import ClusterWriter, StartReport
from srx_issu.ports.journal import Leases
from srx_issu.steps.holding import renew_all


@dataclass(frozen=True, kw_only=True)
class HeldWriter:
    """``ports.ClusterWriter``. Raises LeaseHeld or JournalError before anything is sent."""

    writer: ClusterWriter
    intent: Intent
    leases: Leases
    clock: Clock

    def send(self, node: NodeName, command: Command) -> str:
        self._need_the_cluster()
        return self.writer.send(node, command)

    def start_issu(self, node: NodeName, command: StartIssu, job: str, method: StartMethod) -> StartReport:
        self._need_the_cluster()
        return self.writer.start_issu(node, command, job, method)

    def _need_the_cluster(self) -> None:
        renew_all(self.intent, self.leases, self.intent.policy.timers.lease_s)
