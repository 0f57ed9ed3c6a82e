"""The embedded default as a user starts it: what it leaves behind, what it says when something dies."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx
import psutil
import pytest

from srx_issu.stack.processes import running
from srx_issu.stack.processes.home import Home

pytestmark = pytest.mark.stack

START_TIMEOUT_S = 180.0
END_TIMEOUT_S = 40.0
DAG = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator
with DAG("nothing", schedule=None):
    EmptyOperator(task_id="nothing")
"""


@dataclass
class Up:
    """``python -m srx_issu.stack.embedded up`` as a process of its own."""

    process: subprocess.Popen[str]
    home: Home
    output: queue.Queue[str]

    def wait_for_line(self, start: str) -> str:
        """The next line that begins so; ``start`` is a regular expression."""
        deadline, seen = time.monotonic() + START_TIMEOUT_S, ""
        while time.monotonic() < deadline:
            with suppress(queue.Empty):
                line = self.output.get(timeout=0.2)
                seen += line
                if re.match(start, line):
                    return line
            if self.process.poll() is not None and self.output.empty():
                break
        raise AssertionError(f"no line {start!r}; it said:\n{seen}")

    def wait_for_health(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while embedded(self.home, "status").returncode != 0:
            assert time.monotonic() < deadline, embedded(self.home, "status").stdout
            time.sleep(1)

    def left_over(self) -> list[str]:
        """Processes that work in the stack's folder or name it: whoever forked them, they are its."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.pid == self.process.pid or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                words = " ".join([process.cwd(), *process.cmdline()])
                if str(self.home.root) in words:
                    found.append(f"{process.pid}: {words}")
        return found

    def assert_nothing_left(self) -> None:
        deadline = time.monotonic() + END_TIMEOUT_S
        while left := self.left_over():
            assert time.monotonic() < deadline, left
            time.sleep(0.2)
        assert running.wait_until_gone(self.home, END_TIMEOUT_S)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(root=tmp_path_factory.mktemp("embedded") / "home")


@contextmanager
def started(home: Home, dags: Path) -> Iterator[Up]:
    process = subprocess.Popen(
        [sys.executable, "-m", "srx_issu.stack.embedded", "up", "--dags", str(dags)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "SRX_ISSU_HOME": str(home.root)},
    )
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    reader = threading.Thread(target=hand_on, args=(process.stdout, lines), daemon=True)
    reader.start()
    up = Up(process=process, home=home, output=lines)
    try:
        up.wait_for_line("Airflow: ")
        yield up
    finally:
        process.kill()
        process.wait()
        up.assert_nothing_left()
        reader.join(10)
        process.stdout.close()


@pytest.fixture
def dags(tmp_path: Path) -> Path:
    (tmp_path / "nothing.py").write_text(DAG)
    return tmp_path


@pytest.mark.release  # test_components_come_back.py has all of them; here the words on the terminal are read
@pytest.mark.parametrize("component", ["api-server", "triggerer"])
def test_a_component_that_is_killed_is_named_and_comes_back(home: Home, dags: Path, component: str) -> None:
    with started(home, dags) as up:
        killed = sessions(home)[component]
        os.kill(killed, signal.SIGKILL)
        said = up.wait_for_line(rf"\d\d:\d\d:\d\d {component} ended by itself \(killed by SIGKILL\)")
        assert "it is started again in 1 s" in said
        up.wait_for_line(rf"\d\d:\d\d:\d\d {component} was started again")
        assert sessions(home)[component] != killed
        up.wait_for_health()
        status = embedded(home, "status").stdout
        assert re.search(rf"{component} +healthy +started again once, .*killed by SIGKILL", status)
        assert status.count("started again") == 1  # the others were left alone


def test_killing_the_supervisor_leaves_no_orphan(home: Home, dags: Path) -> None:
    with started(home, dags) as up:
        assert len(up.left_over()) > 10
        up.process.kill()
        up.process.wait()
        up.assert_nothing_left()


def test_a_second_one_is_refused_and_down_ends_the_first(home: Home, dags: Path) -> None:
    """Starts a stack by the command itself, with its own database: what an operator types."""
    with started(home, dags) as up:
        second = embedded(home, "up")
        assert second.returncode == 1
        assert f"a stack runs here already, at {url(home)}" in second.stderr

        assert embedded(home, "status").stdout.count("healthy") == 5

        assert embedded(home, "down").returncode == 0
        assert up.process.wait(END_TIMEOUT_S) == 128 + signal.SIGTERM
        up.assert_nothing_left()
        assert embedded(home, "status").returncode == 1


def test_users_log_in_with_the_passwords_of_the_file_and_each_has_its_role(home: Home, dags: Path) -> None:
    with started(home, dags) as up:
        with httpx.Client(base_url=url(home), trust_env=False) as client:
            assert trigger(client, up.home, "viewer") == httpx.codes.FORBIDDEN
            assert trigger(client, up.home, "operator") == httpx.codes.OK
        up.process.send_signal(signal.SIGINT)
        assert up.process.wait(END_TIMEOUT_S) == 128 + signal.SIGINT


def hand_on(stream: IO[str], lines: queue.Queue[str]) -> None:
    for line in stream:
        lines.put(line)


def trigger(client: httpx.Client, home: Home, user: str) -> int:
    password = json.loads(home.users_file.read_text())[user]
    token = client.post("/auth/token", json={"username": user, "password": password}).json()["access_token"]
    answer = client.post(
        "/api/v2/dags/nothing/dagRuns",
        json={"logical_date": None},
        headers={"Authorization": f"Bearer {token}"},
    )
    return answer.status_code


def embedded(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "srx_issu.stack.embedded", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "SRX_ISSU_HOME": str(home.root)},
    )


def sessions(home: Home) -> dict[str, int]:
    found = running.read(home)
    assert found is not None
    return found.sessions


def url(home: Home) -> str:
    found = running.read(home)
    assert found is not None
    return found.url
