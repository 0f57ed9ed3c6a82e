"""One gate of several in a row, what it comes to, and what it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from srx_issu.domain.approvals.judge import APPROVE, REJECT
from srx_issu.domain.approvals.rule import ApprovalPurpose, Person

OPTIONS = (APPROVE, REJECT)


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One of several gates in a row, in its present try. ``number`` counts from 1; ``spares``: how many stand
    behind it. ``clearings`` grows when somebody clears its task, not when Airflow tries it again."""

    purpose: ApprovalPurpose
    number: int
    try_number: int
    spares: int
    clearings: int = 0

    @property
    def name(self) -> str:
        """As the journal has it."""
        return name_of(self.purpose, self.number)

    @property
    def before(self) -> tuple[str, ...]:
        """The gates in front of it."""
        return tuple(name_of(self.purpose, number) for number in range(1, self.number))


def name_of(purpose: str, number: int) -> str:
    """Of a gate."""
    return f"{purpose} gate {number}"


@dataclass(frozen=True, kw_only=True)
class AskPerson:
    """Put the question. ``assigned`` None = anybody who may answer in Airflow."""

    subject: str
    body: str
    assigned: tuple[Person, ...] | None
    within_s: float
    options: tuple[str, ...] = OPTIONS  # the answers that are offered


@dataclass(frozen=True, kw_only=True)
class Enough:
    """Nobody else need be asked."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class NextGate:
    """This gate is done; the next one asks."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Response:
    """What Airflow hands on of an answer. ``at`` is Airflow's time, kept for the record only."""

    person: Person
    chosen: tuple[str, ...]
    at: datetime | None = None
