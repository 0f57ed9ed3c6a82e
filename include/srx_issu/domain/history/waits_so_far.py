"""What an upgrade waits for, what came of its waits, and which actions of its plans are over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.events import StillMissing
from srx_issu.domain.history.hand_events import HandWorkAnswered, HandWorkAsked
from srx_issu.domain.history.recovery_events import RecoveryStepPassed
from srx_issu.domain.history.route_events import RouteStepPassed
from srx_issu.domain.history.state_parts import HandWorkSoFar
from srx_issu.domain.history.step_events import (
    Awaited,
    OwnWait,
    StepFailed,
    StepFinished,
    WaitBegan,
    WaitEnded,
)
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.goals import Goal


@dataclass(kw_only=True)
class WaitsSoFar:
    """A part of ``UpgradeState``."""

    unattended: Goal | None = None  # due in an ISSU that no wait watches any more
    waiting_since: dict[Awaited, datetime] = field(default_factory=dict)
    verdicts: dict[Goal, bool] = field(default_factory=dict)
    missing: dict[OwnWait, str] = field(default_factory=dict)
    passed: set[ActionName] = field(default_factory=set)  # steps of the newest plan that are over
    failures_since_plan: list[str] = field(default_factory=list)
    by_hand: dict[ActionName, HandWorkSoFar] = field(default_factory=dict)  # since the newest plan
    route_passed: set[ActionName] = field(default_factory=set)

    def take_wait(self, entry: Entry) -> None:
        match entry.event:
            case WaitBegan(awaited=awaited, goal=goal):
                self.waiting_since[awaited] = entry.known_at
                self.unattended = goal or self.unattended
            case WaitEnded(awaited=awaited, reached=reached):
                self.waiting_since.pop(awaited, None)
                if isinstance(awaited, Goal):
                    self.verdicts[awaited] = reached
            case StillMissing(awaited=awaited, missing=missing):
                self.missing[awaited] = missing
            case HandWorkAsked(action=action):
                self.by_hand[action] = HandWorkSoFar()
            case HandWorkAnswered(action=action, word=word, name=name):
                self.by_hand[action] = HandWorkSoFar(word=word, name=name, at=entry.known_at)

    def take_end(self, entry: Entry) -> None:
        """A step's own wait is over with it."""
        match entry.event:
            case StepFinished(awaited=awaited) if awaited is not None:
                self.waiting_since.pop(awaited, None)
            case StepFailed(awaited=awaited):
                self.failures_since_plan.append(entry.text)
                if awaited is not None:
                    self.waiting_since.pop(awaited, None)
            case RecoveryStepPassed(action=action):
                self.passed.add(action)
                self.waiting_since.pop(action, None)
            case RouteStepPassed(action=action):
                self.route_passed.add(action)
                self.waiting_since.pop(action, None)

    def no_longer_unattended(self) -> None:
        self.waiting_since.pop(OwnWait.UNATTENDED_ISSU, None)
        self.unattended = None
