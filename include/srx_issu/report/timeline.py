"""When each step ran, and how long it may have taken: spans read from the order of the journal's events.

Only one step of an upgrade works at a time, so a step without a start of its own began when the one
before it wrote its last event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.upgrade.intent import Timers


class SpanState(StrEnum):
    """How a stretch of work ended, and its CSS class."""

    DONE = "done"
    FAILED = "failed"
    DOUBTFUL = "doubtful"  # a node refused, or its answer is missing
    RUNNING = "running"


@dataclass(frozen=True, kw_only=True)
class StepSpan:
    """One attempt of one step."""

    start: datetime
    end: datetime
    state: SpanState

    @property
    def seconds(self) -> float:
        return max(0.0, (self.end - self.start).total_seconds())


@dataclass(frozen=True, kw_only=True)
class TimelineRow:
    """One step with all its attempts. ``limit_s`` None = no deadline of its own."""

    step: str
    spans: tuple[StepSpan, ...]
    limit_s: float | None

    @property
    def seconds(self) -> float:
        return sum(span.seconds for span in self.spans)

    @property
    def is_over(self) -> bool:
        return self.limit_s is not None and self.seconds > self.limit_s


def _is_start(event: Entry) -> bool:
    """The newest intent of the start counts: an earlier one may never have reached the node."""
    return isinstance(event.event, CommandIntended) and event.event.sending is Sending.START


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Rows on one time axis. Two panels, so that hours of waiting for an approval squeeze nothing."""

    title: str
    start: datetime
    end: datetime
    rows: tuple[TimelineRow, ...]


def timeline(
    events: tuple[Entry, ...], opened_at: datetime, closed: bool, timers: Timers
) -> tuple[Panel, ...]:
    """One panel up to the start of the ISSU, one from there on; empty without events."""
    start = next((e for e in reversed(events) if _is_start(e)), None)
    if start is None:
        return _panel("Steps", events, opened_at, closed, timers)
    divide = next(place for place, event in enumerate(events) if event.step == start.step)
    before, since = events[:divide], events[divide:]
    began = before[-1].at if before else opened_at
    return (
        *_panel("Before the start", before, opened_at, True, timers),
        *_panel("Since the start of the ISSU", since, max(began, since[0].at), closed, timers),
    )


def _panel(
    title: str, events: tuple[Entry, ...], start: datetime, closed: bool, timers: Timers
) -> tuple[Panel, ...]:
    if not events:
        return ()
    spans: dict[str, list[StepSpan]] = {}
    at = min(start, events[0].at)
    first = at
    for step, stretch in groupby(events, key=lambda event: event.step):
        span = _span(tuple(stretch), at)
        spans.setdefault(step, []).append(span)
        at = max(at, span.end)
    if not closed:
        last = spans[events[-1].step]
        if last[-1].state is SpanState.DONE and events[-1].kind not in _ENDINGS:
            last[-1] = StepSpan(start=last[-1].start, end=last[-1].end, state=SpanState.RUNNING)
    rows = tuple(
        TimelineRow(step=step, spans=tuple(found), limit_s=_limit(step, timers))
        for step, found in spans.items()
    )
    return (Panel(title=title, start=first, end=max(at, first), rows=rows),)


_ENDINGS = (EntryKind.STEP_FINISHED, EntryKind.STEP_FAILED, EntryKind.DECIDED)


def _span(stretch: tuple[Entry, ...], previous_end: datetime) -> StepSpan:
    own_start = stretch[0].at if stretch[0].kind is EntryKind.STEP_STARTED else previous_end
    end = max(event.at for event in stretch)
    return StepSpan(start=min(own_start, end), end=end, state=_state(stretch))


def _state(stretch: Iterable[Entry]) -> SpanState:
    kinds = {event.kind for event in stretch}
    if EntryKind.STEP_FAILED in kinds:
        return SpanState.FAILED
    if kinds & {EntryKind.ACTION_REFUSED, EntryKind.ACTION_UNKNOWN}:
        return SpanState.DOUBTFUL
    return SpanState.DONE


def _limit(step: str, timers: Timers) -> float | None:
    """``wait_for_cold_sync`` is held to ``timers.cold_sync_s``, and so on; other steps have no deadline."""
    what = step.rpartition(".")[2].removeprefix("wait_for_")
    limit = getattr(timers, f"{what}_s", None) if "wait_for_" in step else None
    return float(limit) if limit is not None else None
