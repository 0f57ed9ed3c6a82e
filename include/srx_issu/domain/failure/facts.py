"""What a row of the failure table says, and the form that most rows have."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.failure.classes import Permission, TrafficImpact
from srx_issu.domain.failure.situation import Situation

_NOTHING_CHANGED = "Both nodes run the old release. Nothing was installed, nothing rebooted."


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One row. Sentences are complete and may be shown to a person as they are."""

    symptom: str  # what an operator would see
    true_now: str  # what holds in the cluster
    service: TrafficImpact
    situations: tuple[Situation, ...] = ()  # where it is named; the words are not believed elsewhere
    permission: Permission  # by default
    at_most: Permission = Permission.AUTOMATIC  # the operator's policy cannot allow more than this
    words: str  # to the operator: what it means and what to look at
    source: str


UNCHANGED = (Situation.UNCHANGED,)
REFUSED_OR_HALF_WAY = (Situation.UNCHANGED, Situation.PEER_UPGRADED)
HALF_WAY = (Situation.PEER_UPGRADED, Situation.UNCHANGED)  # or rolled back by hand since
OLD_PRIMARY = (Situation.SWITCHED_OVER, Situation.STARTER_SILENT)


def refusal(
    *,
    symptom: str,
    words: str,
    source: str,
    true_now: str = _NOTHING_CHANGED,
    situations: tuple[Situation, ...] = UNCHANGED,
) -> Facts:
    """Refused or aborted before anything changed: closing the window and clearing flags is all there is."""
    return Facts(
        symptom=symptom,
        true_now=true_now,
        service=TrafficImpact.UNAFFECTED,
        situations=situations,
        permission=Permission.AUTOMATIC,
        words=words,
        source=source,
    )
