"""Drives whole runs the way the DAGs do: the real steps, in their order, with their waits and deadlines.

It may be killed at any moment, before or after anything it journals or sends, and then knows only what the
journal and the nodes know.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from srx_issu.domain.approvals.judge import APPROVE, REJECT
from srx_issu.domain.approvals.rule import ApprovalPurpose, Person
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.phase import Phase, infer_phase
from srx_issu.domain.cluster.state import TABLES, ClusterState
from srx_issu.domain.errors import (
    CommandRefused,
    DeviceError,
    HostKeyRejected,
    JournalError,
    SrxIssuError,
)
from srx_issu.domain.failure.transcript import transcript_verdict
from srx_issu.domain.history.approval_events import ApprovalConfirmed
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import BaselineTaken, Event, NothingMoved, Observed
from srx_issu.domain.history.state_parts import Conclusion
from srx_issu.domain.history.step_events import StepFailed, WaitBegan, WaitEnded
from srx_issu.domain.history.upgrade_state import UpgradeState, known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.commands import Command, StartIssu
from srx_issu.domain.upgrade.decide import objection_to_start
from srx_issu.domain.upgrade.goals import Course, Goal, progress
from srx_issu.domain.upgrade.intent import Intent, StartMethod
from srx_issu.ports import codec
from srx_issu.ports.devices import Line, StartLine, StartReport
from srx_issu.ports.journal import Hold, Intended
from srx_issu.ports.permits import Permit
from srx_issu.steps.approval.confirm import confirm_approval
from srx_issu.steps.approval.gate import approach, give_up, hear
from srx_issu.steps.approval.gate_task import AskPerson, Enough, Gate, NextGate, Response
from srx_issu.steps.approval.request import recovery_request
from srx_issu.steps.baseline import course_of, intent_of
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.recovery.recover_cluster import (
    Recovered,
    carry_out,
    conclude_recovery,
    diagnose,
    overdue,
)
from srx_issu.steps.upgrade.check_unchanged import check_unchanged
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified, check_versions_and_groups
from srx_issu.steps.upgrade.close import conclude
from srx_issu.steps.upgrade.collect_after import collect_after
from srx_issu.steps.upgrade.fail_back import fail_back_groups, fail_back_rg0, reset_failover
from srx_issu.steps.upgrade.hold_for_operator import hold_for_operator, hold_recovery
from srx_issu.steps.upgrade.judge_outcome import NextStage, judge_outcome
from srx_issu.steps.upgrade.observe import observe, observe_again
from srx_issu.steps.upgrade.start_issu import start_issu
from srx_issu.steps.waits.converge import ActionWait, NotYet
from srx_issu.steps.waits.idle import QuietWatch
from srx_issu.steps.waits.watch import deadline_s
from tests.fakes.approvals import READY_ENTRY, answered, put
from tests.fakes.memory import MemoryEvidence, MemoryJournal, MemoryLeases
from tests.fakes.shows import FakeShowSessions
from tests.properties.recovery.wire import at_once
from tests.properties.recovery.world import AsyncMachineReader, MachineReader, MachineWriter, World
from tests.unit.checks.plain import plain_run

R = TypeVar("R")
WAITS = (
    ("issu.wait_for_secondary_upgrade", Goal.SECONDARY_UPGRADED),
    ("issu.wait_for_cold_sync", Goal.COLD_SYNCED),
    ("issu.wait_for_switchover", Goal.SWITCHED_OVER),
    ("issu.wait_for_primary_upgrade", Goal.PRIMARY_UPGRADED),
    ("issu.wait_for_resync", Goal.RESYNCED),
)
ANSWERS: dict[str, str | None] = {"yes": APPROVE, "no": REJECT, "expired": None}
ADA = Person(id="ada")
ASKS = tuple(f"recover.approve_recovery{suffix}" for suffix in ("", "_2", "_3", "_4"))
RETRY_S = 10.0


class Killed(BaseException):
    """kill -9: nothing of ours hears of it."""


class TaskFailed(Exception):
    """The task is red; what follows it is not run."""


@dataclass(kw_only=True)
class Fate:
    """Strikes the worker dead, with a chance for each thing it writes or sends. ``most``: an assessment that
    is made again writes so much that hardly a try would come to its end."""

    chance: random.Random
    kills: float
    most: int = 40

    def strike(self) -> None:
        if self.most and self.chance.random() < self.kills:
            self.most -= 1
            raise Killed


class MortalJournal(MemoryJournal):
    """Dies before or after a line is written."""

    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate

    def record(self, upgrade_id: str, event: Entry) -> None:
        self._fate.strike()
        super().record(upgrade_id, event)
        self._fate.strike()

    def intend(self, upgrade_id: str, event: Entry, hold: Hold | None = None) -> Intended:
        self._fate.strike()
        new = super().intend(upgrade_id, event, hold)
        self._fate.strike()
        return new


class MortalWriter(MachineWriter):
    """Dies before or after a command arrives."""

    def __init__(self, world: World, intent: Intent, fate: Fate) -> None:
        super().__init__(world, intent.policy.timers)
        self._fate = fate

    @contextmanager
    def line(self, node: NodeName) -> Iterator[Line]:
        with super().line(node) as line:
            yield MortalLine(line=line, fate=self._fate)

    @contextmanager
    def start_line(self, node: NodeName, method: StartMethod) -> Iterator[StartLine]:
        with super().start_line(node, method) as line:
            yield MortalStartLine(line=line, fate=self._fate)


@dataclass(frozen=True, kw_only=True)
class MortalLine:
    line: Line
    fate: Fate

    def send(self, command: Command, permit: Permit) -> str:
        self.fate.strike()
        words = self.line.send(command, permit)
        self.fate.strike()
        return words


@dataclass(frozen=True, kw_only=True)
class MortalStartLine:
    line: StartLine
    fate: Fate

    @property
    def method(self) -> StartMethod:
        return self.line.method

    def started(self, job: str) -> StartReport | None:
        return self.line.started(job)

    def start(self, command: StartIssu, job: str, permit: Permit) -> StartReport:
        self.fate.strike()
        report = self.line.start(command, job, permit)
        self.fate.strike()
        return report


@dataclass(kw_only=True)
class Pilot:
    """One run. ``journal`` may hold earlier runs; ``dies_at`` names a task it never comes back from."""

    world: World
    intent: Intent
    fate: Fate
    answer: str = "yes"
    dies_at: str | None = None
    journal: MortalJournal = field(init=False)
    evidence: MemoryEvidence = field(default_factory=MemoryEvidence)
    leases: MemoryLeases = field(default_factory=MemoryLeases)
    began_on: str | None = None  # the release before the upgrade
    failed: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = MortalJournal(self.fate)
        self.journal.clock = self.leases.clock = self.world
        self.journal.leases = self.leases

    @property
    def was_approved(self) -> bool:
        """By a person, not by policy."""
        events = [entry.event for entry in self.journal.entries(self.intent.upgrade_id)]
        told = [
            e for e in events if isinstance(e, ApprovalConfirmed) and e.purpose is ApprovalPurpose.RECOVERY
        ]
        return bool(told) and told[-1].by == ADA.id

    # -- the runs

    def upgrade(self) -> Conclusion:
        """From the start of the ISSU to the outcome; readiness and approval are given."""
        self._open()
        before = self._context("baseline").reader.observe()
        self.began_on = before.node0.release
        if objection_to_start(before):
            return Conclusion(outcome=Outcome.NOT_READY, reason="not ready")
        self._keep_baseline(before)
        return self._to_the_end(self._issu)

    def recover(self, successor_of: Pilot | None = None) -> Conclusion:
        """As ``issu_recover``: of another run that died, or of an ISSU begun by hand."""
        if successor_of is not None:
            self.journal, self.evidence = successor_of.journal, successor_of.evidence
        self._open()
        return self._to_the_end(self._observe_and_wait)

    def _to_the_end(self, first: Callable[[], None]) -> Conclusion:
        with suppress(TaskFailed):
            first()
        with suppress(TaskFailed):
            self._after()
        return conclude(self.journal.entries(self.intent.upgrade_id), self.failed)

    def _issu(self) -> None:
        self._task("issu.start", start_issu)
        for step, goal in WAITS:
            self._wait(step, goal)

    def _observe_and_wait(self) -> None:
        self._task("observe", observe)
        context = self._context("wait_until_quiet")
        watch = QuietWatch(
            intent=context.intent,
            start=self._known().start,
            reader=AsyncMachineReader(MachineReader(self.world, self.intent.policy.timers)),
            clock=self.world,
        )
        while not (found := at_once(watch.look())).over:
            self.world.sleep(self.intent.policy.timers.poll_s)
        seen = NothingMoved() if found.quiet else Observed()
        self._tell(seen, "wait_until_quiet", found.reason)
        self._task("observe_again", observe_again)

    def _after(self) -> None:
        while isinstance(stage := self._task("branch_outcome", judge_outcome), NotYet):
            self.world.sleep(stage.pause_s)
        if stage is NextStage.HOLD:
            self._task("hold_for_operator", hold_for_operator)
        if stage is NextStage.RECOVER:
            try:
                stage = NextStage.VERIFY if self._recover() is Recovered.VERIFY else stage
            except TaskFailed:
                self._task("recover.hold_for_operator", hold_recovery)
                raise
        if stage is NextStage.VERIFY:
            self._verify()

    def _recover(self) -> Recovered:
        self._task("recover.diagnose", diagnose)
        self._approve()
        self._task(
            "recover.confirm_recovery", lambda context: confirm_approval(context, ApprovalPurpose.RECOVERY)
        )
        for name in ActionName:
            self._carry_out(name)
        return self._task("recover.conclude_recovery", conclude_recovery)

    def _approve(self) -> None:
        """The gates, one behind the other, until one says that it is enough."""
        for number in range(1, len(ASKS) + 1):
            spares = len(ASKS) - number
            gate = Gate(purpose=ApprovalPurpose.RECOVERY, number=number, try_number=1, spares=spares)
            if not isinstance(self._ask(gate), NextGate):
                return

    def _ask(self, gate: Gate) -> AskPerson | Enough | NextGate:
        """Whoever is asked says what the seed has drawn, or nothing."""
        choice, task = ANSWERS[self.answer], ASKS[gate.number - 1]
        found = self._task(task, lambda context: approach(context, gate, recovery_request))
        if not isinstance(found, AskPerson):
            return found
        if choice is None:
            self._task(task, lambda context: give_up(context, gate))
        said = Response(person=ADA, chosen=(str(choice),))
        return self._task(task, lambda context: hear(context, gate, said))

    def _carry_out(self, name: ActionName) -> None:
        step = f"recover.{name}"
        failed = StepFailed(task=step, awaited=name)
        while isinstance(
            waiting := self._task(step, lambda context: carry_out(context, name), failed), ActionWait
        ):
            since = self._known().waiting_since.get(name)
            if since is None:
                self._tell(WaitBegan(awaited=name), step, "waiting")
                since = self.world.now()
            if (self.world.now() - since).total_seconds() > waiting.deadline_s:
                self._task(step, partial(overdue, name=name, waiting=waiting), failed)
            self._pause()

    def _verify(self) -> None:
        self._task("verify.collect_after", collect_after)
        self._task("verify.check_versions_and_groups", check_versions_and_groups)
        self._task("fail_back.reset_flags", reset_failover)
        self._wait("fail_back.wait_until_settled", Goal.GROUPS_SETTLED)
        self._task("fail_back.fail_back_groups", fail_back_groups)
        self._wait("fail_back.wait_for_groups", Goal.GROUPS_SETTLED)
        self._task("fail_back.fail_back_rg0", fail_back_rg0)
        self._wait("fail_back.wait_for_rg0_hold_down", Goal.GROUPS_SETTLED)
        self._task("fail_back.reset_flags_again", reset_failover)
        self._wait("fail_back.wait_for_flags", Goal.FLAGS_CLEARED)
        self._task("fail_back.check_unchanged", check_unchanged)

    # -- tasks

    def _task(self, step: str, work: Callable[[UpgradeContext], R], failed: StepFailed | None = None) -> R:
        """As ``airflow/operators/step.py`` runs it: tried three times, and as often as it is killed."""
        tries = 0
        while True:
            if self.dies_at and step.startswith(self.dies_at):
                raise Killed
            try:
                return work(self._context(step))
            except Killed:
                self.story.append(f"{step}: killed")
                self._pause()
            except (SrxIssuError, NotVerified) as error:
                self._tell(failed or StepFailed(task=step), step, str(error))
                again = isinstance(error, JournalError) or (
                    isinstance(error, DeviceError) and not isinstance(error, CommandRefused | HostKeyRejected)
                )
                tries += 1
                if not again or tries > 2:
                    raise self._fails(step, str(error)) from error
                self.world.sleep(RETRY_S)

    def _fails(self, step: str, reason: str) -> TaskFailed:
        self.failed.append(step)
        self.story.append(f"{step}: {reason}")
        return TaskFailed(reason)

    def _wait(self, step: str, goal: Goal) -> None:
        """As the trigger of a deferred wait."""
        context = self._context(step)
        self._tell(WaitBegan(awaited=goal), step, f"waiting for {goal}")
        began = self.world.now()
        course = course_of(self._known(), self.evidence, context.intent)
        while True:
            now = context.reader.observe()
            seen = progress(goal, course, now)
            if seen.done:
                self._tell(WaitEnded(awaited=goal, reached=True), step, seen.text)
                return
            waited_s = (self.world.now() - began).total_seconds()
            late = (
                f"not reached: {seen.text}"
                if waited_s > deadline_s(goal, context.intent.policy.timers)
                else None
            )
            if reason := self._stopped(context, course, now) or late:
                self._tell(WaitEnded(awaited=goal, reached=False), step, reason)
                raise self._fails(step, reason)
            self._pause()

    def _stopped(self, context: UpgradeContext, course: Course, now: Snapshot) -> str | None:
        begun = self._known().start
        reading = infer_phase(course.before, now, course.starter, course.target)
        if reading.phase is None or reading.phase >= Phase.SWITCHED_OVER:
            return None
        if begun is None or begun.transcript_path is None:
            return None
        try:
            text = context.reader.read_text(begun.starter, begun.transcript_path)
        except DeviceError:
            return None
        stopped = transcript_verdict(text) if text else None
        return stopped.line if stopped else None

    # -- the context

    def _context(self, step: str) -> UpgradeContext:
        intent = intent_of(self.journal, self.intent.upgrade_id)
        return UpgradeContext(
            intent=intent,
            step=step,
            reader=MachineReader(self.world, intent.policy.timers),
            writer=MortalWriter(self.world, intent, self.fate),
            files=_no_files,
            show_session=FakeShowSessions().open,
            collect=self._collect,
            journal=self.journal,
            leases=self.leases,
            evidence=self.evidence,
            seal=bytes,
            clock=self.world,
            log=logging.getLogger("recovery"),
            validate=plain_run,
        )

    def _collect(self, snapshot: Snapshot, tables: Iterable[str] = TABLES) -> ClusterState:
        return ClusterState(cluster=snapshot.cluster, taken_at=snapshot.taken_at).only(tuple(tables))

    def _open(self) -> None:
        self.journal.open_upgrade(self.intent, self.world.now())
        self.leases.take(f"cluster:{self.intent.cluster.name}", self.intent.upgrade_id, 1e6)

    def _keep_baseline(self, before: Snapshot) -> None:
        uid = self.intent.upgrade_id
        snapshot = self.evidence.write(uid, "baseline-snapshot.json", codec.dumps(before))
        state = self.evidence.write(uid, "baseline-state.json", codec.dumps(self._collect(before)))
        self._tell(BaselineTaken(snapshot=snapshot, state=state), "assess.collect_baseline", "baseline")
        MemoryJournal.record(self.journal, uid, READY_ENTRY)
        MemoryJournal.record(self.journal, uid, put(self._known(), self.intent, "start"))
        MemoryJournal.record(self.journal, uid, answered(self._known(), self.intent, "start", ADA.id))

    def _known(self) -> UpgradeState:
        return known(self.journal.entries(self.intent.upgrade_id))

    def _tell(self, event: Event, step: str, text: str) -> None:
        """By the scheduler or a trigger, which are not struck here."""
        entry = entry_of(event, text, at=self.world.now(), step=step)
        MemoryJournal.record(self.journal, self.intent.upgrade_id, entry)

    def _pause(self) -> None:
        poll_s = self.intent.policy.timers.poll_s
        self.world.sleep(poll_s * self.fate.chance.uniform(0.5, 2.0))


def _no_files(node: NodeName) -> Any:
    raise AssertionError(f"nobody should touch files on {node}")
