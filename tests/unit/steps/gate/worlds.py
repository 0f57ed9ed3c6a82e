"""One order of each purpose that may be sent, and what a test may spoil of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.errors import JournalAway
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.rules import FailureRules
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.route_events import OldImageThere
from srx_issu.domain.history.step_events import WaitEnded
from srx_issu.domain.junos.job import job_name
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.upgrade.commands import AbortIssu, Command, FailOver, StartIssu
from srx_issu.domain.upgrade.configuration import CommitConfiguration
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.domain.upgrade.intent import EvidenceRules, Intent, StartMethod
from srx_issu.domain.upgrade.route import Rollback, RollbackRule, Route, RouteRules, RouteScope
from srx_issu.domain.upgrade.support import SupportMatrix
from srx_issu.domain.upgrade.traces import UNDO, trace_lines
from srx_issu.ports.journal import Hold, Intended
from srx_issu.ports.permits import Permit
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.gate.order import (
    AnswerOrder,
    CommandOrder,
    CommitOrder,
    DeleteOrder,
    RouteOrder,
    StartOrder,
)
from srx_issu.steps.gate.send import (
    answer_prompt,
    commit_configuration,
    delete_file,
    send_command,
    start_in_service_upgrade,
)
from srx_issu.steps.recovery.recover_cluster import diagnose
from srx_issu.steps.recovery.stored_plan import stored_plan
from srx_issu.steps.routes.stored_plan import plan_route, route_plan
from srx_issu.steps.upgrade.start_issu import START_KEY
from tests.fakes.contexts import FakeUpgrade, RecordingWriter, start_intended
from tests.fakes.intents import IMAGE, POLICY, intent
from tests.fakes.memory import MemoryJournal, SteppingClock
from tests.fakes.snapshots import N0, N1, NEW, OLD, both, group

E = TypeVar("E")
PATH = "/var/tmp/image.tgz"
UID = "manual__1"
PROMPT = "Do you want to continue with these actions being taken ? [yes,no] (no)"
TRANSCRIPT = "/job/transcript"
SENDING = {
    SendPurpose.PREPARE: Sending.SNAPSHOT,
    SendPurpose.CONFIGURE: Sending.TRACE,
    SendPurpose.BEGIN: Sending.GATHER,
    SendPurpose.CONTINUE: Sending.INSTALL,
    SendPurpose.COMPLETE: Sending.REBOOT,
    SendPurpose.ANSWER: Sending.ANSWER,
    SendPurpose.BRING_HOME: Sending.RECOVER,
    SendPurpose.UNDO_COMMIT: Sending.UNDO_COMMIT,
}


NO_ROLLBACK = SupportMatrix(
    platforms={},
    routes=RouteRules(
        rollbacks=(
            RollbackRule(scope=RouteScope(), rollback=Rollback.NONE, reason="no way back", source="page"),
        )
    ),
)


def due(_: Snapshot) -> str | None:
    return None


@dataclass
class Shelf:
    """Files of one node; ``deleted`` is what reached it."""

    deleted: list[str] = field(default_factory=list)

    def delete(self, path: str, permit: Permit | None = None) -> None:
        assert permit is not None
        permit.check()
        self.deleted.append(path)

    def size(self, path: str) -> int | None:
        return None

    def arrived(self, path: str) -> int:
        return 0

    def sha256(self, path: str) -> str:
        return ""

    def upload(
        self, source: Path, path: str, progress: Callable[[int, int], None], permit: Permit | None = None
    ) -> None:
        raise AssertionError(f"nobody should copy {source}")


@dataclass
class AwayJournal(MemoryJournal):
    """Away from what ``away`` names until ``until``. ``loses``: so many answers of ``intend`` are lost, with
    the intent written."""

    def __init__(self) -> None:
        super().__init__()
        self.away: frozenset[str] = frozenset()
        self.until: datetime | None = None
        self.loses = 0

    def leave(self, seconds: float, *methods: str) -> None:
        self.away, self.until = frozenset(methods), self.clock.now() + timedelta(seconds=seconds)

    def _there(self, method: str) -> None:
        if self.until is not None and self.clock.now() < self.until and method in self.away:
            raise JournalAway("connection refused")

    def now(self) -> datetime:
        self._there("now")
        return super().now()

    def entries(self, upgrade_id: str) -> tuple[Entry, ...]:
        self._there("entries")
        return super().entries(upgrade_id)

    def record(self, upgrade_id: str, event: Entry) -> None:
        self._there("record")
        super().record(upgrade_id, event)

    def intend(self, upgrade_id: str, event: Entry, hold: Hold | None = None) -> Intended:
        self._there("intend")
        intended = super().intend(upgrade_id, event, hold)
        if self.loses:
            self.loses -= 1
            raise JournalAway("the server closed the connection")
        return intended


@dataclass
class OtherClock:
    """A worker's clock that is wrong by ``ahead_s``."""

    true: SteppingClock
    ahead_s: float
    slept: int = 0
    until: Callable[[OtherClock], None] = lambda _: None

    def now(self) -> datetime:
        return self.true.now() + timedelta(seconds=self.ahead_s)

    def sleep(self, seconds: float) -> None:
        self.slept += 1
        self.true.sleep(seconds)
        self.until(self)


@dataclass
class AfterSending(RecordingWriter):
    """Tells ``then`` when a command has reached the node."""

    then: Callable[[], None] = lambda: None

    def _send(self, node: NodeName, command: Command) -> str:
        words = super()._send(node, command)
        self.then()
        return words


@dataclass
class World:
    """One order and everything around it. ``fake`` is what it stands on."""

    purpose: SendPurpose
    fake: FakeUpgrade
    key: str | None = None
    still_due: Callable[[Snapshot], str | None] = due
    deletes: bool = True  # what is prepared; else a command
    plan: RecoveryPlan | None = None
    stopped: str | None = None
    shelf: Shelf = field(default_factory=Shelf)
    method: StartMethod | None = None  # a start, and its way
    sending: Sending | None = None  # None: as is usual for the purpose
    route_plan: RoutePlan | None = None
    route_command: str | None = None  # of that plan, by its key
    prompt: str = PROMPT

    def context(self) -> UpgradeContext:
        plain = self.fake.context("issu.step")
        return replace(plain, stopped=lambda: self.stopped, files=lambda _: self.shelf)

    def send(self, context: UpgradeContext | None = None) -> object:
        context = context or self.context()
        if self.method is not None:
            return start_in_service_upgrade(context, self._start())
        if self.purpose is SendPurpose.ANSWER:
            return answer_prompt(context, self._answer())
        if self.purpose is SendPurpose.PREPARE and self.deletes:
            order = DeleteOrder(
                purpose=self.purpose,
                sending=self.sending or Sending.CLEAN_UP,
                node=N0,
                why="over",
                path=PATH,
                key=self.key,
            )
            delete_file(context, order)
            return None
        if self.purpose in (SendPurpose.CONFIGURE, SendPurpose.UNDO_COMMIT):
            return commit_configuration(context, self._commit())
        return send_command(context, self._command())

    def _command(self) -> CommandOrder:
        if self.route_command is not None:
            return self._of_a_route(self.route_command)
        begins = self.purpose is SendPurpose.BEGIN
        return CommandOrder(
            purpose=self.purpose,
            sending=self.sending or SENDING[self.purpose],
            node=N0,
            why="a test wants it",
            key=self.key,
            still_due=self.still_due,
            plan=self.plan,
            command=FailOver(group_id=1, to=N0) if begins else AbortIssu(),
        )

    def _of_a_route(self, key: str) -> RouteOrder:
        assert self.route_plan is not None
        command = next(each for each in self.route_plan.commands if each.key == key)
        return RouteOrder(
            purpose=self.purpose,
            sending=self.sending or SENDING[self.purpose],
            node=command.node,
            why="a test wants it",
            key=self.key,
            still_due=self.still_due,
            command=command.junos_command,
            route_command=key,
            booted_at=None,
        )

    def _commit(self) -> CommitOrder:
        configures = self.purpose is SendPurpose.CONFIGURE
        lines = trace_lines(EvidenceRules()) if configures else UNDO
        return CommitOrder(
            purpose=self.purpose,
            sending=self.sending or SENDING[self.purpose],
            node=N0,
            why="a test wants it",
            key=self.key,
            still_due=self.still_due,
            command=CommitConfiguration(lines=lines, comment="a test"),
            undo=UNDO if configures else (),
        )

    def _answer(self) -> AnswerOrder:
        return AnswerOrder(
            purpose=self.purpose,
            sending=self.sending or Sending.ANSWER,
            node=N0,
            why="a test wants it",
            key=self.key,
            still_due=self.still_due,
            job=job_name(UID),
            prompt=self.prompt,
        )

    def _start(self) -> StartOrder:
        assert self.method is not None
        return StartOrder(
            purpose=self.purpose,
            sending=Sending.START,
            node=N0,
            why="a test wants it",
            key=START_KEY,
            still_due=self.still_due,
            command=StartIssu(image_path=PATH, software=self.fake.intent.software, unlink=False),
            job=job_name(UID),
            method=self.method,
        )

    @property
    def reached(self) -> list[object]:
        """What reached a node, by whatever way."""
        writer = self.fake.writer
        return [*writer.sent, *writer.starts, *writer.answers, *self.shelf.deleted]

    def events(self, kind: type[E]) -> list[E]:
        return [e.event for e in self.fake.journal.written[UID] if isinstance(e.event, kind)]


def command_intended(sending: Sending, node: NodeName = N0, **changes: Any) -> CommandIntended:
    """A command of that kind, about to be sent."""
    plain = CommandIntended(sending=sending, node=node, command="a command", permit_id=None)
    return replace(plain, **changes)


def copy_intended(node: NodeName = N0) -> CommandIntended:
    """The image, about to be copied to that node."""
    return command_intended(Sending.UPLOAD, node, permit_id="t0", file=PATH)


def prepare(**changes: object) -> World:
    """Deleting a file that this upgrade brought."""
    fake = FakeUpgrade(intent=intent(**changes), journal=AwayJournal())
    fake.happened(copy_intended(), "copy", step="prepare.stage_image")
    return World(purpose=SendPurpose.PREPARE, fake=fake)


def prepare_by_command(**changes: object) -> World:
    """What interrupts nothing, but belongs before the start."""
    world = prepare(**changes)
    world.deletes = False
    return world


def begin(**changes: object) -> World:
    """Gathering a group: ready and approved."""
    fake = FakeUpgrade(intent=intent(**changes), journal=AwayJournal(), writer=AfterSending())
    return World(purpose=SendPurpose.BEGIN, fake=fake.with_baseline().ready_and_approved(), key="gather.1")


def begin_without_way_back() -> World:
    """An ICU from whose target no rollback leads back; node1 has not shown the old image."""
    old = replace(IMAGE, name="old.tgz", release=OLD, sha256="a" * 64)
    world = begin_start(StartMethod.SHELL, route=Route.ICU, support=NO_ROLLBACK, old_images=(old,))
    world.fake.happened(OldImageThere(node=N0, path=old.node_path, sha256=old.sha256), "there")
    return world


def configure(**changes: object) -> World:
    """Trace options before the start: ready and approved."""
    fake = FakeUpgrade(intent=intent(**changes), journal=AwayJournal(), writer=AfterSending())
    return World(purpose=SendPurpose.CONFIGURE, fake=fake.with_baseline().ready_and_approved(), key="trace")


def undo_commit(outcome: Outcome = Outcome.UPGRADED) -> World:
    """Taking them back behind an ISSU."""
    fake = FakeUpgrade(intent=intent(), journal=AwayJournal(), writer=AfterSending()).with_baseline()
    fake.happened(command_intended(Sending.TRACE, permit_id="t1", undo=UNDO))
    fake.with_start()
    fake.decided(outcome)
    return World(purpose=SendPurpose.UNDO_COMMIT, fake=fake)


def begin_start(method: StartMethod = StartMethod.AUTO, **changes: object) -> World:
    """The start itself."""
    world = begin(**changes)
    world.method = method
    return world


def go_on(**changes: object) -> World:
    """The second installation of a dual reboot, whose first was sent."""
    ours = intent(route=Route.DUAL_REBOOT, **changes)
    fake = FakeUpgrade(intent=ours, journal=AwayJournal(), writer=AfterSending()).with_baseline()
    plan_route(fake.context("assess.plan_route"))
    fake.ready_and_approved()
    fake.happened(command_intended(Sending.INSTALL, N1, route_command="install_node1"), "begun")
    return World(
        purpose=SendPurpose.CONTINUE,
        fake=fake,
        key="route.install",
        route_plan=route_plan(fake.known(), fake.evidence),
        route_command="install_node0",
    )


def complete(**changes: object) -> World:
    """The second reboot of it, whose first was sent."""
    world = go_on(**changes)
    world.fake.happened(command_intended(Sending.REBOOT, N1, route_command="reboot_node1"), "one is down")
    world.purpose, world.key, world.route_command = SendPurpose.COMPLETE, "route.reboot.1", "reboot_node0"
    return world


def answer(listed: tuple[str, ...] = ("these actions being taken",), **changes: object) -> World:
    """A question that policy lists, asked by the job of an approved start."""
    ours = intent(policy=replace(POLICY, answered_prompts=listed), **changes)
    fake = FakeUpgrade(intent=ours, journal=AwayJournal(), writer=AfterSending())
    fake.with_baseline().ready_and_approved()
    fake.happened(start_intended(transcript=TRANSCRIPT), "start")
    fake.reader.texts[N0, TRANSCRIPT] = f"ISSU: Validating Image\n{PROMPT} "
    return World(purpose=SendPurpose.ANSWER, fake=fake, key="answer.1")


def bring_home(permission: Permission = Permission.ASK) -> World:
    """A recovery whose plan is approved, half way."""
    rules = FailureRules(permissions=dict.fromkeys(FailureClass, permission))
    ours: Intent = intent(policy=replace(POLICY, failures=rules))
    fake = FakeUpgrade(intent=ours, journal=AwayJournal(), writer=AfterSending()).with_baseline().with_start()
    fake.happened(WaitEnded(awaited=Goal.PRIMARY_UPGRADED, reached=False), "not reached")
    fake.reader.now = both(OLD, NEW, groups=(group(0, N1), group(1, N1)))
    diagnose(fake.context("recover.diagnose"))
    plan = stored_plan(fake.context("recover.diagnose"))
    assert plan is not None
    if permission is Permission.ASK:
        fake.approved("recovery")
    return World(purpose=SendPurpose.BRING_HOME, fake=fake, plan=plan, key="recover.abort")
