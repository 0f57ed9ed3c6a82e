"""Orders that people give to a campaign, and its end."""

from __future__ import annotations

import pytest

from srx_issu.campaign.events import NoticeSent
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.campaign import CampaignOutcome
from srx_issu.steps.campaign.close import close_campaign, give_order
from srx_issu.steps.campaign.plan import approval_question, confirm_plan, known_plan, make_plan
from srx_issu.steps.campaign.wave import (
    open_wave,
)
from tests.fakes.campaigns import said
from tests.unit.steps.campaign.spring import (
    approved,
    begin,
    in_wave_two,
    order,
    run,
    spring,
)


class TestOrders:
    @pytest.mark.parametrize(
        ("campaign_id", "what", "reason", "words"),
        [
            ("spring__1", "stop", "x", "expected pause, resume, abort"),
            ("spring__1", "pause", " ", "reason required"),
            ("autumn__1", "pause", "x", "knows no campaign autumn__1"),
        ],
    )
    def test_a_wrong_order_is_refused(self, campaign_id: str, what: str, reason: str, words: str) -> None:
        fake = approved()
        with pytest.raises(RequestRefused, match=words):
            give_order(campaign_id, what, reason, "bob", fake.campaigns, fake.clock.now())

    def test_a_campaign_that_has_ended_hears_nothing(self) -> None:
        fake = approved()
        fake.campaigns.close_campaign("spring__1", CampaignOutcome.ABORTED, "", fake.clock.now())
        with pytest.raises(RequestRefused, match="has ended: ABORTED"):
            order(fake, "pause")

    def test_never_planned_and_never_approved_are_refused(self) -> None:
        fake = spring()
        assert close_campaign(fake.context())["outcome"] == "REFUSED"
        make_plan(fake.context())
        assert close_campaign(fake.context())["reason"] == "the plan was not approved; nothing was started"
        with pytest.raises(RequestRefused, match="nothing was planned yet"):
            known_plan(spring().context())

    def test_a_begun_campaign_says_what_was_begun(self) -> None:
        fake = in_wave_two(approved())
        begin(fake, "b", 2)
        told = "ended before 3 clusters had a result (b, c, d); 1 UPGRADED; still upgrading: b"
        assert close_campaign(fake.context()) == {"outcome": "ABORTED", "reason": told}

    def test_a_begun_campaign_whose_only_upgrade_still_runs_did_start_something(self) -> None:
        fake = approved()
        open_wave(fake.context(), 1)
        begin(fake, "a", 1)
        order(fake, "abort")
        assert str(close_campaign(fake.context())["reason"]).endswith("; still upgrading: a")

    def test_an_ended_campaign_stays_as_it_ended_whatever_is_cleared(self) -> None:
        fake = in_wave_two(approved())
        ended = close_campaign(fake.context())
        with pytest.raises(RequestRefused, match=r"has ended \(ABORTED\)"):
            open_wave(fake.context(), 2)
        for name in "bcd":
            run(fake, name, Outcome.UPGRADED, 2)
        assert close_campaign(fake.context()) == ended

    def test_the_end_of_a_campaign_that_was_open_again_is_told_too(self) -> None:
        fake = spring()
        make_plan(fake.context())
        close_campaign(fake.context())
        close_campaign(fake.context())  # tried again
        said(fake, approval_question(fake.context()))
        confirm_plan(fake.context())
        close_campaign(fake.context())
        assert [notice.partition(": ")[2].partition(":")[0] for notice in fake.notices] == [
            "REFUSED",
            "ABORTED",
        ]

    def test_people_are_told_once(self) -> None:
        fake = approved()
        open_wave(fake.context(), 1)
        fake.context().announce("begin:1", "wave 1 begins", "")
        assert fake.notices == ["spring__1: wave 1 begins"]
        entries = fake.campaigns.entries("spring__1")
        assert [entry.event for entry in entries].count(NoticeSent()) == 1
