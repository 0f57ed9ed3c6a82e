"""A campaign's triggers as the triggerer runs them, on a real journal: a wave of clusters, two at a time.

Buys: subscription, shared look, leases and ends together, without a stack.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from airflow.triggers.base import TaskSkippedEvent, TaskSuccessEvent, TriggerEvent

from srx_issu.adapters.journal.engines import POOL_SIZE
from srx_issu.airflow.composition.campaign import open_campaign, task_of
from srx_issu.airflow.triggers.campaign import BakeTrigger, EndTrigger, TurnTrigger
from srx_issu.airflow.watching.shared import CampaignWatch
from srx_issu.campaign.events import PlanApproved, PlanMade, WaveOpened
from srx_issu.campaign.model import InFlight, WaveSize
from srx_issu.campaign.plan import plan_waves
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import OrderedBy
from srx_issu.ports import codec
from srx_issu.steps.campaign.close import give_order
from srx_issu.steps.campaign.cluster_task import StartRun
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.upgrade import next_step, note_start
from tests.fakes.intents import CLUSTER, intent
from tests.postgres import journal_url, migrated_url, postgres_server
from tests.unit.campaign.fleets import campaign, member

__all__ = ["journal_url", "migrated_url", "postgres_server"]

NAME, RUN, CAMPAIGN = "spring", "1", "spring__1"
SEEN_WITHIN_S = 2.0  # a place that got free


@pytest.fixture
def context(journal_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CampaignContext:
    """Wave 1 of clusters a to f is open."""
    monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", journal_url)
    monkeypatch.setenv("SRX_ISSU_EVIDENCE", str(tmp_path))
    asked = campaign(waves=(WaveSize(),), in_flight=InFlight(campaign=2))
    plan = plan_waves([member(name) for name in "abcdef"], asked, "file-1")
    context = open_campaign(NAME, RUN, stopped=lambda: None)
    context.journal.open_campaign(CAMPAIGN, NAME, "ada", datetime.now(UTC))
    made = PlanMade(digest=plan.digest, campaign=codec.dumps(asked), plan=codec.dumps(plan))
    clusters = tuple(cluster.name for cluster in plan.clusters)
    context.record(made, "")
    context.record(PlanApproved(digest=plan.digest, by="ada"), "")
    context.record(WaveOpened(clusters=clusters, digest=plan.digest, by="ada"), "", wave=1)
    return context


def turn(name: str) -> TurnTrigger:
    return TurnTrigger(name=NAME, run_id=RUN, cluster=name, wave=1, plan_only=False)


def start(context: CampaignContext, name: str) -> EndTrigger:
    """What the worker does when its turn has come, up to the run's own claim."""
    task = task_of(context, name, 1)
    step = next_step(context, task)
    assert isinstance(step, StartRun), step
    order = note_start(context, task, step.order)
    shown = OrderedBy(campaign_id=CAMPAIGN, nonce=order.nonce)
    opened = intent(upgrade_id=order.run_id, cluster=replace(CLUSTER, name=name), ordered_by=shown)
    context.upgrades.open_upgrade(opened, context.clock.now())
    return EndTrigger(
        name=NAME,
        run_id=RUN,
        cluster=name,
        wave=1,
        plan_only=False,
        upgrade=order.run_id,
        give_up_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    )


def close(context: CampaignContext, upgrade: str) -> None:
    context.upgrades.close_upgrade(upgrade, Outcome.UPGRADED, "verified", context.clock.now())
    for lease in context.leases.held_by(upgrade):
        context.leases.release(lease.resource, upgrade)


def in_loop(story: Any) -> None:
    async def whole() -> None:
        watch = CampaignWatch(is_stopped=lambda: None, ended_runs=lambda _, __: {})
        asyncio.get_running_loop()._srx_issu_campaign_watch = watch  # type: ignore[attr-defined]
        async with asyncio.timeout(60):
            await story()

    asyncio.run(whole())


async def event_of(trigger: Any) -> TriggerEvent:
    event: TriggerEvent = await anext(trigger.run())
    return event


def test_two_at_a_time_to_the_end_of_the_wave(context: CampaignContext, journal_url: str) -> None:
    took: list[float] = []

    async def one(name: str) -> TriggerEvent:
        event = await event_of(turn(name))
        assert event.payload == {"cluster": name}
        running.add(name)
        assert len(running) <= 2
        end = await asyncio.to_thread(start, context, name)
        ended = asyncio.create_task(event_of(end))
        await asyncio.sleep(0.5)
        running.discard(name)  # before its place is free for the next
        await asyncio.to_thread(close, context, end.upgrade)
        began = time.monotonic()
        result = await ended
        took.append(time.monotonic() - began)
        return result

    running: set[str] = set()

    async def story() -> None:
        began = time.monotonic()
        events = await asyncio.gather(*map(one, "fedcba"))
        assert all(isinstance(event, TaskSuccessEvent) for event in events)
        assert time.monotonic() - began < 3 * (0.5 + 2 * SEEN_WITHIN_S)

    in_loop(story)
    assert max(took) < SEEN_WITHIN_S
    with psycopg.connect(journal_url) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'srx-issu journal'"
        ours = connection.execute(query).fetchone()
        history = connection.execute(
            "SELECT what, count(*) FROM srx_issu.lease_changes GROUP BY 1"
        ).fetchall()
    assert ours is not None
    assert ours[0] <= POOL_SIZE
    assert dict(history) == {"taken": 12, "released": 12}  # each a cluster and a place, and no attempt


def test_an_abort_ends_turns_and_pauses(context: CampaignContext) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    async def story() -> None:
        for name in "ab":
            await asyncio.to_thread(start, context, name)
        waits = [asyncio.create_task(event_of(turn(name))) for name in "cd"]
        pause = asyncio.create_task(event_of(BakeTrigger(NAME, RUN, until)))
        await asyncio.sleep(1.5)
        assert not any(wait.done() for wait in (*waits, pause))
        give_order(CAMPAIGN, "abort", "flood", "bob", context.journal, context.clock.now())
        assert all(isinstance(event, TaskSkippedEvent) for event in await asyncio.gather(*waits))
        assert (await pause).payload == {"until": until}

    in_loop(story)


def test_a_pause_between_waves_ends_in_time(context: CampaignContext) -> None:
    until = (datetime.now(UTC) + timedelta(seconds=1.5)).isoformat()

    async def story() -> None:
        assert (await event_of(BakeTrigger(NAME, RUN, until))).payload == {"until": until}
        assert datetime.now(UTC) >= datetime.fromisoformat(until)

    in_loop(story)
