"""What a terminal says while a campaign runs, look by look."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

from rich.console import Console

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import Run, Task
from srx_issu.cli.campaign_follow import CampaignFollower
from srx_issu.cli.dag_runs import DagRuns

BEGAN = datetime(2027, 1, 1, 1, 0, tzinfo=UTC)
UPGRADE = "spring__1__fw1"  # the run of issu_cluster


class Looks(AirflowApi, DagRuns):
    """One scene a look: the state of the cluster's task, when that try began, and what its run is at. Of
    whatever DAG."""

    def __init__(self, *scenes: tuple[str, datetime, str | None]) -> None:
        self.scenes = list(scenes)

    def of(self, dag_id: str) -> DagRuns:
        return self

    def run(self, run_id: str) -> Run:
        self.now = self.scenes.pop(0)
        return Run(run_id=run_id, state="running" if self.scenes else "failed")

    def tasks(self, run_id: str) -> tuple[Task, ...]:
        state, started, _ = self.now
        ended = started + timedelta(seconds=1) if state == "failed" else None
        task = "wave_1.upgrade"
        return (Task(task_id=task, map_index=0, label="fw1", state=state, started=started, ended=ended),)

    def busy_tasks(self, run_prefix: str) -> dict[str, str]:
        return {UPGRADE: self.now[2]} if self.now[2] else {}

    def xcom(self, run_id: str, task_id: str, key: str = "return_value", map_index: int = -1) -> object:
        return {"result": "ROLLED_BACK"}


def test_a_cluster_is_under_way_between_two_tasks_and_took_as_long_as_all_its_tries() -> None:
    again = BEGAN + timedelta(seconds=239)
    api = Looks(
        ("deferred", BEGAN, None),
        ("deferred", BEGAN, "issu.start"),
        ("deferred", BEGAN, None),
        ("deferred", BEGAN, "verify.collect_after"),
        ("failed", again, None),
    )
    told = Console(file=io.StringIO(), width=200)
    CampaignFollower(api=api, console=told, name="spring", pause=lambda _: None).follow("spring__1")
    lines = told.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert [" ".join(line.split()[3:]) for line in lines] == [
        "fw1 waits",
        "fw1 under way issu.start",
        "fw1 under way verify.collect_after",
        "fw1 ROLLED_BACK after 4 min 00 s",
    ]
