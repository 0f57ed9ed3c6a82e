"""docs/runbook.md says what the failure table and the plans say."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.gate.table import MEANING
from tools import runbook as module
from tools.runbook import PAGE, PLANS, runbook


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
    assert bool(PLANS[failure]) is (not never and failure is not FailureClass.FINISHED)


def test_no_roll_back_stands_there_without_its_node() -> None:
    commands = [line for line in runbook().splitlines() if line.startswith(tuple("123456789"))]
    assert any("software rollback node 1 reboot" in line for line in commands)
    assert not [line for line in commands if "rollback" in line and "rollback node" not in line]


def test_every_condition_of_the_send_gate_is_explained() -> None:
    assert [words for words in MEANING.values() if f"| {words} |" not in runbook()] == []
