"""The report of a campaign: page, table, facts."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

from srx_issu.campaign.events import NoticeSent
from srx_issu.campaign.model import Budget, Share, WaveSize
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.route import Route
from srx_issu.report.campaign import CampaignReport, build_campaign_report
from srx_issu.steps.campaign.close import conclude_campaign
from srx_issu.steps.campaign.cluster_task import ClusterTask, StartRun
from srx_issu.steps.campaign.ends import collect
from srx_issu.steps.campaign.plan import approval_question, confirm_plan, known_plan, make_plan
from srx_issu.steps.campaign.upgrade import next_step, note_start
from srx_issu.steps.campaign.wave import judge, open_wave
from tests.fakes.campaigns import FakeCampaign, said
from tests.unit.campaign.fleets import campaign, member


def report(reason: str = "") -> CampaignReport:
    asked = campaign(waves=(WaveSize(share=Share(count=2)), WaveSize()), budget=Budget(total=Share(count=1)))
    by_reboot = member("b", route=Route.DUAL_REBOOT, outage_s=900, sessions="all are lost")
    held = member("held", objection="on hold: <RMA>")
    fake = FakeCampaign(campaign=asked, fleet=[member("a"), by_reboot, member("c"), held])
    make_plan(fake.context())
    said(fake, approval_question(fake.context()))
    confirm_plan(fake.context())
    open_wave(fake.context(), 1)
    for name, outcome in (("a", Outcome.UPGRADED), ("b", Outcome.ROLLED_BACK)):
        plan, _ = known_plan(fake.context())
        planned = plan.cluster(name)
        assert planned is not None
        task = ClusterTask(plan=plan, campaign=asked, cluster=planned, wave=1)
        go = next_step(fake.context(), task)
        assert isinstance(go, StartRun)
        note_start(fake.context(), task, go.order)
        fake.clock.sleep(90)
        fake.close_upgrade(go.order, outcome, reason)
        collect(fake.context(), task, go.run_id, None)
    judge(fake.context(), 1, 1)
    record = fake.campaigns.campaign("spring__1")
    assert record is not None
    entries = fake.campaigns.entries("spring__1")
    ending = conclude_campaign(entries, plan_only=False)
    return build_campaign_report(record, entries, ending, fake.clock.now() + timedelta(seconds=5))


def test_the_table_has_a_line_for_every_planned_cluster() -> None:
    rows = list(csv.DictReader(io.StringIO(report("=cmd()").csv)))
    assert [(r["cluster"], r["result"], r["seconds"]) for r in rows] == [
        ("a", "UPGRADED", "90"),
        ("b", "ROLLED_BACK", "90"),
        ("c", "NOT_STARTED", ""),
    ]
    assert rows[1]["reason"] == "'=cmd()"


def test_each_form_names_the_route_of_every_cluster_and_what_it_costs() -> None:
    made = report()
    rows = list(csv.DictReader(io.StringIO(made.csv)))
    assert [(r["route"], r["outage"]) for r in rows[:2]] == [
        ("issu", "no figure is known"),
        ("dual_reboot", "about 900 s"),
    ]
    assert (
        '<td class="node">dual reboot</td><td class="wrap">about 900 s; sessions: all are lost</td>'
        in made.html
    )
    line = json.loads(made.json)["lines"][1]
    assert (line["route"], line["outage_s"], line["sessions"]) == ("dual_reboot", 900, "all are lost")


def test_the_page_tells_outcome_decisions_and_those_left_out_and_escapes_them() -> None:
    page = report("<script>alert(1)</script>").html
    assert "ABORTED" in page
    assert "approved by ada" in page
    assert "on hold: &lt;RMA&gt;" in page
    assert "<script>" not in page
    assert "1 failed of 1 allowed" in page


def test_the_facts_are_the_same_for_programs() -> None:
    facts = json.loads(report().json)
    assert (facts["name"], facts["summary"]) == ("spring", "1 ROLLED_BACK, 1 UPGRADED")
    assert [line["result"] for line in facts["lines"]] == ["UPGRADED", "ROLLED_BACK", "NOT_STARTED"]


def test_a_campaign_without_a_plan_has_a_report_too() -> None:
    fake = FakeCampaign(campaign=campaign(), fleet=[])
    fake.campaigns.open_campaign("spring__1", "spring", "ada", fake.clock.now())
    fake.context().record(NoticeSent(), "x")
    record = fake.campaigns.campaign("spring__1")
    assert record is not None
    made = build_campaign_report(record, (), conclude_campaign((), plan_only=False), fake.clock.now())
    assert "REFUSED" in made.html
