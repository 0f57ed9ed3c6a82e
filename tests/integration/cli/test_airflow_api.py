"""What the command line makes of Airflow's replies."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed, ApiUnreachable, PendingApproval, Task
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.ports.dag_names import UPGRADE_DAG
from tests.integration.cli.fake_airflow import FakeAirflow, task


@pytest.fixture
def airflow() -> FakeAirflow:
    return FakeAirflow()


@pytest.fixture
def api(airflow: FakeAirflow) -> Iterator[AirflowApi]:
    with AirflowApi(airflow.login(), transport=airflow.transport) as opened:
        yield opened


@pytest.fixture
def upgrades(api: AirflowApi) -> DagRuns:
    return api.of(UPGRADE_DAG)


def test_a_wrong_password_is_named_as_such_and_does_not_show(airflow: FakeAirflow) -> None:
    login = airflow.login("wrong-secret")
    with AirflowApi(login, transport=airflow.transport) as api, pytest.raises(ApiFailed) as refused:
        api.of(UPGRADE_DAG).run("r")
    assert "'operator' or the password" in str(refused.value)
    assert "wrong-secret" not in f"{refused.value}{login!r}"


def test_silence_is_not_a_refusal(airflow: FakeAirflow, upgrades: DagRuns) -> None:
    airflow.silent = 1
    with pytest.raises(ApiUnreachable, match="is Airflow up"):
        upgrades.run("r")


def test_a_page_of_somebody_else_is_no_answer(airflow: FakeAirflow) -> None:
    """A proxy's, say: 200, and not a word of Airflow's."""
    proxy = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>Please log in"))
    with AirflowApi(airflow.login(), transport=proxy) as api, pytest.raises(ApiFailed, match="Please log in"):
        api.of(UPGRADE_DAG).run("r")


def test_a_refused_parameter_is_told_in_airflows_first_sentence(upgrades: DagRuns) -> None:
    with pytest.raises(ApiFailed, match=r"400.*'wrong' is not one of \['fw1'\]$"):
        upgrades.trigger("r", {"cluster": "wrong"})


def test_an_expired_token_is_renewed(airflow: FakeAirflow, upgrades: DagRuns) -> None:
    upgrades.run("r")
    airflow.tokens_left = 0
    upgrades.run("r")
    assert airflow.logins == 2


def test_a_run_has_no_logical_date_so_that_many_can_start_at_once(
    airflow: FakeAirflow, upgrades: DagRuns
) -> None:
    upgrades.trigger("r", {"cluster": "fw1"})
    assert airflow.triggered[0]["logical_date"] is None


def test_only_our_own_log_lines_are_news(airflow: FakeAirflow, upgrades: DagRuns) -> None:
    waiting = Task(task_id="issu.wait_for_cold_sync", state="deferred")
    airflow.logs = [{"event": "::group::Log", "logger": None}]
    assert upgrades.last_log_line("r", waiting) is None
    airflow.logs += [
        {
            "event": "node1: rebooting, 212 s of 2700 s",
            "logger": "srx_issu.airflow.triggers.cluster.ClusterTrigger",
        },
        {"event": "Trigger started", "logger": "airflow.jobs.triggerer"},
    ]
    assert upgrades.last_log_line("r", waiting) == "node1: rebooting, 212 s of 2700 s"


def test_no_xcom_is_none(upgrades: DagRuns) -> None:
    assert upgrades.xcom("r", "close") is None


def test_a_question_is_asked_once_its_task_waits_for_the_answer(
    airflow: FakeAirflow, upgrades: DagRuns
) -> None:
    """An answer that comes before that is kept by Airflow and not read."""
    task = {"task_id": "approval.approve_start", "state": "running"}
    airflow.questions = [{"task_instance": task, "subject": "Start?", "options": ["Approve", "Reject"]}]
    assert upgrades.questions("r") == ()
    task["state"] = "awaiting_input"
    assert [question.task_id for question in upgrades.questions("r")] == ["approval.approve_start"]


@pytest.mark.parametrize(
    ("body", "told"),
    [("Question `ab12`. Approvals: 1 of 2 (ada). May approve: bob.", "1 of 2"), ("Which node?", None)],
)
def test_a_question_says_how_many_approvals_there_are(body: str, told: str | None) -> None:
    asked = PendingApproval(
        task_id="approval.approve_start_2", subject="Start?", body=body, options=("Approve",)
    )
    assert asked.approvals == told


def test_what_a_trigger_pushed_is_read_as_what_a_task_pushed(airflow: FakeAirflow, api: AirflowApi) -> None:
    for pushed in ({"result": "UPGRADED"}, '{"result": "UPGRADED"}'):
        airflow.outcome = pushed
        campaigns = api.of("campaign__spring")
        assert campaigns.xcom("r", "wave_1.upgrade", map_index=0) == {"result": "UPGRADED"}


def test_tasks_are_read_page_by_page(airflow: FakeAirflow, upgrades: DagRuns) -> None:
    """Airflow gives a hundred at most, whatever is asked for; a wave of a campaign may have more clusters."""
    airflow.tasks = [task("wave_1.upgrade", "success") | {"map_index": number} for number in range(250)]
    assert [each.map_index for each in upgrades.tasks("r")] == list(range(250))


def test_a_mapped_task_has_the_name_of_its_cluster_and_another_has_none(
    airflow: FakeAirflow, upgrades: DagRuns
) -> None:
    mapped = task("wave_1.upgrade", "deferred") | {"map_index": 3, "rendered_map_index": "fw4"}
    airflow.tasks = [mapped, task("plan", "success") | {"map_index": -1, "rendered_map_index": None}]
    told = upgrades.tasks("r")
    assert [(each.task_id, each.map_index, each.label) for each in told] == [
        ("wave_1.upgrade", 3, "fw4"),
        ("plan", -1, None),
    ]


def test_a_report_is_found_in_the_plugins_pages(api: AirflowApi) -> None:
    assert api.report_page("fw1__2027+00:00").endswith("/srx-issu/upgrades/fw1__2027%2B00%3A00/report")
