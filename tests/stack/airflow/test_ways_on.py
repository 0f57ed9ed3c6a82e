"""Where the branches of an upgrade lead, and what they skip: on the DAG as it is, without a stack."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException, DownstreamTasksSkipped

from srx_issu.airflow.operators import step
from srx_issu.domain.approvals.rule import ApprovalRule, Approvals
from srx_issu.domain.failure.classes import Permission
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.recovery.stored_plan import prognosis, store_plan
from srx_issu.steps.upgrade.judge_outcome import NextStage
from tests.fakes.approvals import READY_ENTRY
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.recoveries import half_way
from tests.places import ROOT

FILE = ROOT / "dags" / "issu_cluster.py"
NOBODY = Approvals(start=ApprovalRule(required=False))
APPROVAL = {f"approval.approve_start{n}" for n in ("", "_2", "_3", "_4")} | {"approval.confirm_approval"}
GATES = {f"recover.approve_recovery{n}" for n in ("", "_2", "_3", "_4")}
WAYS = {"recover.abort", "recover.roll_back", "recover.finish_forward"}


@pytest.fixture(scope="module")
def dag() -> DAG:
    spec = importlib.util.spec_from_file_location("issu_cluster_of_a_test", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: DAG = module.dag
    return found


@dataclass
class TaskInstance:
    """What the operators use of Airflow's."""

    task: Any
    map_index: int = -1
    pushed: dict[str, Any] = field(default_factory=dict)

    def xcom_pull(self, **asked: object) -> Any:
        raise AssertionError(f"nobody reads an XCom for an approval: {asked}")

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


@dataclass
class Stage:
    """One upgrade, seen by the tasks of the DAG."""

    dag: DAG
    fake: FakeUpgrade
    followed: list[str] = field(default_factory=list)

    def take(self, task_id: str, part: str) -> set[str]:
        """The tasks that are skipped when this part has decided."""
        task = self.dag.get_task(task_id)
        instance = TaskInstance(task=task)
        run = SimpleNamespace(dag_id="issu_cluster", run_id="manual__1")
        try:
            task.look_again({"ti": instance, "run_id": run.run_id, "dag_run": run}, None, part)
        except DownstreamTasksSkipped as told:
            skipped = {str(skipped[0]) for skipped in told.tasks}
        else:
            skipped = set()
        self.followed = instance.pushed.get("skipmixin_key", {}).get("followed", [])
        return skipped


@pytest.fixture
def upgrade(dag: DAG, monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage(dag=dag, fake=FakeUpgrade().with_baseline())
    stage.fake.journal.record("manual__1", READY_ENTRY)

    @contextmanager
    def open_upgrade(run_id: str, task_id: str, log: object, *, dag_id: str) -> Iterator[UpgradeContext]:
        yield stage.fake.context(task_id)

    monkeypatch.setattr(step, "open_upgrade", open_upgrade)
    monkeypatch.setattr(step, "note_failure", lambda *_, **__: None)
    return stage


def test_a_guard_without_a_yes_leads_nowhere(upgrade: Stage) -> None:
    with pytest.raises(AirflowFailException):
        upgrade.take("approval.confirm_approval", "approval.confirm_approval")
    upgrade.fake = half_way()
    with pytest.raises(AirflowFailException):
        upgrade.take("recover.confirm_recovery", "recover.confirm_recovery")
    assert upgrade.followed == []


def test_gates_and_guard_are_left_out_together_where_nobody_is_asked(upgrade: Stage) -> None:
    upgrade.fake.intent = replace(upgrade.fake.intent, approvals=NOBODY)
    assert upgrade.take("prepare", "prepare.ask_for_start") == {*APPROVAL, "wait_for_window"}
    assert upgrade.followed == ["issu.start"]


@pytest.mark.parametrize("moment", ["window_start", "window_end"])
def test_a_window_is_waited_for_by_its_beginning_or_its_end(upgrade: Stage, moment: str) -> None:
    window: dict[str, Any] = {moment: "2026-05-25T04:00:00+00:00"}
    upgrade.fake.intent = replace(upgrade.fake.intent, approvals=NOBODY, **window)
    assert upgrade.take("prepare", "prepare.ask_for_start") == APPROVAL
    assert set(upgrade.followed) == {"wait_for_window", "issu.start"}


def test_nothing_is_left_out_where_people_are_asked(upgrade: Stage) -> None:
    assert upgrade.take("prepare", "prepare.ask_for_start") == set()
    assert {"approval.approve_start", "wait_for_window", "issu.start"} == set(upgrade.followed)


def test_the_guard_leaves_out_a_window_that_nobody_asked_for(upgrade: Stage) -> None:
    upgrade.fake.approved("start")
    assert upgrade.take("approval.confirm_approval", "approval.confirm_approval") == {"wait_for_window"}


@pytest.mark.parametrize(
    ("task", "part"),
    [("assess.check_readiness", "assess.collect_baseline"), ("prepare", "prepare.back_up_configuration")],
)
def test_what_is_cleared_after_the_start_does_nothing_and_leads_on(
    upgrade: Stage, task: str, part: str
) -> None:
    upgrade.fake.with_start()
    before = len(upgrade.fake.evidence.names("manual__1"))
    skipped = upgrade.take(task, part)
    assert len(upgrade.fake.evidence.names("manual__1")) == before
    assert "issu.start" not in skipped
    assert not skipped & {"branch_outcome", "close"}


@pytest.mark.parametrize("outcome", ["already_current", "not_ready", "planned"])
def test_a_run_that_ends_before_its_start_skips_everything_but_its_end(dag: DAG, outcome: str) -> None:
    others = {"prepare", *(f"assess.{o}" for o in ("already_current", "not_ready", "planned"))}
    first = others - {f"assess.{outcome}"}
    left = set(dag.task_ids) - first - step.dead_ends(dag, first)
    assert left == {"claim", "assess.check_readiness", f"assess.{outcome}", "close"}


def test_a_recovery_that_policy_lets_pass_goes_its_way_at_once(upgrade: Stage) -> None:
    upgrade.fake = half_way()
    found = prognosis(upgrade.fake.context("x"))
    automatic = replace(found.plan, permission=Permission.AUTOMATIC)
    store_plan(upgrade.fake.context("x"), replace(found, plan=automatic))
    skipped = upgrade.take("recover.diagnose", "recover.diagnose")
    assert skipped == {*GATES, "recover.confirm_recovery", "recover.abort", "recover.roll_back"}


def test_one_that_people_are_asked_about_goes_the_way_of_its_plan_behind_the_guard(upgrade: Stage) -> None:
    upgrade.fake = half_way()
    assert upgrade.take("recover.diagnose", "recover.diagnose") == set()
    assert set(upgrade.followed) == {"recover.approve_recovery", *WAYS} | {"recover.hold_for_operator"}
    upgrade.fake.approved("recovery")
    skipped = upgrade.take("recover.confirm_recovery", "recover.confirm_recovery")
    assert skipped == WAYS - {"recover.finish_forward"}


@pytest.mark.parametrize(
    ("stage", "is_taken"),
    [(NextStage.VERIFY, False), (NextStage.RECOVER, True), (NextStage.HOLD, True), (NextStage.END, False)],
)
def test_evidence_is_taken_on_the_failing_ways_alone(dag: DAG, stage: NextStage, is_taken: bool) -> None:
    judged: Any = dag.get_task("branch_outcome")
    ways = judged.branches[stage.value]
    followed = set() if ways is None else {ways} if isinstance(ways, str) else set(ways)
    skipped = judged.downstream_task_ids - followed
    left_out = skipped | step.dead_ends(dag, skipped)
    assert ("collect_evidence" not in left_out) is is_taken
    assert "close" not in left_out
