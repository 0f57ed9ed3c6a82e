"""A commit is taken back only where nothing is under way, or can still come."""

from __future__ import annotations

import pytest

from srx_issu.domain.cluster.model import IssuStatus, Snapshot
from srx_issu.domain.gate.commit_facts import undo_blocker
from srx_issu.domain.outcome import Outcome
from tests.fakes.snapshots import N0, N1, NEW, OLD, both, group, silent, snapshot

OPEN = IssuStatus(in_progress=True)


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.NEEDS_OPERATOR])
@pytest.mark.parametrize("target", [None, NEW])
def test_an_upgrade_that_is_over_takes_its_commit_back(outcome: Outcome, target: str | None) -> None:
    assert undo_blocker(both(OLD, OLD), N0, outcome, target=target) is None


def test_nothing_is_committed_before_an_outcome_is_decided() -> None:
    assert undo_blocker(both(OLD, OLD), N0, None, target=None) == "no outcome is decided yet"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (both(OLD, NEW), "stopped half way"),
        (both(OLD, OLD, groups=(group(0, N1), group(1, N1))), "node0 is not primary of RG0"),
        (snapshot(node1=silent(N1)), "node1 does not answer"),
        (both(OLD, OLD, issu=OPEN), "reports an ISSU in progress"),
    ],
)
def test_what_the_nodes_show_may_forbid_it(now: Snapshot, words: str) -> None:
    assert words in str(undo_blocker(now, N0, Outcome.UPGRADED, target=NEW))


def test_an_issu_whose_end_nobody_knows_may_still_move() -> None:
    blocked = undo_blocker(both(OLD, OLD), N0, Outcome.NEEDS_OPERATOR, target=NEW)
    assert blocked == f"an ISSU to {NEW} was asked for and its end is not known"
    assert undo_blocker(both(NEW, NEW), N0, Outcome.NEEDS_OPERATOR, target=NEW) is None
    assert undo_blocker(both(OLD, OLD), N0, Outcome.NEEDS_OPERATOR, target=None) is None
