"""ICUs that go wrong, are looked at, and put back, at any moment, by seeds: no stop rule is ever broken."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

import pytest

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.errors import CommandRefused
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.procedure.action import PlannedAction, TakenCommand
from srx_issu.domain.procedure.progress import Passed, Send, Stop, next_in
from srx_issu.domain.recovery.plan import PlanKind, RecoveryPlan
from srx_issu.domain.routes.icu_stopped import IcuJob, diagnose_icu
from srx_issu.domain.routes.icu_way_back import recover_icu
from tests.fakes.icu_model import TICK_S, IcuFault, IcuModel
from tests.fakes.snapshots import N0, N1, NEW, OLD, silent

SEEDS = range(600)
MOST_LOOKS = 200  # of a step: 4,000 s


@dataclass
class Pilot:
    """Looks, names, plans and carries out, as the steps do; the nodes may be silent at any look."""

    model: IcuModel
    dice: random.Random
    outcome: str = ""

    def look(self) -> Snapshot:
        now = self.model.look()
        hidden = self.dice.choice([N0, N1]) if self.dice.random() < 0.05 else None
        if hidden is N0:
            return Snapshot(cluster=now.cluster, taken_at=now.taken_at, node0=silent(N0), node1=now.node1)
        if hidden is N1:
            return Snapshot(cluster=now.cluster, taken_at=now.taken_at, node0=now.node0, node1=silent(N1))
        return now

    def plan(self, before: Snapshot, *, overdue: bool) -> RecoveryPlan:
        now, model = self.look(), self.model
        starter = now.view(model.starter)
        job = IcuJob(
            transcript="\n".join(model.words) if starter.reachable else None,
            exit_status="1" if starter.reachable and model.has_ended else None,
            has_ended=model.has_ended if starter.reachable else None,
        )
        diagnosis = diagnose_icu(before, now, model.starter, NEW, job=job, overdue=overdue)
        return recover_icu(before, now, diagnosis)

    def fly(self) -> None:
        before = self.model.look()
        self.model.advance(self.dice.uniform(0, 4000))
        plan = self.plan(before, overdue=self.dice.random() < 0.7)
        while plan.kind is PlanKind.WATCH:
            self.model.advance(self.dice.uniform(100, 2000))
            plan = self.plan(before, overdue=self.dice.random() < 0.5)
        if plan.kind is PlanKind.NOTHING:
            self.outcome = "upgraded"
        elif plan.permission is Permission.NEVER or not plan.actions:
            self.outcome = "needs operator"
        else:
            self.outcome = self.carry_out(plan)

    def carry_out(self, plan: RecoveryPlan) -> str:
        done: list[TakenCommand] = []
        for action in plan.actions:
            self.model.advance(self.dice.uniform(0, 300))
            if not self.pass_step(action, done):
                return "needs operator"
        return "put back"

    def pass_step(self, action: PlannedAction, done: list[TakenCommand]) -> bool:
        for _ in range(MOST_LOOKS):
            step = next_in(action, self.look(), done)
            match step:
                case Passed():
                    return True
                case Stop():
                    return False
                case Send():
                    done.append(step.taken)
                    try:
                        self.model.execute(step.command.node, step.command.junos_command)
                    except CommandRefused:
                        return False
            self.model.advance(TICK_S)
        return False


def flown(seed: int) -> Pilot:
    dice = random.Random(seed)
    fault = list(IcuFault)[seed % len(IcuFault)]
    model = IcuModel(fault=fault, starter=dice.choice([N0, N1]), tells_next_boot=dice.random() < 0.9)
    pilot = Pilot(model=model, dice=dice)
    pilot.fly()
    return pilot


@pytest.mark.parametrize("seed", SEEDS)
def test_no_stop_rule_is_broken_and_what_is_put_back_is_whole(seed: int) -> None:
    pilot = flown(seed)
    model = pilot.model
    assert model.violations == [], (model.fault, model.sent)
    releases = {model.nodes[node].release for node in NodeName}
    if pilot.outcome == "upgraded":
        assert releases == {NEW}
    if pilot.outcome == "put back":
        assert releases == {OLD}
        assert [model.nodes[node].pending for node in NodeName] == [None, None]
        assert model.has_ended
    if len(releases) > 1:
        assert pilot.outcome == "needs operator"
    # Once each: nothing of it is sent twice, flags aside.
    once = [line for line in model.sent if "failover" not in line[1]]
    assert max(Counter(once).values(), default=0) <= 1


def test_the_seeds_meet_every_end() -> None:
    ends = Counter(flown(seed).outcome for seed in SEEDS)
    assert set(ends) == {"upgraded", "put back", "needs operator"}
    assert min(ends.values()) >= 20


def test_a_secondary_that_is_primary_is_never_taken_down() -> None:
    """Somebody has moved the groups to the upgraded node by hand: a person decides."""
    model = IcuModel(fault=IcuFault.PRIMARY_STAYS)
    before = model.look()
    model.advance(4000)
    model.primary = N1
    now = model.look()
    job = IcuJob(transcript="\n".join(model.words), exit_status="1", has_ended=True)
    diagnosis = diagnose_icu(before, now, N0, NEW, job=job, overdue=True)
    plan = recover_icu(before, now, diagnosis)
    assert (plan.kind, plan.actions) == (PlanKind.HOLD, ())


def test_an_icu_that_has_not_ended_half_way_is_left_to_a_person() -> None:
    model = IcuModel(fault=IcuFault.HANGS_HALF_WAY)
    before = model.look()
    model.advance(4000)
    job = IcuJob(transcript="", exit_status=None, has_ended=False)
    diagnosis = diagnose_icu(before, model.look(), N0, NEW, job=job, overdue=True)
    assert diagnosis.failure is FailureClass.ICU_NOT_ENDED
    assert recover_icu(before, model.look(), diagnosis).permission is Permission.NEVER
