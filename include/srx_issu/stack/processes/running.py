"""The note a running stack leaves for ``status``, ``down`` and the command line, and the lock beside it.

The lock is the truth (the kernel frees it when its holders end); the note only says who and where.
The guard holds the lock too, so a new stack waits until the old one is cleaned up.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field

from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.supervisor import Supervisor


class AlreadyRunning(Exception):
    """Another stack uses this folder."""


@dataclass(frozen=True, kw_only=True)
class Restarts:
    """How often a component was started again, and why and when (ISO 8601) the last time."""

    count: int
    reason: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Running:
    """What runs: ``pid`` is the supervisor's."""

    pid: int
    url: str
    sessions: dict[str, int]  # component -> session id
    restarts: dict[str, Restarts] = field(default_factory=dict)  # component; none for one that never ended


def read(home: Home) -> Running | None:
    """None when nothing runs in this folder."""
    if not _is_locked(home):
        return None
    with suppress(OSError, ValueError, TypeError, AttributeError):
        found = json.loads(home.running_file.read_text())
        restarts = {name: Restarts(**each) for name, each in found.pop("restarts", {}).items()}
        return Running(**found, restarts=restarts)
    return None


def leave_note(home: Home, url: str, supervisor: Supervisor) -> None:
    """What runs now, to be called again after each restart. That the disk is full is no failure: the stack is
    worth more than its note."""
    restarts = {
        name: Restarts(count=each.ends, reason=each.reason, at=each.at.isoformat())
        for name, each in supervisor.histories.items()
        if each.at
    }
    found = Running(pid=os.getpid(), url=url, sessions=supervisor.sessions, restarts=restarts)
    with suppress(OSError):
        write(home, found)


def write(home: Home, running: Running) -> None:
    """Replaces the note as a whole: it is read while it changes."""
    draft = home.running_file.with_suffix(".new")
    draft.write_text(json.dumps(asdict(running), indent=2) + "\n")
    draft.replace(home.running_file)


@contextmanager
def locked(home: Home, wait_s: float = 15.0) -> Iterator[int]:
    """Holds the folder's lock, and yields its descriptor for the guard. Raises AlreadyRunning."""
    descriptor = os.open(home.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for_lock(home, descriptor, wait_s)
        try:
            yield descriptor
        finally:
            home.running_file.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _wait_for_lock(home: Home, descriptor: int, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while not _try_lock(descriptor):
        running = read(home)
        if running is not None and _exists(running.pid):
            raise AlreadyRunning(
                f"{home.root}: a stack runs here already, at {running.url} (pid {running.pid}); "
                "use it, end it with 'make down', or set SRX_ISSU_HOME to another folder"
            )
        if time.monotonic() > deadline:
            raise AlreadyRunning(
                f"{home.root}: another stack is starting or ending here; try again in a moment"
            )
        time.sleep(0.1)


def wait_until_gone(home: Home, timeout_s: float) -> bool:
    """True when the folder is free within ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while _is_locked(home):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _is_locked(home: Home) -> bool:
    try:
        descriptor = os.open(home.root / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        return not _try_lock(descriptor)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
