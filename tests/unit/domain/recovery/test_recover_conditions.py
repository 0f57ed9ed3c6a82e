"""Claims about a snapshot: true, false, or not told by the nodes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import (
    GroupMember,
    GroupState,
    IssuStatus,
    NextBoot,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition, judge
from tests.fakes.apart import APART_CASES
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
        GroupMember(node=N0, state=GroupState.PRIMARY, priority=200),
        GroupMember(node=N1, state=GroupState.SECONDARY, priority=100),
    ),
)
LOST = {N1: GroupState.LOST}
TAKEN = snapshot(view(N0, groups=(group(0, states=LOST), group(1, states=LOST))), silent(N1))
HAS_NEW = snapshot(view(N0), view(N1, next_boot=NextBoot(is_other=True, release=NEW)))
HAS_SOME = snapshot(view(N0), view(N1, next_boot=NextBoot(is_other=True)))
HAS_NONE = both(next_boot=NextBoot(is_other=False))
BOOTED = {"reboot_node1": T0 - timedelta(days=30)}


def claim(name: StateClaim, group_id: int | None = None, release: str | None = None) -> StateCondition:
    return StateCondition(claim=name, node=N1, group_id=group_id, release=release, since="reboot_node1")


CASES: list[tuple[StateCondition, Snapshot, bool | None]] = [
    (claim(StateClaim.ANSWERS), both(), True),
    (claim(StateClaim.ANSWERS), GONE, None),
    (claim(StateClaim.COMMAND_ENDED), both(command_ended=True), True),
    (claim(StateClaim.COMMAND_ENDED), both(command_ended=False), False),
    (claim(StateClaim.COMMAND_ENDED), both(), None),
    (claim(StateClaim.COMMAND_ENDED), GONE, None),
    (claim(StateClaim.RUNS, release=OLD), both(), True),
    (claim(StateClaim.RUNS, release=NEW), both(), False),
    (claim(StateClaim.RUNS, release=OLD), GONE, None),
    (claim(StateClaim.RUNS, release=OLD), snapshot(view(N0), view(N1, release=None)), None),
    (claim(StateClaim.PRIMARY_OF_ALL), ON_NODE1, True),
    (claim(StateClaim.PRIMARY_OF_ALL), both(), False),
    (claim(StateClaim.PRIMARY_OF_ALL), SPLIT, False),
    (claim(StateClaim.PRIMARY_OF_ALL), both(groups=(group(0, None), group(1, N1))), None),
    (claim(StateClaim.PRIMARY_OF_ALL), both(groups=(group(0, None), group(1))), False),
    (claim(StateClaim.PRIMARY_OF_ALL), both(groups=()), None),
    (claim(StateClaim.PRIMARY_OF, group_id=1), ON_NODE1, True),
    (claim(StateClaim.PRIMARY_OF, group_id=1), both(), False),
    (claim(StateClaim.REBOOTED), both(), False),
    (claim(StateClaim.REBOOTED), snapshot(view(N0), after_reboot(view(N1))), True),
    (claim(StateClaim.REBOOTED), GONE, None),
    (claim(StateClaim.REBOOTED), snapshot(view(N0), view(N1, booted_at=None)), None),
    (claim(StateClaim.CAN_TAKE_OVER), both(), True),
    (claim(StateClaim.CAN_TAKE_OVER), both(cold_sync=SYNCING), False),
    (claim(StateClaim.CAN_TAKE_OVER), both(groups=(group(0), group(1, priorities={N1: 0}))), False),
    (claim(StateClaim.CAN_TAKE_OVER), GONE, None),
    (claim(StateClaim.CANNOT_TAKE_OVER), both(cold_sync=SYNCING), True),
    (claim(StateClaim.CANNOT_TAKE_OVER), both(), False),
    (claim(StateClaim.CANNOT_TAKE_OVER), GONE, None),
    (claim(StateClaim.NO_HOLD_DOWN, group_id=0), both(), True),
    (claim(StateClaim.NO_HOLD_DOWN, group_id=0), HOLDING, False),
    (claim(StateClaim.NO_HOLD_DOWN, group_id=1), HOLDING, True),
    (claim(StateClaim.NO_HOLD_DOWN, group_id=0), GONE, None),
    (claim(StateClaim.WINDOW_CLOSED), both(), True),
    (claim(StateClaim.WINDOW_CLOSED), both(issu=IssuStatus(in_progress=True)), False),
    (claim(StateClaim.WINDOW_CLOSED), both(issu=IssuStatus()), None),
    (claim(StateClaim.WINDOW_CLOSED), both(issu=None), None),
    (claim(StateClaim.WINDOW_CLOSED), GONE, None),
    (claim(StateClaim.WINDOW_NOT_OPEN), both(), True),
    (claim(StateClaim.WINDOW_NOT_OPEN), both(issu=None), True),
    (claim(StateClaim.WINDOW_NOT_OPEN), both(issu=IssuStatus(in_progress=True)), False),
    (claim(StateClaim.WINDOW_NOT_OPEN), GONE, None),
    (claim(StateClaim.FLAGS_CLEAR, group_id=1), both(), True),
    (claim(StateClaim.FLAGS_CLEAR, group_id=1), both(groups=(group(0), group(1, manual=True))), False),
    (
        claim(StateClaim.FLAGS_CLEAR, group_id=1),
        both(groups=(group(0), group(1, priorities={N0: 255}))),
        False,
    ),
    (claim(StateClaim.FLAGS_CLEAR, group_id=1), both(groups=(group(0), NO_FLAG_COLUMN)), None),
    (claim(StateClaim.FLAGS_CLEAR, group_id=7), both(), None),
    (claim(StateClaim.PENDING, release=NEW), HAS_NEW, True),
    (claim(StateClaim.PENDING, release=OLD), HAS_NEW, False),
    (claim(StateClaim.PENDING, release=NEW), HAS_NONE, False),
    (claim(StateClaim.PENDING, release=NEW), HAS_SOME, None),
    (claim(StateClaim.PENDING, release=NEW), both(), None),
    (claim(StateClaim.PENDING, release=NEW), GONE, None),
    (claim(StateClaim.HAS_PENDING), HAS_SOME, True),
    (claim(StateClaim.HAS_PENDING), HAS_NONE, False),
    (claim(StateClaim.HAS_PENDING), both(), None),
    (claim(StateClaim.NOTHING_PENDING), HAS_NONE, True),
    (claim(StateClaim.NOTHING_PENDING), HAS_NEW, False),
    (claim(StateClaim.NOTHING_PENDING), HAS_SOME, False),
    (claim(StateClaim.NOTHING_PENDING), both(), None),
    (claim(StateClaim.GONE), TAKEN, True),
    (claim(StateClaim.GONE), GONE, None),
    (claim(StateClaim.GONE), snapshot(silent(N0), silent(N1)), None),
    (claim(StateClaim.GONE), both(), False),
    (claim(StateClaim.GONE), snapshot(view(N0), after_reboot(view(N1))), True),
    (claim(StateClaim.WENT_DOWN), GONE, True),
    (claim(StateClaim.WENT_DOWN), both(), False),
    (claim(StateClaim.WENT_DOWN), snapshot(view(N0), after_reboot(view(N1))), True),
    (claim(StateClaim.BACK_ON_OTHER, release=NEW), snapshot(view(N0), after_reboot(view(N1))), True),
    (claim(StateClaim.BACK_ON_OTHER, release=OLD), snapshot(view(N0), after_reboot(view(N1))), False),
    (claim(StateClaim.BACK_ON_OTHER, release=NEW), both(), False),
    (claim(StateClaim.BACK_ON_OTHER, release=NEW), GONE, None),
    (claim(StateClaim.HEARD_BUT_SILENT), GONE, True),
    (claim(StateClaim.HEARD_BUT_SILENT), TAKEN, False),
    (claim(StateClaim.HEARD_BUT_SILENT), both(), False),
    (claim(StateClaim.HEARD_BUT_SILENT), snapshot(silent(N0), silent(N1)), None),
    (claim(StateClaim.NOT_BACK), TAKEN, True),
    (claim(StateClaim.NOT_BACK), GONE, False),
    (claim(StateClaim.NOT_BACK), snapshot(silent(N0), silent(N1)), True),
    (claim(StateClaim.NOT_BACK), both(), None),
    (claim(StateClaim.UNREBOOTED), both(), True),
    (claim(StateClaim.UNREBOOTED), snapshot(view(N0), after_reboot(view(N1))), False),
    (claim(StateClaim.UNREBOOTED), GONE, None),
    (claim(StateClaim.MAY_BOOT, release=NEW), both(), True),
    (claim(StateClaim.MAY_BOOT, release=NEW), both(next_boot=NextBoot(is_other=False)), False),
    (claim(StateClaim.MAY_BOOT, release=NEW), both(NEW, NEW), False),
    (claim(StateClaim.MAY_BOOT, release=NEW), GONE, True),
    (claim(StateClaim.NOT_BACK), snapshot(view(N0), after_reboot(view(N1))), False),
    (claim(StateClaim.NOT_BACK), snapshot(view(N0), view(N1, booted_at=None)), None),
    *APART_CASES,
]


@pytest.mark.parametrize(("condition", "now", "expected"), CASES)
def test_judges(condition: StateCondition, now: Snapshot, expected: bool | None) -> None:
    judged = judge(condition, now, BOOTED)
    assert judged.holds is expected
    assert judged.text


def test_every_claim_is_judged_at_least_once_each_way() -> None:
    seen = {(condition.claim, expected) for condition, _, expected in CASES}
    assert {(claim, True) for claim in StateClaim} <= seen


def test_a_node_that_was_never_sent_a_reboot_is_not_known_to_have_rebooted() -> None:
    later = snapshot(view(N0), after_reboot(view(N1)))
    assert judge(claim(StateClaim.REBOOTED), later, {}).holds is None
    assert judge(replace(claim(StateClaim.REBOOTED), since=None), later, BOOTED).holds is None


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (StateCondition(claim=StateClaim.ANSWERS), "answers names no node"),
        (StateCondition(claim=StateClaim.RUNS, node=N0), "runs of node0 names no release"),
        (StateCondition(claim=StateClaim.PENDING, node=N0), "pending of node0 names no release"),
        (StateCondition(claim=StateClaim.FLAGS_CLEAR), "flags_clear names no redundancy group"),
    ],
)
def test_a_condition_without_what_it_speaks_of_is_a_mistake(condition: StateCondition, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        judge(condition, both(), {})
