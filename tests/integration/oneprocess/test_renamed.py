"""No name of a task, a task group or a step decides anything: with all of them others, the rows end alike.

Every row is played so for a release, and of each kind one for every change.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from srx_issu.adapters.journal import SqlJournal
from srx_issu.cli.run_dags import dag_of
from srx_issu.ports.dag_names import UPGRADE_DAG
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import begin, carry_out, states
from tests.stack.scenarios.failure_table import TABLE
from tests.stack.scenarios.played import GREEN
from tests.stack.scenarios.players import length
from tests.stack.scenarios.referee import ended
from tests.stack.scenarios.scenario import Scenario

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own
FOR_EVERY_CHANGE = (
    "license_ends",  # healthy
    "var_tmp_full",  # not ready
    "image_missing",  # the start is refused
    "secondary_reboot_fails",  # a recovery that policy approves
    "primary_upgrade_fails, Approve",  # rolled back after a yes
    "primary_upgrade_fails, Reject",  # left to a person after a no
    "primary_reboot_fails, Approve",  # finished forward after a yes
    "both_nodes_primary at cold_sync_secondary",  # a wait that broke off
    "policies_lost",  # findings
)


def marked(row: Scenario) -> object:
    return pytest.param(row, marks=() if row.name in FOR_EVERY_CHANGE else pytest.mark.release, id=row.name)


@pytest.fixture
def other_names(place: Place) -> Iterator[set[str]]:
    """The ids of the tasks of the runs that begin meanwhile."""
    from tests.integration.oneprocess.renaming import (  # noqa: PLC0415 - brings Airflow
        names_of,
        played_instead,
        renamed,
        with_other_names,
    )

    usual = place.scheduler.dags[UPGRADE_DAG]
    dag = with_other_names(usual)
    before, after = names_of(usual), names_of(dag)
    assert {"recover", "recover.roll_back", "issu.start", "verify.check_state"} <= before
    assert after == {renamed(name) for name in before}
    assert not before & after
    with played_instead(place, dag):
        yield set(dag.task_dict)


def test_every_row_that_is_named_here_is_in_the_table() -> None:
    assert set(FOR_EVERY_CHANGE) <= {row.name for row in TABLE}


@pytest.mark.parametrize("row", [marked(row) for row in sorted(TABLE, key=length)])
def test_other_names_change_nothing_for_a_cluster_with(
    row: Scenario, place: Place, other_names: set[str]
) -> None:
    # Given a cluster of its own with this fault, and a DAG in which everything has another name
    cluster, run_id = begin(place, row)

    # When its upgrade is over, a person having answered where policy asks
    carry_out(place, run_id, row.answer)

    # Then it has ended as the table says, and the colour tells the truth. The outcome is the journal's: the
    # command reads it from the task ``close``, which has another name
    record = SqlJournal(place.environment["SRX_ISSU_JOURNAL_URL"]).upgrade(run_id)
    assert record is not None
    assert ended(place, cluster, run_id, record.outcome) == row.then, record.reason
    assert (dag_of(place.api(), run_id).run(run_id).state == "success") is (row.then.outcome in GREEN)
    assert set(states(place, run_id)) == other_names
