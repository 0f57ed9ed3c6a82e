"""How the time of a function of text grows with the text, measured in one run against itself."""

from __future__ import annotations

import time
from collections.abc import Callable

SMALL, TIMES = 30_000, 4

# Each is repeated without a line's end. Linear is about 4; the patterns of old took 16 times as long.
HARD_UNITS = (
    "x",
    '"',
    '\\"',
    "a.",
    "x://u:",
    "x://u:p@",
    "://",
    'password "',
    'password "\\',
    "password '",
    "md5 1 ",
    "md5 1 a ",
    "secret x;",
    "$argon2a",
    "-----BEGIN PRIVATE KEY-----",
    "snmp community x ",
    '"\\x;## SECRET-DATA "',
    "<secret>",
    "a {\n",
    "\x1b]",
    "\x9d",
)


def growth(function: Callable[[str], object], unit: str, smaller: int = SMALL) -> float:
    """By what the time grows when the text grows by four. The best of two: others use the machine too."""
    small, large = (_took_s(function, unit, size) for size in (smaller, smaller * TIMES))
    return large / max(small, 0.001)  # below a millisecond it is the clock that is measured


def _took_s(function: Callable[[str], object], unit: str, size: int) -> float:
    text = (unit * (size // len(unit) + 1))[:size]
    best = float("inf")
    for _ in range(2):
        began = time.process_time()
        function(text)
        best = min(best, time.process_time() - began)
    return best
