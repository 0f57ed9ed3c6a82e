"""A campaign file that is new, edited or gone shows without waiting for the next regular parse."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_issu.ports.dag_names import CAMPAIGN_ORDER_DAG
from srx_issu.stack.embedded.reparsing import Reparsing
from srx_issu.stack.processes.health import ApiServerSilent
from tests.places import ROOT


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "spring.yaml").write_text("name: spring")
    return tmp_path


def test_nothing_is_asked_while_nothing_changes(files: Path, asked: list[str]) -> None:
    reparsing = Reparsing(files, asked.append)
    reparsing.look()
    (files / "campaigns" / "notes.txt").write_text("no campaign")
    reparsing.look()
    assert asked == []


def test_each_change_is_asked_for_once(files: Path, asked: list[str]) -> None:
    reparsing = Reparsing(files, asked.append)
    new = files / "campaigns" / "autumn.yml"
    for change in (lambda: new.write_text("a"), lambda: new.write_text("ab"), new.unlink):
        change()
        reparsing.look()
        reparsing.look()
    assert asked == [CAMPAIGN_ORDER_DAG] * 3


def test_is_asked_again_when_the_api_server_was_silent(files: Path) -> None:
    answers = iter([ApiServerSilent("late"), None])
    asked = []

    def request(dag_id: str) -> None:
        asked.append(dag_id)
        if failure := next(answers):
            raise failure

    reparsing = Reparsing(files, request)
    (files / "campaigns" / "autumn.yaml").touch()
    for _ in range(3):
        reparsing.look()
    assert asked == [CAMPAIGN_ORDER_DAG] * 2


def test_a_folder_that_is_not_there_yet_is_no_fault(tmp_path: Path, asked: list[str]) -> None:
    reparsing = Reparsing(tmp_path, asked.append)
    reparsing.look()
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "first.yaml").touch()
    reparsing.look()
    assert asked == [CAMPAIGN_ORDER_DAG]


def test_the_dag_that_is_asked_for_is_in_the_campaigns_file() -> None:
    dag_file = (ROOT / "dags" / "issu_campaigns.py").read_text()
    assert "campaign_dags(" in dag_file
    assert "dag_id=CAMPAIGN_ORDER_DAG" in dag_file
