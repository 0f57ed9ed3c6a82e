"""Spans from entries, and where they are drawn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from srx_issu.domain.history.command_events import CommandRejected, CommandUnanswered
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.step_events import StepFailed, StepFinished, StepStarted
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.report.gantt import LABELS, PLOT, chart
from srx_issu.report.timeline import SpanState, TimelineRow, timeline
from tests.integration.report.samples import N0, START, entry, good, prepared, started, stopped


def rows(entries: tuple[Entry, ...], *, closed: bool = True) -> dict[str, TimelineRow]:
    panels = timeline(entries, START, closed, Timers())
    return {row.step: row for panel in panels for row in panel.rows}


def test_without_entries_there_is_nothing_to_draw() -> None:
    assert timeline((), START, False, Timers()) == ()


def test_a_step_that_gave_up_is_failed_and_over_its_limit() -> None:
    row = rows(stopped().entries)["issu.wait_for_cold_sync"]
    assert row.spans[0].state is SpanState.FAILED
    assert (row.limit_s, row.is_over) == (3600.0, True)


def test_a_refused_or_unanswered_command_is_doubtful() -> None:
    refused = CommandRejected(sending=None, node=N0)
    unanswered = CommandUnanswered(sending=None, node=N0)
    found = rows((entry(1, refused, "a", "no"), entry(2, unanswered, "b", "?")))
    assert [row.spans[0].state for row in found.values()] == [SpanState.DOUBTFUL] * 2


def test_the_last_step_of_an_open_upgrade_is_running() -> None:
    assert rows(started(), closed=False)["issu.wait_for_cold_sync"].spans[0].state is SpanState.RUNNING
    assert rows(prepared()[:1], closed=False)["claim"].spans[0].state is SpanState.DONE


def test_a_retried_step_keeps_both_attempts_in_one_row() -> None:
    found = rows(
        (
            entry(5, StepFailed(task="prepare"), "stage_image", "reset by peer"),
            entry(9, StepFinished(), "other", "done"),
            entry(30, StepFinished(), "stage_image", "done"),
        )
    )
    assert [span.state for span in found["stage_image"].spans] == [SpanState.FAILED, SpanState.DONE]
    assert found["stage_image"].seconds == 5 + 21


def test_a_step_without_a_start_of_its_own_began_when_the_one_before_ended() -> None:
    found = rows(good().entries)
    assert found["prepare.stage_image"].spans[0].start == START + timedelta(seconds=118)
    assert found["issu.wait_for_cold_sync"].spans[0].start == START + timedelta(seconds=3006)


def test_waiting_for_an_approval_does_not_squeeze_the_issu() -> None:
    before, since = timeline(good().entries, START, True, Timers())
    assert before.rows[-1].step == "confirm_approval"
    assert since.rows[0].step == "issu.start_issu"
    assert since.start == START + timedelta(seconds=1302)


@pytest.mark.parametrize("length_s", [0, 1, 7, 59, 61, 3600, 90_000, 2_000_000])
def test_everything_is_drawn_inside_the_chart(length_s: int) -> None:
    entries = (entry(0, StepStarted(), "a", ""), entry(length_s, StepFinished(), "a", ""))
    drawn = chart(timeline(entries, START, True, Timers())[0])
    for bar in drawn.lines[0].bars:
        assert bar.x >= LABELS
        assert bar.x + bar.width <= LABELS + PLOT + 0.1
    assert len(drawn.ticks) <= 25
    assert all(LABELS <= tick.x <= LABELS + PLOT for tick in drawn.ticks)


def test_a_clock_that_steps_back_draws_no_negative_bar() -> None:
    found = rows((entry(50, StepFinished(), "a", ""), entry(10, StepFinished(), "b", "")))
    assert found["b"].seconds == 0.0
