"""Short ways to say "a task that takes these steps" in a DAG file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import TriggerRule

from srx_issu.airflow.operators.step import BranchStepOperator, StepOperator, Ways
from srx_issu.airflow.sensors.cluster import GoalSensor
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.step_events import Awaited
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.waits.in_order import Part
from srx_issu.steps.waits.reach_goal import reach

# A join behind a branch: the ways not taken are skipped, the one taken has succeeded.
JOIN = TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS
# Runs whatever became of the tasks before it: skipped, failed or done.
ALWAYS = TriggerRule.ALL_DONE


def looks(name: str, step: Callable[[UpgradeContext], Any], *, awaits: Awaited | None = None) -> Part:
    """A step that changes nothing on a node: every try takes it anew. ``name`` as the journal has it."""
    return Part(name=name, step=step, awaits=awaits)


def reaches(name: str, goal: Goal) -> Part:
    """A short wait for a goal that mostly shows at the first look."""
    return Part(name=name, step=reach(goal), awaits=goal)


def sends(name: str, step: Callable[[UpgradeContext], Any], sending: Sending) -> Part:
    """A step that may: it is not taken again when something that comes after it was begun."""
    return Part(name=name, step=step, sends=sending)


def run(task_id: str, *parts: Part, until: Goal | None = None, **kwargs: Any) -> StepOperator:
    """A task that takes these steps; with ``until`` it is over when both nodes show that goal."""
    return StepOperator(task_id=task_id, parts=parts, until=until, doc_md=_doc(parts), **kwargs)


def branch(task_id: str, *parts: Part, branches: Mapping[Any, Ways], **kwargs: Any) -> BranchStepOperator:
    """A task that decides; ``branches`` maps each answer to a task id, or several, or to None: nothing
    follows."""
    return BranchStepOperator(task_id=task_id, parts=parts, branches=branches, doc_md=_doc(parts), **kwargs)


def wait_for(goal: Goal, task_id: str, **kwargs: Any) -> GoalSensor:
    """A deferred wait; costs no worker."""
    return GoalSensor(task_id=task_id, goal=goal, **kwargs)


def ending(task_id: str) -> EmptyOperator:
    """A way that ends here; only its colour in the grid matters."""
    return EmptyOperator(task_id=task_id)


def _doc(parts: tuple[Part, ...]) -> str:
    """What Airflow shows of the task: its steps, in their own words."""
    return "\n\n".join(f"**{part.name}**: {inspect.getdoc(part.step) or ''}" for part in parts)
