"""Proofs that end at a question, on the real scheduler. Every run is asked for at the beginning."""

from __future__ import annotations

import httpx
import pytest
import yaml

from tests.stack.proofs.operator_files import edited, write
from tests.stack.proofs.people import REQUESTER, People, RunOf
from tests.stack.proofs.proof_stack import ProofStack

pytestmark = pytest.mark.stack

OPENS_IN_S = 150.0  # the window of the run whose yes is taken back
FORGED = {
    "chosen_options": ["Approve"],
    "params_input": {},
    "responded_by_user": {"id": "admin", "name": "admin"},
}
REFUSED = "REFUSED"


@pytest.mark.release
@pytest.mark.begins("taken back")
def test_2_a_yes_can_be_taken_back(people: People, runs: dict[str, RunOf]) -> None:
    """2, first half: approved, asked again while the run waits for its window, and rejected. Whether the no
    holds is asked in ``test_taken_back``, when the window has opened."""
    run = runs["taken back"]
    asked = people.say(run, "Approve")
    people.until_task(run, "wait_for_window", ["deferred"])
    people.clear(run, asked.task_id, downstream=True)
    people.say(run, "Reject")
    outcome, reason = people.outcome(run)
    assert outcome == REFUSED, reason
    assert people.starts(run.cluster) == []


@pytest.mark.begins("forged")
def test_6_a_forged_answer_approves_nothing(people: People, runs: dict[str, RunOf]) -> None:
    """6. An operator wrote "admin approved" into the gate's XCom and marked the gate green: the cluster was
    upgraded as approved by a person who never saw the question."""
    run = runs["forged"]
    asked = people.question(run)
    assert people.forge(run, asked.task_id, FORGED).is_success
    people.mark(run, asked.task_id)
    sent = people.until_sent_or(
        run, lambda: people.is_over(run) or people.questions(run), "consequence of the forged answer"
    )
    people.end(run)
    assert not sent, people.orders(run.cluster)


@pytest.mark.begins("not ready")
def test_10_readiness_is_looked_at_again_before_the_start(
    proofs: ProofStack, people: People, runs: dict[str, RunOf]
) -> None:
    """10. A group's priority fell to 0 after the checks, and the ISSU was sent; only the node refused."""
    run = runs["not ready"]
    people.question(run)
    proofs.lab.inject("rg1_priority_zero", run.cluster)
    people.say(run, "Approve")
    sent = people.until_sent_or(run, lambda: people.is_over(run), "end")
    people.end(run)
    assert not sent, people.orders(run.cluster)


@pytest.mark.begins("own yes")
def test_7_nobody_approves_what_he_asked_for(people: People, runs: dict[str, RunOf]) -> None:
    """7. No four eyes: the requester approved his own upgrade, and the ISSU was sent."""
    run = runs["own yes"]
    asked = people.question(run)
    status = people.answer(run, asked, "Approve", REQUESTER)
    if status == httpx.codes.OK:
        sent = people.until_sent_or(
            run, lambda: people.is_over(run) or people.questions(run), "consequence of the own yes"
        )
        people.end(run)
        assert not sent, "the requester's own yes let the ISSU out"
    else:
        assert status == httpx.codes.FORBIDDEN
    people.end(run)


@pytest.mark.begins("unanswered")
def test_14_an_unanswered_question_is_a_refusal_and_says_so(people: People, runs: dict[str, RunOf]) -> None:
    """14. A question that nobody answered ended as NOT_READY, "task approval.approve_start failed"."""
    run = runs["unanswered"]
    outcome, reason = people.outcome(run)
    assert outcome == REFUSED, (outcome, reason)
    assert "nobody" in reason.lower()
    assert people.starts(run.cluster) == []


@pytest.mark.begins("unknown key")
def test_14_an_unknown_key_starts_nothing(people: People, runs: dict[str, RunOf]) -> None:
    """14. ``{"plan_olny": true, "approval": false}`` was taken for a real upgrade without a question."""
    if "unknown key" not in runs:  # Airflow itself said no to the parameters
        return
    run = runs["unknown key"]
    sent = people.until_sent_or(run, lambda: people.is_over(run), "end")
    people.end(run)
    assert not sent, people.orders(run.cluster)
    assert people.outcome(run)[0] == REFUSED


@pytest.mark.begins("less")
def test_7_a_run_cannot_ask_for_less_than_policy_does(people: People, runs: dict[str, RunOf]) -> None:
    """7. ``approval: false`` is a parameter that any operator sets: no question, and the ISSU was sent."""
    if "less" not in runs:
        return
    run = runs["less"]
    sent = people.until_sent_or(run, lambda: people.is_over(run), "end")
    people.end(run)
    assert not sent, people.orders(run.cluster)
    outcome, reason = people.outcome(run)
    assert outcome == REFUSED, reason
    assert "approvals.yaml" in reason


@pytest.mark.release
@pytest.mark.begins("recovered")
def test_8_a_recovery_does_not_share_a_running_upgrades_identity(
    people: People, runs: dict[str, RunOf]
) -> None:
    """8. ``issu_recover`` with the run id of a running upgrade took its lease and wrote into its journal: it
    closed the upgrade, which went on."""
    run = runs["recovered"]
    asked = people.question(run)
    lease = "SELECT owner FROM srx_issu.leases WHERE resource = %s"
    held = people.journal(lease, f"cluster:{run.cluster}")
    recovery = people.recover(run.cluster, run.run_id)
    outcome, reason = people.outcome(recovery)
    closed = people.journal(
        "SELECT outcome, reason FROM srx_issu.upgrades WHERE upgrade_id = %s AND closed_at IS NOT NULL",
        run.run_id,
    )
    holder = people.journal(lease, f"cluster:{run.cluster}")
    people.answer(run, asked, "Reject")
    people.end(run)
    assert closed == [], "the upgrade that waits at its gate was closed by the recovery"
    assert holder == held, "its lease is another's, or nobody's"
    assert outcome == REFUSED, reason


@pytest.mark.release
@pytest.mark.begins("inventory")
def test_12_an_edited_inventory_leaves_running_upgrades_alone(
    proofs: ProofStack, people: People, runs: dict[str, RunOf]
) -> None:
    """12. A cluster was taken out of the inventory while its upgrade waited for an answer: the run's own
    parameters did not fit the form any more, every task failed at its start, and no outcome was told."""
    run = runs["inventory"]
    asked = people.question(run)
    path = proofs.files / "inventory" / "lab.yaml"
    inventory = yaml.safe_load(path.read_text())
    del inventory["clusters"][run.cluster]
    with edited(path, yaml.safe_dump(inventory, sort_keys=False)):
        assert people.answer(run, asked, "Reject") == httpx.codes.OK
        outcome, reason = people.outcome(run)
    assert outcome == REFUSED, reason


@pytest.mark.begins("typo")
def test_11_a_typo_in_a_file_stops_no_running_upgrade(
    proofs: ProofStack, people: People, runs: dict[str, RunOf]
) -> None:
    """11. A typo in any of the operator's files failed the next task of every running upgrade, and those that
    would have said an outcome with them. Last of all: until it is mended nothing else can begin."""
    run = runs["typo"]
    asked = people.question(run)
    typo = proofs.files / "images" / "typo.yaml"
    write(typo, {"imagse": []})
    try:
        assert people.answer(run, asked, "Reject") == httpx.codes.OK
        outcome, reason = people.outcome(run)
    finally:
        typo.unlink()
    assert outcome == REFUSED, reason
