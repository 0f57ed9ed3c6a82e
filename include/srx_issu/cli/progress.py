"""From the tasks of a run to the phases an operator follows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from graphlib import TopologicalSorter

from srx_issu.cli.airflow_replies import Task


class State(StrEnum):
    """How a task or a phase stands, in an operator's words."""

    AHEAD = "ahead"  # nothing happened yet
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"  # deferred: watches the cluster, holds no worker
    ASKS = "needs an answer"
    RETRYING = "retrying"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


_WORDS = {
    None: State.AHEAD,
    "scheduled": State.QUEUED,
    "queued": State.QUEUED,
    "running": State.RUNNING,
    "restarting": State.RUNNING,
    "deferred": State.WAITING,
    "up_for_reschedule": State.WAITING,
    "awaiting_input": State.ASKS,
    "up_for_retry": State.RETRYING,
    "success": State.DONE,
    "skipped": State.SKIPPED,
    "removed": State.SKIPPED,
    "failed": State.FAILED,
    "upstream_failed": State.SKIPPED,
}
# What a phase shows when its tasks differ: the first of these that any of them is in.
_LOUDEST = (
    State.FAILED,
    State.ASKS,
    State.RETRYING,
    State.RUNNING,
    State.WAITING,
    State.QUEUED,
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One task, with its name inside its phase."""

    name: str
    state: State
    task: Task

    def elapsed_s(self, now: datetime) -> float | None:
        return _elapsed(self.task.started, self.task.ended, now)


@dataclass(frozen=True, kw_only=True)
class ProgressGroup:
    """A task group, or a task that stands alone."""

    name: str
    steps: tuple[Step, ...]

    @property
    def state(self) -> State:
        states = [step.state for step in self.steps]
        for loud in _LOUDEST:
            if loud in states:
                return loud
        if all(state is State.SKIPPED for state in states):
            return State.SKIPPED
        if State.AHEAD in states:  # between two of its tasks
            return State.RUNNING if State.DONE in states else State.AHEAD
        return State.DONE

    @property
    def is_current(self) -> bool:
        return self.state not in (State.AHEAD, State.DONE, State.SKIPPED)

    def elapsed_s(self, now: datetime) -> float | None:
        """From the first start to the last end; to ``now`` while it is not over. None before it began."""
        starts = [s.task.started for s in self.steps if s.task.started and s.state is not State.SKIPPED]
        if not starts:
            return None
        ends = [s.task.ended for s in self.steps if s.task.ended and s.state is not State.SKIPPED]
        over = self.state in (State.DONE, State.FAILED) and ends
        return _elapsed(min(starts), max(ends) if over else None, now)


def phases(order: Sequence[str], tasks: Sequence[Task]) -> tuple[ProgressGroup, ...]:
    """``order`` lists the task ids from first to last; tasks that it does not know come at the end."""
    place = {task_id: number for number, task_id in enumerate(order)}
    grouped: dict[str, list[Step]] = {}
    for task in sorted(tasks, key=lambda t: (place.get(t.task_id, len(place)), t.task_id)):
        phase, _, name = task.task_id.rpartition(".")
        step = Step(name=name, state=_WORDS.get(task.state, State.QUEUED), task=task)
        grouped.setdefault(phase.split(".")[0] or name, []).append(step)
    return tuple(ProgressGroup(name=name, steps=tuple(steps)) for name, steps in grouped.items())


def in_order(edges: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Task ids so that each comes after the tasks it waits for. ``edges``: task -> tasks behind it."""
    before: dict[str, set[str]] = {task: set() for task in edges}
    for task, behind in edges.items():
        for follower in behind:
            before.setdefault(follower, set()).add(task)
    return tuple(TopologicalSorter(before).static_order())


def current_step(found: Sequence[ProgressGroup]) -> Step | None:
    """The step that has something to tell: the one that runs, waits or asks."""
    telling = (State.RUNNING, State.WAITING, State.ASKS, State.RETRYING)
    return next((s for phase in found for s in phase.steps if s.state in telling), None)


def _elapsed(started: datetime | None, ended: datetime | None, now: datetime) -> float | None:
    return ((ended or now) - started).total_seconds() if started else None
