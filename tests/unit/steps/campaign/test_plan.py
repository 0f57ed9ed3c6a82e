"""The plan of a campaign: what is asked, and when another one comes too late."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from srx_issu.campaign.events import PlanMade, WaveOpened
from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.model import FleetCluster, Gates, InFlight, Result, Staging
from srx_issu.campaign.rounds import SkipWave
from srx_issu.domain.approvals.rule import ApprovalRule
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.campaign.close import close_campaign
from srx_issu.steps.campaign.cluster_task import ClusterEnded
from srx_issu.steps.campaign.plan import approval_question, confirm_plan, known_plan, make_plan
from srx_issu.steps.campaign.wave import (
    judge,
    open_wave,
    prepare_wave,
    wave_question,
)
from tests.fakes.campaigns import FakeCampaign, said
from tests.unit.campaign.fleets import member
from tests.unit.steps.campaign.spring import (
    approved,
    in_wave_two,
    run,
    spring,
    step,
)


class TestPlan:
    def test_a_plan_with_objections_stops(self) -> None:
        fake = spring()
        fake.fleet.clear()
        with pytest.raises(RequestRefused, match="takes no cluster"):
            make_plan(fake.context())

    def test_the_question_names_digest_and_waves(self) -> None:
        fake = spring()
        facts = make_plan(fake.context())
        asked = approval_question(fake.context())
        assert asked is not None
        assert str(facts["digest"]) in asked.subject
        assert "Wave 2: b, c, d" in asked.body

    def test_without_an_answer_in_the_journal_nothing_starts(self) -> None:
        """Whatever was marked green or forged in Airflow."""
        fake = spring()
        make_plan(fake.context())
        with pytest.raises(RequestRefused, match="holds no answer of a person; nothing starts"):
            confirm_plan(fake.context())
        assert isinstance(prepare_wave(fake.context(), 1), SkipWave)

    @pytest.mark.parametrize(
        ("who", "option", "words"),
        [
            ("ada", "Reject", "ada refused the plan"),
            ("mallory", "Approve", "mallory is not entitled"),
            ("olga", "Approve", "olga asked for it and may not approve it"),
        ],
    )
    def test_only_a_yes_of_somebody_who_may_answer_counts(self, who: str, option: str, words: str) -> None:
        fake = spring(gates=Gates(approvers=("ada", "olga")))
        make_plan(fake.context())
        said(fake, approval_question(fake.context()), option, who)
        with pytest.raises(RequestRefused, match=words):
            confirm_plan(fake.context())
        assert isinstance(prepare_wave(fake.context(), 1), SkipWave)

    def test_too_few_who_could_approve_end_it_at_once(self) -> None:
        fake = spring(gates=Gates(approvers=("olga",)))
        with pytest.raises(RequestRefused, match="nobody could approve this campaign"):
            make_plan(fake.context())

    def test_a_plan_that_changed_before_the_answer_is_asked_for_again(self) -> None:
        fake = spring()
        make_plan(fake.context())
        old = approval_question(fake.context())
        fake.fleet[1] = replace(fake.fleet[1], image="other.tgz")
        said(fake, old)
        with pytest.raises(RequestRefused, match=r"now it is other\.tgz; clear the task plan"):
            confirm_plan(fake.context())
        make_plan(fake.context())
        with pytest.raises(RequestRefused, match="ada answered question"):
            confirm_plan(fake.context())  # the yes was to the other plan
        said(fake, approval_question(fake.context()))
        confirm_plan(fake.context())
        assert prepare_wave(fake.context(), 1) is None

    def test_the_question_says_whom_the_images_have_not_reached(self) -> None:
        fake = spring(staging=Staging())
        fake.not_staged = {"b": "node1: no route to host"}
        make_plan(fake.context())
        asked = approval_question(fake.context())
        assert asked is not None
        assert "staged on both nodes of 3 of 4 clusters" in asked.body
        assert "Not staged: b: node1: no route to host" in asked.body
        plain = spring()
        make_plan(plain.context())
        assert "staged" not in str(approval_question(plain.context()))

    def test_without_a_gate_nobody_is_asked(self) -> None:
        fake = spring(gates=Gates(plan=False))
        fake.policy = ApprovalRule(required=False)
        make_plan(fake.context())
        assert approval_question(fake.context()) is None
        assert confirm_plan(fake.context())["approved_by"] == "not asked"

    def test_policy_asks_where_the_campaigns_file_does_not(self) -> None:
        fake = spring(gates=Gates(plan=False))
        make_plan(fake.context())
        assert approval_question(fake.context()) is not None

    def test_plan_only_opens_no_wave(self) -> None:
        fake = spring()
        fake.plan_only = True
        make_plan(fake.context())
        confirm_plan(fake.context())
        assert prepare_wave(fake.context(), 1) == SkipWave(reason="plan only")
        assert close_campaign(fake.context())["outcome"] == "PLANNED"

    def test_a_plan_that_has_begun_is_kept(self) -> None:
        fake = approved()
        open_wave(fake.context(), 1)
        before = fake.state.approved
        fake.fleet.append(member("e"))
        assert make_plan(fake.context())["digest"] == before


class TestPlanBehindAWave:
    """``plan`` is cleared at the moment in which a wave is opened: it has read that nothing has begun."""

    def planned_behind(self, fake: FakeCampaign, *, settings: str = "file-2") -> FakeCampaign:
        other = spring()
        other.settings = settings
        other.fleet.append(member("e"))
        make_plan(other.context())
        entries = other.campaigns.entries("spring__1")
        (planned,) = [entry for entry in entries if isinstance(entry.event, PlanMade)]
        fake.campaigns.record("spring__1", planned)
        return fake

    def test_the_approved_plan_goes_on(self) -> None:
        fake = in_wave_two(approved())
        before = known_plan(fake.context())
        self.planned_behind(fake)
        assert known_plan(fake.context()) == before
        for name in "bcd":
            run(fake, name, Outcome.UPGRADED, 2)
        assert judge(fake.context(), 2, 1) is WaveDecision.PROMOTE
        assert [each.name for each in fake.campaigns.approved()] == ["spring"]
        assert close_campaign(fake.context())["outcome"] == "COMPLETED"

    def test_also_where_it_is_written_before_the_wave_is(self) -> None:
        fake = approved()
        before = known_plan(fake.context())
        open_wave(fake.context(), 1)
        opened = fake.campaigns.written["spring__1"].pop(-2)  # before the notice of its beginning
        assert isinstance(opened.event, WaveOpened)
        self.planned_behind(fake).campaigns.record("spring__1", opened)
        assert known_plan(fake.context()) == before

    def test_before_a_wave_is_open_the_newest_counts(self) -> None:
        fake = approved()
        before = known_plan(fake.context())[0].digest
        self.planned_behind(fake)
        assert known_plan(fake.context())[0].digest != before
        with pytest.raises(RequestRefused, match="was not approved"):
            open_wave(fake.context(), 1)

    def test_nothing_starts_under_a_plan_that_nobody_approved(self) -> None:
        fake = approved()
        self.planned_behind(fake)
        found = step(fake, "b", 1)
        assert isinstance(found, ClusterEnded)
        assert found.result is Result.NOT_STARTED
        assert "was not approved" in found.reason


class TestRoutes:
    def asked(self, *fleet: FleetCluster, **limits: Any) -> str:
        fake = spring()
        fake.campaign = replace(fake.campaign, in_flight=InFlight(campaign=2, **limits))
        fake.fleet[:] = fleet
        make_plan(fake.context())
        question = approval_question(fake.context())
        assert question is not None
        return question.body

    def test_the_question_says_each_clusters_route_and_what_it_costs(self) -> None:
        reboot = member(
            "c", route=Route.DUAL_REBOOT, outage_s=900, sessions="all are lost", worst_case_s=11700.0,
            release="21.4R3", asks="nobody knows a path",
        )  # fmt: skip
        icu = member("b", route=Route.ICU, outage_s=30, release="21.4R3")
        body = self.asked(member("a", release="21.4R3"), icu, reboot)
        for words in (
            "At once: 2, of them by a route that stops all traffic: 1.",
            "**ISSU (in-service software upgrade)**, 1 cluster (SRX4600): traffic of each stops: no figure",
            "**dual reboot**, 1 cluster (SRX4600): traffic of each stops: about 900 s; "
            "sessions: all are lost. Takes up to 195 minutes; nothing starts with less left in its window. "
            "Each asks again in its own run, with every command.",
            "Wave 1: a (ISSU)",
            "Wave 2: b (ICU: about 30 s), c (dual reboot: about 900 s)",
            "A person decides in its own run: c (dual reboot from 21.4R3): nobody knows a path",
        ):
            assert words in body
        assert "Not judged yet" not in body

    def test_whose_release_nobody_has_seen_is_named(self) -> None:
        body = self.asked(member("a", release="21.4R3"), member("b"))
        assert "Not judged yet: b. Nobody has seen which release runs there" in body

    def test_where_all_go_by_issu_nothing_is_said_of_routes(self) -> None:
        body = self.asked(member("a", release="21.4R3"), member("b", release="21.4R3"))
        assert "traffic" not in body
        assert "At once: 2. Budget" in body

    def test_so_does_the_question_about_a_wave(self) -> None:
        fake = spring(gates=Gates(waves=True))
        fake.fleet[:] = [member("a", route=Route.DUAL_REBOOT, outage_s=900)]
        make_plan(fake.context())
        said(fake, approval_question(fake.context()))
        confirm_plan(fake.context())
        question = wave_question(fake.context(), 1)
        assert question is not None
        assert question.body == "Wave 1 of **spring**: a (dual reboot: about 900 s)"
