"""The DAG files parse, quickly, without heavy imports, and hang together as they must."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from typing import Any

import pytest

from tests.places import ROOT

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
        t.task_id: dict(
            rule=t.trigger_rule.value,
            up=sorted(t.upstream_task_ids),
            kind=t.task_type,
            setup=t.is_setup,
            weight=t.priority_weight,
            weighed=str(t.weight_rule),
            at_once=t.max_active_tis_per_dag,
            from_trigger=bool(getattr(t, "start_from_trigger", False)),
            parts=[part.name for part in getattr(t, "parts", ())],
        )
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
    env["AIRFLOW__CORE__PARALLELISM"] = "32"
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


@pytest.mark.parametrize("dag_id", ["issu_cluster", "icu_cluster", "issu_recover"])
def test_close_is_the_only_leaf_and_always_runs(parsed: dict[str, Any], dag_id: str) -> None:
    tasks = parsed["tasks"][dag_id]
    with_successors = {up for task in tasks.values() for up in task["up"]}
    assert set(tasks) - with_successors == {"close"}
    assert tasks["close"]["rule"] == "all_done"


@pytest.mark.parametrize("dag_id", ["issu_cluster", "icu_cluster", "issu_recover"])
def test_nothing_is_run_behind_a_claim_that_failed(parsed: dict[str, Any], dag_id: str) -> None:
    """A setup without a teardown: whatever their trigger rules, Airflow fails all tasks behind it at once."""
    assert [t for t, task in parsed["tasks"][dag_id].items() if task["setup"]] == ["claim"]


def test_an_upgrade_has_at_most_forty_tasks(parsed: dict[str, Any]) -> None:
    assert len(parsed["tasks"]["issu_cluster"]) <= 40


HEALTHY = (  # the tasks of an upgrade that nothing happens to, where nobody is asked and no window is set
    "claim",
    "assess.check_readiness",
    "prepare",
    "issu.start",
    "issu.wait_for_secondary_upgrade",
    "issu.wait_for_cold_sync",
    "issu.wait_for_switchover",
    "issu.wait_for_primary_upgrade",
    "issu.wait_for_resync",
    "branch_outcome",
    "upgraded",
    "verify",
    "fail_back.fail_back_groups",
    "fail_back.fail_back_rg0",
    "fail_back.check_unchanged",
    "close",
)


def test_a_healthy_upgrade_starts_at_most_twelve_workers(parsed: dict[str, Any]) -> None:
    """One a task that is not ended by its trigger and not empty. With one approver three more: the gate asks,
    the gate hears, the guard confirms."""
    tasks = parsed["tasks"]["issu_cluster"]
    assert set(HEALTHY) <= set(tasks)
    starts = [t for t in HEALTHY if tasks[t]["kind"] != "EmptyOperator" and not tasks[t]["from_trigger"]]
    assert len(starts) == 10


def test_the_waits_of_an_issu_are_tasks_of_their_own_and_use_no_worker(parsed: dict[str, Any]) -> None:
    tasks = parsed["tasks"]["issu_cluster"]
    waits = [t for t in tasks if t.startswith("issu.wait_for_")]
    assert len(waits) == 5
    assert all(tasks[t]["from_trigger"] for t in waits)


@pytest.mark.parametrize(("dag_id", "group"), [("icu_cluster", "icu"), ("reboot_cluster", "both")])
def test_what_only_waits_on_another_route_is_a_sensor(
    parsed: dict[str, Any], dag_id: str, group: str
) -> None:
    tasks = parsed["tasks"][dag_id]
    waits = {
        "icu": ("wait_for_secondary_upgrade", "wait_for_primary_upgrade", "wait_for_resync"),
        "both": ("nodes_back", "in_sync"),
    }
    assert all(tasks[f"{group}.{name}"]["from_trigger"] for name in waits[group])


def test_every_step_keeps_its_name_in_the_journal(parsed: dict[str, Any]) -> None:
    """The journal, the report and what is decided from them know steps, not tasks."""
    steps = {part for task in parsed["tasks"]["issu_cluster"].values() for part in task["parts"]}
    assert {"assess.collect_baseline", "assess.check_readiness", "issu.start", "verify.check_state"} <= steps
    assert {"prepare.stage_image", "approval.confirm_approval", "fail_back.reset_flags_again"} <= steps


def test_who_is_in_trouble_goes_first(parsed: dict[str, Any]) -> None:
    tasks = {**parsed["tasks"]["issu_recover"], **parsed["tasks"]["issu_cluster"]}
    assert {task["weighed"] for task in tasks.values()} == {"absolute"}
    in_order = ("recover.roll_back", "close", "claim", "verify", "assess.check_readiness")
    weights = [tasks[t]["weight"] for t in in_order]
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == len(weights)
    assert tasks["branch_outcome"]["weight"] == tasks["recover.diagnose"]["weight"]
    recovery = {t: task["weight"] for t, task in parsed["tasks"]["issu_recover"].items()}
    assert recovery.pop("collect_evidence") == tasks["verify"]["weight"]
    assert set(recovery.values()) == {tasks["recover.diagnose"]["weight"]}


@pytest.mark.parametrize("dag_id", ["issu_cluster", "issu_recover"])
def test_nothing_but_the_end_of_the_run_waits_for_evidence(parsed: dict[str, Any], dag_id: str) -> None:
    tasks = parsed["tasks"][dag_id]
    assert tasks["collect_evidence"]["up"] == ["branch_outcome"]
    assert [t for t, task in tasks.items() if "collect_evidence" in task["up"]] == ["close"]
    assert tasks["collect_evidence"]["weight"] < tasks["recover.diagnose"]["weight"]


def test_what_begins_never_takes_all_workers(parsed: dict[str, Any]) -> None:
    """A quarter for copies; half for assessments, which mostly wait, and for the answer to a request, which
    takes seconds."""
    tasks = parsed["tasks"]["issu_cluster"]
    bounds = {t: task["at_once"] for t, task in tasks.items() if task["at_once"]}
    assert bounds == {"claim": 16, "assess.check_readiness": 16, "prepare": 8}


def test_a_recovery_goes_the_ways_of_an_upgrade(parsed: dict[str, Any]) -> None:
    """From branch_outcome on, so that a scenario of the one speaks for the other."""
    upgrade, recovery = parsed["tasks"]["issu_cluster"], parsed["tasks"]["issu_recover"]
    assert set(recovery) - set(upgrade) == {"observe", "wait_until_quiet", "observe_again"}
    after = {t: v for t, v in recovery.items() if "." in t and t.partition(".")[0] != "issu"}
    assert all(upgrade[t]["up"] == v["up"] and upgrade[t]["rule"] == v["rule"] for t, v in after.items())


def test_the_start_waits_for_the_gates_and_the_window_where_there_are_any(parsed: dict[str, Any]) -> None:
    """Each may be skipped; none may run beside another."""
    tasks = parsed["tasks"]["issu_cluster"]
    assert tasks["approval.approve_start"]["up"] == ["prepare"]
    assert tasks["wait_for_window"]["up"] == ["approval.confirm_approval", "prepare"]
    assert tasks["issu.start"]["up"] == ["approval.confirm_approval", "prepare", "wait_for_window"]
    for task in ("wait_for_window", "issu.start"):
        assert tasks[task]["rule"] == "none_failed_min_one_success"


@pytest.mark.parametrize(("dag", "start"), [("icu_cluster", "icu.start"), ("reboot_cluster", "both.install")])
def test_a_downgrade_is_asked_for_itself_behind_the_start(
    parsed: dict[str, Any], dag: str, start: str
) -> None:
    """Or straight behind what prepares it, where a campaign has approved the start."""
    tasks = parsed["tasks"][dag]
    guards = ["approval.confirm_approval", "approval.confirm_downgrade", "prepare"]
    assert tasks["approval.approve_downgrade"]["up"] == ["approval.confirm_approval", "prepare"]
    assert tasks["wait_for_window"]["up"] == guards
    assert tasks[start]["up"] == [*guards, "wait_for_window"]
    for task in ("approval.approve_downgrade", "approval.confirm_downgrade", "wait_for_window", start):
        assert tasks[task]["rule"] == "none_failed_min_one_success"


def test_each_way_of_a_recovery_waits_for_the_diagnosis_and_the_guard(parsed: dict[str, Any]) -> None:
    """The guard may be skipped where nobody is asked; nothing may run behind a failure."""
    tasks = parsed["tasks"]["issu_cluster"]
    ways = ["recover.abort", "recover.finish_forward", "recover.roll_back"]
    for way in ways:
        assert tasks[way]["up"] == ["recover.confirm_recovery", "recover.diagnose"]
        assert tasks[way]["rule"] == "none_failed_min_one_success"
    assert tasks["recover.conclude_recovery"]["up"] == ways
    hold = tasks["recover.hold_for_operator"]
    assert set(hold["up"]) == {t for t in tasks if t.startswith("recover.")} - {
        "recover.hold_for_operator",
        "recover.finished_forward",
        "recover.put_back",
    }


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
