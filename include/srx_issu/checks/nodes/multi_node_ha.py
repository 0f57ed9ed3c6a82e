"""Is the box a member of a multinode high availability pair? This ISSU is none of its own (docs/junos.md,
"Trap 10")."""

from __future__ import annotations

from srx_issu.checks.check import NO, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("multi_node_ha", "mnha_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    peers = subject.state.multi_node_ha.rows_of(node)
    reasons["multi_node_ha"] = subject.state.multi_node_ha.reason_of(node)
    if peers is not None:
        cells["multi_node_ha"] = bool(peers)
        cells["mnha_text"] = listed([f"peer {peer.peer}" for peer in peers])


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="multi_node_ha",
            what="use of multinode high availability",
            table="nodes",
            column="multi_node_ha",
            expect=NO,
            good="is no multinode high availability node",
            bad="runs multinode high availability ({mnha_text}): this ISSU is for chassis clusters only",
            limit="not in use",
            remedy="upgrade an MNHA pair node by node, by its own procedure",
        ),
    )
