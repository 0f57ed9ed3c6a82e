"""Whose run it is: a run id proves nothing, the order in the campaign's journal does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from srx_issu.campaign.events import CampaignEvent, RunTaken
from srx_issu.campaign.model import Result
from srx_issu.campaign.order import ORDER_KEY, UpgradeOrder, check_unchanged
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.campaign import CampaignOutcome
from srx_issu.steps.campaign.close import close_campaign
from srx_issu.steps.campaign.cluster_task import AttachToRun, ClusterEnded, StartRun, TakenByAnother
from srx_issu.steps.campaign.ends import CLAIM_WITHIN_S, collect
from srx_issu.steps.campaign.orders import check_no_campaign, find_order, note_proved, note_refused
from srx_issu.steps.campaign.upgrade import MOST_TAKEN, note_made, note_start
from srx_issu.steps.campaign.wave import open_wave
from tests.fakes.campaigns import FakeCampaign
from tests.fakes.intents import intent
from tests.unit.steps.campaign.spring import approved, step, task


def ordered() -> tuple[FakeCampaign, UpgradeOrder]:
    """Cluster a is ordered; its run was not asked for yet."""
    fake = approved()
    open_wave(fake.context(), 1)
    go = step(fake, "a")
    assert isinstance(go, StartRun)
    return fake, note_start(fake.context(), task(fake, "a"), go.order)


def told(fake: FakeCampaign, event: type[CampaignEvent]) -> list[str]:
    entries = fake.campaigns.entries(fake.campaign_id)
    return [entry.text for entry in entries if isinstance(entry.event, event)]


class TestClaim:
    def test_the_ordered_run_has_the_campaigns_requester(self) -> None:
        fake, order = ordered()
        found = find_order(order.run_id, order.whole_conf, fake.campaigns)
        assert found is not None
        assert (found.requested_by, found.order) == ("olga", order)
        assert found.by.nonce == order.nonce

    def test_a_run_of_nobodys_campaign_is_just_a_run(self) -> None:
        fake, _ = ordered()
        assert find_order("manual__2027-01-01", {"cluster": "a"}, fake.campaigns) is None
        check_no_campaign("manual__2027-01-01", {}, fake.campaigns)

    @pytest.mark.parametrize(
        ("run_id", "changed", "words"),
        [
            ("spring__1__a", {ORDER_KEY: None}, "does not show the order"),
            ("spring__1__a", {ORDER_KEY: {"campaign": "spring__1", "nonce": "0" * 32}}, "does not show"),
            ("spring__1__a", {"image": "other.tgz"}, "image differ from the order"),
            ("spring__1__a", {"plan_only": True}, "plan_only differ from the order"),
            ("spring__1__a__2", {}, "has not ordered it"),
            ("spring__1__b", {}, "has not ordered it"),
            ("manual__1", {}, "no campaign of the journal"),
        ],
    )
    def test_a_stranger_is_refused(self, run_id: str, changed: dict[str, Any], words: str) -> None:
        fake, order = ordered()
        with pytest.raises(RequestRefused, match=words):
            find_order(run_id, {**order.whole_conf, **changed}, fake.campaigns)

    def test_no_recovery_has_a_campaigns_name(self) -> None:
        fake, order = ordered()
        for run_id, conf in ((order.run_id, {}), ("manual__1", {ORDER_KEY: {"nonce": order.nonce}})):
            with pytest.raises(RequestRefused, match="orders no such run"):
                check_no_campaign(run_id, conf, fake.campaigns)

    def test_an_ended_campaign_orders_nothing(self) -> None:
        fake, order = ordered()
        close_campaign(fake.context())
        with pytest.raises(RequestRefused, match=f"has ended .{CampaignOutcome.ABORTED}"):
            find_order(order.run_id, order.whole_conf, fake.campaigns)

    def test_files_that_changed_since_the_approval_are_refused(self) -> None:
        _, order = ordered()
        order = replace(order, image_sha256="a" * 64, facts="old")
        check_unchanged(order, "a" * 64, "old")
        with pytest.raises(RequestRefused, match="approved with SHA-256 aaa"):
            check_unchanged(order, "b" * 64, "old")
        with pytest.raises(RequestRefused, match="policy of a were changed"):
            check_unchanged(order, "a" * 64, "new")

    def test_why_the_claim_refused_is_the_clusters_result(self) -> None:
        fake, order = ordered()
        found = find_order(order.run_id, order.whole_conf, fake.campaigns)
        assert found is not None
        note_proved(found, fake.campaigns, fake.clock.now())
        note_refused(found, fake.campaigns, fake.clock.now(), "the image was changed")
        over = collect(fake.context(), task(fake, "a"), order.run_id, "failed")
        assert over == ClusterEnded(result=Result.REFUSED, reason="the image was changed; nothing was sent")


class TestTakenName:
    def test_a_run_that_ended_without_showing_the_order_is_not_ours(self) -> None:
        fake, order = ordered()
        over = collect(fake.context(), task(fake, "a"), order.run_id, "failed")
        assert isinstance(over, TakenByAnother)
        assert "somebody else's" in told(fake, RunTaken)[0]
        assert any("a run id was taken" in notice for notice in fake.notices)
        again = step(fake, "a")
        assert isinstance(again, StartRun)
        assert again.run_id == "spring__1__a__2"
        # whoever had the name late shows an order that is void by now
        with pytest.raises(RequestRefused, match="has not ordered it"):
            find_order(order.run_id, order.whole_conf, fake.campaigns)

    def test_an_upgrade_that_somebody_opened_under_our_name_is_not_our_result(self) -> None:
        fake, order = ordered()
        fake.upgrades.open_upgrade(intent(upgrade_id=order.run_id), fake.clock.now())
        fake.upgrades.close_upgrade(order.run_id, Outcome.UPGRADED, "another image", fake.clock.now())
        assert isinstance(collect(fake.context(), task(fake, "a"), order.run_id, "success"), TakenByAnother)
        assert "a" not in fake.state.results
        assert isinstance(step(fake, "a"), StartRun)

    def test_the_same_when_it_was_there_before_the_order(self) -> None:
        fake = approved()
        open_wave(fake.context(), 1)
        fake.upgrades.open_upgrade(intent(upgrade_id="spring__1__a"), fake.clock.now())
        go = step(fake, "a")
        assert isinstance(go, StartRun)
        assert go.run_id == "spring__1__a__2"

    def test_a_run_that_waits_for_ever_does_not_hold_the_campaign(self) -> None:
        fake, order = ordered()
        assert collect(fake.context(), task(fake, "a"), order.run_id, "queued") is None
        fake.clock.time += timedelta(seconds=CLAIM_WITHIN_S + 1)
        assert isinstance(collect(fake.context(), task(fake, "a"), order.run_id, "queued"), TakenByAnother)

    def test_a_run_that_was_made_for_us_may_wait(self) -> None:
        fake, order = ordered()
        note_made(fake.context(), task(fake, "a"), order.run_id)
        fake.clock.time += timedelta(seconds=CLAIM_WITHIN_S + 1)
        assert collect(fake.context(), task(fake, "a"), order.run_id, "queued") is None
        assert isinstance(step(fake, "a"), AttachToRun)

    def test_who_takes_one_name_after_the_other_ends_with_a_person(self) -> None:
        fake, order = ordered()
        for _ in range(MOST_TAKEN):
            assert isinstance(
                collect(fake.context(), task(fake, "a"), order.run_id, "failed"), TakenByAnother
            )
            found = step(fake, "a")
            if isinstance(found, StartRun):
                order = note_start(fake.context(), task(fake, "a"), found.order)
        assert isinstance(found, ClusterEnded)
        assert (found.result, fake.state.results["a"]) == (Result.REFUSED, Result.REFUSED)
        assert "other people's runs" in found.reason
