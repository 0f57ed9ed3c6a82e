"""One supervised process: started in a session of its own, its output in one log file."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from srx_issu.stack.processes.sessions import Session

TAIL_LINES, TAIL_BYTES = 25, 65_536
LOGS_KEPT = 5  # of earlier starts: the first of a row of deaths says most


class ComponentDied(Exception):
    """A component ended and is not started again. The message names it and shows the end of its log."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to start, and how it wants to be stopped."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    last: bool = False  # see ``Session``
    restart: bool = True  # False: it cannot go on where it was, so its end is the end of all


class Component:
    """A running program."""

    def __init__(self, program: Program) -> None:
        self.name = program.name
        self.log = program.log
        keep_older(program.log)
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

    def ended(self) -> str | None:
        """How it ended, in words; None while it runs."""
        status = self._process.poll()
        return None if status is None else describe_exit(status)

    def check(self) -> None:
        """Raises ComponentDied when it runs no more."""
        if how := self.ended():
            raise ComponentDied(
                f"{self.name} ended by itself ({how}); the end of {self.log}:\n{tail(self.log)}"
            )

    def wait(self) -> int:
        """Its exit status once it ended, so that no zombie is left."""
        return self._process.wait()


def describe_exit(status: int) -> str:
    """An exit status for people: ``status 1``, or ``killed by SIGKILL``."""
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"status {status}"


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """Indented. Of a log that grew for months only the end is read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            said = file.read().decode(errors="replace").splitlines()[-lines:]
    except OSError as error:
        said = [f"(cannot be read: {error})"]
    return "\n".join(f"  {line}" for line in said or ["(empty)"])


def keep_older(log: Path) -> None:
    """This run's log starts empty; those before are kept as ``<name>.log.1``, the newest, and so on."""
    kept = [log, *(log.with_suffix(f"{log.suffix}.{number}") for number in range(1, LOGS_KEPT + 1))]
    for older, newer in zip(reversed(kept[1:]), reversed(kept[:-1]), strict=True):
        if newer.exists():
            newer.replace(older)
