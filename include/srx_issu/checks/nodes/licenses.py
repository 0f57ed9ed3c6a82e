"""Do the node's licenses last beyond the upgrade? What ends during it would look like its fault."""

from __future__ import annotations

from datetime import datetime, timedelta

from srx_issu.checks.check import ZERO, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import License
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("licenses_ending", "licenses_ending_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """A license that shows no end is permanent."""
    licenses = subject.state.licenses.rows_of(node)
    reasons["licenses_ending"] = subject.state.licenses.reason_of(node)
    if licenses is not None:
        over_by = _over_by(subject)
        ending = [_told(one) for one in licenses if one.expires_at and one.expires_at < over_by]
        cells["licenses_ending"], cells["licenses_ending_text"] = len(ending), listed(ending)


def _over_by(subject: Subject) -> datetime:
    """When the upgrade is over at the latest: the end of its window, or the worst case from now."""
    end = subject.intent.window_end
    latest = subject.state.taken_at + timedelta(seconds=subject.intent.policy.timers.worst_case_s)
    return max(latest, datetime.fromisoformat(end)) if end else latest


def _told(ending: License) -> str:
    return f"{ending.name} on {ending.expires_at:%Y-%m-%d}"


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="licenses_last",
            what="when licenses end",
            table="nodes",
            column="licenses_ending",
            expect=ZERO,
            severity=Severity.WARN,
            good="no license ends before the upgrade is over",
            bad="licenses that have ended, or end before the upgrade is over: {licenses_ending_text}",
            limit="valid beyond the upgrade",
            remedy="renew them first: 'show system license'",
        ),
    )
