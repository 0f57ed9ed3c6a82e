"""One look at a cluster, and one difference between two of them, in the words of the operator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.comparison.tables import BY_TABLE


class DifferenceKind(StrEnum):
    """How something differs."""

    LOST = "lost"  # there before, not there now
    ADDED = "added"  # not there before
    CHANGED = "changed"  # there, but not the same
    MOVED = "moved"  # there, but in another order
    OUT_OF_TOLERANCE = "out of tolerance"  # a figure further off than allowed
    SILENT = "silent"  # answered before, not answered now


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference. ``node`` is the node that shows it now; None when both do, or it is the cluster's."""

    table: str
    kind: DifferenceKind
    node: NodeName | None
    key: str  # what it is about: "trust > untrust / allow-web"; "" for the table as a whole
    field: str | None = None
    before: str | None = None
    after: str | None = None
    text: str  # "policy trust > untrust / allow-web is lost"

    @property
    def what(self) -> tuple[str, DifferenceKind, str, str | None]:
        """The same thing again in another look, whichever node shows it by then."""
        return self.table, self.kind, self.key, self.field

    @property
    def may_return(self) -> bool:
        """Whether waiting can help."""
        comparison = BY_TABLE.get(self.table)
        return comparison is None or comparison.returns


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One snapshot with its state."""

    snapshot: Snapshot
    state: ClusterState
