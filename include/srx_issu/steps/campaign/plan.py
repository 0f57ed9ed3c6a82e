"""Planning a campaign and having the plan approved: what was approved is what runs."""

from __future__ import annotations

from srx_issu.campaign.drift import drift
from srx_issu.campaign.events import PlanApproved, PlanMade
from srx_issu.campaign.model import Campaign, Share
from srx_issu.campaign.plan import CampaignPlan
from srx_issu.campaign.state import read_state
from srx_issu.domain.approvals.judge import Approved
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.plural import many
from srx_issu.ports import codec
from srx_issu.ports.journal import Json
from srx_issu.steps.campaign.answers import decision
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.plan_question import (
    PLAN,
    plan_digest,
    plan_parts,
    require_approvers,
    rule_for_plan,
)
from srx_issu.steps.campaign.plan_routes import asking_lines, at_once, route_lines, wave_names
from srx_issu.steps.campaign.planned import plan_in, plan_of, rule_in
from srx_issu.steps.campaign.questions import CampaignQuestion

NOT_ASKED = "not asked"
_MOST_NAMES = 40  # of a wave, in a question


def make_plan(context: CampaignContext) -> dict[str, Json]:
    """Plans and writes it down. A plan of which something has begun is kept, and the files are not read any
    more. Raises RequestRefused when the plan has objections."""
    events = context.journal.entries(context.campaign_id)
    known = plan_of(events)
    if known is not None and read_state(events).opened:
        return _facts(known[0])
    now = context.plan_now()
    context.journal.open_campaign(
        context.campaign_id, now.campaign.name, context.requested_by, context.clock.now()
    )
    rule = rule_for_plan(now.approvals, now.campaign.gates)
    made = PlanMade(
        plan=codec.dumps(now.plan),
        campaign=codec.dumps(now.campaign),
        digest=now.plan.digest,
        approvals=codec.dumps(rule),
    )
    context.record(made, f"plan {now.plan.digest}: {_sizes(now.plan)}")
    if now.plan.objections:
        raise RequestRefused("; ".join(now.plan.objections))
    if not context.plan_only:
        require_approvers(rule, context.requested_by)
    return _facts(now.plan)


def approval_question(context: CampaignContext) -> CampaignQuestion | None:
    """None = nobody is asked."""
    plan, campaign = known_plan(context)
    rule = rule_in(context.journal.entries(context.campaign_id))
    if not rule.required:
        return None
    lines = [
        f"**{campaign.name}**, asked for by {context.requested_by}. Plan `{plan.digest}`: {_sizes(plan)}.",
        f"At once: {at_once(plan, campaign)}. Budget: {_budget(campaign.budget.total)}.",
        *route_lines(plan),
        *(_wave_line(plan, wave.number) for wave in plan.waves if wave.clusters),
        *(f"Left out: {left.name}: {left.reason}" for left in plan.left_out[:_MOST_NAMES]),
        *asking_lines(plan),
        *_staging_lines(context, plan, campaign),
        "Approving lets the waves start, each cluster in its window. Each is still checked by itself.",
    ]
    subject = f"Start campaign {campaign.name}: {many(len(plan.clusters), 'cluster')} (plan {plan.digest})?"
    return CampaignQuestion(
        about=PLAN,
        digest=plan_digest(plan, rule),
        subject=subject,
        body="\n\n".join(lines),
        within_s=campaign.gates.expiry_s,
        parts=plan_parts(plan, rule),
    )


def _staging_lines(context: CampaignContext, plan: CampaignPlan, campaign: Campaign) -> list[str]:
    """Whom the images have not reached ahead of time; nothing when the campaign does not want that."""
    if campaign.staging is None:
        return []
    missing = context.not_staged(plan)
    there = len(plan.clusters) - len(missing)
    lines = [f"Not staged: {name}: {reason}" for name, reason in list(missing.items())[:_MOST_NAMES]]
    rest = "; each other upgrade copies its image when its turn comes" if missing else ""
    fleet = many(len(plan.clusters), "cluster")
    return [f"Images: staged on both nodes of {there} of {fleet}{rest}.", *lines]


def confirm_plan(context: CampaignContext) -> dict[str, Json]:
    """The guard behind the gates: what was answered must be about the plan in force. Raises RequestRefused;
    then nothing starts."""
    plan, campaign = known_plan(context)
    events = context.journal.entries(context.campaign_id)
    rule = rule_in(events)
    if context.plan_only:
        return {"approved_by": NOT_ASKED, "plan_only": True, "digest": plan.digest}
    who = NOT_ASKED
    if rule.required:
        found = decision(context, PLAN, plan_digest(plan, rule))
        if not isinstance(found, Approved):
            raise RequestRefused(f"{found.reason}; nothing starts")
        who = ", ".join(found.by)
    has_begun = bool(read_state(events).opened)  # from then on the files are not read any more
    if not has_begun and (changed := drift(plan, context.plan_now().plan, {c.name for c in plan.clusters})):
        listed = "; ".join(changed)
        raise RequestRefused(
            f"the files were changed since: {listed}; clear the task plan, and it asks again"
        )
    # Refused before, and then a gate was cleared and answered: open again.
    context.journal.open_campaign(
        context.campaign_id, campaign.name, context.requested_by, context.clock.now()
    )
    context.record(PlanApproved(digest=plan.digest, by=who), f"plan {plan.digest} approved by {who}")
    return {"approved_by": who, "digest": plan.digest}


def known_plan(context: CampaignContext) -> tuple[CampaignPlan, Campaign]:
    """The plan on record with its campaign. Raises RequestRefused while there is none."""
    made = context.journal.plan(context.campaign_id)
    if made is None:
        raise RequestRefused("nothing was planned yet: clear the task plan")
    return plan_in(made)


def _facts(plan: CampaignPlan) -> dict[str, Json]:
    return {
        "digest": plan.digest,
        "clusters": len(plan.clusters),
        "waves": [len(wave.clusters) for wave in plan.waves],
        "left_out": {left.name: left.reason for left in plan.left_out[:_MOST_NAMES]},
    }


def _sizes(plan: CampaignPlan) -> str:
    sizes = " + ".join(str(len(wave.clusters)) for wave in plan.waves if wave.clusters)
    return f"{many(len(plan.clusters), 'cluster')} in waves of {sizes or 0}, {len(plan.left_out)} left out"


def _budget(total: Share | None) -> str:
    if total is None:
        return "no limit"
    return f"{total} {'failure' if total.count == 1 else 'failures'}"


def _wave_line(plan: CampaignPlan, number: int) -> str:
    names = wave_names(plan, number)
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"Wave {number}: {', '.join(names[:_MOST_NAMES])}{more}"
