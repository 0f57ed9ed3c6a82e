"""One simulated cluster, its journal, and the runs on it: each step is the real one, run whenever somebody
says so."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from srx_issu.airflow.composition.identity import check_belongs
from srx_issu.domain.approvals.rule import ApprovalPurpose, ApprovalRule, Approvals, Person
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import TABLES, ClusterState
from srx_issu.domain.errors import SrxIssuError, StopFlagUnreadable
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.rules import FailureRules
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import Event
from srx_issu.domain.history.step_events import StepFailed
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent, Purpose, StartMethod
from srx_issu.domain.upgrade.route import Route
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix
from srx_issu.ports.dag_names import RECOVERY_DAG, UPGRADE_DAGS
from srx_issu.steps.approval.gate_task import Gate
from srx_issu.steps.baseline import intent_of
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.claim import TakeOver, claim
from srx_lab.rehearsal import TARGET, example_image, example_spec
from tests.fakes.intents import CLUSTER, IMAGE, POLICY, intent
from tests.fakes.memory import MemoryEvidence, MemoryLeases
from tests.fakes.shows import FakeShowSessions
from tests.properties.actions.ledger import ENTITLED, REQUESTER, Arrival, Ledger
from tests.properties.actions.oracle import Oracle, about_recovery, about_start
from tests.properties.actions.ports import Mishap, WatchedWriter, WorkerClock
from tests.properties.recovery.scenes import HALF_WAY, TIMERS
from tests.properties.recovery.wire import Line
from tests.properties.recovery.world import MachineReader, World
from tests.unit.checks import healthy
from tests.unit.checks.plain import plain_run
from tests.unit.steps.gate.worlds import AwayJournal

MODEL = "SRX4600"
RULES = SupportMatrix(
    platforms={
        MODEL: Platform(model=MODEL, in_service=InService.ISSU, reason="table 1", snapshot_supported=True)
    }
)
FAILED = (SrxIssuError, NotVerified)


@dataclass(kw_only=True)
class Run:
    """One run of a DAG. Purpose and route are the DAG's, whatever the journal holds under its id."""

    upgrade_id: str
    purpose: Purpose
    route: Route = Route.ISSU
    at: int = 0  # the step that comes next
    is_at_work: bool = True
    failed: list[str] = field(default_factory=list)

    @property
    def dag_id(self) -> str:
        return RECOVERY_DAG if self.purpose is Purpose.RECOVER else UPGRADE_DAGS[self.route]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One that a gate has put and that nobody has answered. ``about``: what it shows."""

    run: Run
    gate: Gate
    about: str


@dataclass(kw_only=True)
class Site:
    """Everything of one seed."""

    chance: random.Random
    world: World
    ledger: Ledger = field(default_factory=Ledger)
    journal: AwayJournal = field(default_factory=AwayJournal)
    leases: MemoryLeases = field(default_factory=MemoryLeases)
    evidence: MemoryEvidence = field(default_factory=MemoryEvidence)
    mishap: Mishap = field(default_factory=Mishap)
    runs: list[Run] = field(default_factory=list)
    intents: dict[str, Intent] = field(default_factory=dict)  # as they were fixed
    questions: dict[tuple[str, str], Question] = field(default_factory=dict)
    busy_percent: float = 10.0  # what an assessment finds
    unreadable: int = 0  # so many looks at the stop flag fail
    meanwhile: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.journal.clock = self.leases.clock = self.world
        self.journal.leases = self.leases
        self.oracle = Oracle(
            ledger=self.ledger,
            journal=self.journal,
            leases=self.leases,
            evidence=self.evidence,
            machine=self.world.machine.world,
        )

    # -- runs

    def claim(self, run: Run, wanted: Intent, take_over: TakeOver | None = None) -> bool:
        """As ``airflow/composition/claiming.py``: an id that the journal knows keeps its intent."""
        known = self.journal.intents.get(run.upgrade_id)
        ours = known or wanted
        self.intents.setdefault(run.upgrade_id, wanted)
        try:
            check_belongs(ours, run.dag_id)
            claim(ours, self.journal, self.leases, self.world.now(), take_over)
        except FAILED as error:
            self.tell(f"{run.upgrade_id}: claim: {error}")
            run.is_at_work = False
            return False
        self.runs.append(run)
        return True

    def is_at_work(self, upgrade_id: str) -> bool:
        return any(run.is_at_work for run in self.runs if run.upgrade_id == upgrade_id)

    def perform(
        self, run: Run, step: str, work: Callable[[UpgradeContext], object], failed: Event | None = None
    ) -> object:
        """One try of one task; what it raised when it failed, and ``failed`` tells the journal so."""
        try:
            context = self.context(run, step)
            found = work(context)
        except (*FAILED, LookupError) as error:  # the latter: a task cleared before the one it needs
            if type(error) in (KeyError, IndexError):
                raise
            self.tell(f"{run.upgrade_id} {step}: {type(error).__name__}: {error}")
            self.note(run, failed or StepFailed(task=step), step, str(error))
            return error
        self.tell(f"{run.upgrade_id} {step}: {found}")
        return found

    def note(self, run: Run, event: Event, step: str, text: str) -> None:
        """By the scheduler or a trigger, which write late."""
        entry = entry_of(event, text, at=self.world.now(), step=step)
        if run.upgrade_id in self.journal.written:
            stamped = replace(entry, recorded_at=self.world.now())
            self.journal.written[run.upgrade_id].append(stamped)

    def tell(self, words: str) -> None:
        self.ledger.story.append(f"{self.world.now():%d %H:%M:%S} {words}"[:300])

    def about(self, run: Run, purpose: ApprovalPurpose) -> str:
        entries = self.journal.written[run.upgrade_id]
        if purpose is ApprovalPurpose.START:
            return about_start(entries)
        return about_recovery(entries, self.evidence)

    # -- the context

    def context(self, run: Run, step: str) -> UpgradeContext:
        self.journal.until, until = None, self.journal.until  # opening waits an outage out
        ours = intent_of(self.journal, run.upgrade_id)
        self.journal.until = until
        check_belongs(ours, run.dag_id)

        def told(node: NodeName, command: str, way: StartMethod | None, reached: bool) -> None:
            sent = Arrival(
                upgrade_id=run.upgrade_id,
                step=step,
                node=node.value,
                command=command,
                way=way.value if way else None,
                reached=reached,
            )
            self.world.simulated.touch()
            self.ledger.wrong += self.oracle.judge(sent, self.world.now())
            self.ledger.arrivals.append(sent)
            self.tell(f"-> {node}: {command} ({way or ''}{'' if reached else ', lost on the way'})")

        timers = ours.policy.timers
        return UpgradeContext(
            intent=ours,
            step=step,
            reader=MachineReader(self.world, timers),
            writer=WatchedWriter(self.world, timers, told, self.mishap, self.meanwhile),
            files=_no_files,
            show_session=FakeShowSessions().open,
            collect=self._collect,
            journal=self.journal,
            leases=self.leases,
            evidence=self.evidence,
            seal=bytes,
            clock=WorkerClock(self.world, lambda: self.ledger.ahead_s, self._put_right),
            log=_LOG,
            validate=plain_run,
            stopped=self._stopped,
        )

    def _put_right(self) -> None:
        self.ledger.ahead_s = 0.0

    def _stopped(self) -> str | None:
        if self.unreadable:
            self.unreadable -= 1
            raise StopFlagUnreadable("no answer")
        return "mallory stopped the fleet" if self.ledger.stopped else None

    def _collect(self, snapshot: Snapshot, tables: Iterable[str] = TABLES) -> ClusterState:
        cpu = healthy.both(*[rows.CpuSample(busy_percent=self.busy_percent)] * 3)
        state = replace(_HEALTHY, cluster=snapshot.cluster, taken_at=snapshot.taken_at, cpu=cpu)
        return state.only(tuple(tables))


_LOG = logging.getLogger("actions")
_LOG.setLevel(logging.CRITICAL)
_HEALTHY = healthy.state()


def _no_files(node: NodeName) -> NoReturn:
    raise AssertionError(f"nobody should touch files on {node}")


def site(seed: int, folder: Path) -> Site:
    chance = random.Random(seed)
    world = World(
        spec=example_spec(MODEL),
        cluster=CLUSTER,
        line=Line(chance=random.Random(seed + 1)),
        folder=folder,
        keeps_transcript=chance.random() < 0.85,
        has_shell=chance.random() < 0.8,
    )
    if chance.random() < 0.6:
        world.machine.inject(chance.choice(HALF_WAY))
    return Site(chance=chance, world=world)


def upgrade_of(here: Site, upgrade_id: str) -> Intent:
    """As the files say it now."""
    chance = here.chance
    who = tuple(Person(id=name) for name in (*ENTITLED, REQUESTER))
    holds_s = chance.choice((1800.0, 86400.0))
    start = ApprovalRule(
        required=chance.random() < 0.9, needed=chance.choice((1, 1, 2)), approvers=who, holds_s=holds_s
    )
    recovery = ApprovalRule(needed=chance.choice((1, 1, 2)), approvers=who, holds_s=holds_s)
    permission = chance.choice((Permission.ASK, Permission.ASK, Permission.AUTOMATIC))
    policy = replace(
        POLICY,
        timers=TIMERS,
        failures=FailureRules(permissions=dict.fromkeys(FailureClass, permission)),
        start_method=chance.choice((StartMethod.AUTO, StartMethod.AUTO, StartMethod.RPC)),
    )
    end = None
    if chance.random() < 0.5:
        end = here.world.now().timestamp() + chance.uniform(9100, 12000)
    image = replace(IMAGE, name=example_image(MODEL).name, release=TARGET, models=frozenset({MODEL}))
    return intent(
        upgrade_id=upgrade_id,
        image=image,
        software=SoftwareFamily.SYSTEM,
        policy=policy,
        requested_by=REQUESTER,
        approvals=Approvals(start=start, recovery=recovery),
        support=RULES,
        window_end=_iso(end) if end else None,
    )


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def recovery_of(upgrade: Intent, upgrade_id: str) -> Intent:
    return replace(upgrade, upgrade_id=upgrade_id, purpose=Purpose.RECOVER, window_end=None)
