"""A short wait inside a task: looked at once, mostly; then with a deadline."""

from __future__ import annotations

from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import GroupState
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.steps.waits.converge import NotYet
from srx_issu.steps.waits.reach_goal import reach
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.snapshots import N0, N1, NEW, both, group, snapshot, view

STEP = "fail_back.wait_until_settled"
HOLD = {N0: GroupState.PRIMARY, N1: GroupState.SECONDARY_HOLD}
settled = reach(Goal.GROUPS_SETTLED)


def upgraded() -> FakeUpgrade:
    fake = FakeUpgrade().with_baseline().with_start()
    fake.reader.now = both(NEW, NEW)
    return fake


def holding() -> FakeUpgrade:
    fake = upgraded()
    fake.reader.now = both(NEW, NEW, groups=(group(0, states=HOLD), group(1)))
    return fake


def test_two_primaries_are_waited_for_no_longer_than_a_few_looks() -> None:
    fake = upgraded()
    groups = (group(0, N0), group(1))
    fake.reader.now = snapshot(view(N0, NEW, groups=groups), view(N1, NEW, groups=(group(0, N1), group(1))))
    with pytest.raises(RequestRefused, match="RG0"):
        settled(fake.context(STEP))


def test_a_deadline_that_has_passed_is_the_end() -> None:
    fake = holding()
    assert isinstance(settled(fake.context(STEP)), NotYet)
    fake.clock.sleep(timedelta(hours=1).total_seconds())
    with pytest.raises(RequestRefused, match="not reached within"):
        settled(fake.context(STEP))


def test_what_shows_at_the_first_look_is_not_waited_for() -> None:
    fake = upgraded()
    assert "seen" in settled(fake.context(STEP))  # type: ignore[operator]
    assert fake.texts(EntryKind.STEP_STARTED) == []


def test_a_hold_down_is_waited_for_without_a_worker_and_its_beginning_is_written_once() -> None:
    fake = holding()
    for _ in range(2):
        assert isinstance(settled(fake.context(STEP)), NotYet)
    assert len(fake.texts(EntryKind.STEP_STARTED)) == 1
    fake.reader.now = both(NEW, NEW)
    assert not isinstance(settled(fake.context(STEP)), NotYet)
