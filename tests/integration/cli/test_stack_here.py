"""Which folder of files and which journal a command uses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from srx_issu import catalog
from srx_issu.cli.main import app
from srx_issu.cli.stack_here import journal_url, operator_files
from srx_issu.stack.processes import running
from srx_issu.stack.processes.home import Home
from tests.integration.catalog.folders import Folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SRX_ISSU_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SRX_ISSU_FILES", raising=False)
    monkeypatch.delenv("SRX_ISSU_JOURNAL_URL", raising=False)
    made = Home.default()
    made.create()
    return made


def note(home: Home) -> None:
    running.write(home, running.Running(pid=os.getpid(), url="http://127.0.0.1:9", sessions={}))


def test_the_files_and_the_journal_are_those_of_the_stack_that_runs_here(home: Home, tmp_path: Path) -> None:
    home.remember(files=str(tmp_path / "fleet"), journal="postgresql://here")
    with running.locked(home):
        note(home)
        assert operator_files() == tmp_path / "fleet"
        assert journal_url() == "postgresql://here"
    assert operator_files() == catalog.files_folder()  # the stack has ended: its folder may be any by now
    assert journal_url() is None


def test_what_is_told_goes_before_what_runs(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.remember(files=str(tmp_path / "fleet"), journal="postgresql://here")
    monkeypatch.setenv("SRX_ISSU_FILES", str(tmp_path / "named"))
    monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", "postgresql://named")
    with running.locked(home):
        note(home)
        assert operator_files() == tmp_path / "named"
        assert operator_files(tmp_path / "given") == tmp_path / "given"
        assert journal_url() == "postgresql://named"


def test_a_plan_is_made_from_the_files_of_the_stack_that_runs_here(home: Home, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "fleet")
    folder.write("campaigns/spring.yaml", "target: {SRX4600: 22.4R3-S2.11}\nselect: {sites: [fra1]}\n")
    home.remember(files=str(folder.path))
    with running.locked(home):
        note(home)
        told = CliRunner().invoke(app, ["plan", "spring"])
    assert told.exit_code == 0
    assert f"by the files in {folder.path}; nothing was touched" in told.output
