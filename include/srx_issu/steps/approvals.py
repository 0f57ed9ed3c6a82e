"""Placeholder until the approvals' own module is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from srx_issu.domain.intent import Intent
from srx_issu.ports.journal import Event, EventKind


@dataclass(frozen=True, kw_only=True)
class Approved:
    reason: str
    by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NotApproved:
    reason: str


def standing(events: Sequence[Event], intent: Intent, purpose: str, now: datetime) -> Approved | NotApproved:  # noqa: ARG001
    given = [e for e in events if e.kind is EventKind.APPROVAL and e.detail.get("for") == purpose]
    if given and given[-1].detail.get("approved") is True:
        return Approved(reason=str(given[-1].detail.get("by")))
    return NotApproved(reason="the journal holds no approval of this upgrade")
