"""Claims about a snapshot: true, false, or not told by the nodes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import GroupState, IssuStatus, Member, RedundancyGroup, Snapshot
from srx_issu.domain.recovery.conditions import Claim, Condition, judge
from tests.fakes.snapshots import (
    N0,
    N1,
    NEW,
    OLD,
    SYNCING,
    T0,
    after_reboot,
    both,
    group,
    silent,
    snapshot,
    view,
)

GONE = snapshot(view(N0), silent(N1))
ON_NODE1 = both(groups=(group(0, N1), group(1, N1)))
SPLIT = snapshot(view(N0), view(N1, groups=(group(0, N1), group(1))))
HOLDING = both(groups=(group(0, N1, states={N0: GroupState.SECONDARY_HOLD}), group(1)))
NO_FLAG_COLUMN = RedundancyGroup(
    group_id=1,
    members=(
        Member(node=N0, state=GroupState.PRIMARY, priority=200),
        Member(node=N1, state=GroupState.SECONDARY, priority=100),
    ),
)
BOOTED = {"reboot_node1": T0 - timedelta(days=30)}


def claim(name: Claim, group_id: int | None = None, release: str | None = None) -> Condition:
    return Condition(claim=name, node=N1, group_id=group_id, release=release, since="reboot_node1")


CASES: list[tuple[Condition, Snapshot, bool | None]] = [
    (claim(Claim.ANSWERS), both(), True),
    (claim(Claim.ANSWERS), GONE, None),
    (claim(Claim.RUNS, release=OLD), both(), True),
    (claim(Claim.RUNS, release=NEW), both(), False),
    (claim(Claim.RUNS, release=OLD), GONE, None),
    (claim(Claim.RUNS, release=OLD), snapshot(view(N0), view(N1, release=None)), None),
    (claim(Claim.PRIMARY_OF_ALL), ON_NODE1, True),
    (claim(Claim.PRIMARY_OF_ALL), both(), False),
    (claim(Claim.PRIMARY_OF_ALL), SPLIT, False),
    (claim(Claim.PRIMARY_OF_ALL), both(groups=(group(0, None), group(1, N1))), None),
    (claim(Claim.PRIMARY_OF_ALL), both(groups=(group(0, None), group(1))), False),
    (claim(Claim.PRIMARY_OF_ALL), both(groups=()), None),
    (claim(Claim.PRIMARY_OF, group_id=1), ON_NODE1, True),
    (claim(Claim.PRIMARY_OF, group_id=1), both(), False),
    (claim(Claim.REBOOTED), both(), False),
    (claim(Claim.REBOOTED), snapshot(view(N0), after_reboot(view(N1))), True),
    (claim(Claim.REBOOTED), GONE, None),
    (claim(Claim.REBOOTED), snapshot(view(N0), view(N1, booted_at=None)), None),
    (claim(Claim.CAN_TAKE_OVER), both(), True),
    (claim(Claim.CAN_TAKE_OVER), both(cold_sync=SYNCING), False),
    (claim(Claim.CAN_TAKE_OVER), both(groups=(group(0), group(1, priorities={N1: 0}))), False),
    (claim(Claim.CAN_TAKE_OVER), GONE, None),
    (claim(Claim.NO_HOLD_DOWN, group_id=0), both(), True),
    (claim(Claim.NO_HOLD_DOWN, group_id=0), HOLDING, False),
    (claim(Claim.NO_HOLD_DOWN, group_id=1), HOLDING, True),
    (claim(Claim.NO_HOLD_DOWN, group_id=0), GONE, None),
    (claim(Claim.WINDOW_CLOSED), both(), True),
    (claim(Claim.WINDOW_CLOSED), both(issu=IssuStatus(in_progress=True)), False),
    (claim(Claim.WINDOW_CLOSED), both(issu=IssuStatus()), None),
    (claim(Claim.WINDOW_CLOSED), both(issu=None), None),
    (claim(Claim.WINDOW_CLOSED), GONE, None),
    (claim(Claim.WINDOW_NOT_OPEN), both(), True),
    (claim(Claim.WINDOW_NOT_OPEN), both(issu=None), True),
    (claim(Claim.WINDOW_NOT_OPEN), both(issu=IssuStatus(in_progress=True)), False),
    (claim(Claim.WINDOW_NOT_OPEN), GONE, None),
    (claim(Claim.FLAGS_CLEAR, group_id=1), both(), True),
    (claim(Claim.FLAGS_CLEAR, group_id=1), both(groups=(group(0), group(1, manual=True))), False),
    (claim(Claim.FLAGS_CLEAR, group_id=1), both(groups=(group(0), group(1, priorities={N0: 255}))), False),
    (claim(Claim.FLAGS_CLEAR, group_id=1), both(groups=(group(0), NO_FLAG_COLUMN)), None),
    (claim(Claim.FLAGS_CLEAR, group_id=7), both(), None),
]


@pytest.mark.parametrize(("condition", "now", "expected"), CASES)
def test_judges(condition: Condition, now: Snapshot, expected: bool | None) -> None:
    judged = judge(condition, now, BOOTED)
    assert judged.holds is expected
    assert judged.text


def test_every_claim_is_judged_at_least_once_each_way() -> None:
    seen = {(condition.claim, expected) for condition, _, expected in CASES}
    assert {(claim, True) for claim in Claim} <= seen


def test_a_node_that_was_never_sent_a_reboot_is_not_known_to_have_rebooted() -> None:
    later = snapshot(view(N0), after_reboot(view(N1)))
    assert judge(claim(Claim.REBOOTED), later, {}).holds is None
    assert judge(replace(claim(Claim.REBOOTED), since=None), later, BOOTED).holds is None


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition(claim=Claim.ANSWERS), "answers names no node"),
        (Condition(claim=Claim.RUNS, node=N0), "runs of node0 names no release"),
        (Condition(claim=Claim.FLAGS_CLEAR), "flags_clear names no redundancy group"),
    ],
)
def test_a_condition_without_what_it_speaks_of_is_a_mistake(condition: Condition, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        judge(condition, both(), {})
