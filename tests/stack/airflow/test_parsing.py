"""What a task's start costs: its DAG file is parsed anew, and that must not grow with the inventory.

Buys: a fleet of thousands costs a task no more than one of ten does. Parsing alone, no stack.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.catalog.folders import Folder
from tests.places import ROOT

DAGS = ROOT / "dags"
CAMPAIGN = "target: {SRX4600: 22.4R3-S2.11}\nselect: {sites: [fra1]}\nstaging: {at_once: 1}\n"
PARSED_FOR = "_AIRFLOW_PARSING_CONTEXT_DAG_ID"  # set by Airflow where a file is parsed for one of its tasks

_opened: list[str] | None = None


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _opened is not None:
        _opened.append(str(arguments[0]))


sys.addaudithook(_note)  # can never be taken out again, so it does nothing unless asked


@contextmanager
def opened() -> Iterator[list[str]]:
    global _opened  # noqa: PLW0603 - where the hook finds it
    _opened = found = []
    try:
        yield found
    finally:
        _opened = None


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    folder = Folder(tmp_path / "files")
    for name in ("spring", "autumn"):
        folder.write(f"campaigns/{name}.yaml", CAMPAIGN)
    monkeypatch.setenv("SRX_ISSU_FILES", str(folder.path))
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.delenv("SRX_ISSU_JOURNAL_URL", raising=False)
    return folder


def read_by(file: str, folder: Folder) -> list[str]:
    runpy.run_path(str(DAGS / file))  # its imports are there then, as in a forked worker
    for path in folder.path.rglob("*.*"):
        os.utime(path, (1, 1))  # what was read before counts for nothing
    with opened() as found:
        runpy.run_path(str(DAGS / file))
    return sorted({str(Path(p).relative_to(folder.path)) for p in found if p.startswith(str(folder.path))})


@pytest.mark.parametrize(
    "file", sorted(path.name for path in DAGS.glob("*.py") if path.name != "issu_campaigns.py")
)
def test_no_file_of_the_operators_is_opened(file: str, folder: Folder) -> None:
    assert read_by(file, folder) == []


@pytest.mark.parametrize("dag_id", ["campaign__spring", "staging__spring"])
def test_a_campaigns_task_opens_its_own_campaign_alone(
    dag_id: str, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PARSED_FOR, dag_id)
    assert read_by("issu_campaigns.py", folder) == ["campaigns/spring.yaml"]


def test_the_dag_of_orders_opens_none(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PARSED_FOR, "issu_campaign_order")
    assert read_by("issu_campaigns.py", folder) == []


def test_the_dag_processor_opens_the_campaigns_alone(folder: Folder) -> None:
    assert read_by("issu_campaigns.py", folder) == ["campaigns/autumn.yaml", "campaigns/spring.yaml"]
