"""Ending processes: nothing survives, whatever it forked or ignores."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable

from srx_issu.stack.processes import watchdog
from srx_issu.stack.processes.sessions import Session, end_all, members

SLEEP = "print('on', flush=True); time.sleep(60)"
STUBBORN = f"import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
PARENT = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
{SLEEP}
"""


def start(code: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == b"on\n"
    return process


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_kills_what_ignores_the_signal_to_end() -> None:
    with start(STUBBORN) as process:
        end_all([Session(name="stubborn", sid=process.pid)], grace_s=0.1)
        assert process.wait(5) == -signal.SIGKILL


def test_kills_the_children_of_a_leader_that_left_them() -> None:
    with start(PARENT) as process:
        assert len(members([process.pid])) == 2
        end_all([Session(name="parent", sid=process.pid)], grace_s=5)
        assert members([process.pid]) == {}


def test_ends_the_last_ones_after_the_others() -> None:
    with start(STUBBORN) as first, start(PARENT) as last:
        sessions = [Session(name="db", sid=last.pid, last=True), Session(name="user", sid=first.pid)]
        end_all(sessions, grace_s=0.1)
        assert members([first.pid, last.pid]) == {}


def test_a_session_that_is_gone_already_is_no_fault() -> None:
    with start("print('on', flush=True)") as process:
        process.wait(5)
        end_all([Session(name="gone", sid=process.pid)], grace_s=5)
        assert members([process.pid]) == {}


def test_guard_ends_everything_when_its_supervisor_is_gone() -> None:
    with start(PARENT) as component:
        line = watchdog.line_for(Session(name="scheduler", sid=component.pid))
        with subprocess.Popen(
            [sys.executable, "-m", "srx_issu.stack.processes.watchdog"], stdin=subprocess.PIPE
        ) as guarding:
            guarding.communicate(f"{line}\n".encode())
        assert members([component.pid]) == {}


def test_guard_leaves_what_the_supervisor_ended_itself() -> None:
    told = watchdog.line_for(Session(name="scheduler", sid=1))
    assert watchdog.left_behind([told, f"{watchdog.RELEASED}\n"]) == ()


def test_guard_ends_the_newest_session_of_a_component_that_was_started_again() -> None:
    """The id of the older one may be a stranger's by now."""
    old, new = (Session(name="scheduler", sid=sid) for sid in (41, 42))
    assert watchdog.left_behind([watchdog.line_for(old), watchdog.line_for(new)]) == (new,)


def test_guard_understands_what_it_was_told() -> None:
    session = Session(name="postgres", sid=42, stop_signal=signal.SIGINT, last=True)
    assert watchdog.left_behind([watchdog.line_for(session)]) == (session,)
