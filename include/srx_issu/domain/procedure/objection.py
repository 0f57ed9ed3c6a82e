"""What a stop rule says against sending a command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StopVerdict(StrEnum):
    """What a rule says about sending a command now."""

    WAIT = "wait"  # not now: time may heal it
    STOP = "stop"  # a person must look
    PAGE = "page"  # a person must look at once


@dataclass(frozen=True, kw_only=True)
class Objection:
    """A rule against sending."""

    verdict: StopVerdict
    reason: str
