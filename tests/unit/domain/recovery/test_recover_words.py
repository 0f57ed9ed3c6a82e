"""Plans in words: what a person reads before approving, or types by hand."""

from __future__ import annotations

import pytest

from srx_issu.domain.cluster.model import IssuStatus
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.naming import diagnose
from srx_issu.domain.failure.rules import FailureRules
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition
from srx_issu.domain.recovery.descriptions import by_hand, describe, describe_condition
from srx_issu.domain.recovery.planner import recover
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, SYNCING, after_reboot, both, snapshot, view

BEFORE = both()
HALF = snapshot(
    view(N0, issu=IssuStatus(in_progress=True)), after_reboot(view(N1, NEW, cold_sync=SYNCING, issu=None))
)
FOUND = diagnose(BEFORE, HALF, N0, NEW, transcript="sync(error-code: 6.1)", overdue=False)


def test_shows_what_was_found_and_what_would_be_sent() -> None:
    body = describe(recover(HALF, BEFORE, intent(), FOUND), FOUND)
    assert body.startswith("cold sync failed: ")
    assert body.splitlines()[0].count("cold sync failed") == 1
    assert f"- node1: runs {NEW} (the target), before {OLD}" in body
    assert "- transcript: sync(error-code: 6.1)" in body
    assert f"- node1 must still have the image of {OLD} as its previous one" in body
    assert "Would be done, each step after a new look:" in body
    assert "1. on node1: `request system software rollback node 1 reboot`, only if" in body
    assert f"2. wait until node1 runs {OLD}; node0 runs {OLD}" in body


def test_says_that_a_person_does_it_where_policy_forbids_it() -> None:
    never = FailureRules(permissions={FailureClass.COLD_SYNC_FAILED: Permission.NEVER})
    body = describe(recover(HALF, BEFORE, intent(), FOUND, never), FOUND)
    assert "A person does:" in body


def test_says_that_nothing_will_be_sent() -> None:
    unknown = diagnose(BEFORE, HALF, N0, NEW, transcript="(error-code: 9.9)", overdue=False)
    plan = recover(HALF, BEFORE, intent(), unknown)
    assert describe(plan, unknown).endswith("Nothing will be sent.")
    assert by_hand(plan) == ()


@pytest.mark.parametrize("claim", list(StateClaim))
def test_every_claim_has_words(claim: StateClaim) -> None:
    words = describe_condition(StateCondition(claim=claim, node=N1, group_id=1, release=OLD))
    assert "node1" in words or "RG1" in words
    assert "None" not in words
