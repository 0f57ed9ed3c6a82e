"""Is something known of this pair of releases? [policy/known-problems.yaml]"""

from __future__ import annotations

from srx_issu.checks.check import ZERO, Check
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.junos.version import parse
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("known_problems", "known_problems_text")


def populate(subject: Subject, cells: Row, reasons: Reasons) -> None:
    """Nothing is listed about a release that cannot be read: that is no good news."""
    try:
        for view in subject.snapshot.views:
            parse(view.release or "")
    except UnparsableVersion as error:
        reasons["known_problems"] = str(error)
        return
    cells["known_problems"] = len(subject.support.known_problems)
    cells["known_problems_text"] = "; ".join(subject.support.known_problems)


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="known_problems",
            what="known problems of this pair of releases",
            table="cluster",
            column="known_problems",
            expect=ZERO,
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="nothing is listed about this pair of releases",
            bad="known of this pair of releases: {known_problems_text}",
            limit="none listed",
            remedy="see policy/known-problems.yaml",
        ),
    )
