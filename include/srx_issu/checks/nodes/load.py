"""How busy is the routing engine? [guide: under 80 % within 5 seconds, recommended when less than 40 %]"""

from __future__ import annotations

import statistics

from srx_issu.checks.check import Check, InRange
from srx_issu.checks.formatting import percent
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("cpu_percent", "cpu_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """The upper median of the samples: one spike by our own question does not count, a real load does."""
    samples = subject.state.cpu.rows_of(node)
    reasons["cpu_percent"] = subject.state.cpu.reason_of(node) or "no sample of the load"
    if samples:
        busy = [sample.busy_percent for sample in samples]
        cells["cpu_percent"] = statistics.median_high(busy)
        figures = ", ".join(f"{figure:g}" for figure in busy)
        cells["cpu_text"] = f"{percent(statistics.median_high(busy))} (samples: {figures})"


def checks(policy: Policy) -> tuple[Check, ...]:
    limits = policy.limits
    return (
        Check(
            name="cpu_load",
            what="load of the routing engine",
            table="nodes",
            column="cpu_percent",
            guide=True,
            expect=InRange(maximum=limits.cpu_block_percent, below=True),
            good="routing engine load is {cpu_text}",
            bad="routing engine load is {cpu_text}, must be under " + percent(limits.cpu_block_percent),
            limit=f"under {percent(limits.cpu_block_percent)}",
            remedy="wait for a quieter time; 'show system processes extensive' tells who is busy",
        ),
        Check(
            name="cpu_recommended",
            what="load of the routing engine",
            table="nodes",
            column="cpu_percent",
            severity=Severity.WARN,
            expect=InRange(maximum=limits.cpu_warn_percent, below=True),
            good="routing engine load is {cpu_text}",
            bad="routing engine load is {cpu_text}, recommended is under " + percent(limits.cpu_warn_percent),
            limit=f"under {percent(limits.cpu_warn_percent)}",
            remedy="prefer a quieter time",
        ),
    )
