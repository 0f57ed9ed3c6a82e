"""docs/runbook.md says what the failure table and the plans say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from srx_issu.domain.cluster.model import GroupState
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.naming import diagnose
from srx_issu.domain.failure.rules import FailureRules
from srx_issu.domain.failure.situation import Situation
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.gate.table import MEANING
from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.recovery.planner import recover
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, NEW, SYNCING, both, group, silent, snapshot, view
from tools import runbook as module
from tools import runbook_routes
from tools.runbook import PAGE, possible_plans, runbook

BEFORE = both()
ON_NODE1 = (group(0, N1), group(1, N1))
NODES = {
    Situation.UNCHANGED: both(),
    Situation.PEER_UPGRADED: snapshot(view(N0), view(N1, NEW)),
    Situation.PEER_SILENT: snapshot(view(N0, groups=(group(0, states={N1: GroupState.LOST}),)), silent(N1)),
    Situation.SWITCHED_OVER: snapshot(view(N0, groups=ON_NODE1), view(N1, NEW, groups=ON_NODE1)),
    Situation.STARTER_SILENT: snapshot(silent(N0), view(N1, NEW, groups=ON_NODE1)),
    Situation.SETTLING: snapshot(
        view(N0, NEW, groups=ON_NODE1, cold_sync=SYNCING), view(N1, NEW, groups=ON_NODE1)
    ),
}  # where an upgrade may have stopped


def test_the_page_is_current() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == runbook(), "write it again: make pages"


def test_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", tmp_path / "runbook.md")
    module.main()
    assert (tmp_path / "runbook.md").read_text(encoding="utf-8") == runbook()


@pytest.mark.parametrize("failure", list(FailureClass))
def test_every_failure_has_its_section(failure: FailureClass) -> None:
    assert f"\n### {failure.value}\n" in runbook()
    assert f"(#{failure.value})" in runbook()


@pytest.mark.parametrize("failure", list(FailureClass))
def test_what_is_never_allowed_has_no_plan(failure: FailureClass) -> None:
    never = FACTS[failure].at_most is Permission.NEVER
    assert bool(possible_plans(failure)) is (not never and failure is not FailureClass.FINISHED)


@pytest.mark.parametrize("failure", list(FailureClass))
def test_the_plans_are_those_that_the_planner_makes(failure: FailureClass) -> None:
    if failure in runbook_routes.PLANS:
        return  # tests/unit/domain/routes has them
    made = {_plan(failure, situation) for situation in FACTS[failure].situations}
    shown = made - {PlanKind.HOLD}  # a person acts: the row says so
    shown = {PlanKind.ABORT_ONLY if kind is PlanKind.CLEAR_STALE else kind for kind in shown}
    also = (
        {PlanKind.ROLL_BACK} if failure is FailureClass.PRIMARY_REBOOT_FAILED else set()
    )  # where policy says so
    assert set(possible_plans(failure)) == shown | also, (
        "tools/runbook.py, _PLANS and _OWN_PLANS: say what the planner does"
    )


def _plan(failure: FailureClass, situation: Situation) -> PlanKind:
    now = NODES[situation]
    found = diagnose(BEFORE, now, N0, NEW, transcript="", overdue=True)
    assert found.situation is situation
    return recover(now, BEFORE, intent(), replace(found, failure=failure), FailureRules()).kind


def test_no_roll_back_stands_there_without_its_node() -> None:
    commands = [line for line in runbook().splitlines() if line.startswith(tuple("123456789"))]
    assert any("software rollback node 1 reboot" in line for line in commands)
    assert not [line for line in commands if "rollback" in line and "rollback node" not in line]


def test_every_condition_of_the_send_gate_is_explained() -> None:
    assert [words for words in MEANING.values() if f"| {words} |" not in runbook()] == []
