"""What each route means for whoever approves it: what is done, what only a person can do, how it is undone.

What it costs the traffic, and for which models and releases it is documented, are figures of policy
(``domain/upgrade/route.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from srx_issu.domain.upgrade.route import Allowance, Route


@dataclass(frozen=True, kw_only=True)
class RouteFacts:
    """One route, whatever the cluster. Each sentence stands by itself and names its source in brackets."""

    route: Route
    course: str  # what happens to the nodes, in their order
    preconditions: tuple[str, ...]
    preconditions_of_a_downgrade: tuple[str, ...] = (
        "the configuration holds on the older release",
        "encryption of the HA link is off before a downgrade to a release without it (guide)",
    )
    by_a_person: tuple[str, ...]  # what no software can do; empty = nothing
    undone_by: tuple[str, ...]  # in the order of its phases
    for_downgrades: Allowance  # in general; rules of policy decide for a model
    needs_path_beside_cluster: bool  # both management addresses, whatever becomes of the cluster
    needs_person_on_site: bool


_ISSU: Final = RouteFacts(
    route=Route.ISSU,
    course=(
        "the secondary is upgraded and rebooted, synchronised with the primary, and takes the traffic over; "
        "then the other node is upgraded (guide)"
    ),
    preconditions=(
        "both nodes healthy, every group primary or secondary with a priority above 0 (guide)",
        "twice the image free in /var/tmp on both nodes (guide)",
    ),
    by_a_person=(),
    undone_by=(
        "until both nodes are upgraded: abort, 'request system software rollback node N', reboot, all on the "
        "upgraded node (guide)",
    ),
    for_downgrades=Allowance.REFUSED,
    needs_path_beside_cluster=False,
    needs_person_on_site=False,
)
_ICU: Final = RouteFacts(
    route=Route.ICU,
    course=(
        "one command on the primary installs on both nodes, then reboots the secondary, then the primary; "
        "there is no cold sync between the two releases (ICU)"
    ),
    preconditions=("room for the image on both nodes (ICU)",),
    by_a_person=(),
    undone_by=(
        "before the secondary reboots: abort on the primary, which takes effect once the current operation "
        "has ended (ICU)",
        "from then on, in this order and on the secondary: abort, 'request system software rollback node N', "
        "reboot (ICU)",
    ),
    for_downgrades=Allowance.ALLOWED,
    needs_path_beside_cluster=False,
    needs_person_on_site=False,
)
_MINIMAL_DOWNTIME: Final = RouteFacts(
    route=Route.MINIMAL_DOWNTIME,
    course=(
        "the secondary is isolated from the network, control and fabric links are taken apart, the secondary "
        "is upgraded alone, the traffic is moved to it, then the other node is upgraded; the links are "
        "joined while one node is down, and the configuration is put back (KB17947)"
    ),
    preconditions=(
        "both management addresses over a path that does not cross the cluster, or a console server",
        "the configuration of both nodes kept off the nodes",
        "preempt, interface monitoring and IP monitoring deactivated for the time (KB17947)",
    ),
    by_a_person=(
        "taking control and fabric links apart, and joining them while one node is down (KB17947); not where "
        "policy takes them apart by configuration or by the switches between them",
    ),
    undone_by=(
        "before the traffic moves: the secondary is put back alone, without outage",
        "after it: the traffic is moved back, a second outage of the same kind",
        "two nodes of different releases are never joined (KB17947)",
    ),
    for_downgrades=Allowance.ASK,
    needs_path_beside_cluster=True,
    needs_person_on_site=True,
)
_DUAL_REBOOT: Final = RouteFacts(
    route=Route.DUAL_REBOOT,
    course=(
        "'request system software add' on both nodes, each over a session of its own; when both show the "
        "same pending release, both reboot together, so that no two releases meet (KB17947)"
    ),
    preconditions=(
        "both management addresses over a path that does not cross the cluster, or a console server",
    ),
    by_a_person=(),
    undone_by=(
        "before the reboot: the pending release is taken back on each node",
        "after it: the old release on both nodes and a second reboot of both, with the same outage",
    ),
    for_downgrades=Allowance.ALLOWED,
    needs_path_beside_cluster=True,
    needs_person_on_site=False,
)

FACTS: Final[Mapping[Route, RouteFacts]] = {
    facts.route: facts for facts in (_ISSU, _ICU, _MINIMAL_DOWNTIME, _DUAL_REBOOT)
}
