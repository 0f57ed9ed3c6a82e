"""A wave: its gate, its rounds, and what a person's word does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.model import Gates, Retry
from srx_issu.campaign.planning import Planning
from srx_issu.campaign.rounds import BakeUntil, SkipWave
from srx_issu.domain.errors import FileFault, OperatorFileError, RequestRefused
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.campaign.close import close_campaign
from srx_issu.steps.campaign.cluster_task import StartRun
from srx_issu.steps.campaign.plan import confirm_plan, make_plan
from srx_issu.steps.campaign.upgrade import next_step
from srx_issu.steps.campaign.wave import (
    hear_answer,
    hold_question,
    judge,
    open_wave,
    prepare_wave,
    wave_question,
)
from tests.fakes.campaigns import FakeCampaign, said
from tests.unit.steps.campaign.spring import (
    approved,
    in_wave_two,
    run,
    step,
    task,
)


class TestGate:
    def held(self, **changes: Any) -> FakeCampaign:
        fake = in_wave_two(approved(**changes))
        run(fake, "b", Outcome.ROLLED_BACK, 2)
        for name in "cd":
            step(fake, name, 2)
        assert judge(fake.context(), 2, 1) is WaveDecision.HOLD
        return fake

    def test_a_hold_is_judged_once_and_asked_with_what_can_be_done(self) -> None:
        fake = self.held()
        asked = hold_question(fake.context(), 2, 1)
        assert asked.options == ("Promote", "Retry the failed", "Abort")
        assert "wave 2" in asked.subject
        assert "b: ROLLED_BACK as scripted" in asked.body
        assert any("wave 2 is held" in notice for notice in fake.notices)

    def test_retry_starts_the_failed_again_under_a_new_run(self) -> None:
        fake = self.held()
        said(fake, hold_question(fake.context(), 2, 1), "Retry the failed")
        assert hear_answer(fake.context(), 2, 1) == ["b", "c", "d"]
        assert hear_answer(fake.context(), 2, 1) == ["b", "c", "d"]  # a cleared task
        go = step(fake, "b", 2)
        assert isinstance(go, StartRun)
        assert go.run_id == "spring__1__b__2"
        for name in "bcd":
            run(fake, name, Outcome.UPGRADED, 2)
        assert judge(fake.context(), 2, 2) is WaveDecision.PROMOTE
        assert close_campaign(fake.context())["outcome"] == "COMPLETED"

    def test_promote_accepts_the_failures_and_finishes_the_wave(self) -> None:
        fake = self.held()
        said(fake, hold_question(fake.context(), 2, 1), "Promote")
        assert hear_answer(fake.context(), 2, 1) == ["c", "d"]
        for name in "cd":
            run(fake, name, Outcome.UPGRADED, 2)
        assert judge(fake.context(), 2, 2) is WaveDecision.PROMOTE
        facts = close_campaign(fake.context())
        assert (facts["outcome"], facts["reason"]) == (
            "COMPLETED_WITH_FAILURES",
            "1 ROLLED_BACK, 3 UPGRADED",
        )

    def test_abort_ends_it(self) -> None:
        fake = self.held()
        said(fake, hold_question(fake.context(), 2, 1), "Abort")
        assert hear_answer(fake.context(), 2, 1) == []
        assert prepare_wave(fake.context(), 3) == SkipWave(
            reason="aborted: ada aborted at the hold of wave 2"
        )
        assert close_campaign(fake.context())["outcome"] == "ABORTED"

    def test_without_rounds_no_retry_is_offered(self) -> None:
        fake = self.held(retry=Retry(rounds=0))
        assert hold_question(fake.context(), 2, 1).options == ("Promote", "Abort")
        assert judge(fake.context(), 2, 2) is None

    def test_a_wave_behind_one_that_nobody_promoted_stays_shut(self) -> None:
        fake = approved()
        open_wave(fake.context(), 1)
        run(fake, "a", Outcome.NOT_READY)
        judge(fake.context(), 1, 1)
        assert prepare_wave(fake.context(), 2) == SkipWave(reason="wave 1 was not promoted")
        with pytest.raises(RequestRefused, match="no answer"):
            hear_answer(fake.context(), 1, 1)
        facts = close_campaign(fake.context())
        assert facts["outcome"] == "ABORTED"
        assert "3 clusters had a result (b, c, d)" in str(facts["reason"])

    def test_the_next_wave_bakes_first(self) -> None:
        fake = approved(bake_s=600.0)
        open_wave(fake.context(), 1)
        run(fake, "a", Outcome.UPGRADED)
        judge(fake.context(), 1, 1)
        assert prepare_wave(fake.context(), 2) == BakeUntil(until=fake.clock.now() + timedelta(seconds=600))
        fake.clock.sleep(600)
        assert prepare_wave(fake.context(), 2) is None

    def test_a_wave_that_was_not_opened_is_not_judged(self) -> None:
        assert judge(approved().context(), 1, 1) is None


class TestWaveGate:
    def test_asks_when_the_campaign_says_so(self) -> None:
        fake = approved(gates=Gates(waves=True))
        asked = wave_question(fake.context(), 1)
        assert asked is not None
        assert "Open wave 1" in asked.subject
        with pytest.raises(RequestRefused, match="no answer of a person"):
            open_wave(fake.context(), 1)
        said(fake, asked)
        assert open_wave(fake.context(), 1) == ["a"]
        assert wave_question(fake.context(), 1) is None
        assert open_wave(fake.context(), 1) == ["a"]

    def test_from_the_approval_on_no_file_is_read(self) -> None:
        fake = approved(gates=Gates(waves=True))

        def unread() -> Planning:
            raise OperatorFileError((FileFault(file="x", line=1, found="typo", remedy="mend it"),))

        context = replace(fake.context(), plan_now=unread)
        said(fake, wave_question(context, 1))
        assert open_wave(context, 1) == ["a"]
        assert make_plan(context)["clusters"] == 4
        assert confirm_plan(context)["approved_by"] == "ada"
        assert isinstance(next_step(context, task(fake, "a")), StartRun)

    def test_a_no_ends_the_campaign(self) -> None:
        fake = approved(gates=Gates(waves=True))
        said(fake, wave_question(fake.context(), 1), "Reject")
        with pytest.raises(RequestRefused, match="ada refused the wave 1"):
            open_wave(fake.context(), 1)
        assert isinstance(prepare_wave(fake.context(), 2), SkipWave)
        with pytest.raises(RequestRefused, match="may not run: ada refused the wave 1"):
            open_wave(fake.context(), 1)
