"""Writing down how the upgrade ends, as soon as a step knows it."""

from __future__ import annotations

from srx_issu.domain.history.events import OutcomeDecided
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.context import UpgradeContext


def decide_outcome(context: UpgradeContext, outcome: Outcome, reason: str) -> None:
    """Journals outcome and reason; ``close`` takes the newest one as the upgrade's."""
    context.record(OutcomeDecided(outcome=outcome), reason)
