"""One node after the other with the links apart, on the real wire: with a person at the cables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from srx_issu.cli.airflow_replies import PendingApproval
from srx_issu.cli.outcome import Ending, ending
from srx_issu.cli.run_dags import dag_of
from srx_issu.cli.run_ids import new_run_id
from srx_issu.ports.dag_names import MINIMAL_DOWNTIME_DAG
from srx_lab.control import ask
from tests.integration.oneprocess.place import Place

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own
Answer = Callable[[PendingApproval], str]  # what a person says, with what was done before


def ask_for(place: Place, cluster: str) -> str:
    run_id, image = new_run_id(cluster), place.scenery.image_for(cluster).path.name
    conf = {"cluster": cluster, "image": image, "on_site": "Ada at the rack"}
    place.api().of(MINIMAL_DOWNTIME_DAG).trigger(run_id, conf)
    return run_id


def carry_out(place: Place, run_id: str, says: Answer, user: str = "approver") -> Ending:
    runs = dag_of(place.api(user), run_id)
    run = runs.run(run_id)

    def answer() -> bool:
        asked = runs.questions(run_id)
        for question in asked:
            runs.answer(run_id, question.task_id, says(question))
        return bool(asked)

    place.scheduler.carry_out(run.dag_id, run_id, answer)
    return ending(runs, runs.run(run_id))


def by_hand(place: Place, cluster: str, **request: Any) -> None:
    ask(place.lab.state, {"cluster": cluster, **request})


def at_the_cables(place: Place, cluster: str) -> Answer:
    """Somebody who does what is asked, then says so."""

    def says(asked: PendingApproval) -> str:
        if "Done" not in asked.options:
            return "Approve"
        if "links apart" in asked.subject:
            by_hand(place, cluster, do="unplug", cables=["control", "fabric"])
        else:
            by_hand(place, cluster, do="plug", cables=["control", "fabric"])
            by_hand(place, cluster, do="power-on", node="node0")
        return "Done"

    return says


def test_a_cluster_comes_to_the_target(place: Place) -> None:
    cluster = place.take_cluster("APART")
    end = carry_out(place, ask_for(place, cluster), at_the_cables(place, cluster))
    assert str(end.outcome) in ("UPGRADED", "UPGRADED_WITH_FINDINGS"), end.reason
