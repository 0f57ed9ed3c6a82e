"""Is the link between the nodes encrypted? [guide: off before a downgrade to a release without it]"""

from __future__ import annotations

from srx_issu.checks.check import NO, Check
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.state import NotAnswered
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("ha_link_encryption",)


def populate(subject: Subject, cells: Row, reasons: Reasons) -> None:
    answer = subject.state.cluster_features
    if isinstance(answer, NotAnswered):
        reasons["ha_link_encryption"] = answer.reason
        return
    for row in answer.rows:
        cells["ha_link_encryption"] = row.ha_link_encryption


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="ha_link_encryption",
            what="encryption of the HA link",
            table="cluster",
            column="ha_link_encryption",
            expect=NO,
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="the HA link is not encrypted by the configuration",
            bad="the HA link is encrypted: both releases must support that, and the guide wants it "
            "deactivated before a node goes back to one that does not",
            limit="not configured",
            remedy="look both releases up; if the old one lacks it, deactivate it before a rollback",
        ),
    )
