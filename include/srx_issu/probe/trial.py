"""What was tried, or can be told from the answers, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from srx_issu.domain.cluster.model import NodeName


class TrialResult(StrEnum):
    """What a trial showed."""

    GOOD = "good"
    LOOK_AT = "look at"  # an upgrade would go on, in another way than usual
    BAD = "bad"  # an upgrade would not be carried out like this
    NOT_NEEDED = "not needed"  # whatever it showed: what the cluster's model usually takes does without
    UNKNOWN = "unknown"  # it could not be tried, or told nothing


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One of them. ``node`` None: about the cluster."""

    name: str
    result: TrialResult
    said: str
    node: NodeName | None = None

    @property
    def is_good(self) -> bool:
        return self.result in (TrialResult.GOOD, TrialResult.NOT_NEEDED)


def good(name: str, node: NodeName | None, said: str) -> Trial:
    return Trial(name=name, node=node, result=TrialResult.GOOD, said=said)


def bad(name: str, node: NodeName | None, said: str) -> Trial:
    return Trial(name=name, node=node, result=TrialResult.BAD, said=said)


def unknown(name: str, node: NodeName | None, said: str) -> Trial:
    return Trial(name=name, node=node, result=TrialResult.UNKNOWN, said=said)
