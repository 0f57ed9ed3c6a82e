"""The task that puts the batches of an audit together and writes its matrix."""

from __future__ import annotations

from airflow.sdk import BaseOperator, Context

from srx_issu.airflow.composition.auditing import open_audit
from srx_issu.airflow.composition.settings import evidence_url
from srx_issu.ports.journal import Json
from srx_issu.report.audit import build_audit_report
from srx_issu.steps.audit.fleet import make_matrix, summary


class AuditMatrixOperator(BaseOperator):
    """Returns a summary and the ids of ``matrix.html``, ``.csv`` and ``.json`` beside what was kept."""

    ui_color = "#e8f4ea"

    def execute(self, context: Context) -> dict[str, Json]:
        audit_context = open_audit(context["run_id"], self.log)
        matrix, changed = make_matrix(audit_context)
        report = build_audit_report(matrix, changed)
        written: dict[str, Json] = {
            kind: audit_context.audits.write(
                audit_context.audit_id, f"readiness.{kind}", getattr(report, kind)
            )
            for kind in ("html", "csv", "json")
        }
        self.log.info("%s", summary(matrix))
        for change in changed or ():
            self.log.info("%s: %s -> %s: %s", change.cluster, change.before, change.after, change.text)
        self.log.info("matrix: %s/%s, and under 'SRX readiness' in the menu", evidence_url(), written["html"])
        return {"summary": summary(matrix), "changes": len(changed or ()), **written}
