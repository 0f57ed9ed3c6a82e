"""How a command that keeps a stack up ends: by a signal, or by a failure that is told without a trace."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from srx_issu.stack.processes.component import ComponentDied
from srx_issu.stack.processes.health import ApiServerSilent
from srx_issu.stack.processes.home import NotInARepository
from srx_issu.stack.processes.postgres_wheel import PostgresFailed
from srx_issu.stack.processes.readiness import Unhealthy
from srx_issu.stack.processes.running import AlreadyRunning

PROCESS_FAILURES = (
    ComponentDied,
    Unhealthy,
    ApiServerSilent,
    PostgresFailed,
    NotInARepository,
    AlreadyRunning,
)
POLL_S = 0.5


class Ended(Exception):
    """SIGTERM, SIGHUP or Ctrl-C: the stack is to end in order."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Turns the first ending signal into ``Ended``; further ones do not disturb the clean-up."""

    def once(number: int, _frame: FrameType | None) -> NoReturn:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Ended(number)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, once)
    yield


def watch(check: Callable[[], None]) -> NoReturn:
    """Looks for ever; ends by what ``check`` raises, or by ``Ended``."""
    while True:
        check()
        time.sleep(POLL_S)
