"""What the conditions of the send gate are read from, each read once in one asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.gate.order import SendOrder


@dataclass(frozen=True)
class GateReading:
    """One asking of the gate. What several conditions need is read once, when the first of them needs it.

    ``method``: the way that the open line has proven; None for what is no start.
    """

    context: UpgradeContext
    order: SendOrder
    method: StartMethod | None = None

    @cached_property
    def known(self) -> UpgradeState:
        return self.context.known()

    @cached_property
    def now(self) -> datetime:
        """The database's clock."""
        return self.context.journal.now()

    @cached_property
    def look(self) -> Snapshot:
        """Both nodes, anew."""
        return self.context.reader.observe()
