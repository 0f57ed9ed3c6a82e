"""The task that writes the report as evidence. Glue: what is in the report is decided in ``build_report``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from airflow.sdk import BaseOperator, Context

from srx_issu.hooks.clock import SystemClock
from srx_issu.hooks.stores import Stores, open_stores
from srx_issu.hooks.workbench import is_open
from srx_issu.operators.run_state import failed_tasks, purpose
from srx_issu.operators.step import waited_out
from srx_issu.ports.journal import Event, EventKind, Json, UpgradeRecord
from srx_issu.report.build import build_report
from srx_issu.report.reading import read_documents
from srx_issu.steps.close import conclude
from srx_issu.steps.recall import intent_of


class ReportOperator(BaseOperator):
    """Writes ``report.html`` and ``report.json``; asks no device. Returns their evidence ids.

    A run that was refused before it was claimed has nothing to report and passes.
    """

    ui_color = "#e8f4ea"

    def execute(self, context: Context) -> dict[str, Json]:
        return waited_out(lambda _: self._report(context), context, self.log)

    def _report(self, context: Context) -> dict[str, Json]:
        upgrade_id = context["run_id"]
        stores = open_stores()
        if not is_open(upgrade_id, purpose(context)):
            self.log.info("run %s was never claimed: nothing to report", upgrade_id)
            return {}
        return write_report(stores, upgrade_id, self.task_id, failed_tasks(self, context))


def write_report(stores: Stores, upgrade_id: str, step: str, failed: Sequence[str] = ()) -> dict[str, Json]:
    """Raises JournalError when journal or evidence cannot be read or written.

    ``failed`` are the run's failed tasks: the upgrade is closed after its report, so the outcome is
    concluded here the way ``close`` is going to.
    """
    record = stores.journal.upgrade(upgrade_id)
    if record is None:
        return {}
    names, events = stores.evidence.names(upgrade_id), stores.journal.events(upgrade_id)
    report = build_report(
        _concluded(record, events, failed),
        intent_of(stores.journal, upgrade_id),
        events,
        read_documents(stores.evidence, {name: name for name in names}),
        journal_head=stores.head(upgrade_id),
    )
    written: dict[str, Json] = {
        "html": stores.evidence.write(upgrade_id, "report.html", report.html),
        "json": stores.evidence.write(upgrade_id, "report.json", report.json),
    }
    event = Event(
        at=SystemClock().now(),
        kind=EventKind.STEP_FINISHED,
        step=step,
        text="report written",
        detail=written,
    )
    stores.journal.record(upgrade_id, event)
    return written


def _concluded(record: UpgradeRecord, events: tuple[Event, ...], failed: Sequence[str]) -> UpgradeRecord:
    if record.outcome is not None:
        return record
    ended = conclude(events, failed)
    return replace(record, outcome=ended.outcome, reason=ended.reason)
