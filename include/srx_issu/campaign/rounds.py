"""The rounds of a wave: when it opens, who runs, what a hold asks and what follows from the answer. Pure.

A wave is opened once and upgraded in rounds; each round ends with a judgement, and a held one with a person's
answer. The DAG's steps and the rehearsal both ask here, so a rehearsal cannot go on where the DAG would not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from srx_issu.campaign.budget import counted
from srx_issu.campaign.events import HoldAnswered, OrderGiven, OrderWord
from srx_issu.campaign.gate import Judgement, WaveDecision, judge_wave, to_finish, to_retry
from srx_issu.campaign.model import Campaign
from srx_issu.campaign.plan import CampaignPlan
from srx_issu.campaign.state import CampaignState


class Answer(StrEnum):
    """What a person says to a hold."""

    PROMOTE = "Promote"  # the failures are accepted; what was not started yet goes on
    RETRY = "Retry the failed"
    ABORT = "Abort"


@dataclass(frozen=True, kw_only=True)
class SkipWave:
    """The wave has nothing to do; the reason is for the log."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class BakeUntil:
    """The wave opens not before this moment."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class AnswerEffect:
    """What is written down of an answer: the order first, where it gives one."""

    order: OrderGiven | None
    answered: HoldAnswered


def most_rounds(campaign: Campaign) -> int:
    """Of one wave: the first, and as many as a person may ask for."""
    return 1 + campaign.retry.rounds


def over(state: CampaignState) -> SkipWave | None:
    """Whether the campaign was aborted, planned or not."""
    return None if state.aborted is None else SkipWave(reason=f"aborted: {state.aborted}")


def has_round(state: CampaignState, wave: int, round_number: int) -> bool:
    """The first comes with the wave's opening, each other one with an answer that names clusters."""
    if wave not in state.opened:
        return False
    return round_number == 1 or bool(state.answered.get((wave, round_number - 1)))


def round_clusters(state: CampaignState, wave: int, round_number: int) -> tuple[str, ...]:
    """Who runs in this round; empty = nobody, or there is no such round."""
    if round_number == 1:
        return state.opened.get(wave, ())
    return state.answered.get((wave, round_number - 1), ())


def settled(state: CampaignState, wave: int, round_number: int) -> WaveDecision | None:
    """What was decided of a round whose hold a person has answered since: it is not judged again."""
    asked = (wave, round_number)
    return state.judged.get(asked) if asked in state.answered else None


@dataclass(frozen=True, kw_only=True)
class RoundControl:
    """One wave of a plan, by where the campaign stands. Rounds count from 1."""

    plan: CampaignPlan
    campaign: Campaign
    state: CampaignState
    wave: int

    def before(self, now: datetime) -> SkipWave | BakeUntil | None:
        """None = the wave may be opened now, as far as its gate lets it; or it was opened before."""
        if (aborted := over(self.state)) is not None:
            return aborted
        if not self.state.may_run(self.plan):
            return SkipWave(reason="the plan was not approved")
        if not self.plan.wave(self.wave).clusters:
            return SkipWave(reason="nobody is left for this wave")
        passed = _passed(self.state)
        for earlier in self.plan.waves[: self.wave - 1]:
            if earlier.clusters and earlier.number not in passed:
                return SkipWave(reason=f"wave {earlier.number} was not promoted")
        if self.wave in self.state.opened or self.state.last_judged is None:
            return None
        until = self.state.last_judged.at + timedelta(seconds=self.campaign.bake_s)
        return BakeUntil(until=until) if until > now else None

    def judge(self) -> Judgement:
        """After a round, by all results so far."""
        return judge_wave(
            self.campaign,
            self.state.results,
            wave=self.state.opened[self.wave],
            planned=len(self.plan.clusters),
            aborted=self.state.aborted,
            accepted=self.state.accepted,
        )

    def retried(self, round_number: int) -> tuple[str, ...]:
        """Whom the answer "retry" would start again; empty = it is not offered."""
        if not self._is_followed(round_number):
            return ()
        return to_retry(self.campaign, self.state.results, self.state.opened[self.wave])

    def options(self, round_number: int) -> tuple[Answer, ...]:
        """What a person may say to the hold of this round."""
        retry = (Answer.RETRY,) if self.retried(round_number) else ()
        return (Answer.PROMOTE, *retry, Answer.ABORT)

    def effect(self, round_number: int, answer: Answer, by: str) -> AnswerEffect:
        """What follows when a person has answered the hold of this round."""
        again: tuple[str, ...] = ()
        accepted: tuple[str, ...] = ()
        match answer:
            case Answer.RETRY:
                again = self.retried(round_number)
            case Answer.PROMOTE:
                accepted = counted(self.state.results, self.campaign.budget)
                if self._is_followed(round_number):
                    again = to_finish(self.state.results, self.state.opened[self.wave])
            case Answer.ABORT:
                pass
        order = OrderGiven(order=OrderWord.ABORT, by=by) if answer is Answer.ABORT else None
        answered = HoldAnswered(
            answer=answer.value, by=by, round_number=round_number, again=again, accepted=accepted
        )
        return AnswerEffect(order=order, answered=answered)

    def _is_followed(self, round_number: int) -> bool:
        return round_number < most_rounds(self.campaign)


def _passed(state: CampaignState) -> frozenset[int]:
    """The waves after which the gate or a person let the campaign go on: the newest round of each counts."""
    last: dict[int, int] = {}
    for wave, round_number in state.judged:
        last[wave] = max(round_number, last.get(wave, 0))
    return frozenset(
        asked[0]
        for asked in last.items()
        if state.judged[asked] is WaveDecision.PROMOTE or state.answered.get(asked) == ()
    )
