"""One wave: open it, judge it, hear what a person says to a hold."""

from __future__ import annotations

from srx_issu.campaign.events import OrderGiven, OrderWord, WaveJudged, WaveOpened
from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.rounds import (
    Answer,
    BakeUntil,
    RoundControl,
    SkipWave,
    has_round,
    over,
    round_clusters,
    settled,
)
from srx_issu.campaign.state import CampaignState, read_state
from srx_issu.domain.approvals.judge import Approved
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.plural import many
from srx_issu.steps.campaign.answers import choice, decision
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.plan import NOT_ASKED, known_plan
from srx_issu.steps.campaign.plan_question import digest_of
from srx_issu.steps.campaign.plan_routes import wave_names
from srx_issu.steps.campaign.questions import CampaignQuestion


def prepare_wave(context: CampaignContext, number: int) -> SkipWave | BakeUntil | None:
    """None = the wave may be opened now, as far as its gate lets it."""
    state = _state(context)
    if (aborted := over(state)) is not None:
        return aborted
    control = _control(context, number, state)
    if context.plan_only and not state.may_run(control.plan):
        return SkipWave(reason="plan only")
    return control.before(context.upgrades.now())


def wave_question(context: CampaignContext, number: int) -> CampaignQuestion | None:
    """Asked when the campaign has a gate before this wave. Only the plan that was approved counts: what the
    files say by now is not looked at."""
    plan, campaign = known_plan(context)
    names = [cluster.name for cluster in plan.wave(number).clusters]
    if number in _state(context).opened or not campaign.gates.waves:
        return None
    subject = f"Open wave {number} of campaign {campaign.name}: {many(len(names), 'cluster')}?"
    return CampaignQuestion(
        about=about_wave(number),
        digest=_wave_digest(context, number),
        subject=subject,
        body=f"Wave {number} of **{campaign.name}**: {', '.join(wave_names(plan, number))}",
        within_s=campaign.gates.expiry_s,
        parts={"clusters": ", ".join(names)},
    )


def open_wave(context: CampaignContext, number: int) -> list[str]:
    """The guard behind the wave's gates; returns the clusters to run. Raises RequestRefused."""
    plan, campaign = known_plan(context)
    state = _state(context)
    names = [cluster.name for cluster in plan.wave(number).clusters]
    record = context.journal.campaign(context.campaign_id)
    if record is not None and record.closed_at is not None:
        raise RequestRefused(f"the campaign has ended ({record.outcome}); start a new run of it")
    if not state.may_run(plan) or state.aborted is not None:
        raise RequestRefused(f"wave {number} may not run: {state.aborted or 'its plan was not approved'}")
    if number in state.opened:
        return list(state.opened[number])
    who = NOT_ASKED
    if campaign.gates.waves:
        found = decision(context, about_wave(number), _wave_digest(context, number))
        if not isinstance(found, Approved):
            if found.is_refused:
                context.record(OrderGiven(order=OrderWord.ABORT), found.reason, wave=number)
            raise RequestRefused(f"{found.reason}; nothing new starts")
        who = ", ".join(found.by)
    opened = WaveOpened(clusters=tuple(names), digest=plan.digest, by=who)
    how = f"approved by {who}" if campaign.gates.waves else "nobody was asked"
    text = f"{many(len(names), 'cluster')}, {how}"
    context.record(opened, text, wave=number, key=f"opened:{number}")
    context.announce(f"begin:{number}", f"wave {number} begins", ", ".join(names), number)
    return names


def judge(context: CampaignContext, number: int, round_number: int) -> WaveDecision | None:
    """After a round of the wave. None = there was no such round."""
    state = _state(context)
    if not has_round(state, number, round_number):
        return None
    if (before := settled(state, number, round_number)) is not None:
        return before
    judged = _control(context, number, state).judge()
    event = WaveJudged(decision=judged.decision, round_number=round_number)
    context.record(event, f"{judged.decision}: {judged.reason}", wave=number)
    title = {
        WaveDecision.PROMOTE: "has ended",
        WaveDecision.HOLD: "is held: a person must answer",
        WaveDecision.ABORT: "ends the campaign",
    }
    text = f"{judged.reason}\n\n{result_lines(state, state.opened[number])}"
    context.announce(
        f"judged:{number}:{round_number}", f"wave {number} {title[judged.decision]}", text, number
    )
    return judged.decision


def hold_question(context: CampaignContext, number: int, round_number: int) -> CampaignQuestion:
    """With the answers that are possible."""
    control = _control(context, number, _state(context))
    state, campaign = control.state, control.campaign
    reason = state.last_judged.text if state.last_judged else ""
    body = [
        f"**{campaign.name}**, wave {number}: {reason}",
        result_lines(state, state.opened[number]),
        f"- **{Answer.PROMOTE}**: the failures are accepted; what was not started yet goes on.",
        f"- **{Answer.RETRY}**: {', '.join(control.retried(round_number)) or 'not possible any more'}.",
        f"- **{Answer.ABORT}**: nothing new starts; the campaign ends.",
    ]
    return CampaignQuestion(
        about=about_hold(number, round_number),
        digest=_hold_digest(state, number, round_number),
        subject=f"Campaign {campaign.name} is held in wave {number}",
        body="\n\n".join(body),
        within_s=campaign.gates.expiry_s,
        options=tuple(option.value for option in control.options(round_number)),
    )


def hear_answer(context: CampaignContext, number: int, round_number: int) -> list[str]:
    """Writes down what a person said to the hold; returns the clusters that run once more."""
    control = _control(context, number, _state(context))
    if (number, round_number) in control.state.answered:
        return list(round_clusters(control.state, number, round_number + 1))
    digest = _hold_digest(control.state, number, round_number)
    who, chosen = choice(context, about_hold(number, round_number), digest)
    effect = control.effect(round_number, Answer(chosen), who)
    if effect.order is not None:
        context.record(effect.order, f"{who} aborted at the hold of wave {number}", wave=number)
    key = f"answered:{number}:{round_number}"
    context.record(effect.answered, f"{who}: {chosen}", wave=number, key=key)
    return list(effect.answered.again)


def result_lines(state: CampaignState, names: tuple[str, ...]) -> str:
    """One line a cluster, the failed ones first."""
    ordered = sorted(names, key=lambda n: (n in state.results and state.results[n].is_success, n))
    return "\n".join(
        f"- {name}: {state.results.get(name, 'no result')} {state.reasons.get(name, '')}".rstrip()
        for name in ordered
    )


def about_wave(number: int) -> str:
    """What its question is about."""
    return f"wave {number}"


def about_hold(number: int, round_number: int) -> str:
    """What its question is about."""
    return f"hold {number}.{round_number}"


def _wave_digest(context: CampaignContext, number: int) -> str:
    """The wave's clusters and the plan they belong to."""
    plan, _ = known_plan(context)
    names = [cluster.name for cluster in plan.wave(number).clusters]
    return digest_of(about_wave(number), plan.digest, names)


def _hold_digest(state: CampaignState, number: int, round_number: int) -> str:
    """How each cluster of the wave ended."""
    results = {name: str(state.results.get(name, "")) for name in state.opened[number]}
    return digest_of(about_hold(number, round_number), results)


def _control(context: CampaignContext, number: int, state: CampaignState) -> RoundControl:
    plan, campaign = known_plan(context)
    return RoundControl(plan=plan, campaign=campaign, state=state, wave=number)


def _state(context: CampaignContext) -> CampaignState:
    return read_state(context.journal.entries(context.campaign_id, plans=False))
