"""What is known of an upgrade: one fold over what happened to it.

Every step, gate and wait decides from this and from what both nodes show; never from a task's colour or name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked, QuestionGivenUp
from srx_issu.domain.history.command_events import (
    CommandIntended,
    CommandRejected,
    CommandSent,
    CommandUnanswered,
    CommandWithdrawn,
    Sending,
)
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.events import (
    BaselineTaken,
    Claimed,
    CommitUndone,
    FindingMade,
    FoundBy,
    IssuFound,
    NothingMoved,
    OutcomeDecided,
    ReadinessPassed,
    StateCollected,
    StillMissing,
    WayDecided,
)
from srx_issu.domain.history.hand_events import HandWorkAnswered, HandWorkAsked
from srx_issu.domain.history.recovery_events import (
    ClusterReleased,
    ClusterTakenOver,
    RecoveryPlanned,
    RecoveryStepPassed,
)
from srx_issu.domain.history.route_events import (
    CalledFor,
    OldImageThere,
    PersonCalled,
    RouteFound,
    RoutePlanned,
    RouteStepPassed,
)
from srx_issu.domain.history.state_parts import (
    Conclusion,
    IntendedCommand,
    IssuStart,
    PlannedRecovery,
    Ready,
    Said,
)
from srx_issu.domain.history.step_events import (
    StepFailed,
    StepFinished,
    WaitBegan,
    WaitEnded,
)
from srx_issu.domain.history.waits_so_far import WaitsSoFar
from srx_issu.domain.procedure.action import TakenCommand
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.domain.upgrade.intent import StartMethod

_MOVES_GROUPS = (Sending.RESET_FLAGS, Sending.FAIL_BACK, Sending.FAIL_BACK_RG0)
_OF_A_ROUTE = (Sending.INSTALL, Sending.REBOOT)
_OF_GROUPS = (Goal.GROUPS_SETTLED, Goal.GROUPS_HOME, Goal.FLAGS_CLEARED)


@dataclass(kw_only=True)
class UpgradeState(WaitsSoFar):
    """Made by ``known``. Where a thing can happen again, the newest counts."""

    claimed: bool = False
    baseline: BaselineTaken | None = None
    found: IssuFound | None = None  # of a recovery
    found_at: datetime | None = None
    nothing_moved: str | None = None  # the sentence; of a recovery: nobody drives the ISSU
    ready: Ready | None = None
    assessment: Ready | None = None  # the one that an approver is shown
    after: StateCollected | None = None
    plan: PlannedRecovery | None = None
    route: RoutePlanned | None = None  # of a route that goes by a plan; None: an ISSU
    route_from: str | None = None  # the upgrade whose route a recovery goes on from
    called: set[CalledFor] = field(default_factory=set)  # a person, at once
    route_refusal: str | None = None  # the node's words to the newest of its commands that was refused
    conclusion: Conclusion | None = None
    start_refusal: str | None = None  # the node's words
    start_was_sent: bool = False  # the node answered, or nobody knows
    last_intended_at: datetime | None = None
    released: bool = False
    snapshots: dict[NodeName, str] = field(default_factory=dict)  # the node's words
    validated: dict[NodeName, str] = field(default_factory=dict)  # words of who found nothing against it
    brought: dict[NodeName, str] = field(default_factory=dict)  # the image's path, where it was copied to
    old_images: dict[NodeName, str] = field(
        default_factory=dict
    )  # SHA-256 of what leads back, where it was seen
    talk: list[Said] = field(default_factory=list)  # with people, in its order
    findings: list[tuple[FoundBy | None, str]] = field(default_factory=list)
    taken_over: ClusterTakenOver | None = None
    is_commit_undone: bool = False
    rejected: set[str] = field(default_factory=set)  # permits of commands that the node refused
    answered: set[str] = field(default_factory=set)  # permits of commands that it carried out
    _intended: list[IntendedCommand] = field(default_factory=list)
    _withdrawn: set[str] = field(default_factory=set)
    _before_plan: int = 0

    @property
    def intended(self) -> tuple[IntendedCommand, ...]:
        """Every command that was, or may have been, sent: those proven not to have been are left out."""
        return tuple(one for one in self._intended if one.command.permit_id not in self._withdrawn)

    @property
    def intended_start(self) -> IntendedCommand | None:
        """This upgrade's own start, which was, or may have been, sent."""
        return next((one for one in reversed(self.intended) if _is_start(one.command)), None)

    @property
    def start(self) -> IssuStart | None:
        """None when it was never going to be sent, or is proven not to have been. For a recovery: the start
        by somebody else that it goes on from."""
        own = self.intended_start
        if own is not None:
            by_rpc = own.command.method is StartMethod.RPC
            path = None if by_rpc else own.command.transcript
            return IssuStart(starter=own.command.node, at=own.at, by_rpc=by_rpc, transcript_path=path)
        if begun := self._route_begun():
            return begun
        if self.found is None or self.found_at is None:
            return None
        path = self.found.transcript
        return IssuStart(starter=self.found.starter, at=self.found_at, by_rpc=False, transcript_path=path)

    @property
    def gathered(self) -> dict[int, NodeName]:
        """Groups that were failed over by hand before the start (Junos 11.4 and earlier), and where to."""
        moves = (one.command for one in self.intended)
        return {move.group: move.node for move in moves if move.group is not None}

    @property
    def gathered_groups(self) -> tuple[int, ...]:
        return tuple(self.gathered)

    @property
    def sent_for(self) -> frozenset[Sending]:
        """What something was, or may have been, sent for."""
        return frozenset(s for one in self.intended if (s := one.command.sending) is not None)

    @property
    def recovery_commands(self) -> tuple[TakenCommand, ...]:
        """Those of a recovery's plans that were, or may have been, sent."""
        return tuple(
            TakenCommand(key=one.command.recovery_command, at=one.at, booted_at=one.command.booted_at)
            for one in self.intended
            if one.command.recovery_command is not None
        )

    @property
    def route_commands(self) -> tuple[TakenCommand, ...]:
        """Those of the route's plan that were, or may have been, sent."""
        return tuple(
            TakenCommand(key=one.command.route_command, at=one.at, booted_at=one.command.booted_at)
            for one in self.intended
            if one.command.route_command is not None
        )

    def _route_begun(self) -> IssuStart | None:
        """A route that goes by a plan is begun with its first command."""
        first = next(iter(self.route_commands), None)
        if self.route is None or first is None:
            return None
        return IssuStart(starter=self.route.starter, at=first.at, by_rpc=False, transcript_path=None)

    @property
    def is_recovery_begun(self) -> bool:
        """Whether something of the newest plan was, or may have been, sent."""
        since = self._intended[self._before_plan :]
        return any(
            one.command.recovery_command is not None and one.command.permit_id not in self._withdrawn
            for one in since
        )

    def once_key(self, once: str) -> str:
        """The key under which an order that is sent once is intended next: an intent that is proven not to
        have been sent has used up its own key only, however often that was written."""
        mine = {one.command.permit_id for one in self._intended if one.command.once == once}
        lost = mine & self._withdrawn
        return once if not lost else f"{once}#{len(lost) + 1}"

    def found_by(self, by: FoundBy) -> list[str]:
        """What was found there, in words."""
        return [text for who, text in self.findings if who is by]

    def take(self, entry: Entry) -> None:  # noqa: PLR0912, PLR0915 - one case an event
        """What changes with one entry more."""
        match entry.event:
            case Claimed():
                self.claimed = True
            case BaselineTaken() as taken:
                self.baseline = taken
            case StateCollected() as collected:
                self.after = collected
            case IssuFound() as found:
                self.found, self.found_at = found, entry.known_at
            case NothingMoved():
                self.nothing_moved = entry.text
            case ReadinessPassed() as passed:
                self.ready = Ready(passed=passed, at=entry.known_at, text=entry.text)
                self.assessment = self.ready if passed.for_approval else self.assessment
            case OutcomeDecided(outcome=outcome):
                self.conclusion = Conclusion(outcome=outcome, reason=entry.text)
                self.no_longer_unattended()
            case WayDecided():
                self.no_longer_unattended()
            case CommandIntended() as command:
                self._take_intended(command, entry.known_at)
            case CommandWithdrawn(permit_id=permit_id) if permit_id is not None:
                self._withdrawn.add(permit_id)
            case CommandSent() | CommandUnanswered() | CommandRejected() as answered:
                self._take_answer(answered, entry.text)
            case StepFinished() | StepFailed() | RecoveryStepPassed() | RouteStepPassed():
                self.take_end(entry)
            case WaitBegan() | WaitEnded() | StillMissing() | HandWorkAsked() | HandWorkAnswered():
                self.take_wait(entry)
            case QuestionAsked() | QuestionGivenUp() | AnswerGiven() as said:
                self.talk.append(Said(at=entry.known_at, event=said))
            case RecoveryPlanned() as planned:
                self.plan = PlannedRecovery(event=planned, text=entry.text)
                self.passed, self.failures_since_plan, self.by_hand = set(), [], {}
                self._before_plan = len(self._intended)
            case OldImageThere() as there:
                self.old_images[there.node] = there.sha256
            case RoutePlanned() as route:
                self.route = route
            case RouteFound(from_upgrade=from_upgrade):
                self.route_from = from_upgrade
            case PersonCalled(why=why):
                self.called.add(why)
            case FindingMade(by=by):
                self.findings.append((by, entry.text))
            case ClusterTakenOver() as taken_over:
                self.taken_over = taken_over
            case CommitUndone():
                self.is_commit_undone = True
            case ClusterReleased():
                self.released = True
            case _:
                pass

    def _take_intended(self, command: CommandIntended, at: datetime) -> None:
        self._intended.append(IntendedCommand(command=command, at=at))
        self.last_intended_at = at
        if command.sending is Sending.ANSWER:
            self.verdicts.clear()  # what the waits have judged before it goes on
        if (
            command.sending in _MOVES_GROUPS
        ):  # what waited for groups to settle is over, whatever became of it
            for goal in _OF_GROUPS:
                self.waiting_since.pop(goal, None)

    def _take_answer(self, answered: CommandSent | CommandUnanswered | CommandRejected, text: str) -> None:
        is_start = answered.sending is Sending.START
        match answered:
            case CommandRejected():
                self.start_refusal = text if is_start else self.start_refusal
                self.rejected.update(filter(None, [answered.permit_id]))
                self.route_refusal = text if answered.sending in _OF_A_ROUTE else self.route_refusal
            case CommandSent() if answered.node is not None:
                self.answered.update(filter(None, [answered.permit_id]))
                if answered.sending is Sending.SNAPSHOT:
                    self.snapshots[answered.node] = text
                if answered.sending is Sending.VALIDATE:
                    self.validated[answered.node] = text
                if answered.file is not None and answered.sending is not Sending.OLD_IMAGE:
                    self.brought[answered.node] = answered.file
        if is_start and not isinstance(answered, CommandRejected):
            self.start_was_sent = True


def known(entries: Iterable[Entry]) -> UpgradeState:
    """``entries`` in the order in which they were written."""
    state = UpgradeState()
    for entry in entries:
        state.take(entry)
    return state


def _is_start(command: CommandIntended) -> bool:
    return command.sending is Sending.START
