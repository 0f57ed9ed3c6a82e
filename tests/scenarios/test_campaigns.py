"""Campaigns on the real scheduler: approval, conflicts, abort, staging.

The simulator's event log is the referee. The stories run side by side on one stack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future

import pytest

from srx_demo import referee
from srx_issu.campaign.naming import DAG_PREFIX
from tests.scenarios.campaign_stack import GROUP, PAIRED, CampaignStack, campaign_stack
from tests.scenarios.campaigns import Campaigns
from tests.scenarios.side_by_side import begun, side_by_side

pytestmark = pytest.mark.stack


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
        "foreign": {"plan": True, "approvers": ["grace"]},
    }
    for name, gate in gates.items():
        campaigns.write(name, campaigns.clusters, gates=gate)
    runs = {name: campaigns.start(name) for name in gates}
    campaigns.answer(runs["denied"], "approve_plan", "Reject")
    campaigns.answer(runs["foreign"], "approve_plan", "Approve")
    campaigns.wait(runs["bypassed"], "approve_plan", "awaiting_input")
    campaigns.mark_success(runs["bypassed"], "approve_plan")

    ends = {name: campaigns.end(run_id) for name, run_id in runs.items()}
    assert set(ends.values()) == {("REFUSED", "the plan was not approved; nothing was started")}
    assert [campaigns.states(runs[name])["confirm_plan"] for name in gates] == [
        "failed", "upstream_failed", "failed", "failed",
    ]  # fmt: skip
    assert not any(campaigns.has_run(run_id, campaigns.clusters[0]) for run_id in runs.values())
    assert campaigns.starts() == [0]


@side_by_side(clusters=0)
def test_a_bad_file_says_its_faults_and_hides_nobody(campaigns: Campaigns) -> None:
    path = campaigns.stack.files / "campaigns" / "bad.yaml"
    path.write_text("target: {SRX4600: x}\nselect: {site: [a]}\n")
    campaigns.write("good", ["*"])
    campaigns.until(lambda: {"good", "bad"} <= set(campaigns.api.campaign_names()), "both DAGs")
    detail = campaigns.api._get(f"/dags/{DAG_PREFIX}bad/details")
    assert "bad.yaml:2: unknown key 'site' in select" in detail["doc_md"]


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
