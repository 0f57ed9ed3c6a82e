"""One row of the failure table, from its fault to its end."""

from __future__ import annotations

from srx_issu.cli.outcome import ending
from tests.oneprocess.place import Place
from tests.scenarios.played import Played, played
from tests.scenarios.players import inject
from tests.scenarios.scenario import Scenario

DAG_ID = "issu_cluster"


def play(place: Place, row: Scenario) -> Played:
    """A cluster of its own is given the fault and upgraded; what policy asks is answered as the row says."""
    cluster = place.take_cluster(row.starter)
    inject(place.lab.state, cluster, row)
    run_id = place.trigger(cluster)

    def answer() -> bool:
        asked = place.api.questions(run_id) if row.answer else ()
        for question in asked:
            place.api.answer(run_id, question, str(row.answer))
        return bool(asked)

    place.scheduler.carry_out(DAG_ID, run_id, answer)
    end = ending(place.api, place.api.run(run_id))
    tasks = {task.task_id: task.state for task in place.api.tasks(run_id)}
    return played(place, cluster, run_id, end, tasks)
