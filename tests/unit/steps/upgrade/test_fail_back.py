from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from srx_issu.domain.cluster.model import GroupState, Snapshot
from srx_issu.domain.errors import NotPermitted, RequestRefused
from srx_issu.domain.history.events import BaselineTaken
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.upgrade.goals import Course, Goal, progress
from srx_issu.ports import codec
from srx_issu.steps.baseline import timers_in_force
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.upgrade.fail_back import fail_back_groups, fail_back_rg0, reset_failover
from srx_issu.steps.waits.watch import deadline_s
from tests.fakes.contexts import FakeUpgrade, ScriptedReader
from tests.fakes.intents import intent
from tests.fakes.memory import SteppingClock
from tests.fakes.snapshots import N0, N1, NEW, OLD, SYNCING, both, group

AWAY = (group(0, N1, priorities={N1: 255}, manual=True), group(1, N1, priorities={N1: 255}, manual=True))


def after_issu(**changes: object) -> FakeUpgrade:
    fake = FakeUpgrade(**changes).with_baseline().with_start()  # type: ignore[arg-type]
    fake.reader.now = both(NEW, NEW, groups=AWAY)
    return fake


def test_resets_every_flagged_group_on_its_primary() -> None:
    fake = after_issu()
    assert reset_failover(fake.context("fail_back.reset_flags"))["reset"] == [0, 1]
    assert {node for node, _ in fake.writer.sent} == {N1}


def test_resets_nothing_where_nothing_is_flagged() -> None:
    fake = FakeUpgrade().with_baseline()
    assert reset_failover(fake.context("fail_back.reset_flags")) == {"reset": []}
    assert fake.writer.sent == []


def test_rg1_goes_before_rg0() -> None:
    fake = after_issu()
    fail_back_groups(fake.context("fail_back.fail_back_groups"))
    assert fake.writer.sent == [(N0, "request chassis cluster failover redundancy-group 1 node 0")]
    fake.writer.sent.clear()
    fail_back_rg0(fake.context("fail_back.fail_back_rg0"))
    assert fake.writer.sent == [(N0, "request chassis cluster failover redundancy-group 0 node 0")]


def test_moves_nothing_when_it_was_not_asked_for() -> None:
    fake = after_issu(intent=intent(fail_back=False))
    assert fail_back_groups(fake.context("x")) == {"moved": []}
    assert fail_back_rg0(fake.context("x")) == {"moved": []}
    assert fake.writer.sent == []


def test_moves_nothing_that_is_home() -> None:
    fake = FakeUpgrade().with_baseline()
    assert fail_back_rg0(fake.context("x")) == {"moved": []}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"groups": (group(0, N1, states={N0: GroupState.SECONDARY_HOLD}),)}, "secondary-hold"),
        ({"groups": (group(0, N1),), "cold_sync": SYNCING}, "not cold-synced"),
        ({"groups": (group(0, None),)}, "not exactly one primary"),
    ],
)
def test_never_during_a_hold_down_or_cold_sync(changes: dict[str, object], words: str) -> None:
    fake = FakeUpgrade().with_baseline()
    fake.reader.now = both(NEW, NEW, **changes)
    with pytest.raises(RequestRefused, match=words):
        fail_back_rg0(fake.context("fail_back.fail_back_rg0"))
    assert fake.writer.sent == []


@pytest.mark.parametrize("step", [reset_failover, fail_back_groups, fail_back_rg0])
def test_nothing_goes_home_while_the_nodes_run_two_releases(step: Callable[[UpgradeContext], Facts]) -> None:
    """A check that somebody marked green is no end of an ISSU."""
    fake = after_issu()
    fake.reader.now = both(OLD, NEW, groups=AWAY)
    with pytest.raises(NotPermitted, match="the ISSU is not over: node0 runs 21"):
        step(fake.context("fail_back.x"))
    assert fake.writer.sent == []


@dataclass
class HeldReader(ScriptedReader):
    """RG1 is in secondary-hold on node0 for ``until_s``; then as ``now`` says."""

    clock: SteppingClock = field(default_factory=SteppingClock)
    until_s: float = 0.0

    def __post_init__(self) -> None:
        self.began_at = self.clock.now()

    def observe(self) -> Snapshot:
        if (self.clock.now() - self.began_at).total_seconds() >= self.until_s:
            return self.now
        held = group(1, N1, states={N0: GroupState.SECONDARY_HOLD})
        return both(NEW, NEW, groups=(AWAY[0], held))


def test_a_goal_that_every_group_is_home_leaves_out_an_rg0_that_stays() -> None:
    now = both(NEW, NEW, groups=(group(0, N1), group(1, N0)))
    course = Course(before=both(), starter=N0, target=NEW)
    assert not progress(Goal.GROUPS_HOME, course, now).done
    assert progress(Goal.GROUPS_HOME, replace(course, rg0_stays=True), now).done
    away = both(NEW, NEW, groups=(group(0, N0), group(1, N1)))
    assert not progress(Goal.GROUPS_HOME, replace(course, rg0_stays=True), away).done


def test_rg0_stays_where_policy_wants_it_to() -> None:
    given = intent()
    fake = after_issu(intent=replace(given, policy=replace(given.policy, fail_back_rg0=False)))
    assert fail_back_groups(fake.context("x"))["moved"] == [1]
    fake.writer.sent.clear()
    assert fail_back_rg0(fake.context("x")) == {"moved": []}
    assert fake.writer.sent == []
    assert fake.texts(EntryKind.STEP_FINISHED)[-1] == (
        "RG0 stays where the ISSU has left it: fail_back_rg0 is false"
    )


class TestAHoldDownOfTheConfiguration:
    """RG1's old primary stays in secondary-hold for ten minutes; policy gives a group two to settle."""

    HELD_S = 600

    def held(self, configured: int | None) -> FakeUpgrade:
        fake = FakeUpgrade()
        snapshot = fake.evidence.write(fake.intent.upgrade_id, "baseline-snapshot.json", codec.dumps(both()))
        state = fake.evidence.write(fake.intent.upgrade_id, "baseline-state.json", codec.dumps(fake.state))
        taken = BaselineTaken(snapshot=snapshot, state=state, data_hold_down_s=configured)
        fake.happened(taken, "baseline")
        fake.with_start()
        fake.reader = HeldReader(now=both(NEW, NEW, groups=AWAY), clock=fake.clock, until_s=self.HELD_S)
        return fake

    def test_is_waited_for(self) -> None:
        fake = self.held(self.HELD_S)
        assert fail_back_groups(fake.context("fail_back.fail_back_groups"))["moved"] == [1]

    def test_is_an_obstacle_where_nobody_has_configured_it(self) -> None:
        fake = self.held(None)
        with pytest.raises(RequestRefused, match="secondary-hold"):
            fail_back_groups(fake.context("fail_back.fail_back_groups"))
        assert fake.writer.sent == []


@pytest.mark.parametrize(
    ("rg0", "data", "expected"),
    [(None, None, (300.0, 120.0)), (900, None, (900.0, 120.0)), (300, 600, (300.0, 720.0))],
)
def test_the_timers_in_force_know_the_configured_hold_downs(
    rg0: int | None, data: int | None, expected: tuple[float, float]
) -> None:
    taken = BaselineTaken(snapshot="s", state="t", rg0_hold_down_s=rg0, data_hold_down_s=data)
    timers = timers_in_force(UpgradeState(baseline=taken), intent())
    assert (timers.rg0_hold_down_s, timers.group_settle_s) == expected
    usual = intent().policy.timers
    longer_s = timers.rg0_hold_down_s - usual.rg0_hold_down_s
    assert timers.worst_case_s == usual.worst_case_s + 2 * longer_s
    assert deadline_s(Goal.GROUPS_SETTLED, timers) == sum(expected)
