"""A thread that looks after a running stack, whatever its owner is busy with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from srx_issu.stack.processes.hanging import POSTGRES, HangWatch
from srx_issu.stack.processes.health import ApiServerSilent, Health, HealthProbe
from srx_issu.stack.processes.saying import where_possible
from srx_issu.stack.processes.supervisor import Supervisor

POLL_S = 0.5
HEALTH_EVERY_S = 30.0  # four queries of the API server's: 20 ms of CPU
CHORES_EVERY_S = 3.0


class Every:
    """Due every ``seconds``, the first time after as many."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._next = seconds, time.monotonic() + seconds

    def is_due(self) -> bool:
        due = time.monotonic() > self._next
        if due:
            self._next = time.monotonic() + self._seconds
        return due


class Supervision:
    """Tends a supervisor's processes, and has those started again that hang. ``check`` tells its failure."""

    def __init__(
        self,
        supervisor: Supervisor,
        url: str,
        *,
        say: Callable[[str], None],
        poll_s: float = POLL_S,
        health_every_s: float = HEALTH_EVERY_S,
        hang_watch: HangWatch | None = None,
        chore: Callable[[], None] = lambda: None,
    ) -> None:
        """``chore`` is called every few seconds."""
        self._supervisor, self._url, self._chore = supervisor, url, chore
        self._say, self._chore_fails = where_possible(say), False
        self._poll_s, self._health_every_s = poll_s, health_every_s
        self._hang_watch = hang_watch or HangWatch()
        self._ending = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="supervision", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raises what ended the supervision, ComponentDied as a rule."""
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Nothing is started again any more. Returns at once also when a health look is under way: what
        comes of that look finds the supervisor closed, or the event set."""
        self._ending.set()
        self._thread.join(2 * self._poll_s)

    def _run(self) -> None:
        health, chore = Every(self._health_every_s), Every(CHORES_EVERY_S)
        try:
            while not self._ending.wait(self._poll_s):
                self._supervisor.tend()
                if chore.is_due():
                    self._do_chore()
                if health.is_due():
                    self._look(self._ask())
        except Exception as failure:  # noqa: BLE001 - handed to whoever owns the stack
            self._failure = failure

    def _do_chore(self) -> None:
        """A convenience that cannot be had ends no stack; it is said once, and tried again."""
        try:
            self._chore()
        except Exception as error:  # noqa: BLE001 - whatever it reads may be spoilt for a moment
            if not self._chore_fails:
                self._say(f"a chore of the supervisor failed, and is tried again ({error!r})")
            self._chore_fails = True
        else:
            self._chore_fails = False

    def _ask(self) -> Health | None:
        with HealthProbe(self._url) as probe:
            try:
                return probe.health()
            except ApiServerSilent:
                return None

    def _look(self, health: Health | None) -> None:
        for hanging in self._hang_watch.look(time.monotonic(), health, self._supervisor.age_s):
            if self._ending.is_set():
                return
            if hanging.name == POSTGRES:  # killing it heals no disk, and everything writes to it
                self._say(f"postgres: {hanging.reason}; it is not started again for that, see its log")
            else:
                self._supervisor.replace(hanging.name, hanging.reason)
