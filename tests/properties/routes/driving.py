"""Drives one dual reboot as its DAG does: the real steps in their order, with their waits and deadlines."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.errors import DeviceUnreachable, SrxIssuError
from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.routes.plan import RoutePhase
from srx_issu.domain.upgrade.commands import Command
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.devices import Line
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.recovery import recover_cluster
from srx_issu.steps.recovery.branch import BRANCHES, actions_left, choose_branch
from srx_issu.steps.recovery.stored_plan import stored_plan
from srx_issu.steps.routes import carry_out as route
from srx_issu.steps.routes.stored_plan import plan_route
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.hold_for_operator import hold_for_operator, hold_recovery
from srx_issu.steps.upgrade.judge_outcome import NextStage, judge_outcome
from srx_issu.steps.waits.converge import ActionWait, NotYet
from tests.fakes.approvals import PASSED
from tests.fakes.contexts import FakeUpgrade, RecordingWriter, ScriptedReader
from tests.fakes.intents import intent
from tests.fakes.lines import FakeLine
from tests.fakes.memory import SteppingClock
from tests.properties.routes.two_nodes import TwoNodes

MOST_LOOKS = 3000
GAVE_UP = (NotVerified, SrxIssuError)


class KilledError(Exception):
    """The worker is gone between two lines."""


@dataclass
class ModelReader(ScriptedReader):
    model: TwoNodes | None = None

    def observe(self) -> Snapshot:
        assert self.model is not None
        return self.model.look()


@dataclass
class ModelWriter(RecordingWriter):
    model: TwoNodes | None = None
    kill: Callable[[], bool] = lambda: False

    @contextmanager
    def line(self, node: NodeName) -> Iterator[Line]:
        assert self.model is not None
        if not self.model.answers(node):
            raise DeviceUnreachable(node, "no session")
        yield FakeLine(node=node, carry_out=self._carry_out)

    def _carry_out(self, node: NodeName, command: Command) -> str:
        assert self.model is not None
        self.sent.append((node, command.cli))
        if self.kill():
            raise KilledError
        words = self.model.send(node, command)
        if self.kill():
            raise KilledError
        return words


class ModelClock(SteppingClock):
    """The model's time; asking costs some."""

    def __init__(self, model: TwoNodes, troubles: list[tuple[datetime, Callable[[], None]]]) -> None:
        super().__init__(model.now)
        self.model, self.troubles = model, troubles

    def now(self) -> datetime:
        return self.model.now

    def sleep(self, seconds: float) -> None:
        until = self.model.now + timedelta(seconds=seconds)
        for at, strike in sorted(self.troubles, key=lambda each: each[0]):
            if at <= until:
                self.model.advance(max(at, self.model.now))
                strike()
        self.troubles = [each for each in self.troubles if each[0] > until]
        self.model.advance(until)


@dataclass
class Run:
    """One upgrade from its approval to its end."""

    model: TwoNodes
    fake: FakeUpgrade
    chance: random.Random
    story: list[str] = field(default_factory=list)

    def upgrade(self) -> Outcome | None:
        """None: both nodes were found on the target, and the verification as usual would follow."""
        for phase in RoutePhase:
            if not self.phase(phase):
                break
        stage = self.judged()
        self.story.append(f"stage {stage}")
        match stage:
            case NextStage.VERIFY:
                return None
            case NextStage.RECOVER:
                return self.recover()
            case NextStage.HOLD:
                hold_for_operator(self.context("hold"))
        return self.fake.outcome

    def context(self, step: str) -> UpgradeContext:
        return self.fake.context(step)

    def phase(self, phase: RoutePhase, *, pause_s: float = 10.0) -> bool:
        """Whether its task succeeded; three tries, as the DAG gives it, ``pause_s`` behind each death."""
        for _ in range(3):
            try:
                for name in route.actions_left(self.context(phase), phase):
                    self._through(name, route.carry_out, route.overdue)
            except KilledError:
                self.story.append(f"{phase}: killed")
                self.fake.clock.sleep(pause_s)
                continue
            except GAVE_UP as gave_up:
                self.story.append(f"{phase}: {gave_up}")
                return False
            return True
        return False

    def _through(self, name: ActionName, step: Callable[..., object], overdue: Callable[..., object]) -> None:
        since = self.model.now
        for _ in range(MOST_LOOKS):
            context = self.context(name)
            found = step(context, name)
            match found:
                case NotYet(pause_s=pause_s):
                    self.fake.clock.sleep(pause_s)
                case ActionWait(deadline_s=deadline_s) if (
                    self.model.now - since
                ).total_seconds() > deadline_s:
                    overdue(context, name, found)
                case ActionWait():
                    self.fake.clock.sleep(self.chance.uniform(5, 60))
                case _:
                    return
        raise AssertionError(f"{name} never ends")

    def judged(self) -> NextStage:
        for _ in range(MOST_LOOKS):
            found = judge_outcome(self.context("branch_outcome"))
            if not isinstance(found, NotYet):
                return found
            self.fake.clock.sleep(found.pause_s)
        raise AssertionError("never judged")

    def recover(self) -> Outcome | None:
        try:
            branch = choose_branch(self.context("recover.diagnose"))
            plan = stored_plan(self.context("recover"))
            assert plan is not None
            assert plan.permission is Permission.AUTOMATIC
            assert BRANCHES[plan.kind] is branch
            for name in actions_left(self.context("recover"), branch):
                for _ in range(3):
                    with suppress(KilledError):
                        self._through(name, recover_cluster.carry_out, recover_cluster.overdue)
                        break
                else:
                    raise NotVerified("killed three times")
            led_to = recover_cluster.conclude_recovery(self.context("recover.conclude_recovery"))
            if led_to is recover_cluster.Recovered.VERIFY:
                return None
        except GAVE_UP as gave_up:
            self.story.append(f"recovery: {gave_up}")
            hold_recovery(self.context("recover.hold_for_operator"))
        return self.fake.outcome


def run_of(model: TwoNodes, chance: random.Random, *, kills: float = 0.0) -> Run:
    """Ready and approved."""
    ours = intent(route=Route.DUAL_REBOOT)
    clock = ModelClock(model, [])
    fake = FakeUpgrade(
        intent=ours,
        reader=ModelReader(model=model),
        writer=ModelWriter(model=model, kill=lambda: chance.random() < kills),
        clock=clock,
    )
    fake.with_baseline(model.look())
    plan_route(fake.context("assess.plan_route"))
    fake.happened(replace(PASSED), "ready: every check passed")
    fake.approved("start")
    return Run(model=model, fake=fake, chance=chance)
