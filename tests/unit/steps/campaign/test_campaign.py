"""A campaign's steps: what starts, what never does, and what a person's word does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from srx_issu.campaign.admit import MustWait
from srx_issu.campaign.events import NoticeSent, PlanMade, WaveOpened
from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.model import Budget, Gates, InFlight, Result, Retry, Share, Staging, WaveSize
from srx_issu.campaign.planning import Planning
from srx_issu.campaign.rounds import BakeUntil, SkipWave
from srx_issu.domain.approvals.rule import ApprovalRule
from srx_issu.domain.errors import FileFault, OperatorFileError, RequestRefused
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.campaign import CampaignOutcome
from srx_issu.steps.campaign.close import close_campaign, give_order
from srx_issu.steps.campaign.cluster_task import AttachToRun, ClusterEnded, ClusterTask, StartRun, Step
from srx_issu.steps.campaign.ends import collect, give_up
from srx_issu.steps.campaign.plan import approval_question, confirm_plan, known_plan, make_plan
from srx_issu.steps.campaign.upgrade import next_step, note_made, note_start
from srx_issu.steps.campaign.wave import (
    hear_answer,
    hold_question,
    judge,
    open_wave,
    prepare_wave,
    wave_question,
)
from tests.fakes.campaigns import FakeCampaign, said
from tests.fakes.contexts import start_intended
from tests.unit.campaign.fleets import campaign, member

CORE = frozenset({"core"})


def spring(**changes: Any) -> FakeCampaign:
    """Waves of a, then b, c, d; two at once; not one failure is allowed."""
    asked = campaign(
        waves=(WaveSize(share=Share(count=1)), WaveSize()),
        in_flight=InFlight(campaign=2),
        budget=Budget(total=Share(count=0)),
        **changes,
    )
    return FakeCampaign(campaign=asked, fleet=[member(name) for name in "abcd"])


def approved(**changes: Any) -> FakeCampaign:
    fake = spring(**changes)
    make_plan(fake.context())
    said(fake, approval_question(fake.context()))
    confirm_plan(fake.context())
    return fake


def task(fake: FakeCampaign, cluster: str, wave: int = 1) -> ClusterTask:
    plan, asked = known_plan(fake.context())
    planned = plan.cluster(cluster)
    assert planned is not None
    return ClusterTask(plan=plan, campaign=asked, cluster=planned, wave=wave)


def step(fake: FakeCampaign, cluster: str, wave: int = 1) -> Step:
    return next_step(fake.context(), task(fake, cluster, wave))


def run(fake: FakeCampaign, cluster: str, outcome: Outcome, wave: int = 1) -> ClusterEnded | None:
    """Starts it and lets it end."""
    go = step(fake, cluster, wave)
    assert isinstance(go, StartRun), go
    order = note_start(fake.context(), task(fake, cluster, wave), go.order)
    fake.close_upgrade(order, outcome, "as scripted")
    return collect(fake.context(), task(fake, cluster, wave), go.run_id, None)


def in_wave_two(fake: FakeCampaign) -> FakeCampaign:
    open_wave(fake.context(), 1)
    run(fake, "a", Outcome.UPGRADED)
    assert judge(fake.context(), 1, 1) is WaveDecision.PROMOTE
    open_wave(fake.context(), 2)
    return fake


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


class TestStart:
    def test_takes_what_it_needs_for_the_run_and_hands_on_its_parameters(self) -> None:
        fake = approved()
        fake.fleet = [replace(m, conflict_groups=CORE) for m in fake.fleet]  # not looked at any more
        open_wave(fake.context(), 1)
        go = step(fake, "a")
        assert isinstance(go, StartRun)
        assert go.run_id == "spring__1__a"
        conf = go.order.conf
        assert (conf["cluster"], conf["approval"], conf["window_end"]) == ("a", None, None)
        assert {lease.owner for lease in fake.leases.held.values()} == {"spring__1__a"}

    def test_a_second_try_attaches_and_never_starts_another(self) -> None:
        fake = approved()
        open_wave(fake.context(), 1)
        go = step(fake, "a")
        assert isinstance(go, StartRun)
        again = step(fake, "a")  # the worker died before it noted the start
        assert isinstance(again, StartRun)
        assert again.run_id == go.run_id
        other = step(fake, "a")
        assert isinstance(other, StartRun)
        assert note_start(fake.context(), task(fake, "a"), go.order) == go.order
        assert note_start(fake.context(), task(fake, "a"), other.order) == go.order  # the first one counts
        # died before the run was made
        assert step(fake, "a") == AttachToRun(run_id=go.run_id, conf=go.order.whole_conf)
        fake.open_upgrade(go.order)
        assert step(fake, "a") == AttachToRun(run_id=go.run_id, conf=None)
        fake.upgrades.close_upgrade(go.run_id, Outcome.UPGRADED, "", fake.clock.now())
        collect(fake.context(), task(fake, "a"), go.run_id, None)
        assert step(fake, "a") == ClusterEnded(result=Result.UPGRADED, reason="")

    def test_waits_while_somebody_else_holds_what_it_needs(self) -> None:
        fake = approved()
        open_wave(fake.context(), 1)
        fake.leases.take("cluster:a", "manual__7", 60)
        assert step(fake, "a") == MustWait(reason="cluster:a is held by manual__7")

    def test_no_more_at_once_than_the_campaign_says(self) -> None:
        fake = in_wave_two(approved())
        assert [type(step(fake, name, 2)) for name in "bcd"] == [StartRun, StartRun, MustWait]
        run(fake, "b", Outcome.UPGRADED, 2)
        assert isinstance(step(fake, "d", 2), StartRun)

    def test_orders_and_the_stop_are_heard(self) -> None:
        fake = in_wave_two(approved())
        fake.stopped = "stopped by eve"
        assert step(fake, "b", 2) == MustWait(reason="stopped by eve")
        fake.stopped = None
        order(fake, "pause")
        assert step(fake, "b", 2) == MustWait(reason="paused by bob: because")
        order(fake, "resume")
        assert isinstance(step(fake, "b", 2), StartRun)
        order(fake, "abort")
        assert step(fake, "c", 2) == ClusterEnded(result=Result.NOT_STARTED, reason="aborted by bob: because")

    def test_what_was_taken_is_given_back_when_an_order_comes_before_the_start(self) -> None:
        fake = in_wave_two(approved())
        assert isinstance(step(fake, "b", 2), StartRun)
        order(fake, "pause")
        assert isinstance(step(fake, "b", 2), MustWait)
        assert fake.leases.held == {}

    def test_over_the_budget_nothing_new_starts(self) -> None:
        fake = in_wave_two(approved())
        run(fake, "b", Outcome.ROLLED_BACK, 2)
        assert step(fake, "c", 2) == ClusterEnded(
            result=Result.NOT_STARTED, reason="1 failed (b); allowed failures of the campaign: 0"
        )


class TestEnd:
    def start(self, fake: FakeCampaign) -> str:
        open_wave(fake.context(), 1)
        go = step(fake, "a")
        assert isinstance(go, StartRun)
        note_start(fake.context(), task(fake, "a"), go.order)
        note_made(fake.context(), task(fake, "a"), go.run_id)
        return go.run_id

    def test_is_awaited_while_the_run_lives(self) -> None:
        fake = approved()
        upgrade = self.start(fake)
        assert collect(fake.context(), task(fake, "a"), upgrade, "running") is None
        assert collect(fake.context(), task(fake, "a"), upgrade, None) is None

    @pytest.mark.parametrize("state", ["failed", "success"])
    def test_a_run_that_never_claimed_has_sent_nothing(self, state: str) -> None:
        fake = approved()
        over = collect(fake.context(), task(fake, "a"), self.start(fake), state)
        assert over is not None
        assert over.result is Result.REFUSED
        assert fake.leases.held == {}

    def test_a_run_that_died_after_the_start_is_unknown_and_keeps_its_cluster(self) -> None:
        fake = approved()
        upgrade = self.start(fake)
        fake.open_upgrade(fake.state.orders_given["a"])
        fake.upgrades.intend(upgrade, entry_of(start_intended(), "", at=fake.clock.now(), step="issu.start"))
        over = collect(fake.context(), task(fake, "a"), upgrade, "failed")
        assert over is not None
        assert over.result is Result.UNKNOWN
        assert list(fake.leases.held) == ["cluster:a"]
        assert judge(fake.context(), 1, 1) is WaveDecision.HOLD
        assert any("a needs an operator: UNKNOWN" in notice for notice in fake.notices)

    def test_a_run_that_died_before_the_start_sent_nothing(self) -> None:
        fake = approved()
        upgrade = self.start(fake)
        fake.open_upgrade(fake.state.orders_given["a"])
        over = collect(fake.context(), task(fake, "a"), upgrade, "failed")
        assert over is not None
        assert over.result is Result.NOT_READY

    def test_a_deleted_run_is_unknown_once_it_had_claimed(self) -> None:
        fake = approved()
        upgrade = self.start(fake)
        fake.open_upgrade(fake.state.orders_given["a"])
        over = collect(fake.context(), task(fake, "a"), upgrade, "gone")
        assert over is not None
        assert over.result is Result.UNKNOWN

    def test_no_outcome_by_the_deadline_is_unknown(self) -> None:
        fake = approved()
        over = give_up(fake.context(), task(fake, "a"), self.start(fake), "too late")
        assert over.result is Result.UNKNOWN


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


def begin(fake: FakeCampaign, cluster: str, wave: int) -> None:
    go = step(fake, cluster, wave)
    assert isinstance(go, StartRun), go
    note_start(fake.context(), task(fake, cluster, wave), go.order)


def order(fake: FakeCampaign, what: str) -> None:
    give_order("spring__1", what, "because", "bob", fake.campaigns, fake.clock.now())
