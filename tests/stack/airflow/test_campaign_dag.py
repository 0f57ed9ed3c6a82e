"""The DAGs made from campaign files, without a scheduler."""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.triggers.base import BaseTrigger, TaskFailedEvent, TaskSkippedEvent, TaskSuccessEvent

from srx_issu.airflow.dags.campaign import campaign_dag
from srx_issu.airflow.dags.campaign_files import campaign_dags
from srx_issu.airflow.dags.staging import staging_dag
from srx_issu.airflow.operators.campaign import CampaignGate
from srx_issu.airflow.triggers.campaign import BakeTrigger, EndTrigger, TurnTrigger, end_event
from srx_issu.campaign.model import Result
from srx_issu.catalog import read_campaign
from srx_issu.ports import codec
from srx_issu.ports.campaign import ApprovedCampaign
from srx_issu.steps.campaign.cluster_task import ClusterEnded

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


def test_the_gates_of_one_question_stand_in_a_row_and_know_their_place(tmp_path: Path) -> None:
    """The journal has a gate by what it asks about and its number: no two may share one."""
    dag = dag_of(tmp_path, PLAIN + "canary: [a]\nwaves: ['2']\nretry: {rounds: 1}\n")
    gates = [task for task in dag.tasks if isinstance(task, CampaignGate)]
    rows = {about: [gate for gate in gates if gate.about == about] for about in {g.about for g in gates}}
    holds = {f"hold {wave}.{round_number}" for wave in (1, 2, 3) for round_number in (1, 2)}
    assert rows.keys() >= {"plan", "wave 1", "wave 2", "wave 3", *holds}
    for row in rows.values():
        in_order = sorted(row, key=lambda gate: gate.number)
        assert [gate.number for gate in in_order] == [*range(1, len(row) + 1)]
        for gate, behind in zip(in_order, [*in_order[1:], None], strict=True):
            spares = [each.task_id for each in in_order[gate.number :]]
            assert list(gate.spares) == spares
            assert behind is None or behind.task_id in gate.downstream_task_ids


def test_a_campaign_ends_before_it_begins_more(tmp_path: Path) -> None:
    dag = dag_of(tmp_path, PLAIN)
    assert {str(task.weight_rule) for task in dag.tasks} == {"absolute"}
    in_order = ("close", "wave_1.judge", "wave_1.upgrade")
    weights = [dag.get_task(task).priority_weight for task in in_order]
    assert weights == sorted(set(weights), reverse=True)


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
    assert {task.priority_weight for task in dag.tasks} == {1}  # copying ahead waits for everything else
    assert dag.timetable.expression == "0 20 * * mon"
    assert [task.task_id for task in dag.leaves] == ["close"]


@pytest.mark.parametrize(("workers", "at_once"), [("2", 1), ("4", 1), ("8", 2), ("32", 4)])
def test_copies_ahead_of_a_window_leave_workers_to_who_is_in_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: str, at_once: int
) -> None:
    """Each holds a worker for as long as its site takes. Four were all that the embedded default has."""
    monkeypatch.setenv("AIRFLOW__CORE__PARALLELISM", workers)
    path = tmp_path / "spring.yaml"
    path.write_text(PLAIN + "staging: {schedule: 0 20 * * mon}\n")
    copying = staging_dag(read_campaign(path)).get_task("stage_site")
    assert copying.partial_kwargs["max_active_tis_per_dagrun"] == at_once


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


WAVES = PLAIN + "canary: [a]\nwaves: ['2']\n"


def running(tmp_path: Path, text: str, name: str = "spring") -> ApprovedCampaign:
    """As the journal has it, from a file that is elsewhere by now."""
    path = tmp_path / "before" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    campaign = read_campaign(path).campaign
    assert campaign is not None
    return ApprovedCampaign(campaign_id=f"{name}__1", name=name, campaign=codec.dumps(campaign))


@pytest.mark.parametrize("wanted", [None, "campaign__spring"])
@pytest.mark.parametrize("now", [None, PLAIN, "target: [", WAVES, PLAIN + "waves: ['50%', rest]\n"])
def test_an_approved_campaign_keeps_its_dag_whatever_becomes_of_its_file(
    tmp_path: Path, now: str | None, wanted: str | None
) -> None:
    approved = running(tmp_path, WAVES)
    (tmp_path / "campaigns").mkdir()
    if now is not None:
        (tmp_path / "campaigns" / "spring.yaml").write_text(now)
    (dag,) = campaign_dags(tmp_path, wanted, lambda _: (approved,))
    assert dag.dag_id == "campaign__spring"
    assert set(dag.task_dict) == set(dag_of(tmp_path, WAVES).task_dict)


def test_what_the_journal_has_in_a_form_of_another_version_is_left_to_the_file(tmp_path: Path) -> None:
    approved = ApprovedCampaign(campaign_id="spring__1", name="spring", campaign='{"waves": 1}')
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "spring.yaml").write_text(PLAIN)
    (dag,) = campaign_dags(tmp_path, None, lambda _: (approved,))
    assert "plan" in dag.task_dict


def test_other_dags_do_not_ask_the_journal(tmp_path: Path) -> None:
    def ask(_: str | None) -> tuple[ApprovedCampaign, ...]:
        raise AssertionError("asked")

    assert list(campaign_dags(tmp_path, "issu_campaign_order", ask)) == []


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
    assert path == f"srx_issu.airflow.triggers.campaign.{type(trigger).__name__}"
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
    assert isinstance(end_event(ClusterEnded(result=result, reason="x")), kind)
