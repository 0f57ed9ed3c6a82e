"""From tasks to phases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from srx_issu.cli.airflow_replies import Task
from srx_issu.cli.display import duration
from srx_issu.cli.progress import ProgressGroup, State, current_step, in_order, phases

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(second: int) -> datetime:
    return NOON.replace(second=second)


def phase(*states: str | None) -> ProgressGroup:
    (made,) = phases((), [Task(task_id=f"issu.t{n}", state=state) for n, state in enumerate(states)])
    return made


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ((None, None), State.AHEAD),
        (("success", "success"), State.DONE),
        (("success", "skipped"), State.DONE),
        (("skipped", "skipped"), State.SKIPPED),
        (("success", None), State.RUNNING),
        (("skipped", None), State.AHEAD),
        (("success", "deferred", None), State.WAITING),
        (("success", "awaiting_input"), State.ASKS),
        (("failed", "upstream_failed", "running"), State.FAILED),
        (("failed", "deferred"), State.FAILED),
        (("up_for_retry", None), State.RETRYING),
        (("a state of a later Airflow",), State.QUEUED),
    ],
)
def test_a_phase_shows_the_loudest_of_its_tasks(states: tuple[str | None, ...], shown: State) -> None:
    assert phase(*states).state is shown


def test_groups_become_phases_in_the_order_of_the_dag() -> None:
    order = in_order({"issu.start": ["close"], "claim": ["issu.start"], "close": []})
    found = phases(order, [Task(task_id=t, state=None) for t in ("close", "issu.start", "claim")])
    assert [p.name for p in found] == ["claim", "issu", "close"]
    assert found[1].steps[0].name == "start"


def test_nested_groups_belong_to_the_outermost() -> None:
    found = phases((), [Task(task_id="a.b.c", state=None)])
    assert (found[0].name, found[0].steps[0].name) == ("a", "c")


def test_a_finished_phase_lasts_from_its_first_start_to_its_last_end() -> None:
    (made,) = phases(
        (),
        [
            Task(task_id="a.x", state="success", started=at(0), ended=at(5)),
            Task(task_id="a.y", state="success", started=at(7), ended=at(9)),
        ],
    )
    assert made.elapsed_s(at(50)) == 9


def test_a_phase_under_way_lasts_until_now_and_one_ahead_has_no_time() -> None:
    (made,) = phases((), [Task(task_id="a.x", state="deferred", started=at(10))])
    assert made.elapsed_s(at(50)) == 40
    assert phase(None).elapsed_s(NOON) is None


def test_the_step_that_waits_is_the_current_one() -> None:
    found = phases((), [Task(task_id="a.x", state="success"), Task(task_id="b.y", state="deferred")])
    step = current_step(found)
    assert step is not None
    assert step.name == "y"
    assert current_step(phases((), [Task(task_id="a.x", state="success")])) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.4, "0 s"), (59.4, "59 s"), (125, "2 min 05 s"), (3720, "1 h 02 min")],
)
def test_durations_in_words(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words
