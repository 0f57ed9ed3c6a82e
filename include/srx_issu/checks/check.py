"""What a check is, as data: a column of a table, what must be true of it, and the words for each outcome.

Adding a check = one column of a table and one ``Check`` beside it: see ``check_module``.
"""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.checking import Severity, WhenUnknown


@dataclass(frozen=True, kw_only=True)
class InRange:
    """``minimum <= value <= maximum``; with ``below`` the maximum itself is too much."""

    minimum: float | None = None
    maximum: float | None = None
    below: bool = False


@dataclass(frozen=True, kw_only=True)
class OneOf:
    values: tuple[bool | int | str, ...]


@dataclass(frozen=True, kw_only=True)
class NoneOf:
    values: tuple[bool | int | str, ...]


@dataclass(frozen=True, kw_only=True)
class AtLeastColumn:
    """The value is not smaller than the same row's value in another column."""

    column: str


Expectation = InRange | OneOf | NoneOf | AtLeastColumn

YES = OneOf(values=(True,))
NO = OneOf(values=(False,))
ZERO = InRange(minimum=0, maximum=0)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check. ``good``, ``bad`` and ``remedy`` are ``str.format`` templates over the row's columns.

    ``limit`` is what should have been measured, in words, a template too. ``guide``: one of the ISSU
    guide's own preconditions; not knowing it always blocks. Otherwise ``when_unknown`` says.
    """

    name: str
    what: str  # noun phrase: "fresh core dumps"; for the sentence when it is not known
    table: str
    column: str
    expect: Expectation
    good: str
    bad: str
    limit: str
    remedy: str | None = None
    severity: Severity = Severity.BLOCK
    when_unknown: WhenUnknown = WhenUnknown.WARN
    guide: bool = False
    asks: bool = False  # a failure is no failure but a question for a person

    @property
    def unknown_means(self) -> WhenUnknown:
        return WhenUnknown.BLOCK if self.guide else self.when_unknown
