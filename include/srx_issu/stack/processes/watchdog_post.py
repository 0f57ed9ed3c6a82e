"""The supervisor's end of the guard: tells it every session, and posts a new one when it was killed."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

from srx_issu.stack.processes import watchdog
from srx_issu.stack.processes.sessions import Session


class GuardPost:
    """One living guard that knows the newest session of every component."""

    def __init__(self, lock: int) -> None:
        """``lock``: an open file that stays locked until the guard is done."""
        self._lock = lock
        self._told: dict[str, Session] = {}
        self._guard = self._post()

    def tell(self, session: Session) -> None:
        self._told[session.name] = session
        self._write(session)

    def renew(self) -> bool:
        """Posts another guard when ours is gone; whether it did."""
        if self._guard.poll() is None:
            return False
        self._close()
        self._guard = self._post()
        for session in self._told.values():
            self._write(session)
        return True

    def dismiss(self) -> None:
        """Everything was ended: nothing is left for the guard to do."""
        with suppress(BrokenPipeError, ValueError):
            self._guard.communicate(f"{watchdog.RELEASED}\n".encode())

    def _post(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "srx_issu.stack.processes.watchdog"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True, pass_fds=(self._lock,),
        )  # fmt: skip

    def _close(self) -> None:
        if self._guard.stdin is not None:
            with suppress(BrokenPipeError):
                self._guard.stdin.close()

    def _write(self, session: Session) -> None:
        if self._guard.stdin is None:
            raise RuntimeError("the guard has no input")
        # It is gone, and ``renew`` tells the next one; ValueError: it could not post one yet.
        with suppress(BrokenPipeError, ValueError):
            self._guard.stdin.write(f"{watchdog.line_for(session)}\n".encode())
            self._guard.stdin.flush()
