"""What ``make status`` prints."""

from __future__ import annotations

import os

from srx_issu.stack.embedded.showing import Shown, ask
from srx_issu.stack.processes import running
from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.ports import LOOPBACK, free_port
from srx_issu.stack.processes.running import Restarts, Running

TWICE = Restarts(count=2, reason="ended by itself (killed by SIGKILL)", at="2026-11-28T22:14:03+00:00")


def test_each_component_with_its_word_and_its_restarts() -> None:
    words = {"scheduler": "healthy", "triggerer": "unhealthy"}
    healthy, sick = Shown(words=words, restarts={"scheduler": TWICE}).lines()
    assert healthy.startswith("scheduler       healthy     started again 2 times, last at 2026-11-28 ")
    assert healthy.endswith("it ended by itself (killed by SIGKILL)")
    assert sick == "triggerer       unhealthy"


def test_without_an_api_server_nothing_is_known_of_the_others() -> None:
    shown = ask(Running(pid=1, url=f"http://{LOOPBACK}:{free_port()}", sessions={}))
    assert not shown.is_healthy
    assert shown.words["api-server"] == "no answer"
    assert "not known" in shown.words["scheduler"]


def test_restarts_are_kept_in_the_note_of_the_stack(home: Home) -> None:
    told = Running(pid=os.getpid(), url="http://x", sessions={"scheduler": 7}, restarts={"scheduler": TWICE})
    with running.locked(home):
        running.write(home, told)
        assert running.read(home) == told


def test_a_note_of_an_older_version_is_read(home: Home) -> None:
    with running.locked(home):
        home.running_file.write_text('{"pid": 1, "url": "http://x", "sessions": {}}')
        assert running.read(home) == Running(pid=1, url="http://x", sessions={})
