"""Every route of Airflow 3.3.2 that changes something, what it could bring about for an upgrade that waits
for an answer, and the request that tries to. In the order in which they are tried: what leaves the run at its
gate comes first, what ends it last.

A route that is not here fails the sweep: somebody has to think about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

NOTHING = "nothing: the upgrade reads none of it"
A_READ = "nothing: it only tells"
YES = {"chosen_options": ["Approve"], "params_input": {}}
FORGED = {**YES, "responded_by_user": {"id": "admin", "name": "admin"}}
ELSEWHERE = "issu_audit"  # a DAG that nobody runs here, for what would end every run of a DAG


@dataclass(frozen=True, kw_only=True)
class Target:
    """The run at its gate, and the task instance that asks."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    ti_id: str
    cluster: str
    image: str

    def values(self) -> dict[str, str]:
        """For the names in paths."""
        return {
            "dag_id": self.dag_id,
            "dag_run_id": self.run_id,
            "run_id": self.run_id,
            "task_id": self.task_id,
            "task_instance_id": self.ti_id,
            "map_index": str(self.map_index),
            "xcom_key": "return_value",
            "variable_key": "srx_issu_approval",
            "pool_name": "sweep",
            "connection_id": "sweep",
            "group_id": "approval",
            "key": "return_value",
            "file_token": "sweep",
        }


Body = Callable[[Target], Any]


def same(body: Any) -> Body:
    return lambda _: body


NO_WORDS, NO_PARAMS = same({}), same(None)


@dataclass(frozen=True, kw_only=True)
class Route:
    """``values`` override those of the target; names without a value become 1."""

    method: str
    path: str
    brings: str  # what it could bring about
    body: Body = NO_WORDS
    values: Mapping[str, str] = field(default_factory=dict)
    params: Body = NO_PARAMS

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, target: Target) -> str:
        known = {**target.values(), **self.values}
        parts = [part.partition("}") for part in self.path.split("{")]
        told = [parts[0][0], *(known.get(n.partition(":")[0], "1") for n, _, _ in parts[1:])]
        rest = ["", *(tail for _, _, tail in parts[1:])]
        return "".join(f"{value if i == 0 else quote(value, safe='')}{tail}"
                       for i, (value, tail) in enumerate(zip(told, rest, strict=True)))  # fmt: skip


def _marked(target: Target, **more: Any) -> dict[str, Any]:
    return {"new_state": "success", "include_downstream": False, **more}


def _bulk(action: str, *entities: Any) -> dict[str, Any]:
    return {"actions": [{"action": action, "entities": list(entities)}]}


def _bulk_mark(target: Target) -> dict[str, Any]:
    entity = {
        "task_id": target.task_id,
        "map_index": target.map_index,
        "dag_id": target.dag_id,
        "dag_run_id": target.run_id,
        "new_state": "success",
    }
    return _bulk("update", entity)


def _bulk_run(target: Target) -> dict[str, Any]:
    entity = {"dag_run_id": target.run_id, "dag_id": target.dag_id, "state": "failed"}
    return _bulk("update", entity)


def _clear_start(target: Target) -> dict[str, Any]:
    return {
        "dry_run": False,
        "dag_run_id": target.run_id,
        "only_failed": False,
        "task_ids": ["issu.start"],
    }


def _other_run(target: Target) -> dict[str, Any]:
    """A run of one's own beside the one that waits: it asks, too, and finds the cluster taken."""
    conf = {"cluster": target.cluster, "image": target.image, "approval": False}
    return {"dag_run_id": f"{target.run_id}__sweep", "logical_date": None, "conf": conf}


_RUN = "/dags/{dag_id}/dagRuns/{dag_run_id}"
_TASK = f"{_RUN}/taskInstances/{{task_id}}"
_XCOM = f"{_TASK}/xcomEntries"
_STORE = f"{_TASK}/state-store"
_PAST = {"from_date": "2020-01-01T00:00:00Z", "to_date": "2020-01-02T00:00:00Z", "dag_id": ELSEWHERE}

AT_THE_GATE = (
    # What no upgrade reads.
    Route(method="POST", path="/assets/events", brings=NOTHING, body=same({"asset_id": 1})),
    Route(method="POST", path="/assets/{asset_id}/materialize", brings=NOTHING),
    Route(method="DELETE", path="/assets/{asset_id}/queuedEvents", brings=NOTHING),
    Route(method="DELETE", path="/dags/{dag_id}/assets/queuedEvents", brings=NOTHING),
    Route(method="DELETE", path="/dags/{dag_id}/assets/{asset_id}/queuedEvents", brings=NOTHING),
    Route(method="PUT", path="/assets/{asset_id}/state-store/{key}", brings=NOTHING, body=same({"value": 1})),
    Route(method="DELETE", path="/assets/{asset_id}/state-store/{key}", brings=NOTHING),
    Route(method="DELETE", path="/assets/{asset_id}/state-store", brings=NOTHING),
    Route(method="PUT", path="/backfills/{backfill_id}/pause", brings=NOTHING),
    Route(method="PUT", path="/backfills/{backfill_id}/unpause", brings=NOTHING),
    Route(method="PUT", path="/backfills/{backfill_id}/cancel", brings=NOTHING),
    Route(method="POST", path="/backfills/dry_run", brings=NOTHING, body=same(_PAST)),
    Route(method="POST", path="/backfills", brings="runs without a request: claim refuses", body=same(_PAST)),
    Route(method="POST", path="/dags/{dag_id}/favorite", brings=NOTHING),
    Route(method="POST", path="/dags/{dag_id}/unfavorite", brings=NOTHING),
    Route(method="POST", path="/connections/defaults", brings=NOTHING),
    Route(
        method="POST",
        path="/connections",
        brings="another account for the nodes, where its id is one of the inventory's",
        body=same({"connection_id": "sweep", "conn_type": "srx"}),
    ),
    Route(
        method="PATCH",
        path="/connections/{connection_id}",
        brings="the same",
        body=same({"connection_id": "sweep", "conn_type": "srx", "login": "x"}),
    ),
    Route(method="POST", path="/connections/test", brings=NOTHING, body=same({"conn_type": "srx"})),
    Route(
        method="POST",
        path="/connections/enqueue-test",
        brings=NOTHING,
        body=same({"connection_id": "sweep", "conn_type": "srx"}),
    ),
    Route(method="PATCH", path="/connections", brings="the same", body=same(_bulk("delete", "sweep"))),
    Route(method="DELETE", path="/connections/{connection_id}", brings="no login: waited out"),
    Route(method="POST", path="/pools", brings=NOTHING, body=same({"name": "sweep", "slots": 1})),
    Route(method="PATCH", path="/pools/{pool_name}", brings=NOTHING, body=same({"slots": 2})),
    Route(method="PATCH", path="/pools", brings=NOTHING, body=same(_bulk("delete", "sweep"))),
    Route(method="DELETE", path="/pools/{pool_name}", brings=NOTHING),
    Route(
        method="POST",
        path="/variables",
        brings="the stop of the fleet, which only ever refuses",
        body=same({"key": "srx_issu_approval", "value": "approved"}),
    ),
    Route(
        method="PATCH",
        path="/variables/{variable_key}",
        brings="the same",
        body=same({"key": "srx_issu_approval", "value": "approved by admin"}),
    ),
    Route(method="PATCH", path="/variables", brings="the same", body=same(_bulk("delete", "x"))),
    Route(method="DELETE", path="/variables/{variable_key}", brings="the end of a stop"),
    Route(method="PUT", path="/parseDagFile/{file_token}", brings="the DAG as its file is"),
    Route(method="PATCH", path="/dags/{dag_id}", brings="nothing runs", values={"dag_id": ELSEWHERE},
          body=same({"is_paused": True})),
    Route(method="PATCH", path="/dags", brings="the same", body=same({"is_paused": True}),
          params=same({"dag_id_pattern": ELSEWHERE})),
    # Reads by POST, and requests that only ask what would happen.
    Route(method="POST", path="/dags/{dag_id}/dagRuns/list", brings=A_READ),
    Route(method="POST", path=f"{_RUN}/taskInstances/list", brings=A_READ),
    Route(method="PATCH", path=f"{_TASK}/dry_run", brings=A_READ, body=_marked),
    Route(method="PATCH", path=f"{_TASK}/{{map_index}}/dry_run", brings=A_READ, body=_marked),
    Route(
        method="PATCH", path=f"{_RUN}/taskGroupInstances/{{group_id}}/dry_run", brings=A_READ, body=_marked
    ),
    Route(method="POST", path="/dags/{dag_id}/clearPartitions", brings=NOTHING,
          body=lambda t: {"run_id": t.run_id, "dry_run": False, "clear_task_instances": False}),
    # A run of one's own.
    Route(method="POST", path="/dags/{dag_id}/dagRuns", brings="another upgrade of it: refused",
          body=_other_run),
    # Answers that no task has asked for.
    Route(method="POST", path=_XCOM, brings="an answer of somebody's in the gate's name",
          body=lambda _: {"key": "return_value", "value": FORGED, "map_index": -1}),
    Route(method="PATCH", path=f"{_XCOM}/{{xcom_key}}", brings="the same",
          body=lambda _: {"value": FORGED, "map_index": -1}),
    Route(method="PUT", path=f"{_STORE}/{{key}}", brings="the same", body=same({"value": FORGED})),
    Route(method="PATCH", path=f"{_STORE}/{{key}}", brings="the same", body=same({"value": FORGED})),
    # The gate's colour, and that of the tasks behind it.
    Route(method="PATCH", path=f"{_TASK}/{{map_index}}", brings="a gate passed without an answer",
          body=_marked),
    Route(method="PATCH", path=_TASK, brings="the same", body=_marked),
    Route(method="PATCH", path=f"{_RUN}/taskInstances", brings="the same", body=_bulk_mark),
)  # fmt: skip
PAST_THE_GATE = (
    Route(method="PATCH", path=f"{_RUN}/taskGroupInstances/{{group_id}}", brings="the guard passed, too",
          body=_marked),
    Route(method="POST", path="/dags/{dag_id}/clearTaskInstances", brings="the start itself",
          body=_clear_start),
    # Answers of this user's, where he may give one.
    Route(method="PATCH", path=f"{_TASK}/{{map_index}}/hitlDetails", brings="the answer of one who may not",
          body=same(YES)),
)  # fmt: skip
ENDING = (  # the run, or beginning it anew
    Route(method="POST", path=f"{_RUN}/clear", brings="the question once more",
          body=same({"dry_run": False, "only_failed": False})),
    Route(method="POST", path="/dags/{dag_id}/clearDagRuns", brings="the same",
          body=lambda t: {"dry_run": False, "dag_runs": [{"dag_run_id": t.run_id, "dag_id": t.dag_id}]}),
    Route(method="DELETE", path=f"{_XCOM}/{{xcom_key}}", brings=NOTHING),
    Route(method="DELETE", path=f"{_STORE}/{{key}}", brings=NOTHING),
    Route(method="DELETE", path=_STORE, brings=NOTHING),
    Route(method="PATCH", path="/dags/{dag_id}/dagRuns", brings="a run without an end", body=_bulk_run),
    Route(method="PATCH", path=_RUN, brings="the same", body=same({"state": "failed"})),
    Route(method="DELETE", path=_TASK, brings="a task that is made anew", params=same({"map_index": -1})),
    Route(method="DELETE", path=_RUN, brings="a cluster that nobody looks after"),
    Route(method="DELETE", path="/dags/{dag_id}", brings="the same", values={"dag_id": ELSEWHERE}),
)  # fmt: skip
IN_TURN = (AT_THE_GATE, PAST_THE_GATE, ENDING)  # what each part brought about is waited for
CORE = tuple(route for part in IN_TURN for route in part)

# With the token that a task of the run has; some routes are for the task's own instance only.
EXECUTION = (
    Route(method="PATCH", path="/connection-tests/{connection_test_id}", brings=NOTHING),
    Route(method="PUT", path="/variables/{variable_key}", brings="as above", body=same({"val": "approved"})),
    Route(method="DELETE", path="/variables/{variable_key}", brings="as above"),
    Route(method="PUT", path="/store/ti/{task_instance_id}/{key}", brings=NOTHING, body=same({"value": 1})),
    Route(method="DELETE", path="/store/ti/{task_instance_id}/{key}", brings=NOTHING),
    Route(method="DELETE", path="/store/ti/{task_instance_id}", brings=NOTHING),
    *(
        Route(method=method, path=f"/store/asset/by-{by}/{what}", brings=NOTHING)
        for by in ("name", "uri")
        for method, what in (("PUT", "value"), ("DELETE", "value"), ("DELETE", "clear"))
    ),
    Route(method="PUT", path="/task-instances/{task_instance_id}/rtif", brings=NOTHING),
    Route(method="PATCH", path="/task-instances/{task_instance_id}/rendered-map-index", brings=NOTHING,
          body=same("1")),
    Route(method="POST", path="/xcoms/{dag_id}/{run_id}/{task_id}/{key}", brings="a forged answer",
          body=same(FORGED)),
    Route(method="DELETE", path="/xcoms/{dag_id}/{run_id}/{task_id}/{key}", brings=NOTHING),
    Route(method="POST", path="/dag-runs/{dag_id}/{run_id}", brings="another upgrade of it: refused",
          body=lambda t: {"conf": _other_run(t)["conf"]}, values={"run_id": "sweep-by-a-task"}),
    Route(method="PUT", path="/task-instances/{task_instance_id}/heartbeat", brings=NOTHING,
          body=same({"hostname": "x", "pid": 1})),
    Route(method="PATCH", path="/hitlDetails/{task_instance_id}", brings="an answer of nobody's",
          body=lambda t: {"ti_id": t.ti_id, "chosen_options": ["Approve"], "params_input": {}}),
    Route(method="POST", path="/hitlDetails/{task_instance_id}", brings="another question",
          body=lambda t: {"ti_id": t.ti_id, "options": ["Approve"], "subject": "Start?"}),
    Route(method="PATCH", path="/task-instances/{task_instance_id}/skip-downstream", brings="tasks left out",
          body=same({"tasks": ["issu.wait_for_cold_sync"]})),
    Route(method="PATCH", path="/task-instances/{task_instance_id}/run", brings="the gate run by a stranger",
          body=same({"state": "running", "hostname": "x", "unixname": "x", "pid": 1,
                     "start_date": "2026-01-01T00:00:00Z"})),
    Route(method="PATCH", path="/task-instances/{task_instance_id}/state", brings="a gate that is green",
          body=same({"state": "success", "end_date": "2026-01-01T00:00:00Z"})),
    Route(method="POST", path="/dag-runs/{dag_id}/{run_id}/clear", brings="the question once more"),
)  # fmt: skip

# Logins: no change to anything of ours.
LOGINS = frozenset({"POST /auth/token", "POST /auth/token/cli", "POST /ui/auth/token", "POST /auth/login"})
# In mid-ISSU: what could send a second one, or end who watches the first. The run is not deleted:
# Airflow 3.3.2's scheduler may die of that (ObjectDeletedError in _schedule_all_dag_runs). What
# becomes of the cluster of a deleted run is in tests/stack/airflow/test_journal_outage.py.
IN_MID_ISSU = (
    "POST /dags/{dag_id}/dagRuns",
    f"POST {_XCOM}",
    f"PATCH {_TASK}",
    f"PATCH {_RUN}/taskInstances",
    "POST /dags/{dag_id}/clearTaskInstances",
    f"POST {_RUN}/clear",
    f"PATCH {_RUN}",
)
