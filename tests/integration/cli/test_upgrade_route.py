"""On which route an upgrade is asked for, and which run an id means."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.paused import refuse_paused
from srx_issu.cli.run_dags import dag_of, newest_runs
from srx_issu.cli.upgrade_route import AskedRoute, route_for
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.route import Route
from tests.integration.catalog.folders import Folder
from tests.integration.cli.fake_airflow import FakeAirflow

CLUSTERS = """
clusters:
  small: {model: SRX345, site: a, node0: {host: a1}, node1: {host: b1}}
  large: {model: SRX5800, site: a, node0: {host: a2}, node1: {host: b2}}
  virtual: {model: vSRX, site: a, node0: {host: a3}, node1: {host: b3}}
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path)
    folder.write("inventory/more.yaml", CLUSTERS)
    monkeypatch.setenv("SRX_ISSU_FILES", str(folder.path))


@pytest.mark.parametrize(
    ("cluster", "asked", "dag_id", "words"),
    [
        ("large", "auto", "issu_cluster", "Route issu: SRX5800 may have ISSU"),
        ("small", "auto", "icu_cluster", "Route icu: SRX345 has no ISSU (guide: SRX300 Series has no ISSU"),
        ("virtual", "minimal_downtime", "minimal_downtime_cluster", "named on the command line"),
        ("small", "dual_reboot", "reboot_cluster", "Route dual_reboot: named on the command line"),
        ("elsewhere", "auto", "issu_cluster", "do not tell the model of elsewhere; the run looks at its own"),
    ],
)
def test_the_route_that_was_named_or_that_the_model_has(
    cluster: str, asked: str, dag_id: str, words: str
) -> None:
    taken = route_for(cluster, "x.tgz", AskedRoute(asked))
    assert taken.dag_id == dag_id
    assert words in str(taken)


def test_nobody_chooses_between_outages_but_a_person() -> None:
    with pytest.raises(RequestRefused) as refused:
        route_for("virtual", "new image.tgz", AskedRoute.AUTO)
    first, *commands = str(refused.value).splitlines()
    assert "virtual (VSRX) has no route in service (guide: vSRX has no ISSU)" in first
    assert [command.strip() for command in commands] == [
        "srx-issu upgrade virtual --image 'new image.tgz' --route minimal_downtime --on-site NAME",
        "srx-issu upgrade virtual --image 'new image.tgz' --route dual_reboot",
    ]


def test_every_route_can_be_named() -> None:
    assert {AskedRoute(route) for route in Route} == set(AskedRoute) - {AskedRoute.AUTO}


def test_a_run_is_of_the_dag_that_has_it() -> None:
    airflow = FakeAirflow()
    airflow.newest, airflow.also_in = ["other"], ["campaign__spring", "reboot_cluster"]
    with AirflowApi(airflow.login(), transport=airflow.transport) as api:
        assert dag_of(api, "manual__1").dag_id == "reboot_cluster"
        assert dag_of(api, "recover-manual__1").dag_id == "issu_recover"
        airflow.also_in = []
        assert dag_of(api, "manual__1").dag_id == "issu_cluster"


def test_a_run_id_of_two_dags_is_not_guessed() -> None:
    airflow = FakeAirflow()
    airflow.also_in = ["icu_cluster"]
    with (
        AirflowApi(airflow.login(), transport=airflow.transport) as api,
        pytest.raises(ApiFailed, match="issu_cluster and icu_cluster each have a run manual__1"),
    ):
        dag_of(api, "manual__1")


def test_a_dag_that_is_not_there_has_no_runs() -> None:
    airflow = FakeAirflow()
    airflow.newest, airflow.missing = ["a", "b"], "icu_cluster"
    with AirflowApi(airflow.login(), transport=airflow.transport) as api:
        assert [run.run_id for run in newest_runs(api)] == ["a", "b"]


def test_a_route_that_this_airflow_has_no_dag_for_is_refused_before_anything_starts() -> None:
    airflow = FakeAirflow()
    with (
        AirflowApi(airflow.login(), transport=airflow.transport) as api,
        pytest.raises(ApiFailed, match="this Airflow has no DAG icu_cluster"),
    ):
        refuse_paused(api.of("icu_cluster"))
    assert airflow.triggered == []
