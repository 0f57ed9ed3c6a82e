"""Runs one step of ``srx_issu.steps`` for the run's upgrade, plain or as a branch."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Set
from enum import StrEnum
from typing import Any, TypeVar

from airflow.sdk import DAG, BaseBranchOperator, BaseOperator, Context, TriggerRule
from airflow.sdk.exceptions import AirflowException, AirflowFailException, DownstreamTasksSkipped

from srx_issu.domain.errors import (
    CommandRefused,
    DeviceError,
    HostKeyRejected,
    JournalError,
    PermitExpired,
    SrxIssuError,
)
from srx_issu.hooks.metrics import AirflowMetrics, part
from srx_issu.hooks.workbench import open_bench
from srx_issu.operators.run_state import purpose
from srx_issu.ports.journal import EventKind
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.check_versions_and_groups import NotVerified

R = TypeVar("R")
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
    """``step`` returns a member of an enum; ``ways`` says which task each leads to (None = none)."""

    ui_color = "#f6efd9"

    def __init__(
        self, *, step: Callable[[Bench], StrEnum], ways: Mapping[StrEnum, str | None], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.step = step
        self.ways = {way.value: task for way, task in ways.items()}

    def choose_branch(self, context: Context) -> str | Iterable[str]:
        way = run_step(self, context, self.step)
        task = self.ways[way.value]
        return [] if task is None else task

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
    """The task's outermost border: a failure is journalled in words and becomes Airflow's."""
    metrics, began, task = AirflowMetrics(), time.monotonic(), part(operator.task_id)
    with open_bench(context["run_id"], operator.task_id, operator.log, purpose=purpose(context)) as bench:
        try:
            result = step(bench)
        except (SrxIssuError, NotVerified) as error:
            metrics.count(f"step_failed.{task}", step=operator.task_id)
            bench.tell(EventKind.STEP_FAILED, str(error))
            if isinstance(error, JournalError | PermitExpired) or (
                isinstance(error, DeviceError) and not isinstance(error, _FINAL_DEVICE_ERRORS)
            ):
                raise AirflowException(str(error)) from error  # may be tried again
            raise AirflowFailException(str(error)) from error
        except Exception as error:
            metrics.count(f"step_failed.{task}", step=operator.task_id)
            bench.tell(EventKind.STEP_FAILED, f"{type(error).__name__}: {error}")
            raise
        metrics.duration(f"step_duration.{task}", time.monotonic() - began, step=operator.task_id)
        return result
