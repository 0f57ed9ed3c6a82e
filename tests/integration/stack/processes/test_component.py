"""A component that dies is named, with the end of its log."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from srx_issu.stack.processes.component import Component, ComponentDied, Program, describe_exit, tail


def program(folder: Path, code: str) -> Program:
    return Program(
        name="scheduler",
        command=[sys.executable, "-c", code],
        log=folder / "scheduler.log",
        environment=os.environ,
    )


def test_a_dead_component_is_named_with_its_status_and_last_words(tmp_path: Path) -> None:
    component = Component(program(tmp_path, "print('address already in use'); raise SystemExit(3)"))
    component.wait()
    with pytest.raises(
        ComponentDied, match=r"scheduler ended by itself \(status 3\)[^$]*address already in use"
    ):
        component.check()


def test_a_living_component_passes_the_check(tmp_path: Path) -> None:
    component = Component(program(tmp_path, "import time; time.sleep(60)"))
    component.check()
    os.kill(component.session.sid, 9)
    assert component.wait() == -9


def test_its_session_is_its_own(tmp_path: Path) -> None:
    component = Component(program(tmp_path, "import os; raise SystemExit(os.getsid(0) != os.getpid())"))
    assert component.wait() == 0


def test_the_log_before_is_kept(tmp_path: Path) -> None:
    for word in ("first", "second"):
        Component(program(tmp_path, f"print({word!r})")).wait()
    assert (tmp_path / "scheduler.log").read_text() == "second\n"
    assert (tmp_path / "scheduler.log.1").read_text() == "first\n"


def test_tail_shows_the_last_lines_only(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(f"line {n}\n" for n in range(100)))
    assert tail(log, lines=2) == "  line 98\n  line 99"


def test_of_a_long_log_only_the_end_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"\xff" * 200_000 + b"\nthe end\n")
    assert tail(log, lines=1) == "  the end"
    assert "cannot be read" in tail(tmp_path / "none")


@pytest.mark.parametrize(("status", "words"), [(1, "status 1"), (-9, "killed by SIGKILL")])
def test_exit_status_in_words(status: int, words: str) -> None:
    assert describe_exit(status) == words
