"""What people did and what reached a node, kept by the test itself, for its oracle."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

REQUESTER = "operator"
ENTITLED = ("ada", "bob")
PEOPLE = (*ENTITLED, REQUESTER, "mallory")


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One answer of one person, with what the question on the screen was about."""

    upgrade_id: str
    purpose: str
    about: str
    person: str
    is_yes: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One thing that reached a node, or may have. ``way`` is how a start went."""

    upgrade_id: str
    step: str
    node: str
    command: str
    way: str | None = None
    reached: bool = True


@dataclass(kw_only=True)
class Ledger:
    """``ahead_s``: the worker's clock; ``stopped``: the fleet."""

    votes: list[Vote] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    stopped: bool = False
    ahead_s: float = 0.0
    story: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
