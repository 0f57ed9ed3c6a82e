"""The end of a campaign: its outcome from its account, and orders that people give on the way."""

from __future__ import annotations

from datetime import datetime

from srx_issu.campaign.plan import Plan
from srx_issu.domain.errors import RequestRefused
from srx_issu.ports.campaign import CampaignEvent, CampaignEventKind, CampaignJournal, CampaignOutcome
from srx_issu.ports.journal import Json
from srx_issu.steps.campaign_bench import CampaignBench
from srx_issu.steps.campaign_questions import last_unanswered
from srx_issu.steps.campaign_state import ABORT, PAUSE, RESUME, CampaignState, plan_of, read_state

MAX_REASON = 500


def close_campaign(bench: CampaignBench) -> dict[str, Json]:
    """Writes the outcome down, once, and tells people."""
    record = bench.journal.campaign(bench.campaign_id)
    if record is None:
        return {"outcome": CampaignOutcome.REFUSED.value, "reason": "nothing was planned; see the task plan"}
    outcome, reason = conclude_campaign(bench.journal.events(bench.campaign_id), plan_only=bench.plan_only)
    bench.journal.close_campaign(bench.campaign_id, outcome, reason, bench.clock.now())
    bench.announce("closed", f"{outcome}: {reason}", reason)
    return {"outcome": outcome.value, "reason": reason}


def conclude_campaign(events: tuple[CampaignEvent, ...], *, plan_only: bool) -> tuple[CampaignOutcome, str]:
    """Doubt is never green."""
    found, state = plan_of(events), read_state(events)
    if found is None or found[0].objections:
        objections = "; ".join(found[0].objections) if found else "nothing was planned"
        return CampaignOutcome.REFUSED, objections
    plan = found[0]
    if plan_only:
        return CampaignOutcome.PLANNED, f"plan {plan.digest}; nothing was touched"
    if state.approved != plan.digest:
        why = (last_unanswered(events) or "the plan was not approved").partition(";")[0]
        if any(event.kind is CampaignEventKind.STARTED for event in events):
            # Of an approved plan, behind which another was made at that very moment.
            return CampaignOutcome.ABORTED, "; ".join([why, *_account(state)])
        return CampaignOutcome.REFUSED, f"{why}; nothing was started"
    return _counted(plan, state)


def _account(state: CampaignState) -> list[str]:
    """Of upgrades that were started, whether or not they have ended."""
    told = [summary(state)] if state.results else []
    if state.in_flight:
        told.append(f"still upgrading: {', '.join(sorted(state.in_flight))}")
    return told or ["upgrades were started, and are to be tried again"]


def _counted(plan: Plan, state: CampaignState) -> tuple[CampaignOutcome, str]:
    counts = summary(state)
    if state.aborted is not None:
        return CampaignOutcome.ABORTED, f"{state.aborted}; {counts}"
    missing = [c.name for c in plan.clusters if c.name not in state.results]
    if missing:
        few = ", ".join(missing[:5])
        return CampaignOutcome.ABORTED, f"ended before {len(missing)} clusters had a result ({few}); {counts}"
    if all(result.is_success for result in state.results.values()):
        return CampaignOutcome.COMPLETED, counts
    return CampaignOutcome.COMPLETED_WITH_FAILURES, counts


def summary(state: CampaignState) -> str:
    """``10 UPGRADED, 1 NOT_READY``."""
    found: dict[str, int] = {}
    for result in state.results.values():
        found[result.value] = found.get(result.value, 0) + 1
    return ", ".join(f"{number} {name}" for name, number in sorted(found.items())) or "nothing was started"


def give_order(
    campaign_id: str, order: str, reason: str, who: str, journal: CampaignJournal, at: datetime
) -> None:
    """Pause, resume or abort. Raises RequestRefused."""
    reason = reason.strip()
    if order not in (PAUSE, RESUME, ABORT):
        raise RequestRefused(f"order {order!r}: expected {PAUSE}, {RESUME} or {ABORT}")
    if not reason or len(reason) > MAX_REASON or not reason.isprintable():
        raise RequestRefused(f"say in at most {MAX_REASON} characters why")
    record = journal.campaign(campaign_id)
    if record is None:
        raise RequestRefused(f"the journal knows no campaign {campaign_id}")
    if record.closed_at is not None:
        raise RequestRefused(f"{campaign_id} has ended: {record.outcome}")
    words = {PAUSE: "paused", RESUME: "resumed", ABORT: "aborted"}[order]
    journal.record(
        campaign_id,
        CampaignEvent(
            at=at,
            kind=CampaignEventKind.ORDERED,
            text=f"{words} by {who}: {reason}",
            detail={"order": order, "by": who},
        ),
    )
