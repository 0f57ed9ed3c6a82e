"""Recoveries of a modelled cluster, seeded: any failure, any moment, lost requests, lost answers, deaths,
and controllers that forget.

Whatever happens: no stop rule is ever broken, no roll back or reboot goes out twice, and every run ends
in a state that is restored by the cluster's true state, or with an operator.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

import pytest

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.errors import CommandRefused, DeviceUnreachable
from srx_issu.domain.failure.naming import Diagnosis, FailureClass, diagnose
from srx_issu.domain.failure.transcript import transcript_verdict
from srx_issu.domain.procedure.action import TakenCommand
from srx_issu.domain.procedure.progress import Send, Stop, Wait
from srx_issu.domain.recovery.planner import PlanKind, RecoveryPlan, recover
from srx_issu.domain.upgrade.intent import Timers
from tests.fakes.cluster_model import ClusterModel, Fault
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, NEW, T0, silent
from tests.fakes.whole_plan import Finished, next_action, timed_out

RUNS = 540
SHARDS = 6
WATCH_S = 40.0
POLL_S = 20.0
OVERDUE_S = 1500.0
TIMERS = Timers(
    secondary_upgrade_s=600.0,
    primary_upgrade_s=600.0,
    cold_sync_s=400.0,
    group_settle_s=120.0,
    resync_s=600.0,
)
GOOD = (PlanKind.ABORT_ONLY, PlanKind.ROLL_BACK, PlanKind.FINISH_FORWARD, PlanKind.CLEAR_STALE)


class End(StrEnum):
    UPGRADED = "upgraded"
    RESTORED = "restored"
    NEEDS_OPERATOR = "needs operator"


@dataclass
class Controller:
    """Watches the ISSU, diagnoses, plans, and carries the plan out, with a line that loses things."""

    model: ClusterModel
    chance: random.Random
    loses: float  # share of requests and of answers that are lost
    has_transcript: bool = True
    forgets: float = 0.0  # share of steps before which it starts anew, knowing only the journal
    taken: list[TakenCommand] = field(default_factory=list)  # the journal: survives everything
    diagnosis: Diagnosis | None = None
    plan: RecoveryPlan | None = None
    reason: str = ""

    def run(self) -> End:
        before = self.model.snapshot()
        self.model.start_issu()
        started = self.model.now
        while True:
            self.model.advance(WATCH_S)
            overdue = self.model.now - started > timedelta(seconds=OVERDUE_S)
            if self.plan_from(before, overdue=overdue):
                return self.finish(before)

    def plan_from(self, before: Snapshot, *, overdue: bool) -> bool:
        """False while the upgrade is under way."""
        now = self.look()
        words = self.model.transcript if self.has_transcript else None
        returned = "1" if words and transcript_verdict(words) else None
        self.diagnosis = diagnose(
            before, now, N0, NEW, transcript=words, overdue=overdue, exit_status=returned
        )
        self.plan = recover(now, before, intent(), self.diagnosis)
        return self.plan.kind is not PlanKind.WATCH

    def finish(self, before: Snapshot) -> End:
        """Carries the plan out; a controller that forgets makes a new one in the middle of it."""
        begun: dict[str, datetime] = {}
        was_split = False
        for _ in range(2000):
            if self.chance.random() < self.forgets:
                self.plan_from(before, overdue=True)
            plan = self.plan
            assert plan is not None
            if plan.kind is PlanKind.NOTHING:
                return End.UPGRADED
            match next_action(plan, self.look(), self.taken):
                case Finished():
                    return End.RESTORED
                case Stop(page=True) if not was_split:
                    was_split = True  # look twice before paging
                    continue
                case Stop(reason=reason):
                    return self.stop(reason)
                case Wait() as wait:
                    since = begun.setdefault(wait.action.name, self.model.now)
                    allowed = timedelta(seconds=getattr(TIMERS, wait.action.deadline))
                    if self.model.now - since > allowed:
                        return self.stop(timed_out(wait).reason)
                    self.model.advance(POLL_S)
                case Send() as send:
                    if not self.send(send):
                        return self.stop("refused")
            was_split = False
        raise AssertionError("the recovery never ends")

    def send(self, step: Send) -> bool:
        """False when the node refused what may be sent once only."""
        self.taken.append(step.taken)
        fate = self.chance.random()
        try:
            if fate < self.loses:
                return True  # the request never arrived
            self.model.execute(step.command.node, step.command.junos_command)
        except CommandRefused:
            lost = fate < 2 * self.loses  # then we never hear of the refusal
            return lost or not step.command.is_once
        except DeviceUnreachable:
            return True
        finally:
            self.model.advance(self.chance.choice((0.0, POLL_S)))
        return True

    def look(self) -> Snapshot:
        """Now and then a node does not answer us though it is well."""
        now = self.model.snapshot()
        if self.chance.random() < self.loses / 2:
            node = self.chance.choice(list(NodeName))
            hidden = silent(node, "timed out")
            return replace(now, node0=hidden) if node is N0 else replace(now, node1=hidden)
        return now

    def stop(self, reason: str) -> End:
        self.reason = reason
        return End.NEEDS_OPERATOR


@dataclass
class Disturbed(ClusterModel):
    """The same cluster in a world where things break, and colleagues help."""

    troubles: list[tuple[datetime, str, NodeName]] = field(default_factory=list)

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        due = [t for t in self.troubles if t[0] <= self.now]
        self.troubles = [t for t in self.troubles if t[0] > self.now]
        for _, kind, node in due:
            self.suffer(kind, node)

    def suffer(self, kind: str, node: NodeName) -> None:
        match kind:
            case "reboot":
                self.take_down(node)
            case "death":
                self.take_down(node, seconds=None)
            case "link":
                self.link_down_since = self.now
            case "split":
                self.is_split = True
            case "driver":
                self.stop_driver()
            case "colleague":
                for group_id in self.groups:
                    if self._takes_part(node) and self.primary[group_id] is not node:
                        self._move(group_id, node)


TROUBLES = ("reboot", "death", "link", "split", "driver", *["colleague"] * 4)


def troubles(chance: random.Random) -> list[tuple[datetime, str, NodeName]]:
    def one() -> tuple[datetime, str, NodeName]:
        moment = T0 + timedelta(seconds=chance.uniform(0, 2000))
        return moment, chance.choice(TROUBLES), chance.choice(list(NodeName))

    return [one() for _ in range(chance.choice((0, 0, 1, 1, 2, 4)))]


def simulate(seed: int) -> tuple[Controller, End]:
    chance = random.Random(seed)
    model = Disturbed(
        fault=chance.choice(list(Fault)),
        groups=chance.choice(((0, 1), (0, 1, 2))),
        preempt=chance.random() < 0.3,
        troubles=troubles(chance),
    )
    loses = chance.choice((0.0, 0.05, 0.2))
    controller = Controller(model=model, chance=chance, loses=loses, has_transcript=chance.random() < 0.9)
    return controller, controller.run()


def broken_promises(controller: Controller, end: End) -> list[str]:
    """What must never be, in words."""
    model = controller.model
    found = list(model.violations)
    downs = Counter(cli for _, cli in model.sent if "rollback" in cli or "reboot node" in cli)
    found += [f"'{cli}' was carried out {n} times" for cli, n in downs.items() if n > 1]
    once = Counter(t.key for t in controller.taken if t.key.startswith(("roll_back_", "reboot_")))
    found += [f"{key} was sent {n} times" for key, n in once.items() if n > 1]
    found += [f"'{cli}' without a node" for _, cli in model.sent if "rollback" in cli and " node " not in cli]
    found += [f"'{cli}' went to {to}" for to, cli in model.sent if _goes_astray(to, cli)]
    if end is End.RESTORED:
        assert controller.plan is not None
        if not model.is_restored and controller.plan.kind in GOOD:
            found.append("called restored, but the cluster is not")
        if controller.plan.release and model.nodes[N0].release != controller.plan.release:
            found.append(f"called restored to {controller.plan.release}, runs {model.nodes[N0].release}")
    if end is End.NEEDS_OPERATOR and not controller.reason:
        found.append("an operator is asked without a reason")
    return found


def _goes_astray(to: NodeName, cli: str) -> bool:
    takes_down = "rollback" in cli or "reboot node" in cli
    return takes_down and f" node {to.number}" not in cli


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_run_keeps_the_stop_rules_and_ends_well_or_with_a_person(shard: int) -> None:
    for seed in range(shard, RUNS, SHARDS):
        controller, end = simulate(seed)
        broken = broken_promises(controller, end)
        story = f"seed {seed}: {controller.model.fault}, {controller.diagnosis}, {controller.reason}"
        assert not broken, f"{'; '.join(broken)}\n{story}\n{controller.model.sent}"


@pytest.mark.parametrize(
    ("fault", "failure", "end"),
    [
        (Fault.NONE, None, End.UPGRADED),
        (Fault.REFUSED, FailureClass.VALIDATION_FAILED, End.RESTORED),
        (Fault.KSYNCD, FailureClass.KSYNCD, End.RESTORED),
        (Fault.SECONDARY_SLOW, FailureClass.SECONDARY_REBOOT_FAILED, End.RESTORED),
        (Fault.SECONDARY_DEAD, FailureClass.SECONDARY_REBOOT_FAILED, End.NEEDS_OPERATOR),
        (Fault.COLD_SYNC, FailureClass.COLD_SYNC_FAILED, End.RESTORED),
        (Fault.SWITCHOVER, FailureClass.SWITCHOVER_FAILED, End.RESTORED),
        (Fault.HALF_SWITCHED, FailureClass.SWITCHOVER_FAILED, End.RESTORED),
        (Fault.UNKNOWN_CODE, FailureClass.UNKNOWN_CODE, End.NEEDS_OPERATOR),
        (Fault.SILENT_STOP, FailureClass.STUCK, End.RESTORED),
        (Fault.PRIMARY_UPGRADE, FailureClass.PRIMARY_UPGRADE_FAILED, End.RESTORED),
        (Fault.PRIMARY_REBOOT, FailureClass.PRIMARY_REBOOT_FAILED, End.RESTORED),
        (Fault.PRIMARY_DEAD, FailureClass.PRIMARY_REBOOT_FAILED, End.NEEDS_OPERATOR),
    ],
)
def test_each_fault_alone(fault: Fault, failure: FailureClass | None, end: End) -> None:
    controller = Controller(model=ClusterModel(fault=fault), chance=random.Random(0), loses=0.0)
    assert controller.run() is end, controller.reason
    if failure is not None:
        assert controller.diagnosis is not None
        assert controller.diagnosis.failure is failure
    assert not broken_promises(controller, end)


def test_a_cold_sync_that_never_completes_is_put_back_in_the_guides_order() -> None:
    controller = Controller(model=ClusterModel(fault=Fault.COLD_SYNC), chance=random.Random(0), loses=0.0)
    assert controller.run() is End.RESTORED
    assert [(to.value, cli) for to, cli in controller.model.sent] == [
        ("node1", "request system software rollback node 1 reboot"),
        ("node0", "request chassis cluster in-service-upgrade abort"),
        ("node1", "request chassis cluster in-service-upgrade abort"),
        ("node1", "request system reboot node 1"),
        ("node0", "request chassis cluster failover reset redundancy-group 1"),
    ]
