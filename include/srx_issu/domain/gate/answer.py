"""From what was found of each condition to one answer: yes, no, or not now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from srx_issu.domain.gate.table import CONDITIONS, SendCondition, SendPurpose


@dataclass(frozen=True, kw_only=True)
class Holds:
    """The condition holds; ``reason`` is what it was read from."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Fails:
    """It does not hold."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Unclear:
    """Nobody can tell at the moment: the journal or the stop flag cannot be read, or clocks are in doubt."""

    reason: str


Finding = Holds | Fails | Unclear


@dataclass(frozen=True, kw_only=True)
class Yes:
    """Every condition holds; ``found`` is kept in the journal with the intent."""

    found: Mapping[SendCondition, str]


@dataclass(frozen=True, kw_only=True)
class No:
    """``condition`` does not hold: nothing is sent."""

    condition: SendCondition
    reason: str


@dataclass(frozen=True, kw_only=True)
class NotNow:
    """Nothing is sent now; asked again until the answer is yes or no. Never an outcome."""

    condition: SendCondition
    reason: str


GateAnswer = Yes | No | NotNow


def judge(purpose: SendPurpose, read: Callable[[SendCondition], Finding]) -> GateAnswer:
    """Reads the conditions of ``purpose`` in the table's order and ends at the first that fails.

    What is unclear does not hide a later no: a refusal is final, a doubt is waited out.
    """
    found: dict[SendCondition, str] = {}
    doubt: NotNow | None = None
    for condition in CONDITIONS[purpose]:
        match read(condition):
            case Holds(reason=reason):
                found[condition] = reason
            case Fails(reason=reason):
                return No(condition=condition, reason=reason)
            case Unclear(reason=reason):
                doubt = doubt or NotNow(condition=condition, reason=reason)
    return doubt or Yes(found=found)
