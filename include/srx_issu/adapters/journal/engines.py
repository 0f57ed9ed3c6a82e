"""One engine a process for each database, with a small pool: whoever uses the journal shares its connections.

A task is a forked worker that lives for seconds and needs one connection; a triggerer or an API server lives
for weeks, and its threads need few. A connection belongs to the process that opened it: after a fork the
child gets an engine of its own, and leaves the parent's alone.
"""

from __future__ import annotations

import atexit
import os

from sqlalchemy import URL, Engine, NullPool, QueuePool, create_engine

CONNECT_TIMEOUT_S = 10
SILENCE_S = 30  # a network that has gone silent ends the wait
POOL_SIZE = 4  # connections a process; opened when they are needed, kept until it ends
POOL_TIMEOUT_S = 30  # for one of them to be free

_CONNECT = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "application_name": "srx-issu journal",
    "tcp_user_timeout": SILENCE_S * 1000,
    # Also while an answer is waited for; and no firewall forgets a connection that rests.
    "keepalives_idle": SILENCE_S,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "prepare_threshold": None,  # works behind pgbouncer
}

_engines: dict[tuple[int, URL], Engine] = {}  # by process; the parent's stay, so that nothing closes them


def engine_of(url: URL) -> Engine:
    """This process's own. Safe between threads and after a fork."""
    key = (os.getpid(), url)
    return _engines.get(key) or _engines.setdefault(key, _pooled(url))


def single_use_engine(url: URL) -> Engine:
    """Keeps no connection: for what is done once, under an account that nobody else should use."""
    return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=_CONNECT)


def close_connections() -> None:
    """Those of this process that nobody uses at the moment; whoever comes later opens new ones."""
    for (pid, _), engine in tuple(_engines.items()):
        if pid == os.getpid():
            engine.dispose()


def _pooled(url: URL) -> Engine:
    return create_engine(
        url,
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        pool_use_lifo=True,  # no more of them than are needed at once
        hide_parameters=True,
        connect_args=_CONNECT,
    )


atexit.register(close_connections)
