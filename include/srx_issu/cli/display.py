"""What a followed run looks like: a live table in a terminal, one line a change everywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from srx_issu.cli.progress import ProgressGroup, State, Step

_STYLES = {
    State.AHEAD: "dim",
    State.SKIPPED: "dim",
    State.QUEUED: "cyan",
    State.RUNNING: "bold cyan",
    State.WAITING: "bold blue",
    State.ASKS: "bold magenta",
    State.RETRYING: "yellow",
    State.DONE: "green",
    State.FAILED: "bold red",
}


class Display(Protocol):
    """Takes what is known now; called about once a second."""

    def __enter__(self) -> Display: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, found: Sequence[ProgressGroup], words: str | None, now: datetime) -> None: ...


def display_for(console: Console, title: str) -> Display:
    return LiveTable(console, title) if console.is_terminal else Lines(console)


class LiveTable:
    """Phases with state and elapsed time; the tasks of the phase under way; what the wait last said."""

    def __init__(self, console: Console, title: str) -> None:
        self._title = title
        self._live = Live(console=console, auto_refresh=False, transient=False)

    def __enter__(self) -> LiveTable:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, found: Sequence[ProgressGroup], words: str | None, now: datetime) -> None:
        self._live.update(self._picture(found, words, now), refresh=True)

    def _picture(self, found: Sequence[ProgressGroup], words: str | None, now: datetime) -> RenderableType:
        table = phase_table(found, now, self._title)
        return (
            Group(table, Text(f"  {words}", style="italic", overflow="ellipsis", no_wrap=True))
            if words
            else table
        )


class Lines:
    """For logs and pipes: says only what changed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[str, State] = {}
        self._words: str | None = None

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def show(self, found: Sequence[ProgressGroup], words: str | None, now: datetime) -> None:
        for phase in found:
            for step in phase.steps:
                self._tell(step, now)
        if words and words != self._words:
            self._words = words
            self._print(now, f"    {words}")

    def _tell(self, step: Step, now: datetime) -> None:
        before = self._shown.get(step.task.task_id, State.AHEAD)
        if step.state is before or step.state in (State.QUEUED, State.SKIPPED):
            return
        self._shown[step.task.task_id] = step.state
        took = duration(step.elapsed_s(now)) if step.state in (State.DONE, State.FAILED) else ""
        self._print(now, f"{step.task.task_id:<36} {step.state:<14} {took}".rstrip())

    def _print(self, now: datetime, text: str) -> None:
        self._console.print(
            f"{now.astimezone():%H:%M:%S}  {text}", markup=False, highlight=False, soft_wrap=True
        )


def phase_table(found: Sequence[ProgressGroup], now: datetime, title: str = "") -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("Phase", min_width=34)
    table.add_column("State", min_width=14)
    table.add_column("Elapsed", justify="right", min_width=8)
    for phase in found:
        _add(table, phase.name, phase.state, phase.elapsed_s(now))
        if phase.is_current and len(phase.steps) > 1:
            for step in phase.steps:
                if step.state is not State.SKIPPED:
                    _add(table, f"  {step.name}", step.state, step.elapsed_s(now))
    return table


def duration(seconds: float | None) -> str:
    """``7 s``, ``2 min 05 s``, ``1 h 02 min``; empty for None."""
    if seconds is None:
        return ""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def _add(table: Table, name: str, state: State, elapsed_s: float | None) -> None:
    style = _STYLES[state]
    table.add_row(
        Text(name, style=style), Text(state.value, style=style), Text(duration(elapsed_s), style=style)
    )
