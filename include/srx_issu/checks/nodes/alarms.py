"""Alarms of chassis and system. One of a class that we do not know counts as major, and may be minor."""

from __future__ import annotations

from srx_issu.checks.check import ZERO, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import Alarm
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("major_alarms", "major_text", "minor_alarms", "minor_text")

_MAJOR, _MINOR = ("major", "critical"), ("minor", "warning", "info")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    state = subject.state
    tables = (state.chassis_alarms, state.system_alarms)
    found = {(a.alarm_class, a.text): a for table in tables for a in table.rows_of(node) or ()}
    silence = next((reason for table in tables if (reason := table.reason_of(node))), None)
    major, minor = ([a for a in found.values() if _is_major(a) is wanted] for wanted in (True, False))
    strange = next((_words(alarm) for alarm in major if not _is_known(alarm)), None)
    _tell(cells, reasons, "major", [_words(alarm) for alarm in major], silence)
    _tell(cells, reasons, "minor", [alarm.text for alarm in minor], silence or strange)


def _tell(cells: Row, reasons: Reasons, kind: str, told: list[str], silence: str | None) -> None:
    """One list without an alarm says nothing while the other list is missing."""
    cells[f"{kind}_text"] = listed(told)
    reasons[f"{kind}_alarms"] = silence
    if told or silence is None:
        cells[f"{kind}_alarms"] = len(told)


def _is_major(alarm: Alarm) -> bool:
    return alarm.alarm_class.lower() not in _MINOR


def _is_known(alarm: Alarm) -> bool:
    return alarm.alarm_class.lower() in (*_MAJOR, *_MINOR)


def _words(alarm: Alarm) -> str:
    return alarm.text if _is_known(alarm) else f"{alarm.text} (class {alarm.alarm_class})"


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="major_alarms",
            what="major alarms",
            table="nodes",
            column="major_alarms",
            expect=ZERO,
            good="no major alarm",
            bad="major alarm: {major_text}",
            limit="none",
            remedy="'show chassis alarms' and 'show system alarms'; clear the cause first",
        ),
        Check(
            name="minor_alarms",
            what="minor alarms",
            table="nodes",
            column="minor_alarms",
            expect=ZERO,
            severity=Severity.WARN,
            good="no minor alarm",
            bad="minor alarm: {minor_text}",
            limit="none",
            remedy="review 'show system alarms'",
        ),
    )
