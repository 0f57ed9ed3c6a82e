"""Has something crashed lately?"""

from __future__ import annotations

from datetime import timedelta

from srx_issu.checks.check import ZERO, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("fresh_cores", "cores_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """Fresh = younger than ``core_dump_days``, by the node's own clock where it tells."""
    state = subject.state
    dumps, clock = state.core_dumps.rows_of(node), state.clocks.one_of(node)
    reasons["fresh_cores"] = state.core_dumps.reason_of(node) or "age of a core dump not shown"
    if dumps is None:
        return
    now, limit = clock.device_time if clock else state.taken_at, timedelta(days=subject.rules.core_dump_days)
    fresh = [d.path for d in dumps if d.written_at and now - d.written_at < limit]
    cells["cores_text"] = listed(fresh or [dump.path for dump in dumps])
    if fresh or all(dump.written_at for dump in dumps):
        cells["fresh_cores"] = len(fresh)


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="fresh_core_dumps",
            what="fresh core dumps",
            table="nodes",
            column="fresh_cores",
            expect=ZERO,
            good="no fresh core dump",
            bad="{fresh_cores} fresh core dumps: {cores_text}",
            limit="none",
            remedy="find out what crashed, move the file away: 'show system core-dumps'",
        ),
    )
