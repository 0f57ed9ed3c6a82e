"""Entries of versions that did not name their events: what is needed to bring a cluster home is read.

That is the start, the baseline, what was found and planned, and how it ended; and who approved, for the
report. Everything else of them is shown to people and decides nothing.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Row

from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.history.approval_events import ApprovalConfirmed
from srx_issu.domain.history.command_events import (
    CommandIntended,
    CommandRejected,
    CommandSent,
    CommandUnanswered,
    CommandWithdrawn,
    Sending,
)
from srx_issu.domain.history.events import (
    BaselineTaken,
    Claimed,
    Event,
    IssuFound,
    NothingMoved,
    OutcomeDecided,
    Unread,
)
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.recovery_events import (
    ClusterHandedOver,
    ClusterReleased,
    ClusterTakenOver,
    RecoveryPlanned,
)
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.upgrade.intent import StartMethod

E = TypeVar("E", bound=StrEnum)
_ANSWERS: dict[EntryKind, type[CommandSent | CommandUnanswered | CommandRejected]] = {
    EntryKind.ACTION_SENT: CommandSent,
    EntryKind.ACTION_UNKNOWN: CommandUnanswered,
    EntryKind.ACTION_REFUSED: CommandRejected,
}


def event_of(row: Row[Any]) -> Event:
    """Never raises: an entry that cannot be read is ``Unread``."""
    kind = EntryKind(row.kind)
    try:
        return _read(kind, row)
    except (KeyError, ValueError):
        return Unread(kind=kind)


def _read(kind: EntryKind, row: Row[Any]) -> Event:  # noqa: PLR0911 - one case a kind
    detail = row.detail
    match kind:
        case EntryKind.ACTION_INTENDED:
            return _intended(row)
        case EntryKind.ACTION_SENT | EntryKind.ACTION_UNKNOWN | EntryKind.ACTION_REFUSED:
            return _ANSWERS[kind](
                sending=_sending(row), node=_member(NodeName, row.node), permit_id=detail.get("permit_id")
            )
        case EntryKind.ACTION_WITHDRAWN:
            return CommandWithdrawn(
                node=NodeName(row.node), permit_id=detail.get("permit_id"), command=str(detail.get("command"))
            )
        case EntryKind.DECIDED if "outcome" in detail:
            return OutcomeDecided(outcome=Outcome(detail["outcome"]))
        case EntryKind.OBSERVED:
            return _observed(row)
        case EntryKind.STEP_FINISHED if row.step == "claim":
            return Claimed()
        case EntryKind.APPROVAL:
            return _approval(row)
        case _:
            return Unread(kind=kind)


def _observed(row: Row[Any]) -> Event:
    detail = row.detail
    if row.key == "issu_found":
        return IssuFound(
            starter=NodeName(row.node), target=detail["target"], transcript=detail.get("transcript")
        )
    if row.key == "recovery_plan":
        return RecoveryPlanned(
            plan=detail["plan"],
            diagnosis=detail["diagnosis"],
            failure=FailureClass(detail["failure"]),
            plan_kind=PlanKind(detail["kind"]),
            permission=Permission(detail["permission"]),
            digest=detail.get("digest"),
            steps=str(detail.get("steps") or ""),
        )
    if row.key in (None, "baseline") and "snapshot" in detail:
        return BaselineTaken(snapshot=detail["snapshot"], state=detail["state"], noise=detail.get("noise"))
    return NothingMoved() if row.key == "quiet" else Unread(kind=EntryKind.OBSERVED)


def _approval(row: Row[Any]) -> Event:
    """Decides nothing, but for a release: a report names who it was. A no was written as one, too, once."""
    detail = row.detail
    if row.step == "release_cluster":
        return ClusterReleased(by=str(detail.get("by")))
    if row.step == "take_over":
        return ClusterHandedOver(by=detail["by"])
    if "from" in detail:
        return ClusterTakenOver(by=detail["by"], from_upgrade=detail["from"])
    if detail.get("approved") is not True:
        return Unread(kind=EntryKind.APPROVAL)
    purpose = ApprovalPurpose(detail.get("for", "start"))
    return ApprovalConfirmed(purpose=purpose, by=detail["by"], digest=detail.get("digest"))


def _intended(row: Row[Any]) -> CommandIntended:
    detail = row.detail
    booted_at = detail.get("booted_at")
    return CommandIntended(
        sending=_sending(row),
        node=NodeName(row.node),
        command=str(detail.get("command") or ""),
        permit_id=detail.get("permit_id"),
        once=detail.get("once", row.key),
        key=row.key,
        method=_member(StartMethod, detail.get("method")),
        transcript=detail.get("transcript"),
        group=detail.get("gathered_group"),
        file=detail.get("brought"),
        recovery_command=detail.get("errand"),
        booted_at=datetime.fromisoformat(booted_at) if booted_at else None,
    )


def _sending(row: Row[Any]) -> Sending | None:
    """The start had a key and a step of its own; what was gathered for it, and a recovery, a mark."""
    detail = row.detail
    if detail.get("once", row.key) == "start_issu" or row.step == "issu.start":
        return Sending.START
    if "gathered_group" in detail:
        return Sending.GATHER
    return Sending.RECOVER if "errand" in detail else None


def _member(kind: type[E], word: str | None) -> E | None:
    return kind(word) if word in list(kind) else None
