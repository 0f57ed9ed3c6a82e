"""The processes of a stack: started, started again when they end, and ended for sure.

What ends is started again after a pause (``restarts.py``). The limit of that ends a stack only when the
journal knows of no upgrade in flight: while there is one, and while that cannot be told, the others go on
and the start is tried again. Should this process be killed, the guard ends the others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from srx_issu.stack.processes.component import Component, ComponentDied, Program, tail
from srx_issu.stack.processes.restarts import LIMIT, RestartHistory
from srx_issu.stack.processes.saying import StopVerdict, where_possible
from srx_issu.stack.processes.sessions import end_all, kill
from srx_issu.stack.processes.watchdog_post import GuardPost

STOP_GRACE_S = 10.0
HUNG_GRACE_S = 5.0  # one that does not do its work may still answer to SIGTERM
LAST_LINES = 3

InFlight = Callable[[], tuple[str, ...] | None]  # None: it cannot be told


@dataclass(kw_only=True)
class _Member:
    program: Program
    component: Component | None = None  # of the newest start
    began: float = 0.0
    history: RestartHistory = field(default_factory=RestartHistory)
    due: float | None = None  # when to start it again; None while it runs
    wanted: bool = True  # False once it was killed on purpose


class Supervisor:
    """Processes by name. Its methods may be called from any thread."""

    def __init__(
        self,
        lock: int,
        *,
        say: StopVerdict = lambda _: None,
        in_flight: InFlight = lambda: None,
        changed: Callable[[], None] = lambda: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``lock``: an open file that stays locked until the last process is gone. ``changed`` is called
        whenever ``sessions`` or ``histories`` are new."""
        self._in_flight, self._changed, self._now = in_flight, changed, now
        self._say = where_possible(say)
        self._members: dict[str, _Member] = {}
        self._busy = threading.RLock()
        self._closed = self._has_no_guard = False
        self._guard = GuardPost(lock)

    def start(self, program: Program) -> Component:
        """Starts it. Raises OSError when that is not possible."""
        with self._busy:
            member = self._members.setdefault(program.name, _Member(program=program))
            member.program, member.wanted = program, True
            return self._start(member)

    def finish(self, name: str) -> int:
        """Waits for the end of one that was started to end; its exit status."""
        component = self._members[name].component
        status = component.wait() if component else 0
        with self._busy:
            self._members.pop(name)
        return status

    def check(self) -> None:
        """Raises ComponentDied when one ended that nobody killed. Starts nothing again."""
        with self._busy:
            for member in self._members.values():
                if member.wanted and member.component:
                    member.component.check()

    def tend(self, limit: int = LIMIT) -> None:
        """Starts again what ended. Costs nothing; call it often. Raises ComponentDied when one ended that
        cannot go on, or when one will not stay up and nothing is in flight."""
        with self._busy:
            if self._closed:
                return
            self._renew_guard()
            for member in self._members.values():
                if member.wanted:
                    self._tend(member, limit)

    def replace(self, name: str, reason: str) -> None:
        """Ends one that lives but does not do its work; ``tend`` starts it again."""
        with self._busy:
            member = self._members[name]
            if not self._closed and member.component and member.due is None:
                end_all([member.component.session], HUNG_GRACE_S)
                member.component.wait()
                self._ended(member, f"did not do its work: {reason}", LIMIT)

    def kill(self, name: str) -> None:
        """SIGKILL for the process and everything it forked, as for a machine that is gone; it stays away."""
        with self._busy:
            member = self._members[name]
            member.wanted = False
            if member.component:
                kill(member.component.session)
                member.component.wait()

    def start_again(self, name: str) -> None:
        """What ``kill`` took away."""
        self.start(self._members[name].program)

    def age_s(self, name: str) -> float:
        """For how long it has been running; 0 while it does not."""
        with self._busy:
            member = self._members.get(name)
            running = member is not None and member.component is not None and member.due is None
            return self._now() - member.began if member and running else 0.0

    @property
    def sessions(self) -> dict[str, int]:
        """Name -> session id of the newest start, which is its process id."""
        with self._busy:
            return {name: m.component.session.sid for name, m in self._members.items() if m.component}

    @property
    def histories(self) -> dict[str, RestartHistory]:
        """Of those that ended at least once."""
        with self._busy:
            return {name: m.history for name, m in self._members.items() if m.history.ends}

    def program(self, name: str) -> Program:
        return self._members[name].program

    def stop(self) -> None:
        """Says what is in flight and ends every process, PostgreSQL last; none is started again. Does nothing
        the second time."""
        with self._busy:
            if self._closed:
                return
            self._closed = True
            try:
                if in_flight := self._in_flight():
                    self._say(f"in flight, and gone on with at the next start: {', '.join(in_flight)}")
                self._say("stopping")
            finally:  # whatever became of the question, a second Ctrl-C included
                self._end_all()

    def _end_all(self) -> None:
        components = [member.component for member in self._members.values() if member.component]
        end_all((component.session for component in components), STOP_GRACE_S)
        for component in components:
            component.wait()
        self._guard.dismiss()

    def _renew_guard(self) -> None:
        try:
            if self._guard.renew():
                self._say(f"{_clock()} the guard process was gone; there is a new one")
        except OSError as error:  # no more processes: without a guard the stack is worth more than none
            if not self._has_no_guard:
                self._say(f"{_clock()} the guard process is gone, and none can be started: {error}")
            self._has_no_guard = True
        else:
            self._has_no_guard = False

    def _start(self, member: _Member) -> Component:
        member.component = Component(member.program)
        member.began, member.due = self._now(), None
        self._guard.tell(member.component.session)
        return member.component

    def _tend(self, member: _Member, limit: int) -> None:
        if member.due is None:
            if member.component and (how := member.component.ended()):
                if not member.program.restart:
                    member.component.check()
                kill(member.component.session)  # what it forked and left behind
                self._ended(member, f"ended by itself ({how})", limit)
        elif self._now() >= member.due:
            try:
                self._start(member)
            except OSError as error:  # no room for its log, no more processes
                self._ended(member, f"cannot be started: {error}", limit)
            else:
                self._changed()
                self._say(f"{_clock()} {member.program.name} was started again")

    def _ended(self, member: _Member, how: str, limit: int) -> None:
        """Writes the end down, says it, and when the next start is due."""
        lived_s = self._now() - member.began
        member.history = history = member.history.after_end(how, lived_s, datetime.now().astimezone())
        if history.will_not_stay_up(limit):
            self._give_up_unless_in_flight(member, how)
        member.due = self._now() + history.pause_s
        self._changed()
        self._say(
            f"{_clock()} {member.program.name} {how}; it is started again in {history.pause_s:.0f} s "
            f"(time {history.ends}). The end of {member.program.log}, then kept as .log.1:\n"
            f"{tail(member.program.log, LAST_LINES)}"
        )

    def _give_up_unless_in_flight(self, member: _Member, how: str) -> None:
        name, log = member.program.name, member.program.log
        row = f"{name} will not stay up: {member.history.in_a_row} times in a row it {how}"
        match self._in_flight():
            case ():
                raise ComponentDied(f"{row}; the end of {log}:\n{tail(log)}")
            case None:
                self._say(f"{row}. Whether an upgrade is in flight cannot be told, so the others go on.")
            case found:
                self._say(f"{row}. The others go on, since in flight are {', '.join(found)}.")


def _clock() -> str:
    return datetime.now().astimezone().strftime("%H:%M:%S")
