"""The gate's operator without a running Airflow: what it asks, hears, and does when nobody answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.standard.operators import hitl
from airflow.sdk.exceptions import (
    AirflowFailException,
    DownstreamTasksSkipped,
    TaskAwaitingInput,
    TaskDeferred,
)

from srx_issu.airflow.operators import step
from srx_issu.airflow.operators.approval import ApprovalGate
from srx_issu.airflow.triggers import answer
from srx_issu.airflow.triggers.answer import AnswerTrigger
from srx_issu.domain.approvals.rule import ApprovalPurpose, ApprovalRule, Approvals, Person
from srx_issu.domain.errors import JournalAway
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.approval.request import start_request
from srx_issu.steps.context import UpgradeContext
from tests.fakes.approvals import READY_ENTRY
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent

TIMED_OUT = {
    "error_type": "timeout",
    "error": "The timeout has passed, and the response has not been received.",
}
PEOPLE = tuple(Person(id=name, name=name) for name in ("ada", "operator"))
SPARES = ("approval.approve_start_2", "approval.approve_start_3")


@dataclass
class TaskInstance:
    id: str = "0190-ti"
    try_number: int = 1
    max_tries: int = 2

    def xcom_pull(self, **asked: object) -> Any:
        raise AssertionError(f"nobody reads an XCom for an approval: {asked}")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeUpgrade:
    approvals = Approvals(start=ApprovalRule(approvers=PEOPLE))
    made = FakeUpgrade(intent=intent(approvals=approvals)).with_baseline()
    made.journal.record("manual__1", READY_ENTRY)

    @contextmanager
    def open_upgrade(*_: object, **__: object) -> Iterator[UpgradeContext]:
        yield made.context("approval.approve_start")

    monkeypatch.setattr(step, "open_upgrade", open_upgrade)
    monkeypatch.setattr(step, "note_failure", lambda *_, **__: None)
    return made


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What Airflow was asked to show."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **detail: found.append(detail))
    return found


def _gate() -> ApprovalGate:
    return ApprovalGate(
        task_id="approve_start",
        purpose=ApprovalPurpose.START,
        request=start_request,
        number=1,
        spares=SPARES,
    )


def _context(try_number: int = 1) -> Any:
    instance = TaskInstance(try_number=try_number)
    run = SimpleNamespace(dag_id="issu_cluster", run_id="manual__1")
    return {"ti": instance, "task_instance": instance, "run_id": run.run_id, "dag_run": run}


def _event(who: str | None, option: str = "Approve") -> dict[str, Any]:
    return {
        "chosen_options": [option],
        "params_input": {},
        "responded_at": datetime.now(UTC),
        "responded_by_user": {"id": who, "name": who} if who else None,
        "timedout": False,
    }


def _ask(gate: ApprovalGate) -> None:
    with pytest.raises(TaskAwaitingInput):
        gate.execute(_context())


def _resume(who: str | None, option: str = "Approve") -> Any:
    return _gate().resume_execution("execute_complete", {"event": _event(who, option)}, _context())


@pytest.mark.parametrize(
    ("method", "told"),
    [("__fail__", {"error": "Trigger timeout"}), ("execute_complete", {"event": TIMED_OUT})],
)
def test_nobody_answered_is_a_no_and_said_so(
    fake: FakeUpgrade, put: list[dict[str, Any]], method: str, told: dict[str, Any]
) -> None:
    _ask(_gate())
    with pytest.raises(AirflowFailException, match="nobody answered the question about the start within"):
        _gate().resume_execution(method, told, _context())
    assert fake.outcome is Outcome.REFUSED
    assert len(put) == 1


def test_only_those_who_may_answer_are_assigned(fake: FakeUpgrade, put: list[dict[str, Any]]) -> None:
    _ask(_gate())
    assert put[0]["assigned_users"] == [{"id": "ada", "name": "ada"}], "not the operator, who asks"
    assert "Question `" in put[0]["body"]
    assert len(fake.texts(EntryKind.QUESTION)) == 1


@pytest.mark.parametrize(("who", "option"), [(None, "Approve"), ("ada", "Reject")])
def test_a_no_and_an_answer_without_a_person_fail_for_good(
    fake: FakeUpgrade, put: list[dict[str, Any]], who: str | None, option: str
) -> None:
    _ask(_gate())
    with pytest.raises(AirflowFailException):
        _resume(who, option)
    assert fake.outcome is Outcome.REFUSED
    assert put


def test_a_yes_is_written_down_and_skips_the_gates_behind(
    fake: FakeUpgrade, put: list[dict[str, Any]]
) -> None:
    _ask(_gate())
    with pytest.raises(DownstreamTasksSkipped) as skipped:
        _resume("ada")
    assert list(skipped.value.tasks) == [(name, -1) for name in SPARES]
    assert fake.texts(EntryKind.ANSWER) == ["ada: Approve"]
    assert put


def test_where_nobody_is_asked_the_gates_behind_are_skipped(
    fake: FakeUpgrade, put: list[dict[str, Any]]
) -> None:
    fake.intent = replace(fake.intent, approvals=Approvals(start=ApprovalRule(required=False)))
    with pytest.raises(DownstreamTasksSkipped):
        _gate().execute(_context())
    assert put == []


def test_an_answer_is_not_lost_with_the_journal(
    fake: FakeUpgrade, put: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _ask(_gate())
    record, left = fake.journal.record, [JournalAway("no answer"), JournalAway("no answer")]

    def failing(upgrade_id: str, event: Any) -> None:
        if left:
            raise left.pop()
        record(upgrade_id, event)

    monkeypatch.setattr(fake.journal, "record", failing)
    monkeypatch.setattr("srx_issu.airflow.operators.question.time.sleep", lambda _: None)
    with pytest.raises(DownstreamTasksSkipped):
        _resume("ada")
    assert "ada: Approve" in fake.texts(EntryKind.ANSWER)
    assert put


HELD = {
    "chosen_options": ["Approve"],
    "responded_by_user": {"id": "ada", "name": "Ada"},
    "responded_at": "2026-03-01T12:04:05+00:00",
}


def test_a_new_try_asks_first_what_became_of_the_answer_before(
    fake: FakeUpgrade, put: list[dict[str, Any]]
) -> None:
    _ask(_gate())
    with pytest.raises(TaskDeferred) as deferred:
        _gate().execute(_context(try_number=2))
    trigger = deferred.value.trigger
    assert isinstance(trigger, AnswerTrigger)
    assert (deferred.value.method_name, deferred.value.timeout) == ("execute", None)
    _gate().resume_execution("execute", {"event": HELD}, _context(try_number=2))  # the next gate asks
    assert "Ada chose 'Approve' at 2026-03-01 12:04:05 UTC, on try 1" in fake.texts(EntryKind.QUESTION)[-1]
    assert fake.texts(EntryKind.ANSWER) == []
    assert len(put) == 1, "the old answer is not wiped before somebody has read it"


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("execute", {"event": {"chosen_options": [], "responded_by_user": None, "responded_at": None}}),
        ("execute", {"event": {"unknown": "Airflow's API is away"}}),
        ("__fail__", {"error": "Trigger failure"}),
    ],
)
def test_where_nobody_knows_of_one_the_same_question_is_put_again(
    fake: FakeUpgrade, put: list[dict[str, Any]], method: str, told: dict[str, Any]
) -> None:
    _ask(_gate())
    with pytest.raises(TaskAwaitingInput):
        _gate().resume_execution(method, told, _context(try_number=2))
    assert put[1] == put[0]
    assert fake.outcome is None


@pytest.mark.parametrize("responder", [None, SimpleNamespace(id="ada", name="Ada")])
def test_what_airflow_holds_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch, responder: Any) -> None:
    ti_id = "0190a1b2-0000-7000-8000-000000000000"
    held = SimpleNamespace(
        chosen_options=["Approve"] if responder else None,
        responded_by_user=responder,
        responded_at=datetime(2026, 3, 1, 12, 4, 5, tzinfo=UTC) if responder else None,
    )
    monkeypatch.setattr(
        answer, "get_hitl_detail_content_detail", lambda asked: held if str(asked) == ti_id else None
    )
    event: Any = asyncio.run(anext(AnswerTrigger(ti_id).run()))
    assert event.payload == (
        HELD if responder else {"chosen_options": [], "responded_by_user": None, "responded_at": None}
    )
    path, kwargs = AnswerTrigger(ti_id).serialize()
    assert AnswerTrigger(**kwargs).serialize() == (path, kwargs)


def test_an_api_that_does_not_tell_ends_no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object) -> Any:
        raise ConnectionError("refused")

    monkeypatch.setattr(answer, "get_hitl_detail_content_detail", away)
    event: Any = asyncio.run(anext(AnswerTrigger("0190a1b2-0000-7000-8000-000000000000").run()))
    assert event.payload == {"unknown": "refused"}
