"""Somebody else at work on the cluster during an ISSU: told at once and once, and never a verdict."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.rows import Login
from srx_issu.domain.errors import DeviceTimeout
from srx_issu.steps.waits.bystanders import Bystanders
from tests.fakes.snapshots import N0, N1, T0, after_reboot, silent, snapshot, view

EARLIER, LATER = T0 - timedelta(days=3), T0 + timedelta(minutes=9)
ALICE = Login(user="alice", tty="pts/1", origin="192.0.2.77", idle=None, command="-cli (cli)")


@dataclass
class Nodes:
    """``ports.AsyncWatchReader``, as far as it is used here."""

    there: dict[NodeName, tuple[Login, ...]] = field(default_factory=dict)
    error: DeviceTimeout | None = None
    asked: list[NodeName] = field(default_factory=list)

    async def others(self, node: NodeName) -> tuple[Login, ...]:
        self.asked.append(node)
        if self.error is not None:
            raise self.error
        return self.there.get(node, ())

    async def observe(self) -> Snapshot:
        raise AssertionError

    async def read_text(self, node: NodeName, path: str) -> str | None:
        raise AssertionError

    async def close(self) -> None:
        return None


def told(node: NodeView, at: datetime = EARLIER, by: str = "ops", users: int = 0) -> NodeView:
    return replace(node, configured_at=at, configured_by=by, users=users)


BEFORE = snapshot(told(view(N0)), told(view(N1)))


def after(seconds: float, node0: NodeView, node1: NodeView) -> Snapshot:
    return replace(snapshot(node0, node1), taken_at=T0 + timedelta(seconds=seconds))


def new(bystanders: Bystanders, now: Snapshot) -> tuple[str, ...]:
    return asyncio.run(bystanders.new(now))


def test_a_commit_is_told_once_though_both_nodes_show_it() -> None:
    seen = Bystanders(Nodes(), BEFORE)
    on_node0 = told(view(N0), LATER, "alice")
    assert new(seen, after(20, on_node0, told(view(N1)))) == (
        f"node0: alice committed during the ISSU ({LATER:%Y-%m-%d %H:%M:%S} UTC by the node's clock)",
    )
    assert new(seen, after(40, on_node0, told(view(N1), LATER + timedelta(seconds=40), "alice"))) == ()
    assert new(seen, after(60, on_node0, told(view(N1), LATER + timedelta(seconds=40), "alice"))) == ()


def test_two_commits_are_two() -> None:
    seen = Bystanders(Nodes(), BEFORE)
    assert len(new(seen, after(20, told(view(N0), LATER, "alice"), told(view(N1))))) == 1
    second = told(view(N0), LATER + timedelta(minutes=10), "alice")
    assert len(new(seen, after(620, second, told(view(N1))))) == 1


def test_what_a_node_commits_when_it_boots_is_nobodys_work() -> None:
    seen = Bystanders(Nodes(), BEFORE)
    assert new(seen, after(900, told(view(N0)), told(after_reboot(view(N1)), LATER, "root"))) == ()
    by_hand = told(after_reboot(view(N1)), LATER + timedelta(minutes=30), "alice")
    assert len(new(seen, after(2700, told(view(N0)), by_hand))) == 1  # and the next one is somebody's


@pytest.mark.parametrize("before", [view(N0), silent(N0)])
def test_a_node_that_did_not_tell_before_is_compared_with_its_first_answer(before: NodeView) -> None:
    seen = Bystanders(Nodes(), snapshot(before, told(view(N1))))
    assert new(seen, after(20, told(view(N0), LATER), told(view(N1)))) == ()
    later = told(view(N0), LATER + timedelta(minutes=5), "alice")
    assert len(new(seen, after(320, later, told(view(N1))))) == 1


def test_nobody_is_asked_for_while_nobody_is_there() -> None:
    nodes = Nodes()
    seen = Bystanders(nodes, BEFORE)
    assert new(seen, BEFORE) == ()
    assert new(seen, after(20, silent(N0), silent(N1))) == ()
    assert nodes.asked == []


def test_a_login_is_told_at_the_look_that_counts_one_more_and_once() -> None:
    nodes = Nodes({N0: (ALICE,)})
    seen = Bystanders(nodes, BEFORE)
    assert new(seen, after(20, told(view(N0), users=1), told(view(N1)))) == (
        "node0: alice is logged in during the ISSU (pts/1, from 192.0.2.77)",
    )
    assert new(seen, after(40, told(view(N0), users=1), told(view(N1)))) == ()
    assert nodes.asked == [N0]


def test_who_is_there_already_and_begins_to_configure_is_told_within_a_minute() -> None:
    nodes = Nodes({N0: (ALICE,)})
    seen = Bystanders(nodes, BEFORE)
    new(seen, after(20, told(view(N0), users=1), told(view(N1))))
    nodes.there[N0] = (replace(ALICE, command="cli -configure exclusive"),)
    assert new(seen, after(40, told(view(N0), users=1), told(view(N1)))) == ()
    assert new(seen, after(80, told(view(N0), users=1), told(view(N1)))) == (
        "node0: alice holds the configuration exclusively during the ISSU (pts/1, from 192.0.2.77)",
    )


def test_a_clock_that_is_set_back_keeps_nobody_from_being_asked() -> None:
    nodes = Nodes({N0: (ALICE,)})
    seen = Bystanders(nodes, BEFORE)
    new(seen, after(7200, told(view(N0), users=1), told(view(N1))))
    new(seen, after(80, told(view(N0), users=1), told(view(N1))))
    assert nodes.asked == [N0, N0]


def test_what_an_earlier_wait_has_told_is_not_told_again() -> None:
    now = after(20, told(view(N0), LATER, "alice", users=1), told(view(N1)))
    first = new(Bystanders(Nodes({N0: (ALICE,)}), BEFORE), now)
    assert len(first) == 2
    assert new(Bystanders(Nodes({N0: (ALICE,)}), BEFORE, first), now) == ()


def test_a_node_that_does_not_say_who_is_there_ends_nothing() -> None:
    nodes = Nodes(error=DeviceTimeout("node0", "show system users: no answer within 10 s"))
    assert new(Bystanders(nodes, BEFORE), after(20, told(view(N0), users=2), told(view(N1)))) == ()
