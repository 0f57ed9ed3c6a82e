"""Waiting for state to come back: sessions, tunnels and neighbors need a while after a switchover.

A step that compares asks ``not_yet`` first. While something is missing that may come back, and the deadline
``timers.convergence_s`` has not passed, the step says so and is run again after a pause; its operator
defers. What is missing is journalled whenever it changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from srx_issu.domain.comparison.difference import Difference, Observation
from srx_issu.domain.history.events import Observed, StillMissing
from srx_issu.domain.history.step_events import OwnWait, WaitBegan
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.steps.context import UpgradeContext

# Each look costs a worker some seconds. And an event that comes before the scheduler has seen the worker of
# the last look end makes it take the task for one that was killed from outside.
POLLS_BETWEEN_LOOKS = 3
SHORTEST_PAUSE_S = 3.0
_MOST_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class Pending:
    """The step is not over, and what comes after it waits with it."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class NotYet(Pending):
    """Run this step again in ``pause_s`` seconds."""

    pause_s: float


@dataclass(frozen=True, kw_only=True)
class ActionWait(Pending):
    """Look again when something has changed, or after ``deadline_s``."""

    deadline_s: float


def not_yet(
    context: UpgradeContext,
    awaited: OwnWait,
    before: Observation,
    now: Observation,
    intent: Intent,
    told_before: Iterable[Difference] = (),
) -> NotYet | None:
    """None = judge now. ``told_before``: nobody waits for those differences again."""
    from srx_issu.checks.post_checks import differences_of, findings_of  # noqa: PLC0415 - as its siblings do

    reported = {difference.what for difference in told_before}
    found = findings_of(differences_of(before, now, intent), intent.policy.checks)
    missing = [d for d in found if d.may_return and d.what not in reported]
    since, limit_s = context.known().waiting_since.get(awaited), context.intent.policy.timers.convergence_s
    waited_s = (context.journal.now() - since).total_seconds() if since else 0.0
    if not missing or waited_s >= limit_s:
        if since:
            ended = "still missing at the deadline" if missing else "everything is back"
            context.record(Observed(), f"{ended}, after {waited_s:.0f} s")
        return None
    if since is None:
        context.record(WaitBegan(awaited=awaited), "waiting for the state of the baseline to come back")
    summary = _summary(missing)
    _record_change(context, awaited, summary, waited_s, limit_s)
    pause_s = max(SHORTEST_PAUSE_S, POLLS_BETWEEN_LOOKS * context.intent.policy.timers.poll_s)
    return NotYet(
        reason=f"still missing: {summary}", pause_s=min(pause_s, max(SHORTEST_PAUSE_S, limit_s - waited_s))
    )


def _summary(missing: list[Difference]) -> str:
    reported = list(dict.fromkeys(difference.text for difference in missing))
    more = len(reported) - _MOST_WORDS
    return "; ".join(reported[:_MOST_WORDS]) + (f"; and {more} more" if more > 0 else "")


def _record_change(
    context: UpgradeContext, awaited: OwnWait, summary: str, waited_s: float, limit_s: float
) -> None:
    if context.known().missing.get(awaited) != summary:
        text = f"still missing, {waited_s:.0f} s of {limit_s:.0f} s: {summary}"
        context.record(StillMissing(awaited=awaited, missing=summary), text)
