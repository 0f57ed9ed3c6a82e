"""Proofs about campaigns, on the real scheduler: what was shown is what runs, and only what was ordered."""

from __future__ import annotations

import pytest

from srx_issu.campaign.naming import upgrade_id
from tests.stack.proofs.operator_files import write_campaign
from tests.stack.proofs.people import UPGRADE, People, RunOf
from tests.stack.proofs.proof_stack import GROWING, OTHER_RELEASE, PAIR, SWAPPED, SWAPPING, ProofStack

pytestmark = pytest.mark.stack


def children(people: People, campaign: RunOf) -> list[RunOf]:
    """The runs of single clusters whose ids begin with the campaign's."""
    found = people.ask("GET", f"/dags/{UPGRADE}/dagRuns", params={"order_by": "-run_after", "limit": 100})
    ids = [str(each["dag_run_id"]) for each in found.json()["dag_runs"]]
    return [RunOf(dag_id=UPGRADE, run_id=i) for i in ids if i.startswith(f"{campaign.run_id}__")]


@pytest.mark.release
@pytest.mark.begins(GROWING)
def test_4_the_plan_that_was_shown_is_the_plan_that_runs(
    proofs: ProofStack, people: People, runs: dict[str, RunOf]
) -> None:
    """4. The file got a second cluster while the question waited, and ``plan`` was cleared, as the documents
    say. Airflow went on showing the old question: two clusters ran where one was shown."""
    run = runs[GROWING]
    first = people.question(run)
    assert PAIR[0] in first.text
    assert PAIR[1] not in first.text
    write_campaign(proofs.files, GROWING, proofs.scenery.image.release, PAIR)
    people.clear(run, "plan", downstream=True)
    people.until(lambda: not people.questions(run), "end of the old question", run)
    shown = people.question(run)
    if PAIR[1] in shown.text:  # then nobody is deceived
        people.say(run, "Reject")
        assert people.outcome(run)[0] == "REFUSED"
        assert children(people, run) == []
        return
    people.say(run, "Approve")
    begun = people.until(
        lambda: [c.run_id for c in children(people, run)] or people.is_over(run), "upgrades", run
    )
    people.until(lambda: len(children(people, run)) == 2 or people.is_over(run), "second upgrade", run)
    begun = children(people, run)
    people.end(run, *begun)
    assert not [c.run_id for c in begun if PAIR[1] in c.run_id], f"approved was: {shown.text}"


@pytest.mark.release
@pytest.mark.begins(SWAPPING)
def test_5_an_upgrade_that_took_the_campaigns_name_is_not_the_campaigns(
    proofs: ProofStack, people: People, runs: dict[str, RunOf]
) -> None:
    """5. Before the plan was approved an operator made a run with the id that the campaign's own would have,
    of another image and without a question. It upgraded the cluster, and the campaign took it for its own."""
    run = runs[SWAPPING]
    people.question(run)
    cluster = SWAPPED
    given = {"cluster": cluster, "image": OTHER_RELEASE, "approval": False, "fail_back": False}
    stranger = people.begin(UPGRADE, upgrade_id(run.run_id, cluster, 1), cluster, given)
    sent = people.until_sent_or(stranger, lambda: people.is_over(stranger), "end of the stranger")
    if sent:
        people.say(run, "Approve")
        people.until_task(run, "wave_1.upgrade", ["deferred", "success", "failed"])
        taken = people.journal(
            "SELECT text FROM srx_issu.campaign_events WHERE kind = 'started' AND cluster = %s", cluster
        )
        people.end(run, stranger)
        images = [request["image"] for request in people.starts(cluster)]
        pytest.fail(f"before any approval the nodes were given {images}; the campaign's account says {taken}")
    assert people.outcome(stranger)[0] == "REFUSED"
    people.say(run, "Approve")
    own = people.until(
        lambda: next((c for c in children(people, run) if c.run_id != stranger.run_id), None),
        "the campaign's own attempt",
        run,
    )
    conf = people.ask("GET", own.path).json()["conf"]
    people.end(run, own)
    assert conf["image"] != OTHER_RELEASE
