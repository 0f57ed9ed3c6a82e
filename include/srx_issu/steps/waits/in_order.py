"""A task that takes several steps, one after the other: the journal, the log and the report know each.

The task succeeds or fails as one. Every try looks anew, but what sends is not done over again once something
that comes after it was begun; and once the ISSU was asked for, nothing that comes before it is done at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.step_events import Awaited, StepFinished
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.waits.converge import Pending
from srx_issu.steps.waits.watch import count_anew

BEGUN = "the ISSU was asked for already: nothing that comes before it is done any more"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One step of a task. ``name`` as the journal has it; ``sends``: what it may send to a node; ``awaits``:
    what it waits for, with a deadline that the journal knows."""

    name: str
    step: Callable[[UpgradeContext], Any]
    sends: Sending | None = None
    awaits: Awaited | None = None


@dataclass(kw_only=True)
class InOrder:
    """One run through the parts of a task. Stands at the part that failed, or that has to wait.

    ``once_begun``: what the task comes to, without doing anything, once the ISSU was asked for.
    """

    parts: Sequence[Part]
    once_begun: StrEnum | None = None
    place: int = 0
    results: dict[str, Any] = field(default_factory=dict)
    took_s: dict[str, float] = field(default_factory=dict)  # by the names of the parts

    @classmethod
    def from_part(cls, parts: Sequence[Part], name: str | None, once_begun: StrEnum | None = None) -> InOrder:
        """Goes on with the part of that name; from the first one where there is none."""
        names = [part.name for part in parts]
        place = names.index(name) if name in names else 0
        return cls(parts=parts, once_begun=once_begun, place=place)

    @property
    def current(self) -> Part:
        return self.parts[self.place]

    def go_on(self, context: UpgradeContext, away_s: float = 0.0) -> Any:
        """What the last part returned; a Pending where a part has to wait. ``away_s``: for how long the part
        that is gone on with could not look, which moves its deadline."""
        so_far = context.known()
        if self.once_begun is not None and so_far.start is not None:
            context.record(StepFinished(), BEGUN)
            return self.once_begun
        furthest = _furthest(so_far, self.parts)
        if self.current.awaits is not None:
            count_anew(context.at(self.current.name), self.current.awaits, away_s)
        while True:
            result = self._take(context, furthest)
            if isinstance(result, Pending) or self.place == len(self.parts) - 1:
                return result
            self.place += 1

    def _take(self, context: UpgradeContext, furthest: int) -> Any:
        part = self.current
        if part.sends is not None and self.place < furthest:
            context.log.info("%s is not done again: %s was begun", part.name, self.parts[furthest].name)
            return None
        began = context.clock.now()
        result = part.step(context.at(part.name))
        self.took_s[part.name] = (context.clock.now() - began).total_seconds()
        self.results[part.name.rpartition(".")[2]] = result
        return result


def _furthest(so_far: UpgradeState, parts: Sequence[Part]) -> int:
    """The last part whose command the journal holds; 0 where it holds none."""
    begun = so_far.sent_for
    return max((place for place, part in enumerate(parts) if part.sends in begun), default=0)
