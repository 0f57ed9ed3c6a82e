"""The table of the two nodes put together, and the checks over it."""

from __future__ import annotations

from srx_issu.checks.check import Check
from srx_issu.checks.check_module import NodeCheckModule
from srx_issu.checks.frames import Frame, Reasons, Row, Subject
from srx_issu.checks.nodes import (
    alarms,
    clock,
    cold_sync,
    configuration,
    core_dumps,
    heartbeats,
    identity,
    issu,
    licenses,
    load,
    multi_node_ha,
    next_boot,
    packages,
    reachability,
    rescue,
    routing_engine,
    self_reported_health,
    space,
    user_sessions,
)
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

CHECK_MODULES: tuple[NodeCheckModule, ...] = (
    reachability,
    identity,
    routing_engine,
    space,
    load,
    cold_sync,
    self_reported_health,
    heartbeats,
    issu,
    multi_node_ha,
    alarms,
    core_dumps,
    user_sessions,
    configuration,
    next_boot,
    licenses,
    packages,
    rescue,
    clock,
)


def nodes_frame(subject: Subject) -> Frame:
    """Two rows, node0 and node1."""
    frame = Frame(
        "nodes", ("node", "about", *(column for module in CHECK_MODULES for column in module.COLUMNS))
    )
    for node in NodeName:
        cells: Row = {"node": node.value, "about": node.value}
        reasons: Reasons = {}
        for module in CHECK_MODULES:
            module.populate(subject, node, cells, reasons)
        frame.add(cells, reasons)
    return frame


def node_checks(policy: Policy) -> tuple[Check, ...]:
    return tuple(check for module in CHECK_MODULES for check in module.checks(policy))
