"""Runs steps of ``srx_issu.steps`` for the run's upgrade, plain or as a branch."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any, NoReturn, TypeVar, cast

from airflow.sdk import DAG, BaseBranchOperator, BaseOperator, Context, TriggerRule
from airflow.sdk.exceptions import AirflowException, AirflowFailException, DownstreamTasksSkipped

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.metrics import AirflowMetrics
from srx_issu.airflow.composition.metrics import part as as_name
from srx_issu.airflow.composition.upgrade import is_running, is_under_way, note_failure, open_upgrade
from srx_issu.airflow.operators.failures import airflow_failure
from srx_issu.airflow.operators.run_state import own_dag
from srx_issu.airflow.triggers.pause import PauseTrigger
from srx_issu.domain.errors import (
    ConnectionUnusable,
    JournalAway,
    SrxIssuError,
)
from srx_issu.domain.history.step_events import StepFailed
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.outage import run_patiently
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.start_issu import NeedsKeptSession
from srx_issu.steps.waits.converge import NotYet
from srx_issu.steps.waits.in_order import InOrder, Part

R = TypeVar("R")
Ways = str | tuple[str, ...] | None  # the task that follows, those that follow side by side, or none
GRACE = timedelta(minutes=10)  # a triggerer that is late is not dead


class StepOperator(BaseOperator):
    """``parts`` are steps, functions of an UpgradeContext, taken in order; the facts become the task's XCom.

    Where one returns NotYet, it is taken again after a pause that holds no worker. ``until``: the task is
    over when both nodes show that goal; its trigger ends it, without another worker.
    """

    ui_color = "#e8f4ea"

    def __init__(self, *, parts: Sequence[Part], until: Goal | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts = tuple(parts)
        self.until = until

    def execute(self, context: Context) -> Any:
        return self._go_on(context, None)

    def look_again(self, context: Context, event: Any, part: str | None = None) -> Any:  # noqa: ARG002
        return self._go_on(context, part)

    def give_up(self, context: Context, event: Mapping[str, str]) -> NoReturn:  # noqa: ARG002
        """The goal was not reached, which its trigger has written down."""
        raise AirflowFailException("; ".join(event.values()))

    def started(self, context: Context, event: Mapping[str, str], part: str) -> Any:
        """What the triggerer has asked for is attached to; its no is the task's end."""
        if why := "; ".join(event.values()):
            gave_up = StepFailed(task=self.task_id)
            note_failure(context["run_id"], part, why, self.log, dag_id=own_dag(context), failed=gave_up)
            raise AirflowFailException(why)
        return self._go_on(context, part)

    def _go_on(self, context: Context, part: str | None) -> Any:
        order = InOrder.from_part(self.parts, part)
        result = run_parts(self, context, order)
        if isinstance(result, NotYet):
            pause(self, result, order.current.name)
        if isinstance(result, NeedsKeptSession):
            self._start_from_the_triggerer(context, result.reason, order.current.name)
        if self.until is not None:
            self._wait(context, self.until)
        return order.results if len(self.parts) > 1 else result

    def _start_from_the_triggerer(self, context: Context, reason: str, part: str) -> NoReturn:
        from srx_issu.airflow.triggers.start import StartTrigger  # noqa: PLC0415 - brings asyncssh

        self.log.info("%s: %s", part, reason)
        trigger = StartTrigger(context["run_id"], part, own_dag(context))
        self.defer(trigger=trigger, method_name="started", kwargs={"part": part})
        raise AssertionError("defer raises")

    def _wait(self, context: Context, goal: Goal) -> NoReturn:
        from srx_issu.airflow.triggers.cluster import ClusterTrigger  # noqa: PLC0415 - brings asyncssh

        trigger = ClusterTrigger(context["run_id"], goal.value, self.task_id, is_retried=True)
        self.defer(trigger=trigger, method_name="give_up")
        raise AssertionError("defer raises")


class BranchStepOperator(BaseBranchOperator):
    """The last of ``parts`` returns a member of an enum; ``branches`` says to which task it leads, or to
    which side by side; None: to none.

    Where a part returns NotYet, it is taken again after a pause that holds no worker. ``once_begun``: the
    answer, without doing anything, once the ISSU was asked for.
    """

    ui_color = "#f6efd9"

    def __init__(
        self,
        *,
        parts: Sequence[Part],
        branches: Mapping[StrEnum, Ways],
        once_begun: StrEnum | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.parts = tuple(parts)
        self.branches = {decision.value: task for decision, task in branches.items()}
        self.once_begun = once_begun

    def execute(self, context: Context) -> Any:
        return self._go_on(context, None)

    def look_again(self, context: Context, event: Any, part: str | None = None) -> Any:  # noqa: ARG002
        return self._go_on(context, part)

    def _go_on(self, context: Context, part: str | None) -> Any:
        order = InOrder.from_part(self.parts, part, self.once_begun)
        decision = run_parts(self, context, order)
        if isinstance(decision, NotYet):
            pause(self, decision, order.current.name)
        return self.follow(context, self.branches[decision.value])

    def follow(self, context: Context, ways: Ways) -> Any:
        """Skips the branches not taken as a whole: by itself Airflow skips one more task in each round."""
        try:
            return self.do_branch(context, [] if ways is None else ways)
        except DownstreamTasksSkipped as skipped:
            first = {task if isinstance(task, str) else task[0] for task in skipped.tasks}
            whole = [(task_id, -1) for task_id in sorted(first | dead_ends(self.dag, first))]
            raise DownstreamTasksSkipped(tasks=whole) from skipped  # type: ignore[no-untyped-call]


def dead_ends(dag: DAG, skipped: Set[str]) -> frozenset[str]:
    """The tasks behind ``skipped`` that nothing else can reach, so that they will be skipped too; but never
    the end of the run, whatever came before it."""
    dead, found = set(skipped), deque(skipped)
    while found:
        for task in dag.get_task(found.popleft()).downstream_list:
            runs_anyway = task.trigger_rule == TriggerRule.ALL_DONE and not task.downstream_list
            if task.task_id not in dead and not runs_anyway and task.upstream_task_ids <= dead:
                dead.add(task.task_id)
                found.append(task.task_id)
    return frozenset(dead - skipped)


def run_step(operator: BaseOperator, context: Context, step: Callable[[UpgradeContext], R]) -> R:
    """``run_parts`` for a task of one step."""
    part = Part(name=operator.task_id, step=step)
    return cast("R", run_parts(operator, context, InOrder(parts=(part,))))


def run_parts(operator: BaseOperator, context: Context, order: InOrder) -> Any:
    """The task's outermost border: a failure is journalled in words, under the part that failed, and becomes
    Airflow's.

    A journal that is away and a connection that cannot be used are waited out in here, and the part begins
    anew; where that takes too long the task fails without a word in the journal, and its next try goes on.
    """
    run_id, meant = context["run_id"], own_dag(context)

    def attempt(away_s: float) -> Any:
        with open_upgrade(run_id, operator.task_id, operator.log, dag_id=meant) as upgrade_context:
            return order.go_on(upgrade_context, away_s)

    def failed(text: str) -> None:
        part = order.current
        gave_up = StepFailed(task=operator.task_id, awaited=part.awaits)
        note_failure(run_id, part.name, text, operator.log, dag_id=meant, failed=gave_up)

    metrics = AirflowMetrics()
    try:
        result = waited_out(attempt, context, operator.log)
    except Exception as error:
        step = order.current.name
        metrics.count(f"step_failed.{as_name(step)}", step=step)
        failure = noted_failure(error, failed, lambda: is_under_way(run_id, meant))
        if failure is None:
            raise
        raise failure from error
    for step, took_s in order.took_s.items():
        metrics.duration(f"step_duration.{as_name(step)}", took_s, step=step)
    return result


def noted_failure(
    error: Exception, note: Callable[[str], None], is_under_way: Callable[[], bool]
) -> AirflowException | None:
    """How the task fails; None = as it is. ``note`` writes its words down, but not where the journal itself,
    or the connection of an upgrade under way, is what was missing: then the next try goes on."""
    if isinstance(error, JournalAway) or (isinstance(error, ConnectionUnusable) and is_under_way()):
        return AirflowException(str(error))
    if isinstance(error, SrxIssuError | NotVerified):
        note(str(error))
        return airflow_failure(error)
    note(f"{type(error).__name__}: {error}")
    return None


def waited_out(attempt: Callable[[float], R], context: Context, log: Any) -> R:
    """``steps.outage.run_patiently`` for a task of an upgrade."""
    running, begun = (partial(ask, context["run_id"], own_dag(context)) for ask in (is_running, is_under_way))
    return run_patiently(attempt, clock=SystemClock(), log=log, is_running=running, is_begun=begun)


def pause(operator: BaseOperator, not_yet: NotYet, part_name: str) -> NoReturn:
    """Defers the task until its ``look_again`` at that part is due; holds no worker."""
    pause_at(operator, not_yet, {"part": part_name})


def pause_at(operator: BaseOperator, not_yet: NotYet, where: dict[str, Any]) -> NoReturn:
    """The same; ``where`` tells ``look_again`` with what to go on."""
    length = timedelta(seconds=not_yet.pause_s)
    until = SystemClock().now() + length
    operator.log.info("%s; looking again in %.0f s", not_yet.reason, not_yet.pause_s)
    trigger = PauseTrigger(until.isoformat())
    operator.defer(trigger=trigger, method_name="look_again", kwargs=where, timeout=length + GRACE)
    raise AssertionError("defer raises")
