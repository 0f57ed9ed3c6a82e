"""Proofs about a start whose first try was lost on the way to the node's shell."""

from __future__ import annotations

import pytest

from tests.stack.proofs.people import People, RunOf
from tests.stack.proofs.proof_stack import ProofStack
from tests.stack.proofs.relay import Shell

pytestmark = pytest.mark.stack

SECOND_TRY_S = 40.0  # for a retry with a slow shell to do what it does
ARRIVAL_S = 30.0  # for what is on its way


@pytest.mark.release
@pytest.mark.begins("late")
def test_1_a_slow_shell_is_not_no_shell(proofs: ProofStack, people: People, runs: dict[str, RunOf]) -> None:
    """1. The start had gone out by shell and was late. The retry's shell was slow, which was taken for an
    account without a shell; so it went by RPC, and then the first one arrived: two ISSUs were asked for.
    The run goes on: ``test_rest_sweep`` has a use for it."""
    run = runs["late"]
    relay = proofs.relays[run.cluster]
    relay.shell = Shell.LATE_START
    people.say(run, "Approve")
    people.until(lambda: relay.held or people.is_over(run), "start line on its way", run)
    people.until_task(run, "issu.start", ["success", "up_for_retry", "failed"])
    relay.shell = Shell.SLOW
    tries = _tries(people, run)
    people.clear(run, "issu.start")
    people.within(
        SECOND_TRY_S,
        lambda: people.starts(run.cluster) or (_tries(people, run) > tries and _settled(people, run)),
    )
    relay.let_through()
    relay.shell = Shell.PLAIN
    people.within(ARRIVAL_S, lambda: people.starts(run.cluster) or people.is_over(run))
    people.within(
        ARRIVAL_S,
        lambda: len(people.starts(run.cluster)) > 1 or _settled(people, run) or people.is_over(run),
    )
    ways = [f"{each['node']} by {each['via']}" for each in people.starts(run.cluster)]
    assert len(ways) <= 1, ways


@pytest.mark.begins("lost")
def test_3_a_retry_asks_again_whether_it_may(
    proofs: ProofStack, people: People, runs: dict[str, RunOf]
) -> None:
    """3. Try 1 was lost before anything was sent. Before the retry the fleet was stopped (or the window had
    closed: the same condition). The retry sent the ISSU all the same."""
    run = runs["lost"]
    relay = proofs.relays[run.cluster]
    asked = people.question(run)
    relay.shell = Shell.CUT
    people.answer(run, asked, "Approve")
    people.until(lambda: relay.cut or people.is_over(run), "first try", run)
    assert people.starts(run.cluster) == []
    people.set_stop("the change board met again")
    try:
        relay.shell = Shell.PLAIN
        sent = people.until_sent_or(run, lambda: people.is_over(run), "end")
        people.end(run)
    finally:
        people.end_stop()
    assert not sent, people.orders(run.cluster)


def _tries(people: People, run: RunOf) -> int:
    found = people.ask("GET", f"{run.path}/taskInstances/issu.start").json()
    return int(found["try_number"])


def _settled(people: People, run: RunOf) -> bool:
    return people.states(run).get("issu.start") in ("success", "failed", "upstream_failed")
