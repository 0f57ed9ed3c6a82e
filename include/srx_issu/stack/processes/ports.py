"""Finding a TCP port on loopback, one that nobody takes in the seconds until a server listens on it.

The kernel gives a connection's near end any port of its local port range (ip(7), ``ip_local_port_range``),
and a starting stack makes hundreds of connections. So servers get ports below that range, drawn at random:
two stacks that start at once get two ports.
"""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"
LOWEST = 10_000  # below are the ports that people know by heart
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_OTHER_SYSTEMS = 32_768  # or more: where the range begins by default
_TRIES = 100
_given: set[int] = set()  # by this process, which may ask for several before it starts a server


def free_port(wanted: int | None = None) -> int:
    """``wanted`` when it is free (a stack keeps its URL between runs), else one that no connection gets.

    OSError when none was found.
    """
    if wanted and _is_free(wanted):
        return wanted
    below = range(LOWEST, _first_for_connections())
    drawn = random.sample(below, min(_TRIES, len(below)))
    for port in (*drawn, 0):  # 0: the kernel's choice, where its range leaves none below
        if port not in _given and (found := _is_free(port)):
            _given.add(found)
            return found
    raise OSError("no free TCP port on loopback; see 'ss -tln'")


def _is_free(port: int) -> int | None:
    """The port itself, when a server may listen on it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As uvicorn binds: a port in TIME_WAIT from the last run counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind((LOOPBACK, port))
            return int(probe.getsockname()[1])
    return None


def _first_for_connections() -> int:
    with suppress(OSError, ValueError, IndexError):
        return max(LOWEST, int(_RANGE.read_text().split()[0]))
    return _OTHER_SYSTEMS
