from __future__ import annotations

from collections.abc import Callable

import pytest

from srx_issu.domain.cluster.model import GroupState
from srx_issu.domain.errors import NotPermitted, RequestRefused
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.upgrade.fail_back import fail_back_groups, fail_back_rg0, reset_failover
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
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
