from __future__ import annotations

import pytest

from srx_issu.domain.cluster.home import home
from srx_issu.domain.cluster.model import GroupState, Snapshot
from srx_issu.domain.upgrade.goals import Course, Goal, describe, progress
from tests.fakes.snapshots import N0, N1, NEW, OLD, SYNCING, both, group, silent, snapshot, view

COURSE = Course(before=both(), starter=N0, target=NEW)
SWITCHED = (group(0, N1), group(1, N1))
HOLD = (group(0, N0, states={N1: GroupState.SECONDARY_HOLD}), group(1))


@pytest.mark.parametrize(
    ("goal", "now"),
    [
        (Goal.SECONDARY_UPGRADED, both(OLD, NEW, cold_sync=SYNCING)),
        (Goal.COLD_SYNCED, both(OLD, NEW)),
        (Goal.SWITCHED_OVER, both(OLD, NEW, groups=SWITCHED)),
        (Goal.PRIMARY_UPGRADED, both(NEW, NEW, cold_sync=SYNCING)),
        (Goal.RESYNCED, both(NEW, NEW, groups=SWITCHED)),
        (Goal.GROUPS_SETTLED, both(NEW, NEW, groups=SWITCHED)),
        (Goal.GROUPS_HOME, both(NEW, NEW)),
        (Goal.FLAGS_CLEARED, both(NEW, NEW)),
    ],
)
def test_reaches_each_goal(goal: Goal, now: Snapshot) -> None:
    assert progress(goal, COURSE, now).done


@pytest.mark.parametrize(
    ("goal", "now", "words"),
    [
        (Goal.SECONDARY_UPGRADED, snapshot(view(N0), silent(N1)), "node1 does not answer"),
        (Goal.SWITCHED_OVER, snapshot(silent(N0), silent(N1)), "neither node answers"),
        (Goal.RESYNCED, both(NEW, NEW, cold_sync=SYNCING), "1 of 2 SPUs"),
        (Goal.GROUPS_SETTLED, both(groups=HOLD), "secondary-hold"),
        (Goal.GROUPS_HOME, both(groups=SWITCHED), "node0 is not yet primary of RG0, node0 is not yet"),
        (Goal.GROUPS_HOME, both(groups=HOLD), "secondary-hold"),
        (Goal.FLAGS_CLEARED, both(groups=(group(0, manual=True), group(1))), "manual failover flag"),
        (Goal.FLAGS_CLEARED, both(groups=(group(0), group(1, priorities={N0: 150}))), "configured 200"),
    ],
)
def test_says_what_stands_in_the_way(goal: Goal, now: Snapshot, words: str) -> None:
    seen = progress(goal, COURSE, now)
    assert not seen.done
    assert words in seen.text


def test_a_baseline_priority_that_was_not_the_configured_one_is_not_asked_for() -> None:
    before = both(groups=(group(0), group(1, priorities={N0: 255})))
    course = Course(before=before, starter=N0, target=NEW)
    assert progress(Goal.FLAGS_CLEARED, course, both(NEW, NEW)).done


def test_a_group_that_was_not_there_before_is_no_obstacle() -> None:
    course = Course(before=both(groups=(group(0),)), starter=N0, target=NEW)
    assert progress(Goal.FLAGS_CLEARED, course, both(NEW, NEW)).done


def test_describes_both_nodes_in_one_line() -> None:
    text = describe(snapshot(view(N0, None, groups=()), silent(N1)))
    assert text == "node0: release unknown, no groups; node1: does not answer"


def test_a_group_whose_configuration_prefers_node1_is_at_home_there() -> None:
    prefers = {N0: 100, N1: 200}
    before = both(groups=(group(0), group(1, N1, priorities=prefers)))
    course = Course(before=before, starter=N0, target=NEW)
    now = both(NEW, NEW, groups=(group(0), group(1, N1, priorities=prefers)))
    assert progress(Goal.GROUPS_HOME, course, now).done
    assert home(both(groups=(group(0, priorities={N0: 255}),)), 0) is N0
