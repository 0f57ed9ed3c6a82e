"""One wave: open it, judge it, hear what a person says to a hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from srx_issu.campaign.budget import counted
from srx_issu.campaign.events import HoldAnswered, OrderGiven, OrderWord, WaveJudged, WaveOpened
from srx_issu.campaign.gate import WaveDecision, judge_wave, to_finish, to_retry
from srx_issu.campaign.rehearse import Answer
from srx_issu.campaign.state import CampaignState, read_state
from srx_issu.domain.approvals.judge import Approved
from srx_issu.domain.errors import RequestRefused
from srx_issu.steps.campaign.answers import choice, decision
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.plan import known_plan
from srx_issu.steps.campaign.plan_question import digest_of
from srx_issu.steps.campaign.questions import CampaignQuestion


@dataclass(frozen=True, kw_only=True)
class Skip:
    """The wave has nothing to do; the reason is for the log."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Bake:
    """Not before this moment."""

    until: datetime


def prepare_wave(context: CampaignContext, number: int) -> Skip | Bake | None:
    """None = the wave may be opened now, as far as its gate lets it."""
    state = _state(context)
    if state.aborted is not None:
        return Skip(reason=f"aborted: {state.aborted}")
    plan, campaign = known_plan(context)
    if not state.may_run(plan):
        return Skip(reason="plan only" if context.plan_only else "the plan was not approved")
    if not plan.wave(number).clusters:
        return Skip(reason="nobody is left for this wave")
    for earlier in plan.waves[: number - 1]:
        if earlier.clusters and not is_passed(state, earlier.number):
            return Skip(reason=f"wave {earlier.number} was not promoted")
    if number in state.opened or state.last_judged is None:
        return None
    until = state.last_judged.at + timedelta(seconds=campaign.bake_s)
    return Bake(until=until) if until > context.upgrades.now() else None


def is_passed(state: CampaignState, number: int) -> bool:
    """Whether the gate or a person let the campaign go on after this wave."""
    rounds = [r for wave, r in state.judged if wave == number]
    if not rounds:
        return False
    last = max(rounds)
    promoted = state.judged[number, last] is WaveDecision.PROMOTE
    return promoted or state.answered.get((number, last)) == ()


def wave_question(context: CampaignContext, number: int) -> CampaignQuestion | None:
    """Asked when the campaign has a gate before each wave. Only the plan that was approved counts: what the
    files say by now is not looked at."""
    plan, campaign = known_plan(context)
    names = [cluster.name for cluster in plan.wave(number).clusters]
    if number in _state(context).opened or not campaign.gates.waves:
        return None
    subject = f"Open wave {number} of campaign {campaign.name}: {len(names)} clusters?"
    return CampaignQuestion(
        about=about_wave(number),
        digest=_wave_digest(context, number),
        subject=subject,
        body=f"Wave {number} of **{campaign.name}**: {', '.join(names)}",
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
    who = "not asked"
    if campaign.gates.waves:
        found = decision(context, about_wave(number), _wave_digest(context, number))
        if not isinstance(found, Approved):
            if found.is_refused:
                context.record(OrderGiven(order=OrderWord.ABORT), found.reason, wave=number)
            raise RequestRefused(f"{found.reason}; nothing new starts")
        who = ", ".join(found.by)
    opened = WaveOpened(clusters=tuple(names), digest=plan.digest, by=who)
    text = f"{len(names)} clusters, approved by {who}"
    context.record(opened, text, wave=number, key=f"opened:{number}")
    context.announce(f"begin:{number}", f"wave {number} begins", ", ".join(names), number)
    return names


def judge(context: CampaignContext, number: int, round_number: int) -> WaveDecision | None:
    """After a round of the wave. None = there was no such round."""
    state = _state(context)
    if number not in state.opened or (
        round_number > 1 and not state.answered.get((number, round_number - 1))
    ):
        return None
    if (number, round_number) in state.judged and (number, round_number) in state.answered:
        return state.judged[number, round_number]
    plan, campaign = known_plan(context)
    judged = judge_wave(
        campaign,
        state.results,
        wave=state.opened[number],
        planned=len(plan.clusters),
        aborted=state.aborted,
        accepted=state.accepted,
    )
    told = WaveJudged(way=judged.way, round_number=round_number)
    context.record(told, f"{judged.way}: {judged.reason}", wave=number)
    title = {
        WaveDecision.PROMOTE: "has ended",
        WaveDecision.HOLD: "is held: a person must answer",
        WaveDecision.ABORT: "ends the campaign",
    }
    text = f"{judged.reason}\n\n{result_lines(state, state.opened[number])}"
    context.announce(f"judged:{number}:{round_number}", f"wave {number} {title[judged.way]}", text, number)
    return judged.way


def hold_question(context: CampaignContext, number: int, round_number: int) -> CampaignQuestion:
    """With the answers that are possible."""
    _, campaign = known_plan(context)
    state = _state(context)
    again = _again(context, state, number, round_number)
    options = [Answer.PROMOTE.value, *([Answer.RETRY.value] if again else []), Answer.ABORT.value]
    reason = state.last_judged.text if state.last_judged else ""
    body = [
        f"**{campaign.name}**, wave {number}: {reason}",
        result_lines(state, state.opened[number]),
        f"- **{Answer.PROMOTE}**: the failures are accepted; what was not started yet goes on.",
        f"- **{Answer.RETRY}**: {', '.join(again) or 'not possible any more'}.",
        f"- **{Answer.ABORT}**: nothing new starts; the campaign ends.",
    ]
    return CampaignQuestion(
        about=about_hold(number, round_number),
        digest=_hold_digest(state, number, round_number),
        subject=f"Campaign {campaign.name} is held in wave {number}",
        body="\n\n".join(body),
        within_s=campaign.gates.expiry_s,
        options=tuple(options),
    )


def hear_answer(context: CampaignContext, number: int, round_number: int) -> list[str]:
    """Writes down what a person said to the hold; returns the clusters that run once more."""
    _, campaign = known_plan(context)
    state = _state(context)
    if (number, round_number) in state.answered:
        return list(state.answered[number, round_number])
    digest = _hold_digest(state, number, round_number)
    who, chosen = choice(context, about_hold(number, round_number), digest)
    wave = state.opened[number]
    again: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    match Answer(chosen):
        case Answer.RETRY:
            again = _again(context, state, number, round_number)
        case Answer.PROMOTE:
            accepted = counted(state.results, campaign.budget)
            again = to_finish(state.results, wave) if round_number <= campaign.retry.rounds else ()
        case Answer.ABORT:
            text = f"{who} aborted at the hold of wave {number}"
            context.record(OrderGiven(order=OrderWord.ABORT, by=who), text, wave=number)
    answered = HoldAnswered(
        answer=chosen, by=who, round_number=round_number, again=again, accepted=tuple(accepted)
    )
    context.record(answered, f"{who}: {chosen}", wave=number, key=f"answered:{number}:{round_number}")
    return list(again)


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


def _again(context: CampaignContext, state: CampaignState, number: int, round_number: int) -> tuple[str, ...]:
    _, campaign = known_plan(context)
    if round_number > campaign.retry.rounds:
        return ()
    return to_retry(campaign, state.results, state.opened[number])


def _state(context: CampaignContext) -> CampaignState:
    return read_state(context.journal.entries(context.campaign_id, plans=False))
