"""Evidence for JTAC as a task in parallel with the recovery, and as a part of the end of a run.

Whatever goes wrong with it is written down and changes nothing: neither the recovery nor the outcome, nor the
run's colour, hang on evidence.
"""

from __future__ import annotations

from collections.abc import Callable

from airflow.sdk import BaseOperator, Context

from srx_issu.airflow.composition.upgrade import open_upgrade
from srx_issu.airflow.operators.run_state import own_dag
from srx_issu.airflow.operators.step import waited_out
from srx_issu.domain.errors import JournalAway
from srx_issu.domain.history.events import Observed
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.evidence.collect import collect_evidence

COLLECT = "collect_evidence"


class EvidenceOperator(BaseOperator):
    """Keeps one archive of both nodes. Killed half way, the next try makes it anew."""

    ui_color = "#e8f4ea"

    def execute(self, context: Context) -> Facts:
        return keep(self, context, COLLECT, collect_evidence)


def keep(
    operator: BaseOperator, context: Context, step: str, collect: Callable[[UpgradeContext], Facts]
) -> Facts:
    """What ``collect`` returns; empty where it failed."""

    def attempt(_: float) -> Facts:
        with open_upgrade(context["run_id"], step, operator.log, dag_id=own_dag(context)) as upgrade_context:
            return _collected(upgrade_context, collect)

    try:
        return waited_out(attempt, context, operator.log)
    except Exception:  # the journal is away for too long: there is nowhere to write it
        operator.log.exception("%s was given up", step)
        return {}


def _collected(context: UpgradeContext, collect: Callable[[UpgradeContext], Facts]) -> Facts:
    try:
        return collect(context)
    except JournalAway:
        raise
    except Exception as error:  # a connection that cannot be used, too: nobody waits for one
        context.log.exception("%s failed", context.step)
        context.record(Observed(), f"no evidence for JTAC: {type(error).__name__}: {error}")
        return {}
