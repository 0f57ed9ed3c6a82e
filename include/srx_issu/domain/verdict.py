"""What a check says: a status and its reason. Fails unless somebody decided otherwise.

Which checks there are, and what they look at, is the business of ``checks/`` and of the rules beside
this file; here is only the answer they all give.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """The four answers of a check."""

    PASS = "PASS"  # noqa: S105 - not a password; looked at, and as it should be
    FAIL = "FAIL"  # looked at, and not as it should be; or nobody decided
    ERROR = "ERROR"  # could not be looked at, or cannot be told: neither yes nor no
    SKIPPED = "SKIPPED"  # does not apply here, and the reason says why


_WORST_FIRST = (Status.ERROR, Status.FAIL, Status.PASS, Status.SKIPPED)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One answer. ``reason`` is one sentence for the operator."""

    status: Status = Status.FAIL
    reason: str = "not decided"

    @property
    def passed(self) -> bool:
        """True for PASS only: an error or a skipped check is not a yes."""
        return self.status is Status.PASS


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that decides: ERROR before FAIL before PASS before SKIPPED, the first of its kind.

    An empty list FAILs: a gate that looked at nothing does not open. A list of SKIPPED only stays
    SKIPPED, which is not a pass either.
    """
    given = tuple(verdicts)
    for status in _WORST_FIRST:
        for verdict in given:
            if verdict.status is status:
                return verdict
    return Verdict(reason="nothing was checked")
