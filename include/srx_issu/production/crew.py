"""The processes of a native layout: started, killed, started again, and ended for sure.

The embedded default's parts, for more than one process of a kind and with a way to start one again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress

from srx_issu.embedded import guard
from srx_issu.embedded.component import Component, ComponentDied, Program
from srx_issu.embedded.sessions import end_all, members

STOP_GRACE_S = 10.0


class Crew:
    """Processes by name."""

    def __init__(self, lock: int) -> None:
        """``lock``: an open file that stays locked until the last process is gone."""
        self._components: dict[str, Component] = {}
        self._programs: dict[str, Program] = {}
        self._dead: set[str] = set()  # killed on purpose
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "srx_issu.embedded.guard"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True, pass_fds=(lock,),
        )  # fmt: skip

    def start(self, program: Program) -> Component:
        component = Component(program)
        self._components[program.name], self._programs[program.name] = component, program
        self._dead.discard(program.name)
        if self._guard.stdin is None:
            raise RuntimeError("the guard has no input")
        self._guard.stdin.write(f"{guard.line_for(component.session)}\n".encode())
        self._guard.stdin.flush()
        return component

    def finish(self, program: Program) -> int:
        """Runs it to its end; the exit status."""
        status = self.start(program).wait()
        self._components.pop(program.name)
        return status

    def check(self) -> None:
        """Raises ComponentDied when one ended that nobody killed."""
        for name, component in self._components.items():
            if name not in self._dead:
                component.check()

    def restart_ended(self) -> tuple[str, ...]:
        """What a restart policy does; the names of those that were started again."""
        ended = []
        for name, component in list(self._components.items()):
            try:
                component.check()
            except ComponentDied:
                self.kill(name)  # what it may have left behind
                self.start(self._programs[name])
                ended.append(name)
        return tuple(ended)

    def kill(self, name: str) -> None:
        """SIGKILL for the process and everything it forked: a container or a machine that is gone."""
        component = self._components[name]
        self._dead.add(name)
        while left := members([component.session.sid]):
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        component.wait()

    def start_again(self, name: str) -> None:
        self.start(self._programs[name])

    @property
    def sessions(self) -> dict[str, int]:
        """Name -> session id, which is its process id."""
        return {name: component.session.sid for name, component in self._components.items()}

    def program(self, name: str) -> Program:
        return self._programs[name]

    def stop(self) -> None:
        """Ends every process, PostgreSQL last. Does nothing the second time."""
        end_all((component.session for component in self._components.values()), STOP_GRACE_S)
        for component in self._components.values():
            component.wait()
        self._components.clear()
        if self._guard.poll() is None:
            self._guard.communicate(f"{guard.RELEASED}\n".encode())
