"""What a failure is named, what is done about it, and who has the cluster in hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.recovery.plan import PlanKind


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
    undo: tuple[str, ...] = ()  # lines that take back what that one committed
    committed: tuple[str, ...] = ()  # those lines
    is_commit_answered: bool = True  # by the node


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
