"""The task that writes the report of one upgrade, as evidence beside everything else."""

from __future__ import annotations

from airflow.sdk import BaseOperator, Context

from srx_issu.hooks.workbench import is_open, open_bench
from srx_issu.operators.run_state import failed_tasks
from srx_issu.ports.journal import EventKind
from srx_issu.report.build import Report, build_report
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.close import settle


class ReportOperator(BaseOperator):
    """HTML and JSON. An upgrade that was never opened has no report."""

    ui_color = "#e8f4ea"

    def execute(self, context: Context) -> Facts:
        if not is_open(context["run_id"]):
            self.log.info("the upgrade was never opened: nothing to report")
            return {}
        with open_bench(context["run_id"], self.task_id, self.log) as bench:
            settle(bench, failed_tasks(self, context))
            return keep_report(bench)


def keep_report(bench: Bench) -> Facts:
    """Evidence ids of ``report.html`` and ``report.json``."""
    report = _build(bench)
    ids: Facts = {
        "html": bench.evidence.write(bench.upgrade_id, "report.html", report.html),
        "json": bench.evidence.write(bench.upgrade_id, "report.json", report.json),
    }
    bench.tell(EventKind.STEP_FINISHED, f"report written: {ids['html']}", detail=ids)
    return ids


def _build(bench: Bench) -> Report:
    record = bench.journal.upgrade(bench.upgrade_id)
    assert record is not None
    documents = {name: bench.evidence.read(name) for name in bench.evidence.names(bench.upgrade_id)}
    events = bench.journal.events(bench.upgrade_id)
    return build_report(record, bench.intent, events, documents)
