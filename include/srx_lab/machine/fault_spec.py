"""What a kind of fault is: what it does, where it bites, where it is known from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from srx_lab.machine.words import Phase


class Scope(StrEnum):
    """Where a fault bites."""

    CLUSTER = "cluster"  # one for the cluster
    NODE = "node"  # a given node, or both when none is named
    SECONDARY = "secondary"  # the RG0 secondary of the moment, unless a node is named
    PRIMARY = "primary"  # the RG0 primary of the moment, unless a node is named
    WIRE = "wire"  # between the node and its client; both nodes when none is named


class Route(StrEnum):
    """The way of upgrading that a fault belongs to: the one that its rehearsal takes."""

    ISSU = "issu"  # in-service upgrade
    ICU = "icu"  # in-band cluster upgrade
    REBOOT = "reboot"  # both nodes installed by themselves, then rebooted together
    MINIMAL_DOWNTIME = "minimal_downtime"  # nodes upgraded apart from each other, their links out


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultSpec:
    """A kind of fault: what it does, where it is known from, its parameters with their defaults."""

    name: str
    says: str
    source: str
    scope: Scope
    parameters: dict[str, str] = field(default_factory=dict)
    default_at: Phase | None = None
    route: Route = Route.ISSU


R, S, U = "[R]", "[S]", "[U]"


def spec(
    name: str,
    says: str,
    source: str,
    scope: Scope,
    at: Phase | None = None,
    route: Route = Route.ISSU,
    **parameters: str,
) -> FaultSpec:
    return FaultSpec(
        name=name,
        says=says,
        source=source,
        scope=scope,
        parameters=parameters,
        default_at=at,
        route=route,
    )
