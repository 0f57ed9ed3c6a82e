"""The journal on a server of its own, away in mid-ISSU; and a run that is deleted there."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from srx_issu.adapters.journal import SqlJournal
from srx_issu.domain.history.events import IssuFound
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from tests.stack.airflow.journal_server import JournalServer, journal_server
from tests.stack.airflow.rest import delete_run
from tests.stack.airflow.running_stack import RunningStack, running_stack
from tests.stack.airflow.test_command_line import srx_issu

pytestmark = [pytest.mark.release, pytest.mark.stack]
AWAY_S = 60.0
WAITS = ("deferred", "success")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JournalServer]:
    with journal_server(tmp_path_factory.mktemp("journal")) as running:
        yield running


@pytest.fixture(scope="module")
def own(server: JournalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """Slow enough for the outage to fall into one ISSU."""
    environment = {"SRX_ISSU_JOURNAL_URL": server.url}
    with running_stack(tmp_path_factory.mktemp("own"), 3, speed=60.0, environment=environment) as running:
        yield running


def in_mid_issu(stack: RunningStack, run_id: str) -> None:
    stack.wait_for_task(run_id, "issu.wait_for_secondary_upgrade", WAITS)


def test_a_journal_that_is_away_for_a_minute_in_mid_issu_changes_nothing(
    own: RunningStack, server: JournalServer
) -> None:
    cluster = own.take_cluster()
    run_id = own.trigger(cluster)
    in_mid_issu(own, run_id)
    server.crash()
    time.sleep(AWAY_S)  # the outage itself, on a real clock: the processes of a stack have no other
    server.start()
    end = own.wait(run_id)
    assert str(end.outcome) == "UPGRADED", end.reason
    assert own.issu_starts(cluster) == 1
    assert set(own.releases(cluster).values()) == {own.scenery.image.release}
    entries = SqlJournal(server.url).entries(run_id)
    assert [e.text for e in entries if e.kind is EntryKind.STEP_FAILED] == []
    states = own.task_states(run_id)
    assert {task for task, state in states.items() if state in ("failed", "upstream_failed")} == set()


def test_a_run_deleted_in_mid_issu_is_told_and_taken_over_from_its_baseline(
    own: RunningStack, server: JournalServer
) -> None:
    cluster = own.take_cluster()
    run_id = own.trigger(cluster)
    in_mid_issu(own, run_id)
    assert "UNATTENDED" not in srx_issu(own, "status", cluster).stdout
    delete_run(own, run_id)
    told = srx_issu(own, "status", cluster)
    command = f"srx-issu recover {cluster} --take-over --reason '...'"
    assert "UNATTENDED" in told.stdout, told.stderr
    assert command in told.stdout
    journal = SqlJournal(server.url)
    recovery = own.recover(cluster, take_over=True)
    own.wait_for_task(recovery, "observe", ["success"])
    found = [e for e in journal.entries(recovery) if isinstance(e.event, IssuFound)]
    assert run_id in found[0].text
    record = journal.upgrade(run_id)
    assert record is not None
    assert record.outcome is Outcome.NEEDS_OPERATOR
    assert "UNATTENDED" not in srx_issu(own, "status", cluster).stdout
