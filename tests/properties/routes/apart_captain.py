"""Goes through a plan as the steps do: look, decide, write down, send, look again; killed at any moment."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from srx_issu.domain.procedure.action import PlannedAction, TakenCommand
from srx_issu.domain.procedure.progress import Passed, Send, Stop, Wait, next_in
from srx_issu.domain.upgrade.intent import Timers
from tests.properties.routes.apart_model import Refused
from tests.properties.routes.apart_person import Site

POLL_S = 20.0
FORGETS = 0.02  # the answer of a command is lost


@dataclass
class Captain:
    site: Site
    chance: random.Random
    is_mortal: bool = True
    timers: Timers = field(default_factory=Timers)
    taken: list[TakenCommand] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def carry_out(self, actions: tuple[PlannedAction, ...]) -> Stop | None:
        """None: all of it is done."""
        for action in actions:
            if (stop := self._one(action)) is not None:
                self.log.append(f"{action.name}: {stop.reason}")
                return stop
        return None

    def _one(self, action: PlannedAction) -> Stop | None:
        since, deadline_s = self.site.clock_s, float(getattr(self.timers, action.deadline))
        paged = False
        while True:
            step = next_in(action, self.site.model.snapshot(), self.taken)
            match step:
                case Passed():
                    return None
                case Send():
                    if (stop := self._send(step)) is not None:
                        return stop
                case Wait():
                    self.site.ask(action)
                    if self.site.clock_s - since > deadline_s:
                        return Stop(reason=f"not done in time: {step.reason}")
                    self.site.pass_time(POLL_S)
                case Stop(page=True) if not paged:
                    paged = True  # as the steps do: a second look before somebody is woken
                    self.site.pass_time(2.0)
                case Stop():
                    return step

    def _send(self, step: Send) -> Stop | None:
        """Between the look and the command nothing passes: the gate looks last."""
        self.taken.append(step.taken)
        self.log.append(f"{self.site.clock_s:.0f} {step.command.node} {step.command.cli}")
        if self.is_mortal and self.chance.random() < FORGETS:
            return None  # killed between the journal and the wire
        try:
            self.site.model.execute(step.command)
        except Refused:
            return Stop(reason=f"{step.command.node} refused '{step.command.cli}'")
        except TimeoutError:
            pass
        self.site.pass_time(2.0)
        return None
