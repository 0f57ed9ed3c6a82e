"""A wait's trigger on both real wires: the simulated nodes by SSH, and a PostgreSQL that crashes."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from airflow.triggers.base import TaskSuccessEvent, TriggerEvent

from srx_issu.adapters.clock import SystemClock
from srx_issu.adapters.journal import SqlJournal, SqlLeases
from srx_issu.airflow.composition.stores import open_stores
from srx_issu.airflow.triggers.cluster import ClusterTrigger
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import BaselineTaken
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.ports import codec
from srx_issu.steps.upgrade.claim import claim
from tests.contract.worlds import Lab, LabWorld
from tests.fakes.intents import intent
from tests.integration.adapters.journal.samples import make_intent
from tests.stack.airflow.journal_server import JournalServer, journal_server

ACCOUNT = "AIRFLOW_CONN_SRX_LAB"
STEP = "fail_back.wait_for_flags"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JournalServer]:
    with journal_server(tmp_path_factory.mktemp("journal")) as running:
        yield running


@pytest.fixture
def run_id(
    server: JournalServer,
    lab: Lab,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """A claimed upgrade of the lab's cluster with its baseline; the one before has given it back."""
    account = {
        "conn_type": "srx",
        "login": lab.credentials.username,
        "password": lab.credentials.password,
        "extra": {"known_hosts": lab.credentials.known_hosts},
    }
    monkeypatch.setenv(ACCOUNT, json.dumps(account))
    monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", server.url)
    monkeypatch.setenv("SRX_ISSU_EVIDENCE", str(tmp_path))
    timers = replace(intent().policy.timers, poll_s=0.3, group_settle_s=30.0)
    plain = make_intent(f"manual__{request.node.name}")
    cluster = replace(lab.cluster, connection_id="srx_lab", conflict_groups=frozenset())
    asked = replace(plain, cluster=cluster, policy=replace(plain.policy, timers=timers))
    journal, leases = SqlJournal(server.url), SqlLeases(server.url)
    lease = leases.holder(f"cluster:{cluster.name}")
    if lease is not None:
        leases.release(lease.resource, lease.owner)
    claim(asked, journal, leases, SystemClock().now())
    with LabWorld(lab, "netconf").reader() as reader:
        now = reader.observe()
    evidence = open_stores().evidence
    state = ClusterState(cluster=cluster.name, taken_at=SystemClock().now())
    taken = BaselineTaken(
        snapshot=evidence.write(asked.upgrade_id, "baseline-snapshot.json", codec.dumps(now)),
        state=evidence.write(asked.upgrade_id, "baseline-state.json", codec.dumps(state)),
    )
    journal.record(
        asked.upgrade_id,
        entry_of(taken, "baseline", at=SystemClock().now(), step="assess.collect_baseline"),
    )
    return asked.upgrade_id


async def ended(trigger: ClusterTrigger) -> TriggerEvent:
    return await anext(trigger.run())  # type: ignore[arg-type]


def test_a_journal_that_is_away_at_the_beginning_is_waited_for(server: JournalServer, run_id: str) -> None:
    async def play() -> TriggerEvent:
        server.crash()
        waiting = asyncio.create_task(ended(ClusterTrigger(run_id, Goal.FLAGS_CLEARED.value, STEP)))
        await asyncio.sleep(1.5)
        assert not waiting.done()
        await asyncio.to_thread(server.start)
        return await asyncio.wait_for(waiting, 60)

    assert isinstance(asyncio.run(play()), TaskSuccessEvent)


def test_one_that_goes_away_in_the_middle_is_told_what_the_nodes_showed_meanwhile(
    server: JournalServer, lab: Lab, run_id: str
) -> None:
    world = LabWorld(lab, "ssh")

    async def play() -> TriggerEvent:
        await asyncio.to_thread(world.break_, "connection_refused", NodeName.NODE1)
        waiting = asyncio.create_task(ended(ClusterTrigger(run_id, Goal.FLAGS_CLEARED.value, STEP)))
        while "node1" not in " ".join(texts(server, run_id, EntryKind.OBSERVED)):
            await asyncio.sleep(0.2)
        await asyncio.to_thread(server.crash)
        await asyncio.to_thread(world.mend)
        await asyncio.sleep(2.0)  # both nodes are fine again, and nobody can write it down
        assert not waiting.done()
        await asyncio.to_thread(server.start)
        return await asyncio.wait_for(waiting, 60)

    try:
        assert isinstance(asyncio.run(play()), TaskSuccessEvent)
    finally:
        world.mend()
    assert len(texts(server, run_id, EntryKind.STEP_FINISHED)) == 2  # the claim's, and the wait's
    assert texts(server, run_id, EntryKind.STEP_FAILED) == []


def test_without_its_connection_a_wait_tries_again(
    server: JournalServer, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = os.environ[ACCOUNT]

    async def play() -> TriggerEvent:
        monkeypatch.setenv(ACCOUNT, '{"conn_type": "srx"}')
        waiting = asyncio.create_task(ended(ClusterTrigger(run_id, Goal.FLAGS_CLEARED.value, STEP)))
        await asyncio.sleep(1.5)
        assert not waiting.done()
        monkeypatch.setenv(ACCOUNT, account)
        return await asyncio.wait_for(waiting, 60)

    assert isinstance(asyncio.run(play()), TaskSuccessEvent)
    assert texts(server, run_id, EntryKind.STEP_FAILED) == []


def test_waits_that_follow_each_other_log_in_once_and_hold_the_lease(
    server: JournalServer, lab: Lab, run_id: str
) -> None:
    logins, cluster = len(lab.events("logged_in")), f"cluster:{lab.cluster.name}"
    taken = SqlLeases(server.url).holder(cluster)

    async def play() -> None:
        for step in (STEP, "fail_back.wait_for_flags_again"):
            assert isinstance(
                await ended(ClusterTrigger(run_id, Goal.FLAGS_CLEARED.value, step)), TaskSuccessEvent
            )

    asyncio.run(play())
    assert len(lab.events("logged_in")) - logins == len(NodeName)
    held = SqlLeases(server.url).holder(cluster)
    assert taken is not None
    assert held is not None
    assert held.owner == run_id
    assert held.expires_at > taken.expires_at


def texts(server: JournalServer, run_id: str, kind: EntryKind) -> list[str]:
    return [e.text for e in SqlJournal(server.url).entries(run_id) if e.kind is kind]
