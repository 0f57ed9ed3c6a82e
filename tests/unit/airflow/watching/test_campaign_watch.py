"""One look for all waits of a loop: whom it calls, what it asks, and what it survives. No Airflow."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from srx_issu.airflow.composition.stores import Stores
from srx_issu.airflow.watching import shared as campaign_watch
from srx_issu.airflow.watching.campaign import watch_cluster
from srx_issu.airflow.watching.shared import ASK_AIRFLOW_EVERY_S, CampaignWatch, campaign_watch_of_loop
from srx_issu.airflow.watching.waiter import Call, Waiter
from srx_issu.domain.errors import JournalAway, StopFlagUnreadable
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.campaign import CampaignLook
from srx_issu.steps.campaign.close import give_order
from srx_issu.steps.campaign.cluster_task import StartRun
from srx_issu.steps.campaign.turns import End, Turn
from srx_issu.steps.campaign.upgrade import next_step, note_start
from tests.fakes.campaigns import FakeCampaign
from tests.fakes.memory import SteppingClock
from tests.fakes.snapshots import T0
from tests.unit.steps.campaign.spring import order
from tests.unit.steps.campaign.test_turns import task_of, wave_of

SOON_S = 2.0


class Scene:
    """A campaign, and the watch that looks at it a hundred times a second."""

    def __init__(self, fake: FakeCampaign, **options: Any) -> None:
        self.fake = fake
        self.asked: list[Sequence[str]] = []
        self.asked_of: list[str] = []  # DAGs
        self.ended: dict[str, str] = {}
        self.clock = SteppingClock()
        unused = cast("Any", None)
        stores = Stores(
            journal=unused,
            campaigns=fake.campaigns,
            leases=unused,
            evidence=unused,
            audits=unused,
            staging=unused,
        )
        settings: dict[str, Any] = {
            "stores": lambda: stores,
            "is_stopped": lambda: fake.stopped,
            "ended_runs": self._ended_runs,
            "clock": self.clock,
            "interval_s": 0.01,
        }
        self.campaigns = fake.campaigns
        self.watch = CampaignWatch(**{**settings, **options})

    def _ended_runs(self, run_ids: Sequence[str], dag_id: str) -> Mapping[str, str]:
        self.asked.append(run_ids)
        self.asked_of.append(dag_id)
        return {name: state for name, state in self.ended.items() if name in run_ids}

    def turn(self, name: str) -> Turn:
        return Turn.of(self.fake.campaign_id, task_of(self.fake, name))

    def begin(self, name: str) -> End:
        step = next_step(self.fake.context(), task_of(self.fake, name))
        assert isinstance(step, StartRun)
        note_start(self.fake.context(), task_of(self.fake, name), step.order)
        return End(campaign_id=self.fake.campaign_id, cluster=name, upgrade=step.run_id)

    def waiting(self, about: Turn | End | None = None) -> Any:
        return self.watch.waiting(self.fake.campaign_id, about)


async def look_fails_again_and_again(scene: Scene) -> Call:
    with scene.waiting(scene.turn("a")) as waiter:
        return await called(waiter)


def test_waits_ask_for_themselves_while_every_look_stumbles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over another campaign, perhaps; it counts as no look for anybody."""

    def stumble(*_: object) -> None:
        raise TypeError("an event of another version")

    scene = Scene(wave_of("a"), stale_s=0.05)
    monkeypatch.setattr(campaign_watch, "AFTER_FAILURE_S", 0.01)
    monkeypatch.setattr(scene.campaigns, "look", stumble)
    assert asyncio.run(look_fails_again_and_again(scene)) == Call()


class Dead:
    """A journal behind a dead network: takes its time to say nothing."""

    def __init__(self) -> None:
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        def ask(*_: object) -> None:
            self.asked += 1
            time.sleep(0.02)
            raise JournalAway(f"{name}: PostgreSQL does not answer")

        return ask


def test_waits_that_are_opened_while_the_journal_is_away_do_not_all_ask() -> None:
    """The loop's threads are few, and the waits at the nodes and names of hosts need them, too."""
    dead = Dead()
    away: Any = dict.fromkeys(("journal", "campaigns", "leases", "evidence", "audits", "staging"), dead)

    async def opened(number: int) -> None:
        log = logging.getLogger("test")
        async with watch_cluster(
            "spring", "1", f"fw-{number}", 1, upgrade=None, plan_only=False, log=log
        ) as _:
            raise AssertionError("it was opened")

    async def all_of_them() -> None:
        here = CampaignWatch(stores=lambda: Stores(**away))
        setattr(asyncio.get_running_loop(), campaign_watch._ATTRIBUTE, here)
        waits = [asyncio.create_task(opened(number)) for number in range(100)]
        await asyncio.sleep(1.0)
        for wait in waits:
            wait.cancel()
        await asyncio.wait(waits)

    asyncio.run(all_of_them())
    assert 0 < dead.asked <= 40  # as many as there are threads, then one a second


async def called(waiter: Waiter) -> Call:
    async with asyncio.timeout(SOON_S):
        while (call := waiter.take_call()) is None:
            await waiter.news(SOON_S)
    return call


async def looked(scene: Scene, times: int = 3) -> None:
    """Until the watch has looked so often again."""
    enough = scene.campaigns.looks + times
    async with asyncio.timeout(SOON_S):
        while scene.campaigns.looks < enough:
            await asyncio.sleep(0.005)


def play(story: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await story()

    asyncio.run(whole())


def test_a_loop_has_one_watch_of_its_own() -> None:
    async def both() -> tuple[CampaignWatch, CampaignWatch]:
        return campaign_watch_of_loop(), campaign_watch_of_loop()

    one, two = asyncio.run(both())
    assert one is two
    assert asyncio.run(both())[0] is not one


def test_a_place_that_gets_free_calls_the_next_and_nobody_else() -> None:
    scene = Scene(wave_of("abcd"))
    ends = [scene.begin("a"), scene.begin("b")]

    async def story() -> None:
        with scene.waiting(scene.turn("d")) as d, scene.waiting(scene.turn("c")) as c:
            await looked(scene)
            assert (c.take_call(), d.take_call()) == (None, None)
            assert c.reason == "campaign:spring__1: all 2 places are taken"
            before = dict(scene.fake.leases.held)
            await looked(scene, 10)
            assert scene.fake.leases.held == before
            for lease in scene.fake.leases.held_by(ends[0].upgrade):
                scene.fake.leases.release(lease.resource, ends[0].upgrade)
            assert (await called(c)).state is not None
            await looked(scene)
            assert d.take_call() is None

    play(story)


def test_hundreds_of_waits_are_one_look() -> None:
    scene = Scene(wave_of("abc"), interval_s=0.05)
    scene.fake.stopped = "stopped by eve"

    async def story() -> None:
        turns = [scene.turn(name) for name in "abc" * 100]
        waits = [scene.waiting(turn) for turn in turns]
        waiters = [wait.__enter__() for wait in waits]
        began, before = time.monotonic(), scene.campaigns.looks
        await looked(scene, 4)
        assert scene.campaigns.looks - before <= (time.monotonic() - began) / 0.05 + 2
        assert {waiter.reason for waiter in waiters} == {"stopped by eve"}
        for wait in waits:
            wait.__exit__(None, None, None)

    play(story)


def test_an_end_is_called_once_it_has_an_outcome_and_runs_are_asked_for_together_and_seldom() -> None:
    scene = Scene(wave_of("ab"))
    ends = [scene.begin(name) for name in "ab"]

    async def story() -> None:
        with scene.waiting(ends[0]) as a, scene.waiting(ends[1]) as b:
            await looked(scene, 10)
            assert len(scene.asked) <= 2  # one at the first look, or one for each that joined
            first = len(scene.asked)
            scene.ended[ends[1].upgrade] = "failed"
            scene.clock.sleep(ASK_AIRFLOW_EVERY_S + 1)
            assert (await called(b)).run_state == "failed"
            assert scene.asked[first:] == [[ends[0].upgrade, ends[1].upgrade]]
            assert a.take_call() is None
            assert not asyncio.all_tasks() - {asyncio.current_task()} - {scene.watch._running}

    play(story)


def test_a_run_is_asked_for_of_the_dag_of_its_route() -> None:
    scene = Scene(wave_of("a", route=Route.DUAL_REBOOT))
    end = scene.begin("a")

    async def story() -> None:
        with scene.waiting(end) as wait:
            scene.ended[end.upgrade] = "failed"
            scene.clock.sleep(ASK_AIRFLOW_EVERY_S + 1)
            assert (await called(wait)).run_state == "failed"
            assert set(scene.asked_of) == {"reboot_cluster"}

    play(story)


def test_the_abort_of_the_campaign_ends_a_pause_between_waves() -> None:
    scene = Scene(wave_of("a"))

    async def story() -> None:
        with scene.waiting() as pause:
            await looked(scene)
            assert pause.take_call() is None
            order(scene.fake, "abort")
            assert (await called(pause)).state is not None

    play(story)


def test_without_the_journal_nobody_is_called_until_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(wave_of("a"))
    is_away = True
    look = scene.campaigns.look

    def away(read_to: Mapping[str, int], upgrades: Sequence[str]) -> CampaignLook:
        if is_away:
            raise JournalAway("gone")
        return look(read_to, upgrades)

    monkeypatch.setattr(scene.campaigns, "look", away)

    async def story() -> None:
        nonlocal is_away
        with scene.waiting(scene.turn("a")) as a:
            assert await a.news(SOON_S)
            assert isinstance(a.trouble, JournalAway)
            assert a.take_call() is None
            is_away = False
            await called(a)
            assert a.trouble is None

    play(story)


def test_nobody_is_called_while_airflow_does_not_tell_of_a_stop() -> None:
    def unreadable() -> str | None:
        raise StopFlagUnreadable("Airflow does not tell")

    scene = Scene(wave_of("a"), is_stopped=unreadable)

    async def story() -> None:
        with scene.waiting(scene.turn("a")) as a:
            await looked(scene)
            assert (a.take_call(), a.reason) == (None, "Airflow does not tell")

    play(story)


def test_a_look_that_hangs_is_begun_anew_and_reads_everything_again() -> None:
    scene = Scene(wave_of("a"), stale_s=0.2)
    look, hangs = scene.campaigns.look, [True]

    def stuck(read_to: Mapping[str, int], upgrades: Sequence[str]) -> CampaignLook:
        if hangs and hangs.pop():
            time.sleep(0.6)
        return look(read_to, upgrades)

    scene.campaigns.look = stuck  # type: ignore[method-assign,assignment]

    async def story() -> None:
        with scene.waiting(scene.turn("a")) as a:
            while not scene.watch.is_stale:
                await a.news(0.05)
            scene.watch.ensure_running()
            began = time.monotonic()
            await called(a)
            assert time.monotonic() - began < 0.3

    play(story)


def test_two_campaigns_are_looked_at_together() -> None:
    scene = Scene(wave_of("a"))
    other = FakeCampaign(
        campaign=replace(scene.fake.campaign, name="autumn"),
        fleet=[],
        campaign_id="autumn__1",
        campaigns=scene.fake.campaigns,
        upgrades=scene.fake.upgrades,
        leases=scene.fake.leases,
        clock=scene.fake.clock,
    )
    other.campaigns.open_campaign("autumn__1", "autumn", "ada", other.clock.now())

    async def story() -> None:
        with scene.waiting() as spring, scene.watch.waiting("autumn__1") as autumn:
            give_order("autumn__1", "abort", "because", "bob", other.campaigns, other.clock.now())
            await called(autumn)
            assert spring.take_call() is None

    play(story)


def test_an_account_that_cannot_be_read_holds_up_nobody_else() -> None:
    scene = Scene(wave_of("a"))
    scene.campaigns.open_campaign("autumn__1", "autumn", "ada", T0)
    scene.campaigns.unreadable.add("autumn__1")

    async def story() -> None:
        with scene.waiting(scene.turn("a")) as a, scene.watch.waiting("autumn__1") as autumn:
            await called(a)
            assert autumn.take_call() is None
            assert "cannot be read" in autumn.reason
            scene.campaigns.unreadable.clear()
            give_order("autumn__1", "abort", "because", "bob", scene.campaigns, T0)
            await called(autumn)

    play(story)
