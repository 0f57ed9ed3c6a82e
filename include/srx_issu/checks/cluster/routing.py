"""What the configured routing protocols mean for an ISSU.

[guide: graceful restart is recommended; an unsupported protocol may lose packets, the ISSU only warns]
"""

from __future__ import annotations

from srx_issu.checks.check import YES, ZERO, Check
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.state import NotAnswered
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("graceful_restart", "protocols_text", "unsupported_protocols", "unsupported_protocols_text")


def populate(subject: Subject, cells: Row, reasons: Reasons) -> None:
    """A cluster without any protocol needs no graceful restart."""
    answer = subject.state.routing_features
    if isinstance(answer, NotAnswered):
        reasons["graceful_restart"] = reasons["unsupported_protocols"] = answer.reason
        return
    for row in answer.rows:
        unsupported = sorted({*row.all_protocols} & {*subject.rules.issu_unsupported_protocols})
        cells["unsupported_protocols"] = len(unsupported)
        cells["unsupported_protocols_text"] = ", ".join(unsupported)
        cells["graceful_restart"] = row.graceful_restart or not row.protocols
        cells["protocols_text"] = ", ".join(row.protocols)


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="graceful_restart",
            what="graceful restart",
            table="cluster",
            column="graceful_restart",
            expect=YES,
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="graceful restart is configured, or no routing protocol is",
            bad="{protocols_text} without graceful restart: adjacencies will be lost at the switchover",
            limit="configured (recommended by the guide)",
            remedy="'set routing-options graceful-restart', on the neighbors too",
        ),
        Check(
            name="protocols_support_issu",
            what="whether the routing protocols support ISSU",
            table="cluster",
            column="unsupported_protocols",
            expect=ZERO,
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="no protocol is configured that loses packets in an ISSU",
            bad="{unsupported_protocols_text} may lose packets during the upgrade: no ISSU support",
            limit="none of issu_unsupported_protocols",
            remedy="expect packet loss for it",
        ),
    )
