"""The DAGs made from campaign files, without a scheduler."""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.triggers.base import BaseTrigger, TaskFailedEvent, TaskSkippedEvent, TaskSuccessEvent

from srx_issu.campaign.model import Result
from srx_issu.catalog import read_campaign
from srx_issu.dag_factory.campaign import campaign_dag
from srx_issu.dag_factory.campaign_files import campaign_dags
from srx_issu.dag_factory.staging import staging_dag
from srx_issu.steps.campaign_upgrade import Over
from srx_issu.triggers.campaign import BakeTrigger, EndTrigger, TurnTrigger, end_event

PLAIN = "target: {SRX4600: 22.4R3-S2.11}\nselect: {sites: [fra1]}\n"


def dag_of(tmp_path: Path, text: str, name: str = "spring"):  # type: ignore[no-untyped-def]
    path = tmp_path / f"{name}.yaml"
    path.write_text(text)
    return campaign_dag(read_campaign(path))


def test_each_wave_and_each_round_has_its_tasks(tmp_path: Path) -> None:
    dag = dag_of(tmp_path, PLAIN + "canary: [a]\nwaves: ['2']\nretry: {rounds: 2}\n")
    waves = {task.partition(".")[0] for task in dag.task_dict if "." in task}
    assert waves == {"wave_1", "wave_2", "wave_3"}  # one for the rest is added
    assert {"wave_1.upgrade", "wave_1.upgrade_2", "wave_1.upgrade_3"} <= set(dag.task_dict)
    assert [task.task_id for task in dag.leaves] == ["close"]
    assert [task.task_id for task in dag.roots] == ["plan"]


def test_a_campaign_runs_once_at_a_time_and_is_scheduled_when_it_says_so(tmp_path: Path) -> None:
    assert dag_of(tmp_path, PLAIN).max_active_runs == 1
    assert type(dag_of(tmp_path, PLAIN).timetable).__name__ == "NullTimetable"
    scheduled = dag_of(tmp_path, PLAIN + "schedule: 0 12 * * fri\n")
    assert scheduled.timetable.expression == "0 12 * * fri"


def test_images_are_staged_by_a_dag_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "spring.yaml"
    path.write_text(PLAIN + "staging: {schedule: 0 20 * * mon}\n")
    dag = staging_dag(read_campaign(path))
    assert (dag.dag_id, dag.max_active_runs) == ("staging__spring", 1)
    assert dag.timetable.expression == "0 20 * * mon"
    assert [task.task_id for task in dag.leaves] == ["close"]


def test_a_task_parses_its_own_campaign_only(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    for name, text in {"spring": PLAIN + "staging: {}\n", "autumn": PLAIN, "b d": "target: ["}.items():
        (tmp_path / "campaigns" / f"{name}.yaml").write_text(text)

    def ids(wanted: str | None) -> set[str]:
        return {dag.dag_id for dag in campaign_dags(tmp_path, wanted)}

    assert ids(None) == {"campaign__spring", "staging__spring", "campaign__autumn", "campaign__b_d"}
    assert ids("staging__spring") == {"campaign__spring", "staging__spring"}
    assert ids("campaign__b_d") == {"campaign__b_d"}
    assert ids("issu_campaign_order") == set()


def test_a_faulty_file_is_a_dag_that_says_so(tmp_path: Path) -> None:
    dag = dag_of(tmp_path, PLAIN + "wave: 3\n", "my campaign")
    assert dag.dag_id == "campaign__my_campaign"
    assert "unknown key 'wave'" in dag.doc_md
    assert "cannot name a campaign" in dag.doc_md
    assert list(dag.task_dict) == ["faults"]


TOLD = {"name": "spring", "run_id": "r", "cluster": "a", "wave": 1, "plan_only": False}


@pytest.mark.parametrize(
    "trigger",
    [
        TurnTrigger(**TOLD),
        EndTrigger(**TOLD, upgrade="r__a", give_up_at="2027-01-01T00:00:00+00:00"),
        BakeTrigger("spring", "r", "2027-01-01T00:00:00+00:00"),
    ],
)
def test_a_trigger_is_the_same_after_a_restart(trigger: BaseTrigger) -> None:
    path, kwargs = trigger.serialize()
    assert path == f"srx_issu.triggers.campaign.{type(trigger).__name__}"
    assert type(trigger)(**kwargs).serialize() == (path, kwargs)


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        (Result.UPGRADED, TaskSuccessEvent),
        (Result.ALREADY_CURRENT, TaskSuccessEvent),
        (Result.NOT_STARTED, TaskSkippedEvent),
        (Result.ROLLED_BACK, TaskFailedEvent),
        (Result.UNKNOWN, TaskFailedEvent),
    ],
)
def test_a_cluster_has_the_colour_of_its_result(result: Result, kind: type[object]) -> None:
    assert isinstance(end_event(Over(result=result, reason="x")), kind)
