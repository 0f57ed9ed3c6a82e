"""What happens to the steps of an upgrade and their waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.goals import Goal


class OwnWait(StrEnum):
    """What is waited for that is neither a goal of the upgrade nor a step of a recovery."""

    STATE_AFTER_ISSU = "state_after_issu"  # sessions, tunnels and neighbors are back
    STATE_AFTER_FAIL_BACK = "state_after_fail_back"
    UNATTENDED_ISSU = "unattended_issu"  # an ISSU under way that no wait watches any more


Awaited = Goal | ActionName | OwnWait


@dataclass(frozen=True, kw_only=True)
class StepStarted:
    """A step began; nothing depends on it."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_STARTED


@dataclass(frozen=True, kw_only=True)
class StepFinished:
    """A step ended well. ``documents``: what it has kept, by name. A wait of its own is over with it."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_FINISHED
    documents: Mapping[str, str] = field(default_factory=dict)
    awaited: Awaited | None = None


@dataclass(frozen=True, kw_only=True)
class StepFailed:
    """A step gave up. ``task``: the task that it is a part of. A wait of its own is over with it."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_FAILED
    task: str
    awaited: Awaited | None = None


@dataclass(frozen=True, kw_only=True)
class WaitBegan:
    """A deadline counts from here: a wait began, or an outage ended in which nobody could judge."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_STARTED
    awaited: Awaited
    goal: Goal | None = None  # of an unattended ISSU: the one that is due


@dataclass(frozen=True, kw_only=True)
class WaitEnded:
    """``reached`` False: the deadline passed, or it cannot be reached any more."""

    awaited: Awaited
    reached: bool

    @property
    def kind(self) -> EntryKind:
        return EntryKind.STEP_FINISHED if self.reached else EntryKind.STEP_FAILED
