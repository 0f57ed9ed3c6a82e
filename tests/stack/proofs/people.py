"""What people do to a run over REST, where the run's questions are, and who tells the truth about it:
the simulated nodes' own log and the journal's database.

Nothing here knows which task asks a question: questions are found by run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import psycopg
import pytest

from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.cli.airflow_replies import Task
from srx_issu.cli.run_ids import new_recovery_id, new_run_id
from tests.stack.airflow.asking import may_be_answered
from tests.stack.proofs.proof_stack import JOURNAL_VARIABLE, ProofStack
from tests.stack.scenarios.referee import orders

T = TypeVar("T")
UPGRADE, RECOVERY = "issu_cluster", "issu_recover"
REQUESTER, APPROVER = "operator", "approver"
WAIT_S = 420.0  # of one wait, on a machine that has much else to do; a fifth is usual
WAITS = "issu.wait_for_"  # tasks that wait for the nodes
OVER = ("success", "failed")


@dataclass(frozen=True, kw_only=True)
class RunOf:
    """One run of one DAG, and the cluster it is about."""

    dag_id: str
    run_id: str
    cluster: str = ""

    @property
    def path(self) -> str:
        return f"/dags/{self.dag_id}/dagRuns/{quote(self.run_id, safe='')}"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question that may be answered now."""

    task_id: str
    map_index: int
    subject: str
    body: str

    @property
    def text(self) -> str:
        return f"{self.subject}\n{self.body}"


@dataclass(kw_only=True)
class People:
    """Each act is one request, as one of the users."""

    proofs: ProofStack

    # -- acts ----------------------------------------------------------------------------------------

    def ask(self, method: str, path: str, user: str = REQUESTER, **more: Any) -> httpx.Response:
        """Airflow's answer, whatever it is; ``path`` is below /api/v2."""
        return self.proofs.running.api(user).session.ask(method, path, **more)

    def upgrade(self, cluster: str, *, user: str = REQUESTER, **conf: Any) -> RunOf:
        """With an approval unless ``conf`` says otherwise."""
        given = {"cluster": cluster, "image": self.proofs.running.image, "approval": True, **conf}
        return self.begin(UPGRADE, new_run_id(cluster), cluster, given, user=user)

    def try_upgrade(self, cluster: str, **conf: Any) -> RunOf | None:
        """None when Airflow refuses the parameters."""
        try:
            return self.upgrade(cluster, **conf)
        except AssertionError:
            return None

    def recover(self, cluster: str, run_id: str | None = None) -> RunOf:
        conf = {"cluster": cluster, "reason": "as the proof says"}
        return self.begin(RECOVERY, run_id or new_recovery_id(cluster), cluster, conf)

    def campaign(self, name: str) -> RunOf:
        """As soon as Airflow has the file's DAG."""
        run = RunOf(dag_id=f"{DAG_PREFIX}{name}", run_id=f"{name}__{time.time():.0f}")
        self.until(lambda: self.ask("GET", f"/dags/{run.dag_id}").is_success, f"DAG {run.dag_id}", run)
        return self.begin(run.dag_id, run.run_id, "", {"plan_only": False})

    def begin(
        self,
        dag_id: str,
        run_id: str,
        cluster: str,
        conf: Mapping[str, Any],
        *,
        user: str = REQUESTER,
        **more: Any,
    ) -> RunOf:
        body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf), **more}
        answer = self.ask("POST", f"/dags/{dag_id}/dagRuns", user, json=body)
        assert answer.is_success, answer.text
        return RunOf(dag_id=dag_id, run_id=run_id, cluster=cluster)

    def mark(self, run: RunOf, task_id: str, state: str = "success") -> None:
        self._done(self.ask("PATCH", f"{run.path}/taskInstances/{task_id}", json={"new_state": state}))

    def clear(self, run: RunOf, *task_ids: str, downstream: bool = False) -> None:
        body = {
            "dry_run": False,
            "dag_run_id": run.run_id,
            "only_failed": False,
            "reset_dag_runs": True,
            "task_ids": list(task_ids),
            "include_downstream": downstream,
        }
        self._done(self.ask("POST", f"/dags/{run.dag_id}/clearTaskInstances", json=body))

    def forge(self, run: RunOf, task_id: str, value: object) -> httpx.Response:
        """An XCom that no task has written."""
        path = f"{run.path}/taskInstances/{task_id}/xcomEntries"
        return self.ask("POST", path, json={"key": "return_value", "value": value, "map_index": -1})

    def end(self, *runs: RunOf) -> None:
        """Marked failed: what is in flight ends, so that it costs nothing any more."""
        for run in runs:
            self.ask("PATCH", run.path, json={"state": "failed"})

    def set_stop(self, why: str) -> None:
        value = json.dumps({"by": REQUESTER, "at": "now", "why": why})
        body = {"key": "srx_issu_stop", "value": value}
        self._done(self.ask("POST", "/variables", json=body))

    def end_stop(self) -> None:
        self.ask("DELETE", "/variables/srx_issu_stop")

    # -- questions -----------------------------------------------------------------------------------

    def questions(self, run: RunOf) -> list[Asked]:
        """What waits for an answer, whichever task asks it, and may have one."""
        answer = self.ask("GET", f"{run.path}/hitlDetails", params={"response_received": False})
        found = answer.json()["hitl_details"] if answer.is_success else []
        return [_asked(each) for each in found if self._may_be_answered(run, each)]

    def question(self, run: RunOf, *, but_not: Asked | None = None, deadline_s: float = WAIT_S) -> Asked:
        """The next one; ``but_not``: that was seen before."""

        def look() -> Asked | None:
            asked = [each for each in self.questions(run) if but_not is None or each != but_not]
            if not asked and self.is_over(run):
                pytest.fail(f"{run.run_id} asks nothing any more: {self.outcome(run)}")
            return asked[-1] if asked else None

        return self.until(look, f"question of {run.run_id}", run, deadline_s)

    def answer(self, run: RunOf, asked: Asked, option: str, user: str = APPROVER) -> int:
        """The status that Airflow answers with."""
        path = f"{run.path}/taskInstances/{asked.task_id}/{asked.map_index}/hitlDetails"
        body = {"chosen_options": [option], "params_input": {}}
        return self.ask("PATCH", path, user, json=body).status_code

    def say(self, run: RunOf, option: str, user: str = APPROVER, **more: Any) -> Asked:
        """Answers the next question, and returns it."""
        asked = self.question(run, **more)
        status = self.answer(run, asked, option, user)
        assert status == httpx.codes.OK, f"{user} may not answer {asked}: {status}"
        return asked

    # -- what became of it ---------------------------------------------------------------------------

    def states(self, run: RunOf) -> dict[str, str | None]:
        found = self.ask("GET", f"{run.path}/taskInstances", params={"limit": 100})
        return {t["task_id"]: t["state"] for t in found.json().get("task_instances", [])}

    def state(self, run: RunOf) -> str:
        """Airflow's word for the run, or ``gone``."""
        answer = self.ask("GET", run.path)
        return str(answer.json()["state"]) if answer.is_success else "gone"

    def is_over(self, run: RunOf) -> bool:
        return self.state(run) in OVER

    def outcome(self, run: RunOf, deadline_s: float = WAIT_S) -> tuple[str, str]:
        """Outcome and reason as the run's own end said them, once it is over."""
        self.until(lambda: self.is_over(run), f"end of {run.run_id}", run, deadline_s)
        told = self._told(run, "close") or self._told(run, "claim")  # a refused request ends at its claim
        return str(told.get("outcome")), str(told.get("reason"))

    def _told(self, run: RunOf, task_id: str) -> dict[str, Any]:
        answer = self.ask("GET", f"{run.path}/taskInstances/{task_id}/xcomEntries/return_value")
        told = answer.json()["value"] if answer.is_success else {}
        found: dict[str, Any] = json.loads(told) if isinstance(told, str) else told
        return found

    def starts(self, cluster: str) -> list[dict[str, Any]]:
        """Each ISSU that a node was asked for, by the simulator's own log, whatever it answered."""
        return self.seen(cluster, "issu_requested")

    def seen(self, cluster: str, event: str) -> list[dict[str, Any]]:
        with (self.proofs.lab.state / "events.jsonl").open(encoding="utf-8") as lines:
            wanted = [line for line in lines if f'"{event}"' in line and f'"{cluster}"' in line]
        found = [json.loads(line) for line in wanted]
        return [e for e in found if e["event"] == event and e["cluster"] == cluster]

    def orders(self, cluster: str) -> list[str]:
        """What its nodes were told to do."""
        return list(orders(self.proofs.lab.state, cluster))

    def journal(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """From the journal's database as it is."""
        url = self.proofs.running.environment[JOURNAL_VARIABLE].replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def until_sent_or(self, run: RunOf, otherwise: Callable[[], object], what: str) -> bool:
        """Waits for either: True when an ISSU was asked for on the run's cluster."""
        self.until(lambda: bool(self.starts(run.cluster)) or otherwise(), what, run)
        return bool(self.starts(run.cluster))

    def until(self, look: Callable[[], T | None], what: str, run: RunOf, deadline_s: float = WAIT_S) -> T:
        return self.proofs.running.until(look, what, run.run_id, deadline_s, every_s=0.7)

    def is_in_mid_issu(self, run: RunOf) -> bool:
        """The nodes were asked, and the software waits for them."""
        waiting = (t.startswith(WAITS) and s == "deferred" for t, s in self.states(run).items())
        return bool(self.starts(run.cluster)) and any(waiting)

    def until_mid_issu(self, run: RunOf) -> None:
        self.until(lambda: self.is_in_mid_issu(run), "wait in mid-ISSU", run)

    def within(self, seconds: float, look: Callable[[], object]) -> bool:
        """Whether it comes to that; if not, the proof goes on all the same."""
        deadline = time.monotonic() + seconds
        while not look():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.7)
        return True

    def until_task(self, run: RunOf, task_id: str, states: Iterable[str], deadline_s: float = WAIT_S) -> str:
        wanted = frozenset(states)

        def look() -> str | None:
            state = self.states(run).get(task_id)
            return state if state in wanted else None

        return self.until(look, f"{task_id} in {sorted(wanted)}", run, deadline_s)

    def _may_be_answered(self, run: RunOf, detail: Mapping[str, Any]) -> bool:
        told = detail["task_instance"]
        if told["state"] != "awaiting_input":
            return False
        task = Task(task_id=told["task_id"], state=told["state"], tries=told["try_number"])
        return may_be_answered(self.proofs.running.stack, run.run_id, task)

    def _done(self, answer: httpx.Response) -> None:
        assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.text}"


def _asked(detail: Mapping[str, Any]) -> Asked:
    told = detail["task_instance"]
    return Asked(
        task_id=told["task_id"],
        map_index=told["map_index"],
        subject=str(detail["subject"]),
        body=str(detail.get("body") or ""),
    )
