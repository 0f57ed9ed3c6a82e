"""Failures of an ICU and of a dual reboot on a real scheduler, two a route.

``tests/integration/oneprocess`` plays all of them in one process. All runs begin together: they mostly wait.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pytest

from srx_issu.cli.run_ids import new_run_id
from srx_issu.ports.dag_names import ICU_DAG, REBOOT_DAG
from tests.stack.airflow.running_stack import RunningStack
from tests.stack.scenarios.referee import ended
from tests.stack.scenarios.scenario import GIVEN_BACK, KEPT

pytestmark = pytest.mark.stack


@dataclass(frozen=True, kw_only=True)
class RouteRow:
    """One fault. ``waits`` are the tasks of the route that only wait, and how each ended."""

    dag_id: str
    taken_from: str  # which clusters
    fault: str
    node: str | None = None
    outcome: str
    failure: str
    nodes: tuple[str, str]
    waits: Mapping[str, str] = field(default_factory=dict)


ROWS: Mapping[str, RouteRow] = {
    "icu_pending_on_one_node": RouteRow(
        dag_id=ICU_DAG,
        taken_from="ICU",
        fault="primary_upgrade_fails",
        outcome="ABORTED_CLEAN",
        failure="icu_install_failed",
        nodes=("old", "old"),
    ),
    "icu_ended_half_way": RouteRow(
        dag_id=ICU_DAG,
        taken_from="ICU",
        fault="primary_reboot_fails",
        outcome="ROLLED_BACK",
        failure="icu_ended_half_way",
        nodes=("old", "old"),
        waits={"icu.wait_for_secondary_upgrade": "success", "icu.wait_for_primary_upgrade": "failed"},
    ),
    "reboot_refused_on_the_primary": RouteRow(
        dag_id=REBOOT_DAG,
        taken_from="DUAL",
        fault="install_refused",
        node="node0",
        outcome="ABORTED_CLEAN",
        failure="validation_failed",
        nodes=("old", "old"),
        waits={"both.nodes_back": "upstream_failed", "both.in_sync": "upstream_failed"},
    ),
    "reboot_secondary_never_back": RouteRow(
        dag_id=REBOOT_DAG,
        taken_from="DUAL",
        fault="node_never_comes_back",
        node="node1",
        outcome="NEEDS_OPERATOR",
        failure="node_not_back",
        nodes=("new", "old, off"),
        waits={"both.nodes_back": "failed", "both.in_sync": "upstream_failed"},
    ),
}


@dataclass(frozen=True)
class RouteRun:
    """A row's own cluster and its run."""

    cluster: str
    run_id: str


def begin(stack: RunningStack, wanted: Collection[str]) -> dict[str, RouteRun]:
    found = {}
    for name in ROWS:
        if name in wanted:
            row = ROWS[name]
            cluster = stack.take_cluster(row.taken_from)
            stack.lab.inject(row.fault, cluster, **({"node": row.node} if row.node else {}))
            run_id, image = new_run_id(cluster), stack.scenery.image_for(cluster).path.name
            stack.api().of(row.dag_id).trigger(run_id, {"cluster": cluster, "image": image})
            found[name] = RouteRun(cluster, run_id)
    return found


@pytest.fixture(scope="module")
def runs(
    started_stack: RunningStack, begun_runs: Mapping[str, Mapping[str, RouteRun]]
) -> Mapping[str, RouteRun]:
    """Each route stops the traffic, so each start is approved by a person."""
    found = begun_runs[__name__]
    for run in found.values():
        started_stack.answer(run.run_id, "Approve", user="approver")
    return found


def rows() -> list[object]:
    marks = [pytest.param(name, marks=[pytest.mark.release, pytest.mark.begins(name)]) for name in ROWS]
    return list(marks)


@pytest.mark.parametrize("name", rows())
def test_another_route_ends_as_in_one_process(
    name: str, runs: Mapping[str, RouteRun], stack: RunningStack
) -> None:
    row, run = ROWS[name], runs[name]
    end = stack.wait(run.run_id)
    seen = ended(stack, run.cluster, run.run_id, end.outcome)
    assert (seen.outcome, seen.failure) == (row.outcome, row.failure), end.reason
    assert (seen.cluster.node0, seen.cluster.node1) == row.nodes
    assert seen.lease == (KEPT if row.outcome == "NEEDS_OPERATOR" else GIVEN_BACK)
    assert not end.is_green
    states = stack.task_states(run.run_id)
    assert {task_id: states[task_id] for task_id in row.waits} == row.waits
