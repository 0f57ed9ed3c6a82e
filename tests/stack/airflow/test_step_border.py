"""The border around a task's step, on a real journal that crashes and comes back, without a stack.

What is away here is away for a second or two of real time: a database server has no other clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from srx_issu.adapters.clock import SystemClock
from srx_issu.adapters.journal import SqlJournal, SqlLeases
from srx_issu.airflow.operators.step import run_step
from srx_issu.domain.errors import DeviceUnreachable, RequestRefused
from srx_issu.domain.history.events import Observed
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.upgrade.claim import claim
from tests.integration.adapters.journal.samples import make_intent
from tests.places import INCLUDE
from tests.stack.airflow.journal_server import JournalServer, journal_server

CONNECTION = "AIRFLOW_CONN_SRX_ZURICH"
ACCOUNT = '{"conn_type": "srx", "login": "airflow", "password": "x", "extra": {"no_host_key_check": true}}'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JournalServer]:
    with journal_server(tmp_path_factory.mktemp("border")) as running:
        yield running


@pytest.fixture
def run_id(
    server: JournalServer, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A claimed upgrade of a cluster of its own."""
    monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", server.url)
    monkeypatch.setenv("SRX_ISSU_EVIDENCE", str(tmp_path))
    monkeypatch.setenv("SRX_ISSU_FILES", str(INCLUDE))
    monkeypatch.setenv(CONNECTION, ACCOUNT)
    name = f"fw-{request.node.name}"[:60]
    intent = make_intent(f"manual__{name}")
    cluster = replace(intent.cluster, name=name, conflict_groups=frozenset())
    claim(
        replace(intent, cluster=cluster), SqlJournal(server.url), SqlLeases(server.url), SystemClock().now()
    )
    return intent.upgrade_id


@contextmanager
def later(back: Callable[[], None], after_s: float = 1.5) -> Iterator[None]:
    """``back`` happens while the block runs."""
    thread = threading.Timer(after_s, back)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def run(run_id: str, step: Callable[[UpgradeContext], Any], dag_id: str = "issu_cluster") -> Any:
    context: Any = {"run_id": run_id, "dag_run": SimpleNamespace(dag_id=dag_id)}
    return run_step(EmptyOperator(task_id="verify.collect_after"), Context(**context), step)


def failures(server: JournalServer, run_id: str) -> list[str]:
    return [e.text for e in SqlJournal(server.url).entries(run_id) if e.kind is EntryKind.STEP_FAILED]


def test_a_journal_that_is_away_when_the_upgrade_is_opened_is_waited_for(
    server: JournalServer, run_id: str
) -> None:
    server.crash()
    with later(server.start):
        assert run(run_id, lambda upgrade_context: upgrade_context.upgrade_id) == run_id
    assert failures(server, run_id) == []


def test_one_that_goes_away_in_mid_step_has_the_step_begun_anew(server: JournalServer, run_id: str) -> None:
    tries = list[float]()

    def step(upgrade_context: UpgradeContext) -> int:
        tries.append(time.monotonic())
        if len(tries) == 1:
            server.crash()
        upgrade_context.record(Observed(), "both nodes answer")
        return len(tries)

    timer = threading.Timer(1.5, server.start)
    timer.start()
    try:
        assert run(run_id, step) >= 2
    finally:
        timer.join()
    assert failures(server, run_id) == []


def test_the_failure_of_a_step_is_not_masked_by_a_journal_that_is_away(
    server: JournalServer, run_id: str
) -> None:
    def step(_: UpgradeContext) -> None:
        server.crash()
        threading.Timer(1.5, server.start).start()
        raise DeviceUnreachable("node1", "SSH login: connection refused")

    with pytest.raises(AirflowException, match="node1: SSH login: connection refused"):
        run(run_id, step)
    assert failures(server, run_id) == ["node1: SSH login: connection refused"]


def log_in(upgrade_context: UpgradeContext) -> str:
    """What a step does first with a node: it needs the account for it."""
    assert callable(upgrade_context.reader.observe)
    return upgrade_context.upgrade_id


def test_a_connection_that_is_gone_is_waited_for_while_the_upgrade_runs(
    server: JournalServer, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CONNECTION, '{"conn_type": "srx"}')  # no login
    with later(lambda: monkeypatch.setenv(CONNECTION, ACCOUNT)):
        assert run(run_id, log_in) == run_id
    assert failures(server, run_id) == []


def test_a_step_that_asks_no_node_needs_no_connection(
    server: JournalServer, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CONNECTION)
    monkeypatch.setenv("SRX_ISSU_FILES", "/nowhere")
    assert run(run_id, lambda upgrade_context: upgrade_context.upgrade_id) == run_id
    assert failures(server, run_id) == []


def test_a_run_of_the_other_dag_writes_nothing_into_the_journal(server: JournalServer, run_id: str) -> None:
    before = SqlJournal(server.url).entries(run_id)
    with pytest.raises(AirflowFailException, match="belongs to a run of issu_cluster"):
        run(run_id, lambda upgrade_context: upgrade_context.upgrade_id, dag_id="issu_recover")
    assert SqlJournal(server.url).entries(run_id) == before


def test_but_not_for_an_upgrade_that_is_closed(
    server: JournalServer, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CONNECTION, '{"conn_type": "srx"}')
    SqlJournal(server.url).close_upgrade(run_id, Outcome.NOT_READY, "because", SystemClock().now())
    with pytest.raises(AirflowFailException, match="no user name"):
        run(run_id, log_in)


def test_what_a_step_refuses_is_final_and_written_down(server: JournalServer, run_id: str) -> None:
    def step(_: UpgradeContext) -> None:
        raise RequestRefused("the window is over")

    with pytest.raises(AirflowFailException, match="the window is over"):
        run(run_id, step)
    assert failures(server, run_id) == ["the window is over"]
