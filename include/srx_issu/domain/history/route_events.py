"""How far an upgrade has come on a route that is carried out by its plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.route import Route


@dataclass(frozen=True, kw_only=True)
class RoutePlanned:
    """``plan`` is evidence; ``digest`` is what a yes to this plan is bound to."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED
    route: Route
    starter: NodeName  # the primary of RG0 at the baseline
    plan: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class OldImageThere:
    """The node has shown the image of what it runs now, with the SHA-256 of the catalogue."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED
    node: NodeName
    path: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class RouteStepPassed:
    """An action of the plan is over."""

    kind: ClassVar[EntryKind] = EntryKind.STEP_FINISHED
    action: ActionName


class CalledFor(StrEnum):
    """What a person was called for at once; for each of them once in an upgrade."""

    SECOND_REBOOT = "second_reboot"  # one node reboots, and its peer is not down in time
    SECOND_REBOOT_BACK = "second_reboot_back"  # the same on the way back, by the old image
    TWO_RELEASES = "two_releases"  # that may hear each other, or do
    TRAFFIC_STOPPED = "traffic_stopped"  # it is being moved, and does not go on in time
    STOP_RULE = "stop_rule"  # what else ends a plan at once


@dataclass(frozen=True, kw_only=True)
class PersonCalled:
    """By the notifiers that policy names. The text is what they were told."""

    kind: ClassVar[EntryKind] = EntryKind.DECIDED
    why: CalledFor


@dataclass(frozen=True, kw_only=True)
class RouteFound:
    """A recovery goes on from a route that another upgrade has left half way: it has plan and baseline from
    there, and what was sent stands in the journal of that one."""

    kind: ClassVar[EntryKind] = EntryKind.OBSERVED
    from_upgrade: str
