"""How a run ended, and what the command's exit status says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from srx_issu.cli.airflow_replies import Run
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.domain.outcome import Outcome

CLAIM, CLOSE = "claim", "close"
EXIT_GREEN, EXIT_RED, EXIT_NOT_DONE = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Ending:
    """``outcome`` is None when the run ended without saying one; ``reason`` is a sentence in any case."""

    outcome: Outcome | None
    reason: str
    report: str | None = None
    archive: str | None = None  # evidence for JTAC, beside the report
    what_to_do: str | None = None  # where a person must act
    is_green: bool = False

    @property
    def exit_status(self) -> int:
        return EXIT_GREEN if self.is_green else EXIT_RED


def ending(runs: DagRuns, run: Run) -> Ending:
    """What task ``close`` said, or ``claim`` of a refused request. A run that never got there, or is green
    without an outcome, is not green."""
    facts = runs.xcom(run.run_id, CLOSE) or runs.xcom(run.run_id, CLAIM)
    outcome = _outcome(facts)
    if outcome is None:
        return Ending(
            outcome=None,
            reason=f"the run ended as {run.state} without an outcome; look at its tasks and at both nodes",
        )
    return Ending(
        outcome=outcome,
        reason=str(facts.get("reason") or ""),
        report=str(facts["report"]) if facts.get("report") else None,
        archive=str(facts["archive"]) if facts.get("archive") else None,
        what_to_do=str(facts["what_to_do"]) if facts.get("what_to_do") else None,
        is_green=outcome.is_success and run.state == "success",
    )


def _outcome(facts: Any) -> Outcome | None:
    if not isinstance(facts, dict):
        return None
    try:
        return Outcome(str(facts.get("outcome")))
    except ValueError:
        return None
