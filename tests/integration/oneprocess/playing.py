"""Runs of the upgrade and of the recovery, from their beginning to their end."""

from __future__ import annotations

from collections.abc import Callable

from srx_issu.cli.outcome import Ending, ending
from srx_issu.cli.run_dags import dag_of
from tests.integration.oneprocess.place import Place
from tests.stack.scenarios.played import Played, played
from tests.stack.scenarios.players import inject, set_policy
from tests.stack.scenarios.scenario import Scenario


def play(place: Place, row: Scenario) -> Played:
    """A cluster of its own is given the fault and upgraded; what policy asks is answered as the row says."""
    cluster, run_id = begin(place, row)
    end = carry_out(place, run_id, row.answer)
    return played(place, cluster, run_id, end, states(place, run_id))


def begin(place: Place, row: Scenario) -> tuple[str, str]:
    """The cluster, with its fault, and the run that upgrades it."""
    cluster = place.take_cluster(row.taken_from)
    inject(place.lab.state, cluster, row)
    set_policy(place.scenery.home.root / "files", cluster, row.policy)
    return cluster, place.trigger(cluster)


def carry_out(
    place: Place,
    run_id: str,
    choice: str | None = None,
    user: str = "operator",
    before_recovery: Callable[[], None] = lambda: None,
) -> Ending:
    """Until the run is over; ``user`` answers whatever it asks with ``choice``. None: nobody answers.
    ``before_recovery`` is done before a recovery is answered."""
    runs = dag_of(place.api(user), run_id)
    run = runs.run(run_id)

    def answer() -> bool:
        asked = runs.questions(run_id) if choice else ()
        for question in asked:
            if question.task_id.startswith("recover."):
                before_recovery()
            runs.answer(run_id, question.task_id, str(choice))
        return bool(asked)

    place.scheduler.carry_out(run.dag_id, run_id, answer)
    return ending(runs, runs.run(run_id))


def states(place: Place, run_id: str) -> dict[str, str | None]:
    """Of every task, in Airflow's words."""
    return {task.task_id: task.state for task in dag_of(place.api(), run_id).tasks(run_id)}
