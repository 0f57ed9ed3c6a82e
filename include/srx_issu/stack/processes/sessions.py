"""Ending process sessions for sure. Each component is started in a session of its own, so whatever it
forks (LocalExecutor's workers, task processes, trigger runners) carries that session's id.

Used by the supervisor at its own end, and by the guard when the supervisor is gone.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, kw_only=True)
class Session:
    """One component's processes: its leader's pid is the session's id."""

    name: str
    sid: int
    stop_signal: signal.Signals = signal.SIGTERM
    last: bool = False  # ended after all the others: PostgreSQL, which they still write to


def members(sids: Iterable[int]) -> dict[int, int]:
    """Pid -> session id of the living processes. A zombie has ended and only waits to be reaped."""
    wanted = frozenset(sids)
    found = {}
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, PermissionError, psutil.Error):
            sid = os.getsid(process.pid)
            if sid in wanted and process.status() != psutil.STATUS_ZOMBIE:
                found[process.pid] = sid
    return found


def end_all(sessions: Iterable[Session], grace_s: float) -> None:
    """Ends every session, those marked ``last`` after the others; returns when no process is left."""
    everything = tuple(sessions)
    for group in ([s for s in everything if not s.last], [s for s in everything if s.last]):
        _end(group, grace_s)


def kill(session: Session) -> None:
    """SIGKILL for every process of it: the leader, and what a dead leader left behind."""
    _until_gone([session], deadline=time.monotonic())


def _end(sessions: list[Session], grace_s: float) -> None:
    """Tells the leaders, who tell their own; kills what is left after ``grace_s``, or has no leader."""
    for session in sessions:
        _send(session.sid, session.stop_signal)
    _until_gone(sessions, deadline=time.monotonic() + grace_s)


def _until_gone(sessions: list[Session], deadline: float) -> None:
    while left := members(session.sid for session in sessions):
        in_time = time.monotonic() < deadline
        for pid, sid in left.items():
            if not in_time or sid not in left:
                _send(pid, signal.SIGKILL)
        if time.monotonic() > deadline + 10:  # not even SIGKILL ends it: the kernel holds it
            return
        time.sleep(0.05)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
