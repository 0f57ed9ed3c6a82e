"""Carries the scenarios out, many at once, while a test waits for the one it is about."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from srx_issu.cli.airflow_api import ApiUnreachable
from srx_issu.cli.outcome import Ending, ending
from srx_lab.control import ask
from tests.airflow.running_stack import RunningStack
from tests.scenarios.scenario import Scenario

AT_ONCE = 16  # upgrades in flight: most of them wait for a node, and two cores carry the rest
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
    """``scenarios`` are started one after the other as others end."""

    stack: RunningStack
    scenarios: list[Scenario]
    started: dict[str, Started] = field(default_factory=dict)
    _over: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, stack: RunningStack, scenarios: Iterable[Scenario]) -> Players:
        return cls(stack=stack, scenarios=sorted(scenarios, key=_length))

    def wait_for(self, scenario: Scenario) -> tuple[Started, Ending]:
        """Until its run is over. The others go on meanwhile."""
        while scenario.name not in self._over:
            self.stack.stack.check()
            with suppress(ApiUnreachable):  # a busy API server may be late; the deadline is the judge
                self._go_on()
            run = self.started.get(scenario.name)
            assert run is None or time.monotonic() - run.at < DEADLINE_S, f"{run} is not over"
            time.sleep(LOOK_EVERY_S)
        run = self.started[scenario.name]
        return run, ending(self.stack.api(), self.stack.api().run(run.run_id))

    def _go_on(self) -> None:
        over = {run.run_id for run in self.stack.api().runs() if run.is_over}
        self._over |= {name for name, run in self.started.items() if run.run_id in over}
        asking = self.stack.api().asking()
        for scenario in self.scenarios:
            if scenario.answer and scenario.name in self.started:
                self._answer(scenario, asking)
        while len(self.started) - len(self._over) < AT_ONCE and self._start_next():
            pass

    def _answer(self, scenario: Scenario, asking: Collection[str]) -> None:
        run_id = self.started[scenario.name].run_id
        for question in self.stack.asked(run_id) if run_id in asking else ():
            self.stack.api().answer(run_id, question, str(scenario.answer))

    def _start_next(self) -> bool:
        scenario = next((each for each in self.scenarios if each.name not in self.started), None)
        if scenario is not None:
            self.started[scenario.name] = start(self.stack, scenario)
        return scenario is not None


def start(stack: RunningStack, scenario: Scenario) -> Started:
    """Given its fault, the upgrade of a cluster of its own."""
    cluster = stack.take_cluster(scenario.starter)
    inject(stack.lab.state, cluster, scenario)
    return Started(cluster=cluster, run_id=stack.trigger(cluster), at=time.monotonic())


def inject(lab: Path, cluster: str, scenario: Scenario) -> None:
    where = {"cluster": cluster, "node": scenario.node, "at": scenario.at, "lasts_s": scenario.lasts_s}
    fault = {"fault": scenario.fault, "parameters": dict(scenario.parameters)}
    ask(lab, {"do": "inject", **where, **fault})


def _length(scenario: Scenario) -> int:
    if scenario.fault == SLOWEST:
        return -1
    outcome = scenario.then.outcome
    return LONGEST_FIRST.index(outcome) if outcome in LONGEST_FIRST else len(LONGEST_FIRST)
