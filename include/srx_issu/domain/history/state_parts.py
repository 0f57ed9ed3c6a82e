"""What an UpgradeState is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked, QuestionGivenUp
from srx_issu.domain.history.command_events import (
    CommandIntended,
)
from srx_issu.domain.history.events import (
    ReadinessPassed,
)
from srx_issu.domain.history.recovery_events import RecoveryPlanned
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.by_hand import Word
from srx_issu.domain.upgrade.decide import Sent


@dataclass(frozen=True, kw_only=True)
class IssuStart:
    """The start of the ISSU as the journal knows it."""

    starter: NodeName
    at: datetime
    by_rpc: bool  # over NETCONF, where no marker on the node guards it
    transcript_path: str | None

    @property
    def sent(self) -> Sent:
        return Sent(starter=self.starter, by_rpc=self.by_rpc)


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """How the upgrade ended so far."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True, kw_only=True)
class IntendedCommand:
    """A command that was going to be sent. ``at`` is the database's time."""

    command: CommandIntended
    at: datetime


@dataclass(frozen=True, kw_only=True)
class HandWorkSoFar:
    """The newest question about one action of a person, and the answer to it. ``at``: the database's time."""

    word: Word | None = None
    name: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A readiness assessment that passed. ``at`` is the database's time, ``text`` its sentence."""

    passed: ReadinessPassed
    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """One part of the talk with people: a question, its end, or an answer. ``at`` is the database's time."""

    at: datetime
    event: QuestionAsked | QuestionGivenUp | AnswerGiven


@dataclass(frozen=True, kw_only=True)
class PlannedRecovery:
    """A recovery plan, with the sentence that tells it."""

    event: RecoveryPlanned
    text: str
