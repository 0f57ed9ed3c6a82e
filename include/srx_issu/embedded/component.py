"""One supervised process: started in a session of its own, its output in one log file."""

from __future__ import annotations

import signal
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from srx_issu.embedded.sessions import Session

TAIL_LINES = 25


class ComponentDied(Exception):
    """A component ended by itself. The message names it and shows the end of its log."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to start, and how it wants to be stopped."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    last: bool = False  # see ``Session``


class Component:
    """A running program that is to run as long as the stack does."""

    def __init__(self, program: Program) -> None:
        self.name = program.name
        self.log = program.log
        keep_one_older(program.log)
        with program.log.open("ab") as output:
            self._process = subprocess.Popen(
                list(program.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(program.environment),
                cwd=program.log.parent,
                start_new_session=True,
            )
        self.session = Session(
            name=program.name, sid=self._process.pid, stop_signal=program.stop_signal, last=program.last
        )

    def check(self) -> None:
        """Raises ComponentDied when it runs no more."""
        status = self._process.poll()
        if status is not None:
            raise ComponentDied(
                f"{self.name} ended by itself ({in_words(status)}); the end of {self.log}:\n{tail(self.log)}"
            )

    def wait(self) -> int:
        """Its exit status once it ended, so that no zombie is left."""
        return self._process.wait()


def in_words(status: int) -> str:
    """An exit status for people: ``status 1``, or ``killed by SIGKILL``."""
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"status {status}"


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    with log.open(errors="replace") as file:
        return "".join(f"  {line}" for line in deque(file, maxlen=lines)).rstrip() or "  (empty)"


def keep_one_older(log: Path) -> None:
    """This run's log starts empty; the one before is kept as ``<name>.log.1``."""
    if log.exists():
        log.replace(log.with_suffix(log.suffix + ".1"))
