"""Campaigns on the real scheduler: budget, retry, abort, pause, window, approval, conflicts, stop, crash.

The simulator's event log is the referee. The stories run side by side on one stack. Behind them, alone,
comes the one that stops the fleet and kills the scheduler.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

import pytest

from srx_demo import referee
from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.ports.dag_names import UPGRADE_DAG
from tests.stack.scenarios.campaign_stack import GROUP, PAIRED, CampaignStack, campaign_stack
from tests.stack.scenarios.campaigns import Campaigns, dag_of
from tests.stack.scenarios.side_by_side import begun, side_by_side

pytestmark = [pytest.mark.stack, pytest.mark.release]

LONG_S = 60.0 + 10800 / 120  # worst case of a simulated SRX4600, at the simulator's speed
SLACK_S = 150.0  # for a busy machine to begin; an upgrade that is slowed down then takes longer on any


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignStack]:
    with campaign_stack(tmp_path_factory.mktemp("campaigns")) as running:
        yield running


@pytest.fixture(scope="module")
def told(fleet: CampaignStack, request: pytest.FixtureRequest) -> Iterator[Mapping[str, Future[None]]]:
    mine = [item for item in request.session.items if getattr(item, "module", None) is request.module]
    with begun(
        mine, lambda number: Campaigns(stack=fleet, api=fleet.api(), clusters=fleet.take(number))
    ) as all_:
        yield all_


@side_by_side(clusters=1)
def test_without_a_recorded_yes_of_somebody_who_may_answer_nothing_starts(campaigns: Campaigns) -> None:
    """Refused, not answered in time, the gate marked green by hand, answered by the wrong person."""
    gates = {
        "denied": {"plan": True},
        "expired": {"plan": True, "expiry_s": 5},
        "bypassed": {"plan": True},
        "foreign": {"plan": True, "approvers": ["grace"], "expiry_s": 120},
    }
    for name, gate in gates.items():
        campaigns.write(name, campaigns.clusters, gates=gate)
    runs = {name: campaigns.start(name) for name in gates}
    campaigns.answer(runs["denied"], "approve_plan", "Reject")
    with pytest.raises(ApiFailed, match="403"):
        campaigns.answer(runs["foreign"], "approve_plan", "Approve")
    campaigns.wait(runs["bypassed"], "approve_plan", "awaiting_input")
    campaigns.mark_success(runs["bypassed"], "approve_plan")

    ends = {name: campaigns.end(run_id) for name, run_id in runs.items()}
    not_approved = ("REFUSED", "the plan was not approved; nothing was started")
    nobody = "nobody answered the question about the plan within {}; nothing was started"
    assert [ends[name] for name in gates] == [
        not_approved,
        ("REFUSED", nobody.format("5 seconds")),
        not_approved,
        ("REFUSED", nobody.format("2 minutes")),
    ]
    assert {campaigns.states(runs[name])["confirm_plan"] for name in gates} <= {"failed", "upstream_failed"}
    assert not any(campaigns.has_run(run_id, campaigns.clusters[0]) for run_id in runs.values())
    assert campaigns.starts() == [0]


@side_by_side(clusters=0)
def test_a_bad_file_says_its_faults_and_hides_nobody(campaigns: Campaigns) -> None:
    path = campaigns.stack.files / "campaigns" / "bad.yaml"
    path.write_text("target: {SRX4600: x}\nselect: {site: [a]}\n")
    campaigns.write("good", ["*"])
    campaigns.until(lambda: {"good", "bad"} <= set(campaigns.api.campaign_names()), "both DAGs")
    detail = campaigns.api.session.get(f"/dags/{DAG_PREFIX}bad/details")
    assert "bad.yaml:2: unknown key 'site' in select" in detail["doc_md"]


@side_by_side(clusters=2)
def test_a_plan_that_changed_stops_and_asks_again(campaigns: Campaigns) -> None:
    """Before the answer: the guard stops, and the cleared plan asks anew. After it the plan runs from the
    journal, in its own waves, though its file is edited and then gone."""
    canary, _ = campaigns.clusters
    campaigns.break_it(canary)
    asked = {"canary": [canary], "gates": {"plan": True}, "budget": {"total": "1"}}
    run_id = campaigns.begin("changed", campaigns.clusters, **asked)
    campaigns.wait(run_id, "approve_plan", "awaiting_input")
    campaigns.write("changed", campaigns.clusters, **asked, in_flight={"campaign": 2})
    campaigns.answer(run_id, "approve_plan", "Approve")
    assert campaigns.end(run_id) == ("REFUSED", "the plan was not approved; nothing was started")

    campaigns.clear(run_id, "plan")
    assert "Changed since the last question" in campaigns.question(run_id, "approve_plan_2")
    campaigns.answer(run_id, "approve_plan_2", "Approve")
    campaigns.wait(run_id, f"wave_1.upgrade {canary}", "deferred", "failed")
    campaigns.write("changed", campaigns.clusters, waves=["1", "1", "rest"], bake_s=3600)
    campaigns.remove("changed")
    assert campaigns.end(run_id) == ("COMPLETED_WITH_FAILURES", "1 NOT_READY, 1 UPGRADED")
    assert campaigns.starts() == [0, 1]


@side_by_side(clusters=0)
def test_campaigns_and_runs_by_hand_never_work_on_one_conflict_group_together(campaigns: Campaigns) -> None:
    first, second = PAIRED
    campaigns.break_it(second)
    one = campaigns.begin("group-one", [first])
    campaigns.until(lambda: campaigns.stack.starts(first), "start of the first")
    other = campaigns.begin("group-two", [second])
    outcome, reason = campaigns.upgrade_by_hand(second)
    assert (outcome, f"conflict:{GROUP}" in reason) == ("REFUSED", True)
    assert campaigns.end(one) == ("COMPLETED", "1 UPGRADED")
    campaigns.answer(other, "wave_1.hold", "Abort")
    assert campaigns.end(other)[0] == "ABORTED"
    events = list(campaigns.stack.lab.events())
    assert set(PAIRED) <= set(referee.worked_on(events))
    assert referee.overlaps(events, {name: [GROUP] for name in PAIRED}) == []


@side_by_side(clusters=2)
def test_an_abort_lets_what_runs_end_and_starts_nothing_new(campaigns: Campaigns) -> None:
    run_id = campaigns.begin("aborted", campaigns.clusters)
    campaigns.until(lambda: sum(campaigns.starts()), "start of one of them")
    campaigns.order(run_id, "abort")
    outcome, reason = campaigns.end(run_id)
    assert outcome == "ABORTED"
    assert reason.endswith("1 NOT_STARTED, 1 UPGRADED")
    assert sorted(campaigns.starts()) == [0, 1]


@side_by_side(clusters=2)
def test_a_pause_starts_nothing_new_until_it_is_taken_back(campaigns: Campaigns) -> None:
    run_id = campaigns.begin("paused", campaigns.clusters)
    campaigns.until(lambda: sum(campaigns.starts()), "start of one of them")
    campaigns.order(run_id, "pause")
    first, second = campaigns.started_and_not()
    campaigns.wait(run_id, f"wave_1.upgrade {first[0]}", "success")
    time.sleep(10)  # its turn would have come
    assert campaigns.is_waiting_for_its_turn(run_id, second[0])

    campaigns.order(run_id, "resume")
    assert campaigns.end(run_id) == ("COMPLETED", "2 UPGRADED")
    assert campaigns.starts() == [1, 1]


@side_by_side(clusters=3)
def test_over_the_budget_nothing_new_starts_and_a_retry_starts_only_what_is_left(
    campaigns: Campaigns,
) -> None:
    """Given three clusters of which two have no space, two at once. When the first failure exceeds the
    budget. Then the last is not started, and a person's retry starts only those that did not succeed."""
    good, *bad = campaigns.clusters
    for name in bad:
        campaigns.break_it(name)
    run_id = campaigns.begin("retried", campaigns.clusters, in_flight={"campaign": 2})
    campaigns.wait(run_id, "wave_1.hold", "awaiting_input")
    states = campaigns.states(run_id)
    ended = {name: states[f"wave_1.upgrade {name}"] for name in campaigns.clusters}
    assert sorted(map(str, ended.values())) in (
        ["failed", "failed", "skipped"],
        ["failed", "skipped", "success"],
    )
    assert [name for name, state in ended.items() if state == "success"] in ([], [good])
    assert campaigns.starts() == [int(ended[good] == "success"), 0, 0]

    for name in bad:
        campaigns.stack.lab.clear(name)
    campaigns.answer(run_id, "wave_1.hold", "Retry the failed")
    assert campaigns.end(run_id) == ("COMPLETED", "3 UPGRADED")
    assert campaigns.starts() == [1, 1, 1]
    again = [key.split()[-1] for key in campaigns.states(run_id) if key.startswith("wave_1.upgrade_2 ")]
    assert sorted(again) == sorted(name for name, state in ended.items() if state != "success")
    page = campaigns.report_page(run_id)
    assert all(word in page for word in ("COMPLETED", "operator: Retry the failed", *campaigns.clusters))


@side_by_side(clusters=3)
def test_images_are_staged_ahead_and_the_upgrade_sends_nothing_then(campaigns: Campaigns) -> None:
    """Given a line of 4 Mbit/s and one cluster without space. When images are staged, twice. Then each node
    of the others got its copy once, one after the other; the approval says who lacks it."""
    *good, bad = campaigns.clusters
    campaigns.break_it(bad)
    campaigns.write(
        "staged",
        campaigns.clusters,
        gates={"plan": True},
        budget={"total": "1"},
        staging={"at_once": 2, "mbit_s": 4},
        in_flight={"campaign": 3},
    )
    assert campaigns.stage("staged") == "failed"
    assert campaigns.stage("staged") == "failed"
    copies = campaigns.uploads()
    assert sorted((c["cluster"], c["node"]) for c in copies) == [
        (n, x) for n in good for x in ("node0", "node1")
    ]
    took_s = max(c["wall"] for c in copies) - min(c["wall"] for c in copies)
    assert took_s >= 2 * campaigns.stack.scenery.image.path.stat().st_size * 8 / 4e6

    run_id = campaigns.start("staged")
    question = campaigns.question(run_id, "approve_plan")
    assert "staged on both nodes of 2 of 3 clusters" in question
    assert f"Not staged: {bad}: node0: /var/tmp has" in question
    campaigns.answer(run_id, "approve_plan", "Approve")
    assert campaigns.end(run_id) == ("COMPLETED_WITH_FAILURES", "1 NOT_READY, 2 UPGRADED")
    assert campaigns.uploads() == copies
    assert campaigns.starts() == [1, 1, 0]


@side_by_side(clusters=2)
def test_what_does_not_fit_into_the_window_any_more_waits_for_the_next(campaigns: Campaigns) -> None:
    """Given a window that leaves time for one after the other only to begin. When the first, slowed down once
    it has begun, has ended. Then what is left is too short for the second, which waits for tomorrow's."""
    campaigns.write("windowed", campaigns.clusters)
    campaigns.until(lambda: not campaigns.api.of(f"{DAG_PREFIX}windowed").is_paused(), "DAG windowed")
    opens = datetime.now(UTC).replace(second=0, microsecond=0)
    length = datetime.now(UTC) - opens + timedelta(seconds=LONG_S + SLACK_S)
    days = [str(opens.date()), str(opens.date() + timedelta(days=1))]
    window = {"dates": days, "from": f"{opens:%H:%M}", "hours": length.total_seconds() / 3600}
    run_id = campaigns.begin("windowed", campaigns.clusters, windows={"default": {"open": [window]}})
    campaigns.until(lambda: sum(campaigns.starts()), "start of one of them")
    first, second = campaigns.started_and_not()
    campaigns.stack.lab.inject("slow_replies", first[0], seconds="1")
    campaigns.wait(run_id, f"wave_1.upgrade {first[0]}", "success")
    time.sleep(10)  # its turn would have come
    assert campaigns.is_waiting_for_its_turn(run_id, second[0])

    campaigns.order(run_id, "abort")
    outcome, reason = campaigns.end(run_id)
    assert (outcome, reason.endswith("1 NOT_STARTED, 1 UPGRADED")) == ("ABORTED", True)
    assert sorted(campaigns.starts()) == [0, 1]


def test_a_stop_outlives_a_crash_and_neither_starts_anything_twice(fleet: CampaignStack) -> None:
    """Given three clusters, two at once. When the fleet is stopped, and the scheduler killed, in mid-wave.
    Then what ran goes on to its end, the third waits, also for a person who comes by hand, until the stop is
    taken back; and clearing it all afterwards starts nothing again."""
    campaigns = Campaigns(stack=fleet, api=fleet.api(), clusters=fleet.take(3))
    run_id = campaigns.begin("crashed", campaigns.clusters, in_flight={"campaign": 2})
    campaigns.until(lambda: sum(campaigns.starts()) == 2, "two starts")
    under_way, (third,) = campaigns.started_and_not()
    assert "Stopped" in srx_issu(fleet, "stop-all", "--reason", "incident 4711")

    killed = fleet.stack.sid("scheduler")
    os.kill(killed, signal.SIGKILL)
    campaigns.until(lambda: fleet.stack.sid("scheduler") != killed, "new scheduler")
    for name in under_way:
        campaigns.wait(run_id, f"wave_1.upgrade {name}", "success")
    assert campaigns.started_and_not() == (under_way, [third])
    assert campaigns.is_waiting_for_its_turn(run_id, third)
    outcome, reason = campaigns.upgrade_by_hand(third)
    assert outcome == "REFUSED"
    assert "stopped by operator" in reason
    assert "incident 4711" in reason

    assert "Resumed" in srx_issu(fleet, "resume-all")
    assert campaigns.end(run_id) == ("COMPLETED", "3 UPGRADED")
    runs = len(campaigns.api.of(UPGRADE_DAG).newest())
    campaigns.clear(run_id)
    assert campaigns.end(run_id) == ("COMPLETED", "3 UPGRADED")
    assert campaigns.starts() == [1, 1, 1]
    assert len(campaigns.api.of(UPGRADE_DAG).newest()) == runs
    assert campaigns.api.of(dag_of(run_id)).run(run_id).state == "success"


def srx_issu(fleet: CampaignStack, *words: str) -> str:
    """As an operator types it; what it says."""
    home = fleet.stack.environment["SRX_ISSU_HOME"]
    done = subprocess.run(
        ["srx-issu", *words], capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "SRX_ISSU_HOME": home, "SRX_ISSU_USER": "operator"},
    )  # fmt: skip
    return done.stdout
