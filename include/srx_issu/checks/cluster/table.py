"""The row of the cluster put together, and the checks over it."""

from __future__ import annotations

from srx_issu.checks.check import Check
from srx_issu.checks.check_module import ClusterCheckModule
from srx_issu.checks.cluster import (
    clocks,
    eligibility,
    equality,
    groups,
    ha_links,
    known_problems,
    routing,
    window,
)
from srx_issu.checks.frames import Frame, Reasons, Row, Subject
from srx_issu.domain.upgrade.intent import Policy

CHECK_MODULES: tuple[ClusterCheckModule, ...] = (
    groups,
    eligibility,
    known_problems,
    equality,
    clocks,
    window,
    routing,
    ha_links,
)


def cluster_frame(subject: Subject) -> Frame:
    """One row."""
    frame = Frame(
        "cluster", ("node", "about", *(column for module in CHECK_MODULES for column in module.COLUMNS))
    )
    cells: Row = {"about": subject.intent.cluster.name}
    reasons: Reasons = {}
    for module in CHECK_MODULES:
        module.populate(subject, cells, reasons)
    frame.add(cells, reasons)
    return frame


def cluster_checks(policy: Policy) -> tuple[Check, ...]:
    return tuple(check for module in CHECK_MODULES for check in module.checks(policy))
