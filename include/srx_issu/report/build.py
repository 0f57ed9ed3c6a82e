"""Puts a report together: HTML for people, JSON for programs, both from one ``ReportModel``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic_core import to_json, to_jsonable_python

from srx_issu.domain.history.entry import Entry
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.journal import UpgradeRecord
from srx_issu.report.documents import Documents, EvidenceItem
from srx_issu.report.model import ReportModel, report_model
from srx_issu.report.page import render


@dataclass(frozen=True, kw_only=True)
class Report:
    """One self-contained HTML page and the same facts as JSON."""

    html: str
    json: str


def build_report(
    record: UpgradeRecord,
    intent: Intent,
    events: tuple[Entry, ...],
    documents: Mapping[str, bytes],
    *,
    listing: tuple[EvidenceItem, ...] | None = None,
    journal_head: str | None = None,
    folder: str = "",
) -> Report:
    """Pure. ``documents``: the upgrade's evidence by name or evidence id, oldest first.

    Those that ``is_shown`` knows are shown, all are listed with size and SHA-256. ``listing`` is the
    evidence list for callers that did not read the others; None = made from ``documents``. ``journal_head``
    is the end of the journal's chain at this moment, for ``srx-issu audit verify --head``. ``folder``: where
    who opens the page finds the evidence, with a slash at its end; "" = beside the page.
    """
    told = report_model(record, intent, events, Documents(documents), listing)
    archive = f"{folder}{told.jtac_archive}" if told.jtac_archive else None
    kept = tuple(f"{folder}{name}" for name in told.bundles)
    report = replace(told, journal_head=journal_head, jtac_archive=archive, bundles=kept)
    return Report(html=render(report), json=to_json(_as_json(report), indent=1).decode())


def _as_json(report: ReportModel) -> dict[str, object]:
    """The report's fields, and of every entry its kind."""
    facts: dict[str, object] = to_jsonable_python(report)
    return {
        **facts,
        "findings": [_line(entry) for entry in report.findings],
        "failures": [_line(entry) for entry in report.failures],
        "events": [_line(entry) for entry in report.events],
    }


def _line(entry: Entry) -> dict[str, object]:
    line: dict[str, object] = to_jsonable_python(entry)
    return {**line, "kind": entry.kind.value}
