"""Pending events in virtual time, and processes that sleep or wait for a state."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from itertools import count

Action = Callable[[], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sleep:
    """A process asks to be resumed after `seconds`."""

    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Until:
    """A process asks to be resumed with True when `holds()`, or with False after `timeout_s`."""

    holds: Callable[[], bool]
    timeout_s: float


Script = Generator[Sleep | Until, bool, None]
"""A process: what happens, written in the order in which it happens."""


@dataclass(kw_only=True, slots=True, eq=False)
class RunningScript:
    """A running script. `owner` names whose end ends it, such as a node that reboots."""

    script: Script
    owner: str
    waiting_for: Until | None = None
    alive: bool = True
    wakeups: int = 0


@dataclass(order=True, slots=True)
class _Entry:
    due: float
    sequence: int
    action: Action = field(compare=False)
    owner: str = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class Schedule:
    """A discrete-event queue. Events due together run in the order they were asked for."""

    def __init__(self, now: float) -> None:
        self.now = now
        self._heap: list[_Entry] = []
        self._sequence = count()
        self._processes: list[RunningScript] = []
        self._stepping: RunningScript | None = None
        self.look: Action = lambda: None  # called after each event, when all of it is done

    def after(self, seconds: float, action: Action, *, owner: str = "") -> None:
        """Run `action` in `seconds`; `cancel(owner)` takes it back."""
        heapq.heappush(self._heap, _Entry(self.now + max(0.0, seconds), next(self._sequence), action, owner))

    def cancel(self, owner: str) -> None:
        """Drop every pending event of `owner`."""
        for entry in self._heap:
            if entry.owner == owner:
                entry.cancelled = True

    def next_due(self) -> float | None:
        """When something happens next, or None when nothing is planned."""
        while self._heap and self._heap[0].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0].due if self._heap else None

    def advance(self, to: float) -> None:
        """Let time pass up to `to`, running everything due on the way."""
        due = self.next_due()
        while due is not None and due <= to:
            entry = heapq.heappop(self._heap)
            self.now = max(self.now, entry.due)
            entry.action()
            self._resume_satisfied()
            self.look()
            due = self.next_due()
        self.now = max(self.now, to)

    def spawn(self, script: Script, *, owner: str) -> RunningScript:
        """Start a process; it runs at once up to its first wait."""
        process = RunningScript(script=script, owner=owner)
        self._processes.append(process)
        self._step(process, True)
        return process

    def kill(self, owner: str) -> None:
        """End every process of `owner` where it stands."""
        for process in [each for each in self._processes if each.owner == owner]:
            process.alive = False
            self._processes.remove(process)
            if process is not self._stepping:
                process.script.close()

    def poke(self) -> None:
        """Look again at what processes wait for, after a change made from outside an event."""
        self._resume_satisfied()
        self.look()

    def _resume_satisfied(self) -> None:
        for process in list(self._processes):
            waiting = process.waiting_for
            if process.alive and waiting is not None and waiting.holds():
                self._step(process, True)

    def _step(self, process: RunningScript, answer: bool) -> None:
        if not process.alive:
            return
        process.waiting_for = None
        process.wakeups += 1
        before, self._stepping = self._stepping, process
        try:
            wanted = next(process.script) if process.wakeups == 1 else process.script.send(answer)
        except StopIteration:
            process.alive = False
            if process in self._processes:
                self._processes.remove(process)
            return
        finally:
            self._stepping = before
        self._arrange(process, wanted)

    def _arrange(self, process: RunningScript, wanted: Sleep | Until) -> None:
        turn = process.wakeups
        if isinstance(wanted, Sleep):
            self.after(wanted.seconds, lambda: self._wake(process, turn, True))
            return
        process.waiting_for = wanted
        wait_s = 0.0 if wanted.holds() else wanted.timeout_s
        self.after(wait_s, lambda: self._wake(process, turn, wanted.holds()))

    def _wake(self, process: RunningScript, turn: int, answer: bool) -> None:
        if process.wakeups == turn:
            self._step(process, answer)
