"""Do the node's licences last beyond the upgrade? What ends during it would look like its fault."""

from __future__ import annotations

from datetime import datetime, timedelta

from srx_issu.checks.check import ZERO, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import Licence
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("licences_ending", "licences_ending_text")


def fill(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """A licence that shows no end is permanent."""
    licences = subject.state.licences.rows_of(node)
    reasons["licences_ending"] = subject.state.licences.reason_of(node)
    if licences is not None:
        over_by = _over_by(subject)
        ending = [
            _told(licence) for licence in licences if licence.expires_at and licence.expires_at < over_by
        ]
        cells["licences_ending"], cells["licences_ending_text"] = len(ending), listed(ending)


def _over_by(subject: Subject) -> datetime:
    """When the upgrade is over at the latest: the end of its window, or the worst case from now."""
    end = subject.intent.window_end
    latest = subject.state.taken_at + timedelta(seconds=subject.intent.policy.timers.worst_case_s)
    return max(latest, datetime.fromisoformat(end)) if end else latest


def _told(licence: Licence) -> str:
    return f"{licence.name} on {licence.expires_at:%Y-%m-%d}"


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="licences_last",
            what="when licences end",
            table="nodes",
            column="licences_ending",
            expect=ZERO,
            severity=Severity.WARN,
            good="no licence ends before the upgrade is over",
            bad="licences that have ended, or end before the upgrade is over: {licences_ending_text}",
            limit="valid beyond the upgrade",
            remedy="renew them first: 'show system license'",
        ),
    )
