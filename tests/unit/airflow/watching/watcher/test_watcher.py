"""The watcher of a loop: whoever waits for a cluster shares its looks, and is not lost when it is stuck."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest

from srx_issu.adapters.devices.login_pace import LoginPace
from srx_issu.airflow.watching.watcher import Subscription, Watcher, watcher_of_loop
from srx_issu.domain.cluster.model import Cluster, NodeName
from srx_issu.domain.errors import ConnectionUnusable
from srx_issu.domain.upgrade.intent import Intent, Timers
from tests.fakes.intents import CLUSTER, POLICY, intent
from tests.fakes.kept_reader import FakeKeptReader

LOG = logging.getLogger("test.watcher")
SHORT_S = 0.01
LONG_S = 60.0


def upgrade_of(name: str, *, poll_s: float) -> Intent:
    policy = replace(POLICY, timers=replace(POLICY.timers, poll_s=poll_s))
    return intent(cluster=replace(CLUSTER, name=name), policy=policy)


@dataclass(kw_only=True)
class Bed:
    """A watcher whose readers are fakes, in the order of their making."""

    linger_s: float = LONG_S
    readers: list[FakeKeptReader] = field(default_factory=list)
    next: Callable[[], FakeKeptReader] = FakeKeptReader

    def __post_init__(self) -> None:
        self.watcher = Watcher(make_reader=self._make, linger_s=self.linger_s)

    def _make(self, _cluster: Cluster, _timers: Timers, _pace: LoginPace) -> FakeKeptReader:
        self.readers.append(self.next())
        return self.readers[-1]

    def first_hang(self, count: int) -> None:
        """Whoever is made after them has all the time in the world."""

        def made() -> FakeKeptReader:
            hangs = len(self.readers) < count
            return FakeKeptReader(hangs=hangs, patience_s=SHORT_S if hangs else LONG_S)

        self.next = made

    def wait_for(self, name: str = "fw-1", *, poll_s: float = LONG_S) -> Subscription:
        """With a short ``poll_s`` three intervals are over soon."""
        return self.watcher.subscribe(upgrade_of(name, poll_s=poll_s), LOG)


def play(story: Callable[[Bed], Awaitable[None]], bed: Bed | None = None) -> Bed:
    bed = bed or Bed()

    async def told() -> None:
        await story(bed)

    asyncio.run(told())
    return bed


def test_a_watcher_that_is_stuck_is_begun_anew_for_that_cluster(caplog: pytest.LogCaptureFixture) -> None:
    async def story(bed: Bed) -> None:
        bed.first_hang(1)
        wait = bed.wait_for(poll_s=SHORT_S)
        assert await wait.observe() == bed.readers[1].now
        assert bed.readers[0].dropped
        assert bed.watcher.clusters == 1
        await wait.close()

    assert len(play(story).readers) == 2
    assert "the watcher has not looked for" in caplog.text


def test_where_that_does_not_help_the_wait_looks_for_itself(caplog: pytest.LogCaptureFixture) -> None:
    async def story(bed: Bed) -> None:
        bed.first_hang(2)
        wait = bed.wait_for(poll_s=SHORT_S)
        assert await wait.observe() == bed.readers[2].now
        assert await wait.observe() == bed.readers[2].now
        assert bed.readers[2].begun == 2
        await wait.close()
        assert bed.readers[2].closed

    play(story)
    assert "this wait looks for itself" in caplog.text


def test_two_waits_of_a_stuck_cluster_begin_it_anew_once() -> None:
    async def story(bed: Bed) -> None:
        bed.first_hang(1)
        waits = [bed.wait_for(poll_s=SHORT_S), bed.wait_for(poll_s=SHORT_S)]
        await asyncio.gather(*(wait.observe() for wait in waits))
        for wait in waits:
            await wait.close()

    assert len(play(story).readers) == 2


def test_a_stuck_cluster_does_not_slow_another() -> None:
    async def story(bed: Bed) -> None:
        bed.next = lambda: FakeKeptReader(hangs=not bed.readers, patience_s=LONG_S)
        stuck, fine = bed.wait_for("fw-1"), bed.wait_for("fw-2")
        hanging = asyncio.create_task(stuck.observe())
        await asyncio.sleep(0)
        async with asyncio.timeout(1):
            await fine.observe()
        hanging.cancel()
        await asyncio.wait({hanging})

    play(story)


def test_a_login_that_waits_for_its_turn_is_no_stuck_watcher() -> None:
    async def story(bed: Bed) -> None:
        bed.next = lambda: FakeKeptReader(in_queue=True, takes_s=SHORT_S * 10)
        wait = bed.wait_for(poll_s=SHORT_S)
        await wait.observe()
        await wait.close()

    assert len(play(story).readers) == 1


def test_without_an_account_every_wait_is_told() -> None:
    async def story(bed: Bed) -> None:
        bed.next = lambda: FakeKeptReader(error=ConnectionUnusable("connection srx_lab cannot be used"))
        for wait in (bed.wait_for(), bed.wait_for()):
            with pytest.raises(ConnectionUnusable):
                await wait.observe()

    play(story)


def test_waits_that_ask_together_share_one_look() -> None:
    async def story(bed: Bed) -> None:
        waits = [bed.wait_for() for _ in range(5)]
        await asyncio.gather(*(wait.observe() for wait in waits))

    bed = play(story)
    assert [reader.begun for reader in bed.readers] == [1]


def test_a_look_that_was_under_way_proves_nothing_about_afterwards() -> None:
    async def story(bed: Bed) -> None:
        bed.next = lambda: FakeKeptReader(takes_s=SHORT_S)
        first, later = bed.wait_for(), bed.wait_for()
        looking = asyncio.create_task(first.observe())
        while not bed.readers[0].begun:
            await asyncio.sleep(0)
        late = [asyncio.create_task(later.observe()) for _ in range(3)]
        await asyncio.gather(looking, *late)
        assert bed.readers[0].begun == 2  # one for all who asked while the first was under way

    play(story)


def test_a_wait_that_is_cancelled_takes_nobodys_look_away() -> None:
    async def story(bed: Bed) -> None:
        bed.next = lambda: FakeKeptReader(takes_s=SHORT_S)
        cancelled, other = bed.wait_for(), bed.wait_for()
        looks = [asyncio.create_task(each.observe()) for each in (cancelled, other)]
        await asyncio.sleep(0)
        looks[0].cancel()
        await cancelled.close()
        assert await looks[1] == bed.readers[0].now

    play(story)


def test_sessions_outlive_the_wait_for_the_next_one_of_the_upgrade() -> None:
    async def story(bed: Bed) -> None:
        for _ in range(3):
            wait = bed.wait_for()
            await wait.observe()
            await wait.close()
            await asyncio.sleep(0)
        assert not bed.readers[0].closed

    assert len(play(story).readers) == 1


def test_sessions_nobody_waits_for_are_closed_after_a_while() -> None:
    async def story(bed: Bed) -> None:
        wait = bed.wait_for()
        await wait.observe()
        await asyncio.sleep(SHORT_S * 3)
        assert not bed.readers[0].closed  # somebody waits
        await wait.close()
        async with asyncio.timeout(LONG_S):
            while not bed.readers[0].closed or bed.watcher.clusters:
                await asyncio.sleep(SHORT_S)
        await bed.wait_for().observe()  # and opened again for who comes later

    assert len(play(story, Bed(linger_s=SHORT_S)).readers) == 2


def test_the_end_of_the_loop_ends_every_session() -> None:
    async def story(bed: Bed) -> None:
        await bed.wait_for().observe()

    bed = play(story)
    assert bed.readers[0].dropped


def test_upgrades_with_other_addresses_share_nothing() -> None:
    async def story(bed: Bed) -> None:
        moved = replace(CLUSTER, node1=replace(CLUSTER.node1, port=4022))
        for cluster in (CLUSTER, moved):
            await bed.watcher.subscribe(intent(cluster=cluster), LOG).observe()

    assert len(play(story).readers) == 2


def test_texts_come_from_the_same_sessions() -> None:
    async def story(bed: Bed) -> None:
        assert await bed.wait_for().read_text(NodeName.NODE1, "/var/tmp/x") == "node1:/var/tmp/x"

    play(story)


def test_each_loop_has_a_watcher_of_its_own() -> None:
    async def twice() -> tuple[Watcher, Watcher]:
        return watcher_of_loop(), watcher_of_loop()

    one, same = asyncio.run(twice())
    other, _ = asyncio.run(twice())
    assert one is same
    assert one is not other
