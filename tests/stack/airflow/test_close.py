"""The end of a run, on stores in memory: what comes first, and what can keep nothing from being written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.airflow.composition.stores import Stores
from srx_issu.airflow.operators import close as module
from srx_issu.airflow.operators import evidence, step
from srx_issu.airflow.operators.close import CloseOperator
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import ConnectionUnusable
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.journal import JTAC_ARCHIVE, Json
from srx_issu.steps.context import UpgradeContext
from tests.fakes.contexts import FakeUpgrade

RUN = SimpleNamespace(dag_id="issu_cluster", run_id="manual__1")
REPORT: dict[str, Json] = {"html": "manual__1/report.html"}


class TaskInstance:
    """What the operator uses of Airflow's."""

    def __init__(self) -> None:
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value

    def get_task_states(self, **_: object) -> dict[str, dict[str, str]]:
        return {}


class World:
    """``report`` and ``clean_up`` may raise."""

    def __init__(self) -> None:
        self.fake = FakeUpgrade()
        self.report: Exception | None = None
        self.clean_up: Exception | None = None
        self.order: list[str] = []
        self.notes: list[str] = []
        self.is_claimed = True

    def close(self) -> dict[str, Any]:
        task, instance = CloseOperator(task_id="close", report=self._report), TaskInstance()
        context: Any = {"ti": instance, "run_id": RUN.run_id, "dag_run": RUN}
        try:
            return cast("dict[str, Any]", task.execute(context))
        except AirflowFailException:
            return cast("dict[str, Any]", instance.pushed["return_value"])

    def _report(self, stores: Stores, upgrade_id: str, step_name: str) -> dict[str, Json]:
        self.order.append(f"report {self.record.outcome}")
        if self.report:
            raise self.report
        return REPORT

    def cleaned(self, upgrade_context: UpgradeContext) -> None:
        decided = self.fake.outcome
        kept = any(JTAC_ARCHIVE in name for name in self.fake.evidence.names("manual__1"))
        self.order.append(f"clean up {decided}{' with evidence' if kept else ''}")
        held = self.fake.leases.holder("cluster:fw-1")
        assert held is not None
        assert held.owner == "manual__1"
        if self.clean_up:
            raise self.clean_up

    @property
    def record(self) -> Any:
        return self.fake.journal.upgrade("manual__1")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()

    @contextmanager
    def open_upgrade(run_id: str, task_id: str, log: object, *, dag_id: object) -> Iterator[UpgradeContext]:
        yield made.fake.context(task_id)

    def note(upgrade_id: str, name: str, text: str, *_: object, **__: object) -> None:
        made.notes.append(f"{name}: {text}")

    for where in (module, step, evidence):
        monkeypatch.setattr(where, "open_upgrade", open_upgrade)
    for where in (module, step):
        monkeypatch.setattr(where, "note_failure", note)
    monkeypatch.setattr(module, "clean_up", made.cleaned)
    monkeypatch.setattr(module, "is_open", lambda *_: made.is_claimed)
    monkeypatch.setattr(module, "open_stores", lambda: None)
    monkeypatch.setattr(module, "failed_tasks", lambda *_: [])
    monkeypatch.setattr(step, "is_running", lambda *_: False)
    return made


def upgraded(world: World) -> None:
    world.fake.decided(Outcome.UPGRADED, "all well")


def test_a_claim_that_was_marked_green_by_hand_has_nothing_to_close(world: World) -> None:
    world.is_claimed = False
    with pytest.raises(KeyError):  # it leaves no outcome
        world.close()
    assert world.order == []


def test_a_clean_up_that_fails_keeps_neither_outcome_nor_lease_from_being_written(world: World) -> None:
    world.clean_up = RuntimeError("nobody foresaw this")
    upgraded(world)
    assert world.close()["outcome"] == "UPGRADED"
    assert world.record.outcome is Outcome.UPGRADED
    assert world.fake.leases.holder("cluster:fw-1") is None
    told = "the clean-up was left undone: RuntimeError: nobody foresaw this"
    assert world.fake.texts(EntryKind.OBSERVED) == [told]


def test_one_that_cannot_log_in_for_long_does_not_either(world: World) -> None:
    world.clean_up = ConnectionUnusable("no user name")
    upgraded(world)
    assert world.close()["outcome"] == "UPGRADED"


def test_groups_that_may_be_away_are_left_to_a_person(world: World) -> None:
    world.clean_up = RuntimeError("nobody foresaw this")
    gathered = CommandIntended(
        sending=Sending.GATHER, node=NodeName.NODE0, command="failover", permit_id=None, group=1
    )
    world.fake.happened(gathered, "failover", step="issu.consolidate_groups")
    assert world.close()["outcome"] == "NEEDS_OPERATOR"
    assert world.fake.leases.holder("cluster:fw-1") is not None


def test_a_report_that_fails_says_so_and_changes_nothing(world: World) -> None:
    world.report = OSError("no space left on device")
    upgraded(world)
    facts = world.close()
    assert (facts["outcome"], facts["report"]) == ("UPGRADED", None)
    assert world.record.outcome is Outcome.UPGRADED
    assert world.notes == ["report: the report could not be written: OSError: no space left on device"]


def test_outcome_then_clean_up_then_lease_then_report(world: World) -> None:
    upgraded(world)
    assert world.close() == {"outcome": "UPGRADED", "reason": "all well", "report": "manual__1/report.html"}
    assert world.order == ["clean up UPGRADED", "report UPGRADED"]


def test_an_outcome_that_no_step_has_decided_on_is_written_before_anything_else(world: World) -> None:
    assert world.close()["outcome"] == "NOT_READY"
    assert world.order == ["clean up NOT_READY", "report NOT_READY"]


def failed(world: World) -> None:
    world.fake.with_baseline().with_start().decided(Outcome.NEEDS_OPERATOR, "look at it")


def test_a_failure_without_evidence_gets_it_behind_the_outcome_and_before_the_lease_is_given_back(
    world: World,
) -> None:
    failed(world)
    assert str(world.close()["archive"]).endswith(JTAC_ARCHIVE)
    assert world.order == ["clean up NEEDS_OPERATOR with evidence", "report NEEDS_OPERATOR"]
    world.order.clear()
    asked = len(world.fake.shows.asked)
    world.close()
    assert len(world.fake.shows.asked) == asked


@pytest.mark.parametrize("error", [RuntimeError("odd"), ConnectionUnusable("no such connection")])
def test_evidence_that_fails_is_said_and_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def odd(_: object) -> None:
        raise error

    failed(world)
    monkeypatch.setattr(world.fake.shows, "open", odd)
    facts = world.close()
    assert (facts["outcome"], facts["reason"]) == ("NEEDS_OPERATOR", "look at it")
    assert world.order == ["clean up NEEDS_OPERATOR", "report NEEDS_OPERATOR"]
    said = world.fake.texts(EntryKind.OBSERVED)
    assert any(text.startswith(f"no evidence for JTAC: {type(error).__name__}") for text in said)
    assert world.fake.texts(EntryKind.STEP_FAILED) == []


def test_what_was_closed_before_is_not_touched_again(world: World) -> None:
    upgraded(world)
    world.close()
    world.order.clear()
    assert world.close()["outcome"] == "UPGRADED"
    assert world.order == ["report UPGRADED"]
