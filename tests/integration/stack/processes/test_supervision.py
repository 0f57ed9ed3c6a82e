"""The thread that looks after a stack: who owns the stack may be busy with something else."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from srx_issu.stack.processes import supervision
from srx_issu.stack.processes.component import ComponentDied, Program
from srx_issu.stack.processes.hanging import HangWatch
from srx_issu.stack.processes.ports import LOOPBACK, free_port
from srx_issu.stack.processes.sessions import members
from srx_issu.stack.processes.supervision import Supervision
from srx_issu.stack.processes.supervisor import Supervisor
from tests.integration.stack.processes.test_supervisor import DIES, LIVES, until

POLL_S = 0.02


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    made = Supervisor(lock, say=said.append, in_flight=lambda: ())
    yield made
    made.stop()
    os.close(lock)


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Program]:
    def make(code: str, name: str = "api-server", *, restart: bool = True) -> Program:
        command, log = [sys.executable, "-c", code], tmp_path / f"{name}.log"
        return Program(name=name, command=command, log=log, environment=os.environ, restart=restart)

    return make


def silent_url() -> str:
    return f"http://{LOOPBACK}:{free_port()}"


def test_starts_again_what_dies_while_its_owner_sleeps(
    supervisor: Supervisor, program: Callable[..., Program], said: list[str]
) -> None:
    first = supervisor.start(program(LIVES)).session.sid
    looking = Supervision(supervisor, silent_url(), say=said.append, poll_s=POLL_S)
    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.sessions["api-server"] != first)
    looking.check()
    looking.stop()
    assert members(supervisor.sessions.values())


def test_an_api_server_that_never_answers_is_replaced_and_the_others_go_on(
    supervisor: Supervisor, program: Callable[..., Program], said: list[str]
) -> None:
    hung = supervisor.start(program(LIVES)).session.sid
    other = supervisor.start(program(LIVES, "scheduler")).session.sid
    looking = Supervision(
        supervisor,
        silent_url(),
        say=said.append,
        poll_s=POLL_S,
        health_every_s=POLL_S,
        hang_watch=HangWatch(patience_s=0.3),
    )
    until(lambda: supervisor.sessions["api-server"] != hung)
    looking.stop()
    assert "api-server did not do its work: no answer over HTTP" in said[0]
    assert supervisor.sessions["scheduler"] == other


def test_tells_its_owner_when_all_must_end(
    supervisor: Supervisor, program: Callable[..., Program], said: list[str]
) -> None:
    supervisor.start(program(DIES, "lab", restart=False))
    looking = Supervision(supervisor, silent_url(), say=said.append, poll_s=POLL_S)

    def is_told() -> bool:
        try:
            looking.check()
        except ComponentDied as died:
            return "lab ended by itself (status 3)" in str(died)
        return False

    until(is_told)
    looking.stop()


def test_nobody_to_say_it_to_is_no_reason_to_end_a_stack(
    tmp_path: Path, program: Callable[..., Program]
) -> None:
    """``make up | tee log``, whose tee was killed; a log on a full disk."""

    def say(text: str) -> None:
        raise BrokenPipeError(text)

    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    supervisor = Supervisor(lock, say=say, in_flight=lambda: ("fw-1 (r1)",))
    first = supervisor.start(program(LIVES)).session.sid
    looking = Supervision(supervisor, silent_url(), say=say, poll_s=POLL_S)
    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.histories != {})
    until(lambda: supervisor.sessions["api-server"] != first)
    looking.check()
    looking.stop()
    supervisor.stop()
    os.close(lock)


def test_a_chore_that_fails_ends_no_supervision(
    supervisor: Supervisor,
    program: Callable[..., Program],
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[int] = []

    def chore() -> None:
        tries.append(1)
        raise FileNotFoundError("users.json")

    monkeypatch.setattr(supervision, "CHORES_EVERY_S", 0.0)
    first = supervisor.start(program(LIVES)).session.sid
    looking = Supervision(supervisor, silent_url(), say=said.append, poll_s=POLL_S, chore=chore)
    until(lambda: len(tries) > 2)
    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.sessions["api-server"] != first)
    looking.check()
    looking.stop()
    assert len([words for words in said if "users.json" in words]) == 1


def test_starts_nothing_again_once_it_was_stopped(
    supervisor: Supervisor, program: Callable[..., Program], said: list[str]
) -> None:
    component = supervisor.start(program(LIVES))
    looking = Supervision(supervisor, silent_url(), say=said.append, poll_s=POLL_S)
    looking.stop()
    os.kill(component.session.sid, signal.SIGKILL)
    component.wait()
    assert said == []
    assert supervisor.sessions["api-server"] == component.session.sid
