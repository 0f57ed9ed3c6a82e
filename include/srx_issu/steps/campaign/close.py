"""The end of a campaign: its outcome from its journal, and orders that people give on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import OrderGiven, OrderWord
from srx_issu.campaign.plan import CampaignPlan
from srx_issu.campaign.state import CampaignState, read_state
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.plural import many
from srx_issu.ports.campaign import CampaignJournal, CampaignOutcome
from srx_issu.ports.journal import Json
from srx_issu.steps.campaign.answers import last_unanswered
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.plan_question import digest_of
from srx_issu.steps.campaign.planned import plan_of

MAX_REASON = 500
MOST_NAMES = 5


def close_campaign(context: CampaignContext) -> dict[str, Json]:
    """Writes the outcome down, once, and tells people."""
    record = context.journal.campaign(context.campaign_id)
    if record is None:
        return {"outcome": CampaignOutcome.REFUSED.value, "reason": "nothing was planned; see the task plan"}
    outcome, reason = conclude_campaign(
        context.journal.entries(context.campaign_id), plan_only=context.plan_only
    )
    context.journal.close_campaign(context.campaign_id, outcome, reason, context.clock.now())
    outcome, reason = ending_of(context, outcome, reason)
    # Once for each ending: a campaign that was refused may be opened again.
    context.announce(f"closed:{digest_of(outcome, reason)}", f"{outcome}: {reason}", reason)
    return {"outcome": outcome.value, "reason": reason}


def ending_of(context: CampaignContext, outcome: CampaignOutcome, reason: str) -> tuple[CampaignOutcome, str]:
    """The ending on record, whatever was cleared and came to pass behind it; ``outcome`` and ``reason`` are
    how it stands without one."""
    record = context.journal.campaign(context.campaign_id)
    if record is None or record.outcome is None:
        return outcome, reason
    return record.outcome, record.reason or ""


def conclude_campaign(events: tuple[CampaignEntry, ...], *, plan_only: bool) -> tuple[CampaignOutcome, str]:
    """Doubt is never green."""
    found, state = plan_of(events), read_state(events)
    if found is None or found[0].objections:
        objections = "; ".join(found[0].objections) if found else "nothing was planned"
        return CampaignOutcome.REFUSED, objections
    plan = found[0]
    if plan_only:
        return CampaignOutcome.PLANNED, f"plan {plan.digest}; nothing was touched"
    if not state.may_run(plan) and not state.has_started:
        why = (last_unanswered(events) or "the plan was not approved").partition(";")[0]
        return CampaignOutcome.REFUSED, f"{why}; nothing was started"
    return _counted(plan, state)


def _counted(plan: CampaignPlan, state: CampaignState) -> tuple[CampaignOutcome, str]:
    counts = summary(state)
    if state.aborted is not None:
        return CampaignOutcome.ABORTED, f"{state.aborted}; {counts}"
    missing = [c.name for c in plan.clusters if c.name not in state.results]
    if missing:
        reason = f"ended before {many(len(missing), 'cluster')} had a result ({few(missing)}); {counts}"
        return CampaignOutcome.ABORTED, reason
    if all(result.is_success for result in state.results.values()):
        return CampaignOutcome.COMPLETED, counts
    return CampaignOutcome.COMPLETED_WITH_FAILURES, counts


def few(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    rest = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + rest


def summary(state: CampaignState) -> str:
    """``10 UPGRADED, 1 NOT_READY; still upgrading: fra1-fw1``."""
    found: dict[str, int] = {}
    for result in state.results.values():
        found[result.value] = found.get(result.value, 0) + 1
    parts = [", ".join(f"{number} {name}" for name, number in sorted(found.items()))] if found else []
    if state.in_flight:
        parts.append(f"still upgrading: {few(sorted(state.in_flight))}")
    return "; ".join(parts) or ("no result yet" if state.has_started else "nothing was started")


def give_order(
    campaign_id: str, order: str, reason: str, who: str, journal: CampaignJournal, at: datetime
) -> None:
    """Pause, resume or abort. Raises RequestRefused."""
    reason = reason.strip()
    if order not in list(OrderWord):
        raise RequestRefused(f"order {order!r}: expected {', '.join(OrderWord)}")
    word = OrderWord(order)
    if not reason or len(reason) > MAX_REASON or not reason.isprintable():
        raise RequestRefused(f"reason required (1–{MAX_REASON} characters)")
    record = journal.campaign(campaign_id)
    if record is None:
        raise RequestRefused(f"the journal knows no campaign {campaign_id}")
    if record.closed_at is not None:
        raise RequestRefused(f"{campaign_id} has ended: {record.outcome}")
    done = {OrderWord.PAUSE: "paused", OrderWord.RESUME: "resumed", OrderWord.ABORT: "aborted"}[word]
    journal.record(
        campaign_id,
        CampaignEntry(at=at, text=f"{done} by {who}: {reason}", event=OrderGiven(order=word, by=who)),
    )
