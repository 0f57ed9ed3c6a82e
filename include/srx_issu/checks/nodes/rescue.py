"""Is there a rescue configuration to go back to? Asked of the node by its file; the content is not read."""

from __future__ import annotations

from srx_issu.checks.check import YES, Check
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("rescue_saved",)


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    found = subject.state.rescue_files.rows_of(node)
    reasons["rescue_saved"] = subject.state.rescue_files.reason_of(node)
    if found is not None:
        cells["rescue_saved"] = bool(found)


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="rescue_saved",
            what="whether a rescue configuration is saved",
            table="nodes",
            column="rescue_saved",
            expect=YES,
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="a rescue configuration is saved",
            bad="no rescue configuration is saved",
            limit="saved",
            remedy="'request system configuration rescue save' on both nodes",
        ),
    )
