"""The context of an upgrade over memory: scripted snapshots in, commands sent out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.state import TABLES, ClusterState
from srx_issu.domain.errors import DeviceError, UnknownCommand
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import BaselineTaken, Event, OutcomeDecided
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.step_events import Awaited, StepFailed
from srx_issu.domain.history.upgrade_state import UpgradeState, known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.commands import Command, StartIssu
from srx_issu.domain.upgrade.configuration import CommitConfiguration
from srx_issu.domain.upgrade.intent import Intent, StartMethod
from srx_issu.ports import codec
from srx_issu.ports.devices import Line, Started, StartLine, StartReport
from srx_issu.ports.permits import Permit
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.upgrade.start_issu import START_KEY
from tests.fakes.approvals import READY_ENTRY, answered, put
from tests.fakes.intents import intent as plain_intent
from tests.fakes.lines import FakeLine, FakeStartLine
from tests.fakes.memory import MemoryEvidence, MemoryJournal, MemoryLeases, SteppingClock
from tests.fakes.pager import FakePager
from tests.fakes.shows import FakeShowSessions
from tests.fakes.snapshots import T0, both
from tests.unit.checks.plain import plain_run


@dataclass
class ScriptedReader:
    """Answers ``observe`` with ``now``; tests set it, or let a writer change it."""

    now: Snapshot = field(default_factory=both)
    texts: dict[tuple[NodeName, str], str | DeviceError] = field(default_factory=dict)
    configured: list[str] | None = None  # the ``set`` lines of both nodes

    def observe(self) -> Snapshot:
        return self.now

    def read_text(self, node: NodeName, path: str) -> str | None:
        answer = self.texts.get((node, path))
        if isinstance(answer, DeviceError):
            raise answer
        return answer

    def configuration(self, node: NodeName, form: str) -> str:
        if self.configured is not None:
            return "\n".join(self.configured)
        return (
            f'system {{ host-name {node}; root-authentication {{ encrypted-password "$6$abc"; }} }} # {form}'
        )


@dataclass
class RecordingWriter:
    """Remembers what was sent; ``start`` scripts the answers to ``start_issu``, in order."""

    sent: list[tuple[NodeName, str]] = field(default_factory=list)
    starts: list[tuple[NodeName, StartMethod]] = field(default_factory=list)  # that reached a node
    start: list[StartReport | Exception] = field(default_factory=list)
    refuse: DeviceError | None = None
    words: str = "ok"  # to a command that is carried out
    marker: set[str] = field(default_factory=set)  # jobs the node knows
    has_shell: bool = True
    answers: list[tuple[NodeName, str]] = field(default_factory=list)  # to questions of a job
    committed: Callable[[tuple[str, ...]], None] = lambda _: None

    @contextmanager
    def line(self, node: NodeName) -> Iterator[Line]:
        yield FakeLine(node=node, carry_out=self._send, committed=self._commit)

    @contextmanager
    def start_line(self, node: NodeName, method: StartMethod) -> Iterator[StartLine]:
        if method is StartMethod.SHELL and not self.has_shell:
            raise UnknownCommand(node, "no shell for this account")
        by_shell = method is not StartMethod.RPC and self.has_shell
        way = StartMethod.SHELL if by_shell else StartMethod.RPC
        yield FakeStartLine(
            node=node, method=way, marked=self._marked, carry_out=self._start, answered=self._answer
        )

    def _send(self, node: NodeName, command: Command) -> str:
        self.sent.append((node, command.cli))
        if self.refuse:
            raise self.refuse
        return self.words

    def _commit(self, node: NodeName, command: CommitConfiguration) -> str:
        self.sent.append((node, command.cli))
        if self.refuse:
            raise self.refuse
        self.committed(command.lines)
        return self.words

    def _answer(self, node: NodeName, job: str) -> str:
        self.answers.append((node, job))
        if self.refuse:
            raise self.refuse
        return "yes was put into the job's standing input"

    def _marked(self, node: NodeName, job: str) -> StartReport | None:
        if job not in self.marker:
            return None
        return StartReport(
            started=Started.ACCEPTED, method=StartMethod.SHELL, words="already started by this job"
        )

    def _start(self, node: NodeName, command: StartIssu, job: str, method: StartMethod) -> StartReport:
        self.starts.append((node, method))
        self.marker.add(job)
        answer = self.start.pop(0) if self.start else StartReport(started=Started.ACCEPTED, method=method)
        if isinstance(answer, Exception):
            raise answer
        return answer


class NoFiles:
    """A node without files, on which nothing can be stored."""

    def size(self, path: str) -> int | None:
        return None

    def arrived(self, path: str) -> int:
        return 0

    def sha256(self, path: str) -> str:
        raise AssertionError(f"nobody should ask for the checksum of {path}")

    def upload(
        self, source: Path, path: str, progress: Callable[[int, int], None], permit: Permit | None = None
    ) -> None:
        raise AssertionError(f"nobody should copy {source}")

    def delete(self, path: str, permit: Permit | None = None) -> None:
        raise AssertionError(f"nobody should delete {path}")


def start_intended(
    node: NodeName = NodeName.NODE0,
    *,
    permit_id: str | None = None,
    method: StartMethod | None = None,
    transcript: str | None = None,
) -> CommandIntended:
    """The start of the ISSU, about to be sent."""
    return CommandIntended(
        sending=Sending.START,
        node=node,
        command="request system software in-service-upgrade /var/tmp/new.tgz reboot",
        permit_id=permit_id,
        once=START_KEY,
        key=START_KEY,
        method=method,
        transcript=transcript,
    )


@dataclass
class FakeUpgrade:
    """The ports of one upgrade, kept together so that a test can look into them."""

    intent: Intent = field(default_factory=plain_intent)
    reader: ScriptedReader = field(default_factory=ScriptedReader)
    writer: RecordingWriter = field(default_factory=RecordingWriter)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    leases: MemoryLeases = field(default_factory=MemoryLeases)
    evidence: MemoryEvidence = field(default_factory=MemoryEvidence)
    shows: FakeShowSessions = field(default_factory=FakeShowSessions)
    clock: SteppingClock = field(default_factory=SteppingClock)
    state: ClusterState = field(default_factory=lambda: ClusterState(cluster="fw-1", taken_at=T0))
    pager: FakePager = field(default_factory=FakePager)

    def __post_init__(self) -> None:
        self.journal.clock = self.leases.clock = self.pager.clock = self.clock
        self.journal.leases = self.leases
        self.journal.open_upgrade(self.intent, T0)
        self.leases.take("cluster:fw-1", self.intent.upgrade_id, 3600)

    def context(self, step: str) -> UpgradeContext:
        return UpgradeContext(
            intent=self.intent,
            step=step,
            reader=self.reader,
            writer=self.writer,
            files=lambda _: NoFiles(),
            show_session=self.shows.open,
            collect=self._collect,
            journal=self.journal,
            leases=self.leases,
            evidence=self.evidence,
            seal=lambda content: b"sealed:" + content[::-1],
            clock=self.clock,
            log=logging.getLogger("test"),
            validate=plain_run,
            pager=self.pager,
        )

    def _collect(self, snapshot: Snapshot, tables: Iterable[str] = TABLES) -> ClusterState:
        """``state`` as it is by now: a test changes it between two looks."""
        return self.state.only(tuple(tables))

    def happened(
        self, event: Event, text: str = "", *, step: str = "test", node: NodeName | None = None
    ) -> None:
        """Writes it into the journal, as a step called ``step`` would."""
        entry = entry_of(event, text, at=self.clock.now(), step=step, node=node)
        if isinstance(event, CommandIntended):
            self.journal.intend(self.intent.upgrade_id, entry)
        else:
            self.journal.record(self.intent.upgrade_id, entry)

    def failed(
        self, task: str, text: str, *, step: str | None = None, awaited: Awaited | None = None
    ) -> None:
        """A step of that task gave up."""
        self.happened(StepFailed(task=task, awaited=awaited), text, step=step or task)

    def decided(self, outcome: Outcome, reason: str = "because") -> None:
        self.happened(OutcomeDecided(outcome=outcome), reason)

    def with_baseline(self, before: Snapshot | None = None) -> FakeUpgrade:
        uid = self.intent.upgrade_id
        snapshot = self.evidence.write(uid, "baseline-snapshot.json", codec.dumps(before or both()))
        state = self.evidence.write(uid, "baseline-state.json", codec.dumps(self.state))
        self.happened(BaselineTaken(snapshot=snapshot, state=state), "baseline")
        return self

    def with_start(self, method: StartMethod = StartMethod.SHELL) -> FakeUpgrade:
        """The ISSU was asked for."""
        self.happened(start_intended(method=method, transcript="/t"), "start")
        return self

    def ready_and_approved(self) -> FakeUpgrade:
        self.journal.record(self.intent.upgrade_id, READY_ENTRY)
        return self.approved("start")

    def approved(self, purpose: str, who: str = "ada", choice: str = "Approve", gate: int = 1) -> FakeUpgrade:
        """Asked, and answered by a person, about what is in the journal now."""
        so_far = self.known()
        self.journal.record(self.intent.upgrade_id, put(so_far, self.intent, purpose, gate))
        answer = answered(so_far, self.intent, purpose, who, choice, gate)
        self.journal.record(self.intent.upgrade_id, answer)
        return self

    @property
    def outcome(self) -> Outcome | None:
        """What was decided of the upgrade, if anything was."""
        ended = self.known().conclusion
        return ended.outcome if ended else None

    def known(self) -> UpgradeState:
        return known(self.journal.entries(self.intent.upgrade_id))

    def texts(self, kind: EntryKind) -> list[str]:
        return [e.text for e in self.journal.entries(self.intent.upgrade_id) if e.kind is kind]
