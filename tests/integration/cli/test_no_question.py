"""What 'srx-issu approve' says when there is nothing to answer."""

from __future__ import annotations

from collections import deque

import pytest

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.no_question import why_no_question
from srx_issu.ports.dag_names import UPGRADE_DAG
from tests.integration.cli.fake_airflow import FakeAirflow

OLD, NEW, OTHER = "fra1-fw1__2026-05-01T10", "fra1-fw1__2026-05-02T10", "ber1-fw1__2026-05-03T10"


@pytest.mark.parametrize(
    ("given", "state", "words"),
    [
        ("nosuchrun", "running", "Airflow knows no run 'nosuchrun'; 'srx-issu status' shows"),
        ("fra1-fw1", "running", f"no run 'fra1-fw1'; did you mean {NEW} or {OLD}?"),
        ("ber1-fw1__2026-05-03T1O", "running", f"did you mean {OTHER}"),
        (NEW, "running", f"run {NEW} asks nothing now"),
        (NEW, "failed", f"run {NEW} is over (failed): nothing is left to answer"),
    ],
)
def test_why_nothing_can_be_answered(given: str, state: str, words: str) -> None:
    airflow = FakeAirflow()
    airflow.newest, airflow.states = [NEW, OTHER, OLD], deque([state])
    with AirflowApi(airflow.login(), transport=airflow.transport) as api:
        assert words in why_no_question(api, api.of(UPGRADE_DAG), given)
