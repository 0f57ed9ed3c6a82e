"""The proof about a yes that was taken back, on the real scheduler. Its two halves lie apart, because the
upgrade is held by a window that opens meanwhile.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.stack.proofs.people import People, RunOf

pytestmark = pytest.mark.stack


@pytest.mark.release
@pytest.mark.begins("taken back")
def test_2_after_a_no_nothing_goes_out(people: People, runs: dict[str, RunOf]) -> None:
    """2. Approved; before the window opened the question was asked again, and the answer was Reject. The
    upgrade was closed as REFUSED, and when its tasks were cleared the ISSU went out: any past yes counted."""
    run = runs["taken back"]
    outcome, reason = people.outcome(run)
    assert outcome == "REFUSED", reason
    people.until(lambda: datetime.now(UTC) > opens(people, run), "opening of the window", run)
    people.mark(run, "wait_for_window")
    at_rest(people, run)  # the run's end may come once more, and gives the lease back
    people.clear(run, "claim")
    at_rest(people, run)
    people.clear(run, "issu.start")
    sent = people.until_sent_or(run, lambda: people.is_over(run), "end")
    people.end(run)
    assert not sent, f"closed as {outcome} ({reason}), and then: {people.orders(run.cluster)}"


def opens(people: People, run: RunOf) -> datetime:
    """When the window of the run opens."""
    return datetime.fromisoformat(people.ask("GET", run.path).json()["conf"]["window_start"])


def at_rest(people: People, run: RunOf) -> None:
    """A run that goes on by itself would be ended by what it did before."""
    people.until(lambda: people.is_over(run), "rest", run)
