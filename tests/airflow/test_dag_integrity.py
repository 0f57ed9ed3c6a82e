"""The DAG files parse, quickly, without heavy imports, and hang together as they must."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from srx_issu.domain.recovery.plan import ActionName

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("pandas", "great_expectations", "jnpr.junos", "ncclient", "paramiko", "asyncssh", "matplotlib")
PARSE = f"""
import json, sys
from airflow.dag_processing.dagbag import DagBag

def bare(param):
    try:
        param.resolve()
    except Exception:
        return True
    return False

bag = DagBag({str(ROOT / "dags")!r})
tasks = {{
    dag_id: {{
        t.task_id: dict(rule=t.trigger_rule.value, up=sorted(t.upstream_task_ids), kind=t.task_type)
        for t in dag.tasks
    }}
    for dag_id, dag in bag.dags.items()
}}
params = [(d, k, dag.params.get_param(k)) for d, dag in bag.dags.items() for k in dag.params]
heavy = [m for m in {HEAVY!r} if m in sys.modules]
bare_ones = [f"{{d}}.{{k}}" for d, k, p in params if bare(p)]
print("@@" + json.dumps(dict(errors=bag.import_errors, tasks=tasks, heavy=heavy, bare=bare_ones)))
"""


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The DAGs as a process of their own sees them: what the tests import does not count."""
    home = tmp_path_factory.mktemp("airflow")
    env = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    env.pop("SRX_ISSU_FILES", None)
    done = subprocess.run(
        [sys.executable, "-c", PARSE], capture_output=True, text=True, check=False, env=env, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.partition("@@")[2])
    return found


def test_every_file_parses(parsed: dict[str, Any]) -> None:
    assert parsed["errors"] == {}
    assert {"issu_cluster", "issu_recover", "issu_release"} <= set(parsed["tasks"])


def test_nothing_heavy_is_imported_at_parse_time(parsed: dict[str, Any]) -> None:
    assert parsed["heavy"] == []


@pytest.mark.parametrize("dag_id", ["issu_cluster", "issu_recover"])
def test_close_is_the_only_leaf_and_always_runs(parsed: dict[str, Any], dag_id: str) -> None:
    tasks = parsed["tasks"][dag_id]
    with_successors = {up for task in tasks.values() for up in task["up"]}
    assert set(tasks) - with_successors == {"close"}
    assert [tasks[t]["rule"] for t in ("clean_up", "report", "close")] == ["all_done"] * 3


def test_a_recovery_goes_the_ways_of_an_upgrade(parsed: dict[str, Any]) -> None:
    """From branch_outcome on, so that a scenario of the one speaks for the other."""
    upgrade, recovery = parsed["tasks"]["issu_cluster"], parsed["tasks"]["issu_recover"]
    assert set(recovery) - set(upgrade) == {"observe", "wait_until_quiet", "observe_again"}
    after = {t: v for t, v in recovery.items() if "." in t and t.partition(".")[0] != "issu"}
    assert all(upgrade[t] == v for t, v in after.items())


def test_no_branch_is_itself_upstream_of_a_join(parsed: dict[str, Any]) -> None:
    tasks = parsed["tasks"]["issu_cluster"]
    joins = [t for t in tasks.values() if t["rule"] == "none_failed_min_one_success"]
    assert len(joins) == 4 + len(ActionName) + 1 + 2  # the guards behind the approval gates
    assert not [up for join in joins for up in join["up"] if tasks[up]["kind"] == "BranchStepOperator"]


def test_an_issu_waits_for_the_window_and_for_the_guard_that_may_skip_it(parsed: dict[str, Any]) -> None:
    tasks = parsed["tasks"]["issu_cluster"]
    assert tasks["wait_for_window"]["up"] == ["approval.confirm_approval"]
    first = tasks["issu.consolidate_groups"]
    assert first["up"] == ["approval.confirm_approval", "wait_for_window"]
    assert first["rule"] == "none_failed_min_one_success"


def test_each_step_of_a_recovery_waits_for_all_before_it_and_for_the_guard(parsed: dict[str, Any]) -> None:
    """Any may be skipped; none may run beside another, behind a failure, or without the guard's yes."""
    tasks = parsed["tasks"]["issu_cluster"]
    in_order = [f"recover.{name}" for name in ("confirm_recovery", *ActionName, "conclude_recovery")]
    for place, step in enumerate(in_order[1:], start=1):
        assert tasks[step]["up"] == sorted(in_order[:place])
        assert tasks[step]["rule"] == "none_failed_min_one_success"


def test_every_parameter_has_a_default(parsed: dict[str, Any]) -> None:
    """Without one Airflow 3.3.2 ends the whole triggerer when a task starts from its trigger."""
    assert parsed["bare"] == []


@pytest.mark.parametrize(
    ("first", "guard"),
    [
        ("approval.approve_start", "approval.confirm_approval"),
        ("recover.approve_recovery", "recover.confirm_recovery"),
    ],
)
def test_four_gates_stand_in_a_row_before_their_guard(parsed: dict[str, Any], first: str, guard: str) -> None:
    tasks = parsed["tasks"]["issu_cluster"]
    gates = [first, *(f"{first}_{number}" for number in (2, 3, 4))]
    for before, gate in pairwise(gates):
        assert tasks[gate]["up"] == [before]
        assert tasks[gate]["rule"] == "all_success"
    assert sorted(tasks[guard]["up"]) == gates
    assert tasks[guard]["rule"] == "none_failed_min_one_success"
