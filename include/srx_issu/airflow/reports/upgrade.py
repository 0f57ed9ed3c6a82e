"""Writes the report of an upgrade as evidence. What is in it is decided in ``build_report``."""

from __future__ import annotations

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.stores import Stores
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.ports.journal import Json
from srx_issu.report.build import build_report
from srx_issu.report.reading import read_documents
from srx_issu.steps.baseline import intent_of


def write_report(stores: Stores, upgrade_id: str, step: str) -> dict[str, Json]:
    """``report.html`` and ``report.json``; returns their evidence ids, none for an upgrade that is not in the
    journal. Raises JournalError when journal or evidence cannot be read or written."""
    record = stores.journal.upgrade(upgrade_id)
    if record is None:
        return {}
    names, events = stores.evidence.names(upgrade_id), stores.journal.entries(upgrade_id)
    report = build_report(
        record,
        intent_of(stores.journal, upgrade_id),
        events,
        read_documents(stores.evidence, {name: name for name in names}),
        journal_head=stores.head(upgrade_id),
    )
    written = {
        "html": stores.evidence.write(upgrade_id, "report.html", report.html),
        "json": stores.evidence.write(upgrade_id, "report.json", report.json),
    }
    entry = entry_of(StepFinished(documents=written), "report written", at=SystemClock().now(), step=step)
    stores.journal.record(upgrade_id, entry)
    return {**written}
