"""What comes next in a wave, as the DAG and the rehearsal both ask for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import OrderGiven, OrderWord, WaveJudged
from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.model import Campaign, Result, Retry, Share, WaveSize
from srx_issu.campaign.plan import CampaignPlan, plan_waves
from srx_issu.campaign.rounds import (
    Answer,
    BakeUntil,
    RoundControl,
    SkipWave,
    has_round,
    most_rounds,
    over,
    round_clusters,
    settled,
)
from srx_issu.campaign.state import CampaignState
from tests.unit.campaign.fleets import campaign, member

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def spring(rounds: int = 1) -> tuple[CampaignPlan, Campaign]:
    """Waves of a, then b, c, d; the next wave an hour later."""
    waves = (WaveSize(share=Share(count=1)), WaveSize())
    asked = campaign(waves=waves, bake_s=3600.0, retry=Retry(rounds=rounds))
    return plan_waves([member(name) for name in "abcd"], asked), asked


def control(state: CampaignState, wave: int, rounds: int = 1) -> RoundControl:
    plan, asked = spring(rounds)
    return RoundControl(plan=plan, campaign=asked, state=state, wave=wave)


def stands(**facts: object) -> CampaignState:
    return CampaignState(approved=spring()[0].digest, **facts)  # type: ignore[arg-type]


def judged_at(moment: datetime) -> CampaignEntry:
    event = WaveJudged(decision=WaveDecision.PROMOTE, round_number=1)
    return CampaignEntry(at=moment, text="promote", event=event, wave=1)


def held(**results: Result) -> CampaignState:
    """Wave 2 is held after its first round."""
    return stands(
        opened={1: ("a",), 2: ("b", "c", "d")},
        judged={(1, 1): WaveDecision.PROMOTE, (2, 1): WaveDecision.HOLD},
        results={"a": Result.UPGRADED, **results},
    )


class TestBefore:
    def test_the_first_wave_of_an_approved_plan_opens(self) -> None:
        assert control(stands(), 1).before(NOW) is None

    def test_without_approval_nothing_opens(self) -> None:
        found = control(CampaignState(), 1).before(NOW)
        assert found == SkipWave(reason="the plan was not approved")

    def test_an_aborted_campaign_opens_nothing(self) -> None:
        state = stands(aborted="ada: flood")
        assert control(state, 1).before(NOW) == SkipWave(reason="aborted: ada: flood") == over(state)

    def test_a_wave_without_clusters_is_skipped(self) -> None:
        assert control(stands(), 7).before(NOW) == SkipWave(reason="nobody is left for this wave")

    def test_the_wave_before_must_have_been_promoted(self) -> None:
        not_promoted = SkipWave(reason="wave 1 was not promoted")
        assert control(stands(), 2).before(NOW) == not_promoted
        waits = stands(judged={(1, 1): WaveDecision.HOLD}, answered={(1, 1): ("a",)})
        assert control(waits, 2).before(NOW) == not_promoted
        accepted = stands(judged={(1, 1): WaveDecision.HOLD}, answered={(1, 1): ()})
        assert control(accepted, 2).before(NOW) is None

    def test_of_several_rounds_the_newest_counts(self) -> None:
        judged = {(1, 2): WaveDecision.HOLD, (1, 1): WaveDecision.PROMOTE}
        assert control(stands(judged=judged), 2).before(NOW) == SkipWave(reason="wave 1 was not promoted")

    def test_the_pause_counts_from_the_last_judgement(self) -> None:
        state = stands(judged={(1, 1): WaveDecision.PROMOTE}, last_judged=judged_at(NOW))
        until = NOW + timedelta(hours=1)
        assert control(state, 2).before(NOW) == BakeUntil(until=until)
        assert control(state, 2).before(until) is None

    def test_a_wave_that_was_opened_bakes_no_more(self) -> None:
        state = stands(
            judged={(1, 1): WaveDecision.PROMOTE}, last_judged=judged_at(NOW), opened={2: ("b", "c", "d")}
        )
        assert control(state, 2).before(NOW) is None


class TestRounds:
    def test_the_first_round_runs_the_wave_and_a_later_one_those_that_were_named(self) -> None:
        state = stands(opened={1: ("a",)}, answered={(1, 1): ("a",), (1, 2): ()})
        assert [round_clusters(state, 1, number) for number in (1, 2, 3)] == [("a",), ("a",), ()]
        assert [has_round(state, 1, number) for number in (1, 2, 3)] == [True, True, False]
        assert not has_round(state, 2, 1)

    def test_a_hold_that_was_answered_is_not_judged_again(self) -> None:
        state = stands(judged={(1, 1): WaveDecision.HOLD}, answered={(1, 1): ("a",)})
        assert settled(state, 1, 1) is WaveDecision.HOLD
        assert settled(held(), 2, 1) is None

    def test_a_missing_result_is_held(self) -> None:
        judged = control(held(b=Result.UPGRADED, c=Result.UPGRADED, d=Result.NOT_STARTED), 2).judge()
        assert judged.decision is WaveDecision.HOLD


class TestAnswers:
    STATE = held(b=Result.ROLLED_BACK, c=Result.NEEDS_OPERATOR, d=Result.NOT_STARTED)

    def test_retry_runs_what_may_be_retried(self) -> None:
        effect = control(self.STATE, 2).effect(1, Answer.RETRY, "ada")
        assert (effect.answered.again, effect.answered.accepted, effect.order) == (("b", "d"), (), None)

    def test_promote_accepts_the_failures_and_runs_the_rest(self) -> None:
        effect = control(self.STATE, 2).effect(1, Answer.PROMOTE, "ada")
        assert (effect.answered.again, effect.answered.accepted) == (("d",), ("b", "c"))
        assert effect.order is None

    def test_abort_gives_the_order_and_runs_nobody(self) -> None:
        effect = control(self.STATE, 2).effect(1, Answer.ABORT, "ada")
        assert effect.order == OrderGiven(order=OrderWord.ABORT, by="ada")
        assert (effect.answered.again, effect.answered.accepted) == ((), ())

    def test_after_the_last_round_nobody_runs_again(self) -> None:
        last = control(self.STATE, 2)
        assert most_rounds(last.campaign) == 2
        assert last.options(1) == (Answer.PROMOTE, Answer.RETRY, Answer.ABORT)
        assert last.options(2) == (Answer.PROMOTE, Answer.ABORT)
        assert last.retried(2) == last.effect(2, Answer.PROMOTE, "ada").answered.again == ()

    def test_without_retries_there_is_one_round(self) -> None:
        only = control(self.STATE, 2, rounds=0)
        assert most_rounds(only.campaign) == 1
        assert only.options(1) == (Answer.PROMOTE, Answer.ABORT)
