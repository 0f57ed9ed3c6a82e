"""What can happen to an upgrade, as values in the past tense. What is decided is decided from these.

Each is written into the journal as an entry (``entry.py``), which also has the moment and a sentence for
people. Evidence is named by its id.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.history.approval_events import (
    AnswerGiven,
    ApprovalConfirmed,
    QuestionAsked,
    QuestionGivenUp,
)
from srx_issu.domain.history.command_events import (
    CommandIntended,
    CommandRejected,
    CommandSent,
    CommandUnanswered,
    CommandWithdrawn,
    PermitRefused,
)
from srx_issu.domain.history.hand_events import HandWorkAnswered, HandWorkAsked
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.recovery_events import (
    ClusterHandedOver,
    ClusterReleased,
    ClusterTakenOver,
    FailureNamed,
    RecoveryPlanned,
    RecoveryStepPassed,
)
from srx_issu.domain.history.route_events import (
    OldImageThere,
    PersonCalled,
    RouteFound,
    RoutePlanned,
    RouteStepPassed,
)
from srx_issu.domain.history.step_events import (
    OwnWait,
    StepFailed,
    StepFinished,
    StepStarted,
    WaitBegan,
    WaitEnded,
)
from srx_issu.domain.outcome import Outcome


class FoundBy(StrEnum):
    """What told of a finding."""

    READINESS = "readiness"
    SNAPSHOT = "snapshot"  # the backup of the software before the start
    VALIDATION = "validation"  # the node's own validation of the image before the start
    POLICIES = "policies"
    STATE = "state"  # the comparison after the ISSU
    LAST_LOOK = "last_look"  # the comparison after the fail-back
    RECOVERY = "recovery"
    TO_DO = "to_do"  # what a person is told to do
    COMMIT = "commit"  # a commit of this upgrade, or what is left of it
    BYSTANDERS = "bystanders"  # somebody else worked on the cluster during the ISSU
    LEASE = "lease"  # the cluster was lost to another upgrade


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """The upgrade has its cluster, its conflict groups and its places."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_FINISHED


@dataclass(frozen=True, kw_only=True)
class BaselineTaken:
    """Both nodes before anything was changed. ``noise``: tolerances widened by what moves anyway.

    The hold-downs are those that the configuration has, of RG0 and the longest of the others; None = it has
    none, or was not read. ``routing_engine``: "RE3", where every engine of both nodes is one.
    """

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED
    snapshot: str
    state: str
    noise: str | None = None
    rg0_hold_down_s: int | None = None
    data_hold_down_s: int | None = None
    routing_engine: str | None = None
    replaced: str | None = None  # the state as it was before a commit of this upgrade, which this one has


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
    start decides by itself and changes no question. ``measured``: what earlier runs have shown."""

    kind: ClassVar[EntryKind] = EntryKind.DECIDED
    for_approval: bool
    ask: str | None  # what the support matrix leaves to a person
    found: str
    support: str
    findings: tuple[str, ...] = ()
    measured: str | None = None
    downgrade_from: str | None = None  # what runs, where the image is an older release


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
class FindingMade:
    """Something a person should read. ``check``: the check that said so."""

    kind: ClassVar[EntryKind] = EntryKind.FINDING
    by: FoundBy | None
    check: str | None = None
    evidence: str | None = None
    pfes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CommitUndone:
    """Both nodes were read: nothing is left of what this upgrade committed."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED


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
    | RoutePlanned
    | OldImageThere
    | RouteStepPassed
    | PersonCalled
    | RouteFound
    | HandWorkAsked
    | HandWorkAnswered
    | RecoveryStepPassed
    | FindingMade
    | CommitUndone
    | StillMissing
    | Observed
    | Unread
)
