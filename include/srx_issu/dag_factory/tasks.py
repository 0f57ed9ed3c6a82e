"""Short ways to say "a task that runs this step" in a DAG file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import TriggerRule

from srx_issu.domain.goals import Goal
from srx_issu.operators.converging import ConvergingOperator
from srx_issu.operators.step import BranchStepOperator, StepOperator
from srx_issu.sensors.cluster import GoalSensor
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.converge import NotYet

# A join behind a branch: the ways not taken are skipped, the one taken has succeeded.
JOIN = TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS
# Runs whatever became of the tasks before it: skipped, failed or done.
ALWAYS = TriggerRule.ALL_DONE


def run(step: Callable[[Bench], Facts], task_id: str | None = None, **kwargs: Any) -> StepOperator:
    """A task named after its step."""
    return StepOperator(task_id=task_id or step.__name__, step=step, doc_md=inspect.getdoc(step), **kwargs)


def branch(
    step: Callable[[Bench], StrEnum | NotYet],
    ways: Mapping[Any, str | None],
    task_id: str | None = None,
    **kwargs: Any,
) -> BranchStepOperator:
    """A task that decides; ``ways`` maps each answer to a task id, or to None for "no way on"."""
    return BranchStepOperator(
        task_id=task_id or step.__name__, step=step, ways=ways, doc_md=inspect.getdoc(step), **kwargs
    )


def converge(step: Callable[[Bench], Facts | NotYet], **kwargs: Any) -> ConvergingOperator:
    """A task named after its step, which waits, deferred, for state to come back."""
    return ConvergingOperator(task_id=step.__name__, step=step, doc_md=inspect.getdoc(step), **kwargs)


def wait_for(goal: Goal, task_id: str, **kwargs: Any) -> GoalSensor:
    """A deferred wait; costs no worker."""
    return GoalSensor(task_id=task_id, goal=goal, **kwargs)


def ending(task_id: str) -> EmptyOperator:
    """A way that ends here; only its colour in the grid matters."""
    return EmptyOperator(task_id=task_id)
