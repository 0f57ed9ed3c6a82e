"""What every wait is wrapped in: an error that nobody foresaw must not hand a live ISSU to a person.

Opening a wait again looks anew at journal and nodes, so that is what is done; only a wait that has failed in
this way for ``GIVE_UP_S`` ends, and then the run itself looks at both nodes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from srx_issu.adapters.clock import SystemClock
from srx_issu.domain.errors import ConnectionUnusable, LeaseHeld, RequestRefused
from srx_issu.ports.clock import Clock
from srx_issu.steps.outage import Outage

R = TypeVar("R")
GIVE_UP_S = 900.0  # of errors without a stretch of GOOD_S between them
GOOD_S = 60.0


async def guarded(
    wait: Callable[[], Awaitable[R]],
    what: str,
    log: Any,
    *,
    clock: Clock | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> R:
    """What ``wait`` returns; begun again when it raises.

    Raises LeaseHeld and RequestRefused at once: asking again gets the same answer. Others after a while.
    """
    time = clock or SystemClock()
    trouble = Outage(clock=time, log=log, what=what, meanwhile="opening it again")
    while True:
        began = time.now()
        try:
            return await wait()
        except Exception as error:
            if _is_final(error):
                raise
            if (time.now() - began).total_seconds() >= GOOD_S:
                trouble.over()
            if not trouble.is_on:
                log.exception("%s failed; it is opened again", what)
            pause_s = trouble.begun(error)
            if trouble.since is not None and (time.now() - trouble.since).total_seconds() >= GIVE_UP_S:
                raise
        await sleep(pause_s)


def _is_final(error: Exception) -> bool:
    return isinstance(error, LeaseHeld | RequestRefused) and not isinstance(error, ConnectionUnusable)
