"""A question about work by hand, without a running Airflow: when it is put, and how an answer is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import TaskDeferred

from srx_issu.airflow.operators import hand_work, step
from srx_issu.airflow.operators.recovery import RouteOperator
from srx_issu.airflow.triggers import answer
from srx_issu.airflow.triggers.answer import PauseOrAnswerTrigger
from srx_issu.domain.cluster.model import NextBoot
from srx_issu.domain.history.hand_events import HandWorkAnswered
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.procedure.by_hand import Word
from srx_issu.domain.routes.plan import RoutePhase
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.routes.stored_plan import plan_route
from tests.fakes.apart import JOINED, apart_intent
from tests.fakes.approvals import READY_ENTRY
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.snapshots import both

TI = "0190a1b2-0000-7000-8000-000000000000"
PAST, FUTURE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)
APART = ActionName.TAKE_LINKS_APART


@dataclass
class TaskInstance:
    id: str = TI
    try_number: int = 1
    max_tries: int = 2


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeUpgrade:
    before = both(links=JOINED, next_boot=NextBoot(is_other=False))
    made = FakeUpgrade(intent=replace(apart_intent(), on_site="Bea")).with_baseline(before)
    made.reader.now = before
    made.journal.record(made.intent.upgrade_id, READY_ENTRY)
    plan_route(made.context("assess"))

    @contextmanager
    def open_upgrade(*_: object, **__: object) -> Iterator[UpgradeContext]:
        yield made.context("apart.take_apart")

    monkeypatch.setattr(step, "open_upgrade", open_upgrade)
    monkeypatch.setattr(step, "note_failure", lambda *_, **__: None)
    return made


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(hand_work, "upsert_hitl_detail", lambda **detail: found.append(detail))
    return found


def context() -> Any:
    run = SimpleNamespace(dag_id="minimal_downtime_cluster", run_id="manual__1")
    return {"ti": TaskInstance(), "task_instance": TaskInstance(), "run_id": run.run_id, "dag_run": run}


def operator() -> RouteOperator:
    return RouteOperator(task_id="apart.take_apart", phase=RoutePhase.TAKE_APART)


def deferred(event: dict[str, Any] | None = None, **kwargs: Any) -> TaskDeferred:
    with pytest.raises(TaskDeferred) as found:
        operator().look_again(context(), event, APART, **kwargs) if kwargs else operator().execute(context())
    return found.value


@pytest.mark.usefixtures("fake")
def test_the_question_is_put_once_a_try_and_waits_with_the_look(put: list[dict[str, Any]]) -> None:
    first = deferred()
    assert put[0]["options"] == ["Done", "Stop here"]
    assert "Bea" in put[0]["body"]
    assert first.kwargs == {"action": APART.value, "is_asked": True}
    assert isinstance(first.trigger, PauseOrAnswerTrigger)
    assert first.trigger.is_open
    deferred(None, is_asked=True)
    assert len(put) == 1


def test_an_answer_is_written_down_and_the_look_goes_on(fake: FakeUpgrade, put: list[dict[str, Any]]) -> None:
    deferred()
    said = {
        "chosen_options": ["Done"],
        "responded_by_user": {"id": "7", "name": "Bea"},
        "responded_at": PAST,
        "params_input": {},
    }
    waiting = deferred(said, is_asked=True)
    entries = fake.journal.entries(fake.intent.upgrade_id)
    (heard,) = [each.event for each in entries if isinstance(each.event, HandWorkAnswered)]
    assert (heard.by, heard.name, heard.word) == ("7", "Bea", Word.DONE)
    assert isinstance(waiting.trigger, PauseOrAnswerTrigger)
    assert not waiting.trigger.is_open
    assert len(put) == 1


def _held(monkeypatch: pytest.MonkeyPatch, chosen: list[str]) -> None:
    held = SimpleNamespace(chosen_options=chosen, responded_by_user=None, responded_at=None)
    monkeypatch.setattr(answer, "get_hitl_detail_content_detail", lambda _: held)


def test_an_answer_that_came_while_a_worker_looked_ends_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    _held(monkeypatch, ["Done"])
    path, kwargs = PauseOrAnswerTrigger(TI, FUTURE.isoformat(), True).serialize()
    assert path == "srx_issu.airflow.triggers.answer.PauseOrAnswerTrigger"
    event: Any = asyncio.run(anext(PauseOrAnswerTrigger(**kwargs).run()))
    assert event.payload["chosen_options"] == ["Done"]


@pytest.mark.parametrize("is_open", [True, False])
def test_without_one_the_pause_ends_with_its_time(monkeypatch: pytest.MonkeyPatch, is_open: bool) -> None:
    _held(monkeypatch, [] if is_open else ["Done"])
    event: Any = asyncio.run(anext(PauseOrAnswerTrigger(TI, PAST.isoformat(), is_open).run()))
    assert event.payload == {}
