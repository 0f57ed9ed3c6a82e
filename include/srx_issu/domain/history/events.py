"""What can happen to an upgrade, as values in the past tense. What is decided is decided from these.

Each is written into the journal as an entry (``entry.py``), which also has the moment and a sentence for
people. Evidence is named by its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from srx_issu.domain.approvals.judge import AskedQuestion
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.gate.table import SendCondition, SendPurpose
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.recovery.plan import ActionName, PlanKind
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.domain.upgrade.intent import StartMethod


class Sending(StrEnum):
    """What an upgrade sends something for."""

    SNAPSHOT = "snapshot"  # the running software backed up
    UPLOAD = "upload"  # the image to the node that starts the ISSU
    GATHER = "gather"  # a group failed over by hand before the start (Junos 11.4 and earlier)
    START = "start"  # the ISSU itself
    RESYNC_POLICIES = "resync_policies"
    RESET_FLAGS = "reset_flags"
    FAIL_BACK = "fail_back"  # RG1 and up
    FAIL_BACK_RG0 = "fail_back_rg0"
    RECOVER = "recover"  # an errand of a recovery's plan
    RETURN_GROUPS = "return_groups"  # what was gathered for a start that was then not made
    CLEAN_UP = "clean_up"  # the image off the node again


class OwnWait(StrEnum):
    """What is waited for that is neither a goal of the upgrade nor a step of a recovery."""

    STATE_AFTER_ISSU = "state_after_issu"  # sessions, tunnels and neighbors are back
    STATE_AFTER_FAIL_BACK = "state_after_fail_back"
    UNATTENDED_ISSU = "unattended_issu"  # an ISSU under way that no wait watches any more


Awaited = Goal | ActionName | OwnWait


class FoundBy(StrEnum):
    """What told of a finding."""

    READINESS = "readiness"
    POLICIES = "policies"
    STATE = "state"  # the comparison after the ISSU
    LAST_LOOK = "last_look"  # the comparison after the fail-back
    RECOVERY = "recovery"
    TO_DO = "to_do"  # what a person is told to do
    LEASE = "lease"  # the cluster was lost to another upgrade


@dataclass(frozen=True, kw_only=True)
class StepStarted:
    """A step began; nothing depends on it."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_STARTED


@dataclass(frozen=True, kw_only=True)
class StepFinished:
    """A step ended well. ``documents``: what it has kept, by name. A wait of its own is over with it."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_FINISHED
    documents: Mapping[str, str] = field(default_factory=dict)
    awaited: Awaited | None = None


@dataclass(frozen=True, kw_only=True)
class StepFailed:
    """A step gave up. ``task``: the task that it is a part of. A wait of its own is over with it."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_FAILED
    task: str
    awaited: Awaited | None = None


@dataclass(frozen=True, kw_only=True)
class WaitBegan:
    """A deadline counts from here: a wait began, or an outage ended in which nobody could judge."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_STARTED
    awaited: Awaited
    goal: Goal | None = None  # of an unattended ISSU: the one that is due


@dataclass(frozen=True, kw_only=True)
class WaitEnded:
    """``reached`` False: the deadline passed, or it cannot be reached any more."""

    awaited: Awaited
    reached: bool

    @property
    def kind(self) -> EntryKind:
        return EntryKind.STEP_FINISHED if self.reached else EntryKind.STEP_FAILED


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """The upgrade has its cluster, its conflict groups and its places."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_FINISHED


@dataclass(frozen=True, kw_only=True)
class BaselineTaken:
    """Both nodes before anything was changed. ``noise``: tolerances widened by what moves anyway."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED
    snapshot: str
    state: str
    noise: str | None = None


@dataclass(frozen=True, kw_only=True)
class StateCollected:
    """Both nodes after the ISSU; the newest picture counts."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED
    snapshot: str
    state: str


@dataclass(frozen=True, kw_only=True)
class IssuFound:
    """The ISSU that a recovery goes on from."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED
    starter: NodeName
    target: str  # a release, or NOT_KNOWN
    transcript: str | None  # its path on the starter


@dataclass(frozen=True, kw_only=True)
class NothingMoved:
    """Nothing has moved on either node for a while: nobody drives an ISSU."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED


@dataclass(frozen=True, kw_only=True)
class ReadinessPassed:
    """``for_approval``: this assessment is what an approver is shown; one that is made again right before the
    start decides by itself and changes no question."""

    kind: ClassVar[EntryKind] = EntryKind.DECIDED
    for_approval: bool
    ask: str | None  # what the support matrix leaves to a person
    found: str
    support: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A decision whose reason is for people; nothing depends on it."""

    kind: ClassVar[EntryKind] = EntryKind.DECIDED


@dataclass(frozen=True, kw_only=True)
class WayDecided:
    """After the waits: where the run goes. The watch over an unattended ISSU is over with it."""

    kind: ClassVar[EntryKind] = EntryKind.DECIDED


@dataclass(frozen=True, kw_only=True)
class OutcomeDecided:
    """The newest one is the upgrade's."""

    kind: ClassVar[EntryKind] = EntryKind.DECIDED
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class CommandIntended:
    """Written by the send gate before anything is sent. ``permit``: why each condition held.

    ``once``: what is sent once in an upgrade; ``key`` is its unique key, numbered anew where an earlier
    intent is proven not to have been sent.
    """

    kind: ClassVar[EntryKind] = EntryKind.ACTION_INTENDED
    sending: Sending | None  # None: not told by the version that wrote it
    node: NodeName
    command: str
    permit_id: str | None
    purpose: SendPurpose | None = None
    permit: Mapping[str, str] = field(default_factory=dict)
    once: str | None = None
    key: str | None = None
    method: StartMethod | None = None  # of a start
    transcript: str | None = None  # of a start: its path on the node
    group: int | None = None  # of a group that is gathered
    file: str | None = None  # of an upload: its path on the node
    errand: str | None = None  # of a recovery's plan
    booted_at: datetime | None = None  # the node's, when the errand was intended


@dataclass(frozen=True, kw_only=True)
class _CommandAnswered:
    sending: Sending | None
    node: NodeName | None
    command: str | None = None
    permit_id: str | None = None
    file: str | None = None
    started: str | None = None  # of a start: what the node made of it
    method: StartMethod | None = None


@dataclass(frozen=True, kw_only=True)
class CommandSent(_CommandAnswered):
    """The node answered."""

    kind: ClassVar[EntryKind] = EntryKind.ACTION_SENT


@dataclass(frozen=True, kw_only=True)
class CommandUnanswered(_CommandAnswered):
    """Sent, but the answer is missing: it may have been done."""

    kind: ClassVar[EntryKind] = EntryKind.ACTION_UNKNOWN


@dataclass(frozen=True, kw_only=True)
class CommandRejected(_CommandAnswered):
    """The node said no."""

    kind: ClassVar[EntryKind] = EntryKind.ACTION_REFUSED


@dataclass(frozen=True, kw_only=True)
class CommandWithdrawn:
    """Intended, and proven not to have been sent."""

    kind: ClassVar[EntryKind] = EntryKind.ACTION_WITHDRAWN
    node: NodeName
    permit_id: str | None
    command: str
    once: str | None = None


@dataclass(frozen=True, kw_only=True)
class PermitRefused:
    """The send gate said no."""

    kind: ClassVar[EntryKind] = EntryKind.PERMIT_REFUSED
    node: NodeName
    condition: SendCondition
    purpose: SendPurpose


@dataclass(frozen=True, kw_only=True)
class QuestionAsked:
    """``shown``: digest of the words as Airflow shows them; ``parts``: what the question's digest is made of.
    ``clearings``: how often the gate had been cleared."""

    kind: ClassVar[EntryKind] = EntryKind.QUESTION
    question: AskedQuestion
    shown: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    assigned: tuple[str, ...] | None = None
    needed: int = 1
    clearings: int | None = None


@dataclass(frozen=True, kw_only=True)
class QuestionGivenUp:
    """Ended unanswered; another gate asks. ``lost``: the answer that did not reach the journal, in words."""

    kind: ClassVar[EntryKind] = EntryKind.QUESTION
    question: AskedQuestion
    superseded_by: str
    lost: str | None = None


@dataclass(frozen=True, kw_only=True)
class AnswerGiven:
    """``by`` is the person's id; ``responded_at`` Airflow's time, kept for the record only."""

    kind: ClassVar[EntryKind] = EntryKind.ANSWER
    question: AskedQuestion
    by: str
    name: str
    choice: str
    responded_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ApprovalConfirmed:
    """The guard behind the gates let the run go on."""

    kind: ClassVar[EntryKind] = EntryKind.APPROVAL
    purpose: ApprovalPurpose
    by: str
    digest: str | None


@dataclass(frozen=True, kw_only=True)
class ClusterReleased:
    """A person has given the cluster back."""

    kind: ClassVar[EntryKind] = EntryKind.APPROVAL
    by: str


@dataclass(frozen=True, kw_only=True)
class ClusterHandedOver:
    """A recovery took the cluster from this upgrade, on a person's word."""

    kind: ClassVar[EntryKind] = EntryKind.APPROVAL
    by: str


@dataclass(frozen=True, kw_only=True)
class ClusterTakenOver:
    """This recovery took the cluster from another upgrade, on a person's word."""

    kind: ClassVar[EntryKind] = EntryKind.APPROVAL
    by: str
    from_upgrade: str


@dataclass(frozen=True, kw_only=True)
class FailureNamed:
    """What a start was refused for that has changed nothing."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED
    failure: FailureClass


@dataclass(frozen=True, kw_only=True)
class RecoveryPlanned:
    """``plan`` and ``diagnosis`` are evidence; ``digest`` is what a yes to this plan is bound to."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED
    plan: str
    diagnosis: str
    failure: FailureClass
    plan_kind: PlanKind
    permission: Permission
    digest: str | None
    steps: str


@dataclass(frozen=True, kw_only=True)
class RecoveryStepPassed:
    """A step of the plan is over."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_FINISHED
    action: ActionName


@dataclass(frozen=True, kw_only=True)
class FindingMade:
    """Something a person should read. ``check``: the check that said so."""

    kind: ClassVar[EntryKind] = EntryKind.FINDING
    by: FoundBy | None
    check: str | None = None
    evidence: str | None = None
    pfes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StillMissing:
    """What a wait for the state of the baseline still misses."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED
    awaited: OwnWait
    missing: str


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Something seen on a node; nothing depends on it."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED
    evidence: str | None = None


@dataclass(frozen=True, kw_only=True)
class Unread:
    """An entry that this version has no event for: shown to people, and decided nothing from."""

    kind: EntryKind


Event = (
    StepStarted
    | StepFinished
    | StepFailed
    | WaitBegan
    | WaitEnded
    | Claimed
    | BaselineTaken
    | StateCollected
    | IssuFound
    | NothingMoved
    | ReadinessPassed
    | Decided
    | WayDecided
    | OutcomeDecided
    | CommandIntended
    | CommandSent
    | CommandUnanswered
    | CommandRejected
    | CommandWithdrawn
    | PermitRefused
    | QuestionAsked
    | QuestionGivenUp
    | AnswerGiven
    | ApprovalConfirmed
    | ClusterReleased
    | ClusterHandedOver
    | ClusterTakenOver
    | FailureNamed
    | RecoveryPlanned
    | RecoveryStepPassed
    | FindingMade
    | StillMissing
    | Observed
    | Unread
)
