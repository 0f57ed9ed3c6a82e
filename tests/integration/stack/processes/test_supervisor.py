"""Components that die are started again, and said so; with real child processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from srx_issu.stack.processes import running
from srx_issu.stack.processes.component import ComponentDied, Program
from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.restarts import LIMIT, STARTING_LIMIT
from srx_issu.stack.processes.sessions import members
from srx_issu.stack.processes.supervisor import Supervisor

LIVES = "import time; time.sleep(600)"
DIES = "print('address already in use'); raise SystemExit(3)"
WITH_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {LIVES!r}]); {LIVES}"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); {LIVES}"


@dataclass(kw_only=True)
class Tended:
    """A supervisor whose clock stands still until a test moves it."""

    folder: Path
    now: float = 1000.0
    said: list[str] = field(default_factory=list)
    in_flight: tuple[str, ...] | None = ()
    breaks_off: BaseException | None = None  # while the journal is asked what is in flight
    changes: int = 0
    supervisor: Supervisor = field(init=False)

    def __post_init__(self) -> None:
        self.lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT)
        self.supervisor = Supervisor(
            self.lock,
            say=self.said.append,
            in_flight=self._ask,
            changed=self._changed,
            now=lambda: self.now,
        )

    def _changed(self) -> None:
        self.changes += 1

    def _ask(self) -> tuple[str, ...] | None:
        if self.breaks_off is not None:
            raise self.breaks_off
        return self.in_flight

    def program(self, code: str, name: str = "scheduler", *, restart: bool = True) -> Program:
        command, log = [sys.executable, "-c", code], self.folder / f"{name}.log"
        return Program(name=name, command=command, log=log, environment=os.environ, restart=restart)

    def start(self, code: str, name: str = "scheduler", *, restart: bool = True) -> int:
        return self.supervisor.start(self.program(code, name, restart=restart)).session.sid

    def ends_again(self, limit: int = LIMIT) -> None:
        """Waits for the end of what was started, and lets the supervisor see it."""
        ends = self.ends
        until(lambda: (self.supervisor.tend(limit), self.ends > ends)[1])

    @property
    def ends(self) -> int:
        histories = self.supervisor.histories
        return histories["scheduler"].ends if "scheduler" in histories else 0

    def pass_pause(self) -> None:
        self.now += self.supervisor.histories["scheduler"].pause_s
        self.supervisor.tend()

    def close(self) -> None:
        self.supervisor.stop()
        os.close(self.lock)


@pytest.fixture
def tended(tmp_path: Path) -> Iterator[Tended]:
    made = Tended(folder=tmp_path)
    yield made
    made.close()


def test_goes_on_without_a_guard_while_none_can_be_started(
    tended: Tended, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tended.start(LIVES)
    guards = tended.supervisor._guard

    def no_more_processes() -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with monkeypatch.context() as patched:
        patched.setattr(guards, "_post", no_more_processes)
        guards._guard.kill()
        guards._guard.wait()
        for _ in range(3):
            tended.supervisor.tend()
        os.kill(first, signal.SIGKILL)
        tended.ends_again()
        tended.pass_pause()
        assert members(tended.supervisor.sessions.values())
        assert len([words for words in tended.said if "none can be started" in words]) == 1
    tended.supervisor.tend()
    assert any("there is a new one" in words for words in tended.said)


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def test_one_that_is_killed_is_started_again_after_its_pause_and_said_so(tended: Tended) -> None:
    first = tended.start(LIVES)
    os.kill(first, signal.SIGKILL)
    tended.ends_again()
    assert tended.supervisor.sessions["scheduler"] == first  # not before its pause is over
    tended.pass_pause()
    second = tended.supervisor.sessions["scheduler"]
    assert second != first
    assert members([second])
    ended, again = tended.said
    assert "scheduler ended by itself (killed by SIGKILL); it is started again in 1 s" in ended
    assert again.endswith("scheduler was started again")
    assert tended.changes == 2


def test_the_end_of_its_log_is_shown_and_the_log_kept(tended: Tended) -> None:
    tended.start(DIES)
    tended.ends_again()
    assert "(status 3)" in tended.said[0]
    assert "address already in use" in tended.said[0]
    tended.pass_pause()
    assert (tended.folder / "scheduler.log.1").read_text() == "address already in use\n"


def test_what_it_left_behind_is_gone_before_it_is_started_again(tended: Tended) -> None:
    """A dead scheduler's workers would go on with tasks that its successor starts again."""
    leader = tended.start(WITH_CHILD)
    until(lambda: len(members([leader])) == 2)
    os.kill(leader, signal.SIGKILL)
    tended.ends_again()
    assert members([leader]) == {}


def test_what_is_started_to_end_gives_its_status_and_is_forgotten(tended: Tended) -> None:
    tended.start(DIES, "db-migrate")
    assert tended.supervisor.finish("db-migrate") == 3
    tended.supervisor.tend()
    assert (tended.said, tended.supervisor.sessions) == ([], {})


def test_the_others_are_left_alone(tended: Tended) -> None:
    other = tended.start(LIVES, "triggerer")
    tended.start(DIES)
    tended.ends_again()
    tended.pass_pause()
    assert tended.supervisor.sessions["triggerer"] == other
    assert members([other])


def test_gives_up_one_that_will_not_stay_up_while_nothing_is_in_flight(tended: Tended) -> None:
    tended.start(DIES)
    for _ in range(STARTING_LIMIT - 1):
        tended.ends_again(STARTING_LIMIT)
        tended.pass_pause()
    with pytest.raises(
        ComponentDied, match=r"scheduler will not stay up: 3 times in a row[^$]*address already in use"
    ):
        tended.ends_again(STARTING_LIMIT)


@pytest.mark.parametrize(
    ("in_flight", "words"),
    [
        (("fra1-fw1 (run-1)", "ams2-fw7 (run-2)"), "in flight are fra1-fw1 (run-1), ams2-fw7 (run-2)"),
        (None, "Whether an upgrade is in flight cannot be told"),
    ],
)
def test_never_gives_up_while_an_upgrade_is_or_may_be_in_flight_and_says_which(
    tended: Tended, in_flight: tuple[str, ...] | None, words: str
) -> None:
    tended.in_flight = in_flight
    tended.start(DIES)
    for _ in range(STARTING_LIMIT + 1):
        tended.ends_again(STARTING_LIMIT)
        tended.pass_pause()
    assert len([line for line in tended.said if words in line]) == 2
    assert tended.ends == STARTING_LIMIT + 1


def test_one_that_cannot_go_on_where_it_was_ends_all(tended: Tended) -> None:
    tended.start(DIES, "lab", restart=False)
    with pytest.raises(ComponentDied, match="lab ended by itself"):
        until(lambda: tended.supervisor.tend() is not None)


def test_a_start_that_fails_is_tried_again(tended: Tended) -> None:
    """As with a full disk, on which no log can be opened."""
    tended.start(DIES)
    tended.ends_again()
    away = tended.folder.rename(tended.folder.with_name("away"))
    tended.now += 1
    tended.supervisor.tend()
    assert "scheduler cannot be started" in tended.said[-1]
    away.rename(tended.folder)
    tended.pass_pause()
    assert tended.said[-1].endswith("scheduler was started again")


def test_one_that_hangs_is_ended_and_started_again(tended: Tended) -> None:
    hung = tended.start(STUBBORN)
    tended.supervisor.replace("scheduler", "no answer for 200 s")
    assert members([hung]) == {}
    assert "scheduler did not do its work: no answer for 200 s" in tended.said[0]
    tended.supervisor.replace("scheduler", "asked twice")  # it is on its way already
    tended.pass_pause()
    assert tended.supervisor.sessions["scheduler"] != hung
    assert tended.ends == 1


def test_one_that_was_killed_on_purpose_stays_away_until_it_is_called_back(tended: Tended) -> None:
    gone = tended.start(LIVES)
    tended.supervisor.kill("scheduler")
    tended.supervisor.check()
    tended.supervisor.tend()
    assert tended.said == []
    tended.supervisor.start_again("scheduler")
    assert tended.supervisor.sessions["scheduler"] != gone


def test_a_guard_that_was_killed_is_replaced_and_knows_everybody(tended: Tended) -> None:
    component = tended.start(LIVES)
    (old,) = guards()
    os.kill(old.pid, signal.SIGKILL)
    until(lambda: (tended.supervisor.tend(), bool(tended.said))[1])
    assert "guard" in tended.said[0]
    (new,) = guards()
    assert new.pid != old.pid
    assert members([component])


def test_nothing_is_started_again_once_it_was_stopped(tended: Tended) -> None:
    tended.start(DIES)
    tended.ends_again()
    tended.supervisor.stop()
    tended.now += 100
    tended.supervisor.tend()
    assert members(tended.supervisor.sessions.values()) == {}
    assert tended.said[1:] == ["stopping"]


def test_everything_ends_when_the_supervisor_is_killed_after_a_restart(tmp_path: Path) -> None:
    """The guard knows the session that replaced the one it was told of first."""
    code = f"""
import os, sys, time
from pathlib import Path
from tests.integration.stack.processes.test_supervisor import LIVES, Tended
tended = Tended(folder=Path({str(tmp_path)!r}))
os.kill(tended.start(LIVES), 9)
tended.ends_again()
tended.pass_pause()
print(tended.supervisor.sessions["scheduler"], flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        session = int(supervisor.stdout.readline())
        assert members([session])
        supervisor.kill()
        until(lambda: not members([session]))


def guards() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [each for each in children if "srx_issu.stack.processes.watchdog" in each.cmdline()]


def test_says_what_is_in_flight_before_it_ends_everything_and_says_it_once(tended: Tended) -> None:
    tended.start(LIVES)
    tended.in_flight = ("fw-1 (r1)", "fw-2 (r2)")
    for _ in range(2):
        tended.supervisor.stop()
    assert tended.said == ["in flight, and gone on with at the next start: fw-1 (r1), fw-2 (r2)", "stopping"]
    assert not members(tended.supervisor.sessions.values())


def test_a_second_ctrl_c_while_the_journal_is_asked_leaves_nothing_running(tended: Tended) -> None:
    tended.start(LIVES)
    tended.breaks_off = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        tended.supervisor.stop()
    assert not members(tended.supervisor.sessions.values())


def test_the_note_tells_of_the_newest_start_and_of_the_restarts(tended: Tended) -> None:
    first = tended.start(LIVES)
    os.kill(first, signal.SIGKILL)
    tended.ends_again()
    tended.pass_pause()
    home = Home(root=tended.folder)
    with running.locked(home):
        running.leave_note(home, "http://127.0.0.1:1", tended.supervisor)
        noted = running.read(home)
    assert noted is not None
    assert noted.sessions == tended.supervisor.sessions != {"scheduler": first}
    assert noted.restarts["scheduler"].count == 1
    assert "killed by SIGKILL" in noted.restarts["scheduler"].reason


def test_a_note_that_cannot_be_written_ends_nothing(tended: Tended) -> None:
    running.leave_note(Home(root=tended.folder / "gone"), "http://127.0.0.1:1", tended.supervisor)
