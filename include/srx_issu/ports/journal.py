"""What happened and who may act: the journal, its leases, and the evidence kept beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from srx_issu.domain.errors import SrxIssuError
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent

PERMIT_S = 30.0  # how long a permit to send lives; nobody's lease is taken over sooner after it ran out

JTAC_ARCHIVE = "jtac-evidence.tgz"  # evidence of a failure for Juniper's support, of both nodes

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def bundle_name(moment: str) -> str:
    """Every answer of a moment ("before", "after"), as ``srx-issu record`` writes it."""
    return f"bundle-{moment}.json"


class IntendAnswer(StrEnum):
    """What became of an intended action."""

    WRITTEN = "written"  # it may be sent
    KEY_USED = "key_used"  # the same action was intended before in this upgrade
    CLOSED = "closed"  # the upgrade has its outcome
    NOT_HELD = "not_held"  # a lease that it needs is somebody else's, or gone


@dataclass(frozen=True, kw_only=True)
class Intended:
    """The answer to ``Journal.intend``; ``at`` is the database's time, ``reason`` a sentence for people."""

    answer: IntendAnswer
    at: datetime
    reason: str

    @property
    def written(self) -> bool:
        return self.answer is IntendAnswer.WRITTEN


@dataclass(frozen=True, kw_only=True)
class LeaseClaim:
    """What one upgrade must still hold. Whatever else it holds is renewed with it."""

    owner: str  # upgrade id
    resources: tuple[str, ...]
    ttl_s: float


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Leases that an intended action needs, and for how long from now they are extended with it."""

    resources: tuple[str, ...]
    ttl_s: float


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to act on one resource (``cluster:<name>``) until ``expires_at``, by the database's clock."""

    resource: str
    owner: str  # upgrade id
    taken_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class WantedLeases:
    """What is taken together. ``alone``: each of these; ``places``: of each row of numbered places, one."""

    alone: tuple[str, ...]
    places: tuple[tuple[str, ...], ...] = ()

    @property
    def resources(self) -> tuple[str, ...]:
        """All that come into question."""
        return (*self.alone, *(place for row in self.places for place in row))


@dataclass(frozen=True, kw_only=True)
class LeaseTaken:
    """A lease, and how it stood before; None = nobody had it."""

    lease: Lease
    before: Lease | None = None


@dataclass(frozen=True, kw_only=True)
class UpgradeRecord:
    """One upgrade as the journal knows it."""

    upgrade_id: str
    cluster: str
    target_release: str
    opened_at: datetime
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    reason: str | None = None


class Journal(Protocol):
    """Append-only record of upgrades. All methods raise JournalError when the database does not answer."""

    def now(self) -> datetime:
        """The database's clock, UTC: the only one whose times are compared."""
        ...

    def open_upgrade(self, intent: Intent, at: datetime) -> None:
        """Writes the intent; a second call for the same upgrade changes nothing."""
        ...

    def intent(self, upgrade_id: str) -> Intent: ...

    def upgrade(self, upgrade_id: str) -> UpgradeRecord | None: ...

    def upgrades_of(self, cluster: str) -> tuple[UpgradeRecord, ...]:
        """Every upgrade and recovery of one cluster, newest first."""
        ...

    def record(self, upgrade_id: str, event: Entry) -> None: ...

    def intend(self, upgrade_id: str, event: Entry, hold: Hold | None = None) -> Intended:
        """Writes a CommandIntended, unless it may not be sent any more. One transaction.

        Nothing is written when the upgrade is closed, when its key was intended before (None is always
        free), or when a resource of ``hold`` is not leased to this upgrade. A lease of its own that ran out
        and that nobody took is revived; all of ``hold`` is extended.
        """
        ...

    def entries(self, upgrade_id: str) -> tuple[Entry, ...]:
        """In the order of writing."""
        ...

    def close_upgrade(self, upgrade_id: str, outcome: Outcome, reason: str, at: datetime) -> None:
        """Writes the outcome once; a different outcome for a closed upgrade raises JournalError.

        ``closed_at`` is the database's time; ``at`` is the caller's.
        """
        ...


class Leases(Protocol):
    """Mutual exclusion between upgrades, by resource. The database's clock decides, nobody else's."""

    def take(self, resource: str, owner: str, ttl_s: float) -> Lease:
        """Takes or renews; takes over one that ran out more than PERMIT_S ago (recorded).

        Raises LeaseHeld naming the owner.
        """
        ...

    def take_together(self, wanted: WantedLeases, owner: str, ttl_s: float) -> tuple[LeaseTaken, ...]:
        """All of it, each by the rules of ``take``, or nothing: where one cannot be had nothing is written.

        Raises LeaseHeld naming the first that cannot.
        """
        ...

    def renew(self, resource: str, owner: str, ttl_s: float) -> Lease:
        """Also revives one's own that ran out and that nobody took. Raises LeaseHeld or JournalError."""
        ...

    def renew_many(self, claims: Sequence[LeaseClaim]) -> Mapping[str, SrxIssuError]:
        """Everything that these upgrades hold, for many at once, by the same rules as ``renew``.

        By owner, why one does not hold all that it claims: LeaseHeld (another has it), JournalAway (nobody
        knows: its row is being written to) or JournalError (it is gone). Who is not in the answer does.
        Nobody's trouble is another's.
        """
        ...

    def release(self, resource: str, owner: str) -> bool:
        """Gives it back, and says whether it was the owner's; else nothing happens."""
        ...

    def holder(self, resource: str) -> Lease | None: ...

    def held_by(self, owner: str) -> tuple[Lease, ...]:
        """Everything the owner holds, run out or not, by resource."""
        ...


class Evidence(Protocol):
    """Files that prove what was seen: replies, configurations, transcripts, check results, reports."""

    def write(self, upgrade_id: str, name: str, content: str | bytes) -> str:
        """Stores one file (never overwrites: a second ``name`` gets a numbered one); returns its id."""
        ...

    def read(self, evidence_id: str) -> bytes: ...

    def names(self, upgrade_id: str) -> tuple[str, ...]:
        """Ids of this upgrade's files, oldest first."""
        ...
