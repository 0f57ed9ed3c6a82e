"""Waiting out what a step or a wait needs and does not get: the journal that is away, a spoilt connection.

An outage is never an outcome. It is said when it begins, once a minute while it lasts, and when it is over.
What is asked for again must be safe to ask for twice: after a lost answer nobody knows what took effect.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from srx_issu.domain.errors import ConnectionUnusable, JournalAway, SrxIssuError
from srx_issu.ports.clock import Clock

R = TypeVar("R")
Errors = tuple[type[SrxIssuError], ...]

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
JITTER = 0.3  # of the pause, so that many waits do not come back in step
SAID_EVERY_S = 60.0
LIMIT_S = 7200.0  # on a worker; then the task's next try goes on waiting
# Of a connection that cannot be used while nothing was sent: hours of it would keep others from starting.
UNBEGUN_LIMIT_S = 600.0
JOURNAL = "journal"
WAITING = "waiting for it, nothing is sent meanwhile"
WATCHING = "going on watching"


@dataclass(kw_only=True)
class Outage:
    """One thing that may be away: since when, and when to ask for it again. ``meanwhile`` ends its line."""

    clock: Clock
    log: Any  # a logger, or Airflow's
    what: str = JOURNAL
    meanwhile: str = WAITING
    since: datetime | None = None
    _said_at: datetime | None = field(default=None)
    _again_at: datetime | None = field(default=None)
    _pause_s: float = field(default=FIRST_PAUSE_S)

    @property
    def is_on(self) -> bool:
        return self.since is not None

    @property
    def is_due(self) -> bool:
        """Whether it is time to ask again."""
        return self._again_at is None or self.clock.now() >= self._again_at

    def begun(self, error: Exception) -> float:
        """Takes in that it was asked for in vain; returns the pause before the next time, in seconds."""
        now = self.clock.now()
        self.since = self.since or now
        if self._said_at is None or (now - self._said_at).total_seconds() >= SAID_EVERY_S:
            self._said_at = now
            self.log.warning(
                "%s away since %s UTC; %s [%s]", self.what, f"{self.since:%H:%M:%S}", self.meanwhile, error
            )
        pause_s = self._pause_s * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
        self._again_at = now + timedelta(seconds=pause_s)
        return pause_s

    def over(self) -> float | None:
        """Takes in that it answers; how long it was away, in seconds, None when it was not."""
        if self.since is None:
            return None
        lasted_s = (self.clock.now() - self.since).total_seconds()
        self.log.info("%s answers again after %.0f s", self.what, lasted_s)
        self.since = self._said_at = self._again_at = None
        self._pause_s = FIRST_PAUSE_S
        return lasted_s


def run_patiently(
    attempt: Callable[[float], R],
    *,
    clock: Clock,
    log: Any,
    is_running: Callable[[], bool],
    is_begun: Callable[[], bool],
    limit_s: float = LIMIT_S,
) -> R:
    """A whole step, begun anew after an outage: it looks at journal and nodes first, as every try does.

    ``attempt`` is told for how long something has been away, 0.0 at the first time. ``is_running``: whether
    the upgrade is claimed and not closed; a connection that cannot be used is waited out only then, and for
    no longer than ``UNBEGUN_LIMIT_S`` unless something was, or may have been, sent (``is_begun``). Raises the
    last error at the limit.
    """
    outages = {
        JournalAway: Outage(clock=clock, log=log),
        ConnectionUnusable: Outage(clock=clock, log=log, what="Airflow connection"),
    }
    since: datetime | None = None
    while True:
        began = clock.now()
        try:
            result = attempt((began - since).total_seconds() if since else 0.0)
        except (JournalAway, ConnectionUnusable) as error:
            if isinstance(error, ConnectionUnusable) and not is_running():
                raise
            outage = next(found for kind, found in outages.items() if isinstance(error, kind))
            pause_s = outage.begun(error)
            since = since or clock.now()
            is_short = isinstance(error, ConnectionUnusable) and not is_begun()
            if is_at_limit(outage, min(limit_s, UNBEGUN_LIMIT_S) if is_short else limit_s):
                raise
            clock.sleep(pause_s)
        else:
            for outage in outages.values():
                outage.over()
            return result


def wait_out(
    ask: Callable[[], R],
    outage: Outage,
    *,
    errors: Errors = (JournalAway,),
    limit_s: float | None = None,
) -> R:
    """What ``ask`` returns, asked again while it raises one of ``errors``; for steps, on a worker.

    Raises the last error when the outage has lasted ``limit_s`` (None: no limit); others at once. A step's
    deadline counts from the return of this function: take the time anew after it.
    """
    while True:
        try:
            result = ask()
        except errors as error:
            pause_s = outage.begun(error)
            if is_at_limit(outage, limit_s):
                raise
            outage.clock.sleep(pause_s)
        else:
            outage.over()
            return result


async def wait_out_in_loop(
    ask: Callable[[], R],
    outage: Outage,
    *,
    errors: Errors = (JournalAway,),
    limit_s: float | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> R:
    """The same for triggers: ``ask`` may block, and is called in a thread."""
    while True:
        try:
            result = await asyncio.to_thread(ask)
        except errors as error:
            pause_s = outage.begun(error)
            if is_at_limit(outage, limit_s):
                raise
            await sleep(pause_s)
        else:
            outage.over()
            return result


def is_at_limit(outage: Outage, limit_s: float | None) -> bool:
    """Whether it has lasted that long; None: no limit."""
    if limit_s is None or outage.since is None:
        return False
    return (outage.clock.now() - outage.since).total_seconds() >= limit_s
