"""Some columns of a table, how they are populated, and what must be true of them.

Each module below ``nodes`` or ``cluster`` is one. A new check = a column and a ``Check`` in such a module; a
new module is added to ``CHECK_MODULES`` of its table.
"""

from __future__ import annotations

from typing import Protocol

from srx_issu.checks.check import Check
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy


class CheckModule(Protocol):
    @property
    def COLUMNS(self) -> tuple[str, ...]: ...  # noqa: N802 - a module's constant

    def checks(self, policy: Policy, /) -> tuple[Check, ...]:
        """With the figures of this cluster's policy."""
        ...


class NodeCheckModule(CheckModule, Protocol):
    """Of the table with a row a node."""

    def populate(self, subject: Subject, node: NodeName, cells: Row, reasons: Reasons, /) -> None:
        """Adds the cells of one node; what is not known stays empty, with the reason."""
        ...


class ClusterCheckModule(CheckModule, Protocol):
    """Of the table with one row for the cluster."""

    def populate(self, subject: Subject, cells: Row, reasons: Reasons, /) -> None:
        """Adds its cells; what is not known stays empty, with the reason."""
        ...
