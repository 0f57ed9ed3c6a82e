"""The real thing for tests: PostgreSQL, scheduler, triggerer, API server, and simulated clusters over SSH."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from srx_demo.lab import DEMO_TOPOLOGY, Lab
from srx_demo.scenery import Scenery
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed, ApiUnreachable, PendingApproval, Run
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.cli.outcome import Ending, ending
from srx_issu.cli.run_dags import dag_of
from srx_issu.cli.run_ids import new_recovery_id, new_run_id
from srx_issu.stack.embedded.stack import Stack
from srx_issu.stack.processes.home import Home
from tests.stack.airflow.asking import may_be_answered
from tests.stack.airflow.other_clusters import OTHER_KINDS, TARGETS, other_clusters

T = TypeVar("T")

SPEED = 120.0
PARALLELISM = 10  # a task that asks a silent node again and again only sleeps
PAUSE_S = 1.5  # between two looks of a wait: many upgrades at once share two cores
RUN_DEADLINE_S = 900.0  # on a machine that has much else to do; two minutes are usual
LOOK_EVERY_S, LOOK_AT_RUNS_EVERY_S = 0.3, 1.5  # each look costs the API server as much as a task's request
# Two cores have better things to do than to look five times a second whether one of sixteen runs goes on,
UNHURRIED = {"AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.7"}
# and the files of the shared stack's DAGs do not change.
SPARING = {
    **UNHURRIED,
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
    "AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD": "1500",  # more than two intervals
}
PREFIXES = {  # by the node that is primary of RG0; by kind where the cluster is not the usual one
    "node0": "fw-test-",
    "node1": "fw-twin-",
    **{name: kind.prefix for name, kind in OTHER_KINDS.items()},
}
CLUSTERS = 120  # whose node0 starts an ISSU
TWINS = 12  # whose node1 does


@dataclass(kw_only=True)
class RunningStack:
    """One stack for all tests. A test takes a fresh cluster with ``take_cluster`` and leaves it as it is."""

    stack: Stack
    scenery: Scenery
    _apis: dict[tuple[str, int], AirflowApi] = field(default_factory=dict)  # user and thread -> session
    _taken: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def lab(self) -> Lab:
        """Inject faults, read the simulator's own status and events."""
        return self.scenery.lab

    @property
    def image(self) -> str:
        """File name of the one image of the catalogue."""
        return self.scenery.image.path.name

    @property
    def files(self) -> Path:
        """The operator's files."""
        return self.scenery.home.root / "files"

    @property
    def environment(self) -> Mapping[str, str]:
        """For programs that are to work on this stack: airflow, srx-issu, python."""
        return self.stack.environment

    def take_cluster(self, starter: str = "node0") -> str:
        """The name of a healthy cluster that no other test has used; ``starter`` is primary of its RG0, or
        names a kind of OTHER_KINDS."""
        prefix = PREFIXES[starter]
        names = [c.name for c in self.scenery.clusters if c.name.startswith(prefix)]
        with self._lock:
            taken = self._taken[prefix]
            self._taken[prefix] += 1
        assert taken < len(names), f"all clusters {prefix}* are taken; raise CLUSTERS or TWINS"
        return names[taken]

    def api(self, user: str = "operator") -> AirflowApi:
        """As ``admin``, ``operator`` or ``viewer``."""
        key = user, threading.get_ident()
        if key not in self._apis:
            self._apis[key] = AirflowApi(self.scenery.login(self.stack.url, user))
        return self._apis[key]

    def about(self, run_id: str, user: str = "operator") -> DagRuns:
        """The runs of the DAG that the run belongs to."""
        return dag_of(self.api(user), run_id)

    def trigger(self, cluster: str, *, user: str = "operator", **conf: Any) -> str:
        """Starts an upgrade without approval unless ``conf`` says otherwise; returns the run's id."""
        image = self.scenery.image_for(cluster).path.name
        given = {"cluster": cluster, "image": image, "approval": False, **conf}
        run_id = new_run_id(cluster)
        return self.until(lambda: self._started(run_id, given, user), "start", run_id)

    def _started(self, run_id: str, given: Mapping[str, Any], user: str) -> str:
        """Asked again under the same name when the answer did not come in time."""
        try:
            return self.about(run_id, user).trigger(run_id, given).run_id
        except ApiFailed as refusal:
            if "(409)" in str(refusal):  # there is such a run: it was the answer that came too late
                return run_id
            raise

    def recover(self, cluster: str, *, user: str = "operator", **conf: Any) -> str:
        """Starts a recovery; returns the run's id."""
        given = {"cluster": cluster, "reason": "found half way", **conf}
        run_id = new_recovery_id(cluster)
        return self.about(run_id, user).trigger(run_id, given).run_id

    def upgrade(self, cluster: str, **conf: Any) -> Ending:
        """Triggers, waits for the end, and returns outcome and reason."""
        return self.wait(self.trigger(cluster, **conf))

    def wait(self, run_id: str, deadline_s: float = RUN_DEADLINE_S) -> Ending:
        what = f"end of run {run_id}"
        run = self.until(lambda: self._over(run_id), what, run_id, deadline_s, LOOK_AT_RUNS_EVERY_S)
        return ending(self.about(run_id), run)

    def task_states(self, run_id: str) -> dict[str, str | None]:
        return {task.task_id: task.state for task in self.about(run_id).tasks(run_id)}

    def wait_for_task(
        self, run_id: str, task_id: str, states: Iterable[str], deadline_s: float = RUN_DEADLINE_S
    ) -> str:
        """Until the task is in one of ``states``; returns which."""
        wanted = frozenset(states)

        def reached() -> str | None:
            state = self.task_states(run_id).get(task_id)
            return state if state in wanted else None

        return self.until(reached, f"{task_id} in {sorted(wanted)}", run_id, deadline_s)

    def xcom(self, run_id: str, task_id: str, key: str = "return_value") -> Any:
        return self.about(run_id).xcom(run_id, task_id, key)

    def answer(self, run_id: str, option: str, *, user: str = "operator") -> str:
        """Answers the run's question (``Approve`` or ``Reject``) as soon as it is asked; returns its body."""

        (question,) = self.until(lambda: self.asked(run_id, user), "a question", run_id)
        self.about(run_id, user).answer(run_id, question.task_id, option)
        return str(question.body)

    def asked(self, run_id: str, user: str = "operator") -> tuple[PendingApproval, ...]:
        """What waits for an answer in this run and may have one."""
        runs = self.about(run_id, user)
        asking = {task.task_id: task for task in runs.tasks(run_id) if task.state == "awaiting_input"}
        return tuple(
            each
            for each in runs.questions(run_id)
            if each.task_id in asking and may_be_answered(self.stack, run_id, asking[each.task_id])
        )

    def seen(self, cluster: str) -> dict[str, Any]:
        """The simulated cluster as the simulator itself sees it."""
        (status,) = [each for each in self.lab.status() if each["name"] == cluster]
        return status

    def issu_starts(self, cluster: str) -> int:
        """How often the simulated cluster was asked to upgrade itself."""
        return int(self.seen(cluster)["issu_starts"])

    def releases(self, cluster: str) -> dict[str, str]:
        """Node -> release, as the simulator itself sees it."""
        return {node: str(view["release"]) for node, view in self.seen(cluster)["nodes"].items()}

    def close(self) -> None:
        for api in self._apis.values():
            api.__exit__(None, None, None)

    def _over(self, run_id: str) -> Run | None:
        run = self.about(run_id).run(run_id)
        return run if run.is_over else None

    def until(
        self,
        look: Callable[[], T | None],
        what: str,
        run_id: str,
        deadline_s: float = RUN_DEADLINE_S,
        every_s: float = LOOK_EVERY_S,
    ) -> T:
        """The first thing that ``look`` finds; ``what`` names it when the deadline passes."""
        deadline = time.monotonic() + deadline_s
        while not (found := self._patiently(look)):
            self.stack.check()
            if time.monotonic() > deadline:
                pytest.fail(f"{run_id}: no {what} within {deadline_s:.0f} s; {self._where(run_id)}")
            time.sleep(every_s)
        return found

    def _where(self, run_id: str) -> str:
        """The tasks that a run which does not end has begun and not ended, and what each said last."""
        try:
            runs = self.about(run_id)
            begun = [task for task in runs.tasks(run_id) if task.state and not task.ended]
            return "; ".join(f"{task}: {runs.last_log_line(run_id, task)}" for task in begun)
        except (ApiFailed, ApiUnreachable) as unknown:
            return f"where it is cannot be told: {unknown}"

    def _patiently(self, look: Callable[[], T | None]) -> T | None:
        """A busy machine's API server may be late; the deadline is the judge."""
        try:
            return look()
        except ApiUnreachable:
            return None


@contextmanager
def running_stack(
    folder: Path,
    clusters: int = CLUSTERS,
    speed: float = SPEED,
    topology: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[RunningStack]:
    """Everything started, and everything ended. Without a ``topology``: so many of the demo's cluster.
    ``environment`` is added to that of Airflow's processes."""
    topology = topology or write_topology(folder / "topology.yaml", clusters, TWINS, others=True)
    home = Home(root=folder / "home")
    lab = Lab(state=home.root / "lab", topology=topology, speed=speed)
    scenery = Scenery.build(home, lab, image_mb=2, others=TARGETS)
    scenery.shortest_pause_s = PAUSE_S
    with ExitStack() as cleanup:
        options = replace(
            scenery.options(PARALLELISM),
            before_airflow=lambda: {**scenery.prepare(), **SPARING, **(environment or {})},
        )
        stack = cleanup.enter_context(Stack(home, options))
        scenery.check = stack.check
        running = RunningStack(stack=stack, scenery=scenery)
        cleanup.callback(running.close)
        yield running


def write_topology(
    path: Path,
    clusters: int,
    twins: int = 0,
    durations: Mapping[str, float] | None = None,
    *,
    others: bool = False,
) -> Path:
    """The demo's healthy cluster, many times over, some in which node0 and node1 have changed places, and the
    ``others`` of OTHER_KINDS."""
    topology = yaml.safe_load(DEMO_TOPOLOGY.read_text())
    (pattern,) = topology["clusters"]
    pattern["durations"] = dict(durations or {})
    twin = {**pattern, "groups": [_other_way_round(group) for group in pattern["groups"]]}
    names = [f"{PREFIXES['node0']}{number:02}" for number in range(1, clusters + 1)]
    twin_names = [f"{PREFIXES['node1']}{number:02}" for number in range(1, twins + 1)]
    patterns = {**dict.fromkeys(names, pattern), **dict.fromkeys(twin_names, twin)}
    found = [{**each, "name": name} for name, each in patterns.items()]
    found += other_clusters(pattern) if others else ()
    topology["clusters"] = [{**each, "cluster_id": number} for number, each in enumerate(found, 1)]
    path.write_text(yaml.safe_dump(topology))
    return path


def _other_way_round(group: dict[str, Any]) -> dict[str, Any]:
    priority = group["priority"]
    return {**group, "priority": {"node0": priority["node1"], "node1": priority["node0"]}}
