"""Runs one step of ``srx_issu.steps`` for the run's upgrade, plain or as a branch."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Set
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any, NoReturn, TypeVar

from airflow.sdk import DAG, BaseBranchOperator, BaseOperator, Context, TriggerRule
from airflow.sdk.exceptions import AirflowException, AirflowFailException, DownstreamTasksSkipped

from srx_issu.domain.errors import (
    CommandRefused,
    ConnectionUnusable,
    DeviceError,
    HostKeyRejected,
    JournalAway,
    JournalError,
    PermitExpired,
    SrxIssuError,
)
from srx_issu.hooks.clock import SystemClock
from srx_issu.hooks.metrics import AirflowMetrics, part
from srx_issu.hooks.workbench import is_running, note_failure, open_bench
from srx_issu.operators.run_state import purpose
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.check_versions_and_groups import NotVerified
from srx_issu.steps.converge import NotYet
from srx_issu.steps.outage import run_patiently
from srx_issu.steps.watch import count_anew
from srx_issu.triggers.pause import PauseTrigger

R = TypeVar("R")
GRACE = timedelta(minutes=10)  # a triggerer that is late is not dead
_FINAL_DEVICE_ERRORS = (CommandRefused, HostKeyRejected)  # asking again gets the same answer


class StepOperator(BaseOperator):
    """``step`` is a function of a Bench; its facts become the task's XCom."""

    ui_color = "#e8f4ea"

    def __init__(self, *, step: Callable[[Bench], Facts], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = step

    def execute(self, context: Context) -> Facts:
        return run_step(self, context, self.step)


class BranchStepOperator(BaseBranchOperator):
    """``step`` returns a member of an enum; ``ways`` says which task each leads to (None = none).

    Where it returns NotYet, it is run again after a pause that holds no worker.
    """

    ui_color = "#f6efd9"

    def __init__(
        self, *, step: Callable[[Bench], StrEnum | NotYet], ways: Mapping[StrEnum, str | None], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.step = step
        self.ways = {way.value: task for way, task in ways.items()}

    def choose_branch(self, context: Context) -> str | Iterable[str]:
        way = run_step(self, context, self.step)
        if isinstance(way, NotYet):
            pause(self, way)
        task = self.ways[way.value]
        return [] if task is None else task

    def look_again(self, context: Context, event: Any) -> Any:  # noqa: ARG002 - only that it is time
        return self.execute(context)

    def execute(self, context: Context) -> Any:
        """Skips the ways not taken as a whole: by itself Airflow skips one more task in each round."""
        try:
            return super().execute(context)
        except DownstreamTasksSkipped as skipped:
            first = {task if isinstance(task, str) else task[0] for task in skipped.tasks}
            whole = [(task_id, -1) for task_id in sorted(first | dead_ends(self.dag, first))]
            raise DownstreamTasksSkipped(tasks=whole) from skipped  # type: ignore[no-untyped-call]


def dead_ends(dag: DAG, skipped: Set[str]) -> frozenset[str]:
    """The tasks behind ``skipped`` that nothing else can reach, so that they will be skipped too."""
    dead, found = set(skipped), deque(skipped)
    while found:
        for task in dag.get_task(found.popleft()).downstream_list:
            runs_anyway = task.trigger_rule == TriggerRule.ALL_DONE
            if task.task_id not in dead and not runs_anyway and task.upstream_task_ids <= dead:
                dead.add(task.task_id)
                found.append(task.task_id)
    return frozenset(dead - skipped)


def run_step(operator: BaseOperator, context: Context, step: Callable[[Bench], R]) -> R:
    """The task's outermost border: a failure is journalled in words and becomes Airflow's.

    A journal that is away and a connection that cannot be used are waited out in here, and the step begins
    anew; where that takes too long the task fails without a word in the journal, and its next try goes on.
    """
    metrics, began, task = AirflowMetrics(), time.monotonic(), part(operator.task_id)
    run_id, meant = context["run_id"], purpose(context)

    def attempt(away_s: float) -> R:
        with open_bench(run_id, operator.task_id, operator.log, purpose=meant) as bench:
            count_anew(bench, away_s)
            return step(bench)

    try:
        result = waited_out(attempt, context, operator.log)
    except (JournalAway, ConnectionUnusable) as error:
        metrics.count(f"step_failed.{task}", step=operator.task_id)
        if isinstance(error, JournalAway) or is_running(run_id, meant):
            raise AirflowException(str(error)) from error
        note_failure(run_id, operator.task_id, str(error), operator.log, purpose=meant)
        raise AirflowFailException(str(error)) from error
    except (SrxIssuError, NotVerified) as error:
        metrics.count(f"step_failed.{task}", step=operator.task_id)
        note_failure(run_id, operator.task_id, str(error), operator.log, purpose=meant)
        if may_pass(error):
            raise AirflowException(str(error)) from error  # may be tried again
        raise AirflowFailException(str(error)) from error
    except Exception as error:
        metrics.count(f"step_failed.{task}", step=operator.task_id)
        note_failure(
            run_id, operator.task_id, f"{type(error).__name__}: {error}", operator.log, purpose=meant
        )
        raise
    metrics.duration(f"step_duration.{task}", time.monotonic() - began, step=operator.task_id)
    return result


def waited_out(attempt: Callable[[float], R], context: Context, log: Any) -> R:
    """``steps.outage.run_patiently`` for a task of an upgrade."""
    running = partial(is_running, context["run_id"], purpose(context))
    return run_patiently(attempt, clock=SystemClock(), log=log, is_running=running)


def may_pass(error: Exception) -> bool:
    """Whether another try may get another answer."""
    if isinstance(error, DeviceError):
        return not isinstance(error, _FINAL_DEVICE_ERRORS)
    return isinstance(error, JournalError | PermitExpired)


def pause(operator: BaseOperator, not_yet: NotYet) -> NoReturn:
    """Defers the task until its ``look_again`` is due; holds no worker."""
    length = timedelta(seconds=not_yet.pause_s)
    until = SystemClock().now() + length
    operator.log.info("%s; looking again in %.0f s", not_yet.reason, not_yet.pause_s)
    trigger = PauseTrigger(until.isoformat())
    operator.defer(trigger=trigger, method_name="look_again", timeout=length + GRACE)
    raise AssertionError("defer raises")
