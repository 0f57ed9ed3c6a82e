"""Does the control link lose heartbeats while we look? Old errors do not count."""

from __future__ import annotations

from srx_issu.checks.check import ZERO, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("heartbeat_errors", "heartbeat_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    heartbeats = subject.state.heartbeats.rows_of(node)
    growth = [h.errors_delta for h in heartbeats or ()]
    reasons["heartbeat_errors"] = subject.state.heartbeats.reason_of(node) or "not counted twice"
    if growth and all(delta is not None for delta in growth):
        cells["heartbeat_errors"] = sum(delta or 0 for delta in growth)
        told = [f"control link {h.link}: {h.errors} in all" for h in heartbeats or ()]
        cells["heartbeat_text"] = listed(told)


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="heartbeat_errors",
            what="growth of heartbeat errors",
            table="nodes",
            column="heartbeat_errors",
            expect=ZERO,
            good="heartbeat errors do not rise",
            limit="no new errors",
            bad="{heartbeat_errors} new heartbeat errors while looking ({heartbeat_text})",
            remedy="the control link loses packets: check cable, port and peer",
        ),
    )
