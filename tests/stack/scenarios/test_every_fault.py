"""Every row of the failure table against the real DAG on a real scheduler, for a release, and some for every
change; ``tests/integration/oneprocess`` plays all of them in one process."""

from __future__ import annotations

import pytest

from tests.stack.airflow.running_stack import RunningStack
from tests.stack.scenarios.failure_table import ON_A_STACK_TOO, TABLE
from tests.stack.scenarios.played import keep, played
from tests.stack.scenarios.players import Players
from tests.stack.scenarios.scenario import Scenario

pytestmark = pytest.mark.stack
PLAYED = [row if row in ON_A_STACK_TOO else pytest.param(row, marks=pytest.mark.release) for row in TABLE]


@pytest.mark.parametrize("scenario", PLAYED, ids=lambda scenario: scenario.name)
def test_an_upgrade_of_a_cluster_with(scenario: Scenario, stack: RunningStack, players: Players) -> None:
    """Shows that a scheduler goes the ways that one process goes; few rows in ``make test``."""
    # Given a cluster of its own with this fault
    # When its upgrade is over, a person having answered where policy asks
    run, end = players.wait_for(scenario)

    # Then class, orders, both nodes, outcome and lease are those of the table, and the colour tells the truth
    result = played(stack, run.cluster, run.run_id, end, stack.task_states(run.run_id))
    keep("stack", scenario, result)
    assert result.ended == scenario.then, end.reason
    assert result.is_as_told(scenario)
