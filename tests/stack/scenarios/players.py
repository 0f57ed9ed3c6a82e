"""Carries the scenarios out, many at once, while other tests go on or one waits for the one it is about."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import pytest
import yaml

from srx_issu.cli.airflow_replies import ApiUnreachable
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.cli.outcome import Ending, ending
from srx_issu.ports.dag_names import UPGRADE_DAG
from srx_lab.control import ask
from tests.stack.airflow.running_stack import RunningStack
from tests.stack.scenarios.scenario import Scenario

AT_ONCE = 16  # upgrades in flight: most of them wait for a node, and two cores carry the rest
BESIDE_OTHERS = 6  # while tests of other runs have the stack, too
LOOK_EVERY_S = 1.5
DEADLINE_S = 900.0  # of one run
# What waits, for each reply or for deadlines, goes first, so that nobody waits for it alone in the end.
SLOWEST = "slow_replies"
LONGEST_FIRST = ("NEEDS_OPERATOR", "ROLLED_BACK", "UPGRADED_WITH_FINDINGS", "UPGRADED")


@dataclass(frozen=True)
class Started:
    """A scenario's own cluster and its run."""

    cluster: str
    run_id: str
    at: float


@dataclass(kw_only=True)
class Players:
    """A context manager: ``scenarios`` are started, one after the other as others end, until it is left."""

    stack: RunningStack
    scenarios: list[Scenario]
    started: dict[str, Started] = field(default_factory=dict)
    _over: set[str] = field(default_factory=set)
    _at_once: int = BESIDE_OTHERS
    _left: threading.Event = field(default_factory=threading.Event)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))

    @classmethod
    def of(cls, stack: RunningStack, scenarios: Iterable[Scenario]) -> Players:
        return cls(stack=stack, scenarios=sorted(scenarios, key=length))

    def __enter__(self) -> Players:
        self._playing: Future[None] = self._pool.submit(self._play)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._pool.shutdown()

    def wait_for(self, scenario: Scenario) -> tuple[Started, Ending]:
        """Until its run is over. The others go on meanwhile."""
        self._at_once = AT_ONCE
        while scenario.name not in self._over:
            if self._playing.done():
                self._playing.result()  # says what ended it
            self.stack.stack.check()
            run = self.started.get(scenario.name)
            assert run is None or time.monotonic() - run.at < DEADLINE_S, f"{run} is not over"
            time.sleep(LOOK_EVERY_S)
        run = self.started[scenario.name]
        upgrades = self._upgrades()
        return run, ending(upgrades, upgrades.run(run.run_id))

    def _upgrades(self) -> DagRuns:
        return self.stack.api().of(UPGRADE_DAG)

    def _play(self) -> None:
        while len(self._over) < len(self.scenarios) and not self._left.wait(LOOK_EVERY_S):
            with suppress(ApiUnreachable):  # a busy API server may be late; the deadline is the judge
                self._go_on()

    def _go_on(self) -> None:
        over = {run.run_id for run in self._upgrades().newest() if run.is_over}
        self._over |= {name for name, run in self.started.items() if run.run_id in over}
        asking = self._upgrades().asking()
        for scenario in self.scenarios:
            if scenario.answer and scenario.name in self.started:
                self._answer(scenario, asking)
        while len(self.started) - len(self._over) < self._at_once and self._start_next():
            pass

    def _answer(self, scenario: Scenario, asking: Collection[str]) -> None:
        run_id = self.started[scenario.name].run_id
        for question in self.stack.asked(run_id) if run_id in asking else ():
            self._upgrades().answer(run_id, question.task_id, str(scenario.answer))

    def _start_next(self) -> bool:
        scenario = next((each for each in self.scenarios if each.name not in self.started), None)
        if scenario is not None:
            self.started[scenario.name] = start(self.stack, scenario)
        return scenario is not None


def selected(items: Iterable[pytest.Item]) -> list[Scenario]:
    """Of the tests that are going to run, those that play a scenario: theirs."""
    calls = (item.callspec for item in items if hasattr(item, "callspec"))
    found = (call.params.get("scenario") for call in calls)
    return [each for each in found if isinstance(each, Scenario)]


def start(stack: RunningStack, scenario: Scenario) -> Started:
    """Given its fault, the upgrade of a cluster of its own."""
    cluster = stack.take_cluster(scenario.taken_from)
    inject(stack.lab.state, cluster, scenario)
    set_policy(stack.files, cluster, scenario.policy)
    return Started(cluster=cluster, run_id=stack.trigger(cluster), at=time.monotonic())


def inject(lab: Path, cluster: str, scenario: Scenario) -> None:
    where = {"cluster": cluster, "node": scenario.node, "at": scenario.at, "lasts_s": scenario.lasts_s}
    fault = {"fault": scenario.fault, "parameters": dict(scenario.parameters)}
    ask(lab, {"do": "inject", **where, **fault})
    if scenario.besides:
        ask(lab, {"do": "inject", "cluster": cluster, "fault": scenario.besides})


def set_policy(files: Path, cluster: str, policy: Mapping[str, object]) -> None:
    """Of one cluster, in the operator's files, before its upgrade is asked for."""
    if not policy:
        return
    limits = files / "policy" / "limits.yaml"
    written = yaml.safe_load(limits.read_text(encoding="utf-8"))
    clusters = {**written.get("clusters", {}), cluster: dict(policy)}
    limits.write_text(yaml.safe_dump({**written, "clusters": clusters}, sort_keys=False), encoding="utf-8")


def length(scenario: Scenario) -> int:
    """What takes longest sorts first."""
    if scenario.fault == SLOWEST:
        return -1
    outcome = scenario.then.outcome
    return LONGEST_FIRST.index(outcome) if outcome in LONGEST_FIRST else len(LONGEST_FIRST)
