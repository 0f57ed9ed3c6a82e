"""What a table is made of, and what it is made from: snapshot and state as tidy rows.

Both nodes are always there as rows, also when one is silent: then its cells are empty (None), and
``reasons`` says why. An empty cell is "not known", never a good value. Columns ending in ``_text`` are
for the sentences. The tables are plain records; ``runner`` makes DataFrames of them. They are filled, and
judged, in ``nodes``, ``groups``, ``hardware`` and ``cluster``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from srx_issu.domain.checking import CheckRules
from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.support import InService, Support

Cell = bool | int | float | str | None
Row = dict[str, Cell]
Reasons = dict[str, str | None]

_NOT_JUDGED = Support(verdict=InService.ASK, reason="the support matrix was not asked")


@dataclass
class Frame:
    """One table. ``about`` of a row ("RG1", "FPC 1 PIC 0") is what ignore rules look at."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    reasons: dict[tuple[int, str], str] = field(default_factory=dict)  # why a cell is empty

    def add(self, cells: Mapping[str, Cell], reasons: Mapping[str, str | None] | None = None) -> None:
        """Adds a row; columns that are not named are empty. A reason may belong to any empty cell."""
        index = len(self.rows)
        self.rows.append({column: cells.get(column) for column in self.columns} | {"row": index})
        for column, reason in (reasons or {}).items():
            if reason:
                self.reasons[index, column] = reason


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Everything that the tables are made from. ``support``: the support matrix on this upgrade."""

    snapshot: Snapshot
    state: ClusterState
    intent: Intent
    rules: CheckRules
    support: Support = _NOT_JUDGED

    def view(self, node: NodeName) -> NodeView:
        return self.snapshot.view(node)

    def silence(self, node: NodeName) -> str | None:
        """Why the node itself does not answer; None when it does."""
        view = self.view(node)
        return None if view.reachable else f"does not answer: {view.error or 'no reason known'}"

    @property
    def is_silent(self) -> bool:
        """Neither node answers: nothing is known of the cluster, which each node's own row says."""
        return not any(view.reachable for view in self.snapshot.views)
