"""Which runs the table of ``srx-issu status`` shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console
from rich.text import Text

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import Run
from srx_issu.cli.fleet_status import RunRow, chosen, fleet_table, newest_first, unattended_lines
from tests.integration.cli.fake_airflow import FakeAirflow

NOW = datetime(2026, 5, 24, 15, 0, tzinfo=UTC)


def run(name: str, cluster: str, minutes_ago: int | None, dag_id: str = "issu_cluster") -> Run:
    started = NOW - timedelta(minutes=minutes_ago) if minutes_ago is not None else None
    return Run(run_id=name, state="running", dag_id=dag_id, conf={"cluster": cluster}, started=started)


def test_a_clusters_recovery_is_shown_when_it_is_newer_than_its_upgrade() -> None:
    upgrades = (run("up-b", "b", 5), run("up-a", "a", 90))
    recoveries = (run("recover-b", "b", 60, "issu_recover"), run("recover-a", "a", 30, "issu_recover"))
    shown = chosen(newest_first((*upgrades, *recoveries), NOW), None)
    assert [each.run_id for each in shown] == ["recover-a", "up-b"]
    assert [each.dag_id for each in shown] == ["issu_recover", "issu_cluster"]


def test_what_is_only_queued_is_the_newest() -> None:
    shown = newest_first((run("up", "a", 1), run("recover", "a", None, "issu_recover")), NOW)
    assert [each.run_id for each in chosen(shown, "a")] == ["recover", "up"]


def test_a_cluster_that_nobody_looks_after_is_said_with_the_line_that_takes_it_over() -> None:
    airflow = FakeAirflow()
    command = "srx-issu recover fw-b --take-over --reason '...'"
    airflow.unattended = [
        {
            "cluster": "fw-b",
            "upgrade_id": "cli__fw-b__1",
            "opened_at": (NOW - timedelta(hours=2)).isoformat(),
            "command": command,
        }
    ]
    with AirflowApi(airflow.login(), transport=airflow.transport) as api:
        found = api.unattended()
    (line,) = unattended_lines(found, None, NOW)
    assert "fw-b: UNATTENDED. Upgrade cli__fw-b__1 holds it since" in line
    assert line.splitlines()[-1].strip() == command
    assert unattended_lines(found, "fw-a", NOW) == []
    assert len(unattended_lines(found, "fw-b", NOW)) == 1


REASON = (
    "node1: cold synchronization of RG1 is not complete after 1800 s; see 'show chassis cluster information'"
)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_word_is_broken_however_narrow_the_terminal_is(width: int) -> None:
    rows = [
        RunRow(
            cluster=name,
            state=Text("UPGRADED_WITH_FINDINGS"),
            since="1 h 02 min",
            run_id=f"recover-{name}__2026-05-24T15:00:00.123456Z",
            reason=REASON,
        )
        for name in ("frankfurt1-fw1", "a")
    ]
    console = Console(record=True, width=width)
    console.print(fleet_table(rows))
    shown = console.export_text()
    assert max(map(len, shown.splitlines())) <= width
    for row in rows:
        assert {row.cluster, row.state.plain, row.run_id, *REASON.split()} <= set(shown.split())
