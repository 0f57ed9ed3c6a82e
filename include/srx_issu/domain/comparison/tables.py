"""How each table is compared: what names a row, what must stay the same, which figures may move, and whose
answer is held against whose. Data only; ``domain.comparison.compare`` does the comparing.

A table that is not here is not compared row by row: counters that start anew with a reboot (heartbeats), what
a reboot changes (clocks, CPU), and what is judged by rules of its own (growth of RTOs and hits, policy sync).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from srx_issu.domain.upgrade.intent import Tolerance
from srx_issu.domain.upgrade.route import Route

Row = Any

LOSE_NOTHING = Tolerance()
KEEP_EXACTLY = Tolerance(lost_percent=0.0, gained_percent=0.0)


class Side(StrEnum):
    """Whose answer is compared with whose."""

    NODE = "node"  # node0 with node0, node1 with node1: what belongs to the box
    ROLE = "role"  # active with active, passive with passive: what follows the traffic
    CLUSTER = "cluster"  # one answer for the cluster


@dataclass(frozen=True, kw_only=True)
class Position:
    """Tables whose order matters: the order counts within each context."""

    context: Callable[[Row], str]
    of: Callable[[Row], int]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One table. ``key`` names a row for people and tells it from the others.

    ``good``: where given, an exact field only counts when it leaves these states (lower case).
    ``digests``: fields whose value says nothing to people.
    """

    table: str
    one: str  # "policy"
    many: str  # "policies"
    side: Side
    key: Callable[[Row], str]
    exact: tuple[str, ...] = ()
    gauges: tuple[str, ...] = ()
    tolerance: Tolerance = LOSE_NOTHING  # where the operator gives none: nothing lost, anything gained
    good: frozenset[str] = frozenset()
    unnamed: bool = False  # the fields need no name in the sentence
    digests: tuple[str, ...] = ()
    position: Position | None = None
    losses_matter: bool = True  # False: fewer alarms are no finding
    additions_matter: bool = False  # True: what is new is a finding, not only worth knowing
    returns: bool = True  # False: what differs stays so, however long one waits


def _joined(*names: str) -> Callable[[Row], str]:
    return lambda row: " / ".join(str(getattr(row, name)) for name in names if getattr(row, name))


def _nothing(_row: Row) -> str:
    return ""


UP = frozenset({"up"})

FOLLOWS_TRAFFIC: tuple[Comparison, ...] = (
    Comparison(
        table="sessions", one="sessions", many="sessions", side=Side.ROLE, key=_nothing, gauges=("active",),
        tolerance=Tolerance(lost_percent=20.0, absolute=50.0), unnamed=True,
    ),
    Comparison(
        table="zones", one="zone", many="zones", side=Side.ROLE, key=_joined("zone", "interface"),
        additions_matter=True,
    ),
    Comparison(
        table="policies", one="policy", many="policies", side=Side.ROLE, key=_joined("context", "name"),
        exact=("state", "action", "content"), digests=("content",), additions_matter=True,
        position=Position(context=lambda row: str(row.context), of=lambda row: int(row.position)),
    ),
    Comparison(
        table="nat_rules", one="NAT rule", many="NAT rules", side=Side.ROLE,
        key=_joined("kind", "rule_set", "name"),
    ),
    Comparison(
        table="nat_pools", one="NAT pool", many="NAT pools", side=Side.ROLE, key=_joined("kind", "name"),
        gauges=("addresses",), tolerance=KEEP_EXACTLY,
    ),
    Comparison(
        table="ike", one="IKE peer", many="IKE peers", side=Side.ROLE, key=_joined("peer"), gauges=("up",),
    ),
    Comparison(
        table="ipsec", one="VPN peer", many="VPN peers", side=Side.ROLE, key=_joined("gateway"),
        gauges=("tunnels",),
    ),
    Comparison(
        table="algs", one="ALG", many="ALGs", side=Side.ROLE, key=_joined("name"), exact=("status",),
        unnamed=True,
    ),
    Comparison(
        table="arp", one="ARP entries on", many="ARP entries", side=Side.ROLE, key=_joined("interface"),
        gauges=("entries",), tolerance=Tolerance(lost_percent=20.0, absolute=10.0), unnamed=True,
    ),
)  # fmt: skip

ROUTING: tuple[Comparison, ...] = (
    Comparison(
        table="bgp", one="BGP peer", many="BGP peers", side=Side.CLUSTER, key=_joined("address"),
        exact=("state",), good=frozenset({"established"}), unnamed=True,
    ),
    Comparison(
        table="bgp_prefixes", one="prefixes of BGP peer", many="BGP prefixes", side=Side.CLUSTER,
        key=_joined("address", "table"), gauges=("active", "received"),
        tolerance=Tolerance(lost_percent=1.0),
    ),
    Comparison(
        table="ospf", one="OSPF neighbor", many="OSPF neighbors", side=Side.CLUSTER,
        key=_joined("interface", "address"), exact=("state",), good=frozenset({"full", "2way"}), unnamed=True,
    ),
    Comparison(
        table="isis", one="IS-IS adjacency", many="IS-IS adjacencies", side=Side.CLUSTER,
        key=_joined("interface", "system", "level"), exact=("state",), good=UP, unnamed=True,
    ),
    Comparison(
        table="bfd", one="BFD session", many="BFD sessions", side=Side.CLUSTER,
        key=_joined("neighbor", "interface"), exact=("state",), good=UP, unnamed=True,
    ),
    Comparison(
        table="routes", one="routes of", many="routes", side=Side.CLUSTER, key=_joined("table", "protocol"),
        gauges=("active",), tolerance=Tolerance(lost_percent=1.0), unnamed=True,
    ),
    Comparison(
        table="interfaces", one="interface", many="interfaces", side=Side.CLUSTER, key=_joined("name"),
        exact=("oper",), good=UP, unnamed=True,
    ),
    Comparison(
        table="lacp", one="LACP member", many="LACP members", side=Side.CLUSTER,
        key=_joined("aggregate", "interface"), exact=("mux_state",),
        good=frozenset({"collecting distributing"}), unnamed=True,
    ),
)  # fmt: skip

BOXES: tuple[Comparison, ...] = (
    Comparison(
        table="reths", one="interface", many="reth interfaces", side=Side.NODE, key=_joined("name"),
        exact=("status",), good=UP, unnamed=True,
    ),
    Comparison(
        table="links", one="cluster link", many="cluster links", side=Side.NODE, key=_joined("name"),
        exact=("physical", "monitored"), good=UP,
    ),
    Comparison(
        table="pics", one="PIC", many="PICs", side=Side.NODE, key=_joined("name"), exact=("state",),
        good=frozenset({"online"}), unnamed=True,
    ),
    Comparison(
        table="modules", one="module", many="hardware modules", side=Side.NODE, key=_joined("place"),
        exact=("kind",), unnamed=True, returns=False,
    ),
    Comparison(
        table="chassis_alarms", one="alarm", many="chassis alarms", side=Side.NODE,
        key=_joined("alarm_class", "text"), losses_matter=False, additions_matter=True,
    ),
    Comparison(
        table="system_alarms", one="alarm", many="system alarms", side=Side.NODE,
        key=_joined("alarm_class", "text"), losses_matter=False, additions_matter=True,
    ),
    Comparison(
        table="core_dumps", one="core dump", many="core dumps", side=Side.NODE, key=_joined("path"),
        losses_matter=False, additions_matter=True, returns=False,
    ),
    Comparison(
        table="monitoring", one="monitoring failure", many="monitoring failures", side=Side.NODE,
        key=_joined("kind", "detail"), losses_matter=False, additions_matter=True,
    ),
    Comparison(
        table="leds", one="HA LED", many="HA LED", side=Side.NODE, key=_nothing, exact=("colour",),
        good=frozenset({"green"}), unnamed=True,
    ),
    Comparison(
        table="licenses", one="license", many="licenses", side=Side.NODE, key=_joined("name"),
        exact=("installed",), returns=False,
    ),
    Comparison(
        table="signatures", one="signature package", many="signature packages", side=Side.NODE,
        key=_joined("package"), exact=("version",), unnamed=True, returns=False,
    ),
    Comparison(
        table="packages", one="package", many="packages", side=Side.NODE, key=_joined("name"), returns=False,
    ),
    Comparison(
        table="configuration", one="configuration section", many="configuration sections",
        side=Side.CLUSTER, key=_joined("section"), exact=("sha256",), digests=("sha256",),
        additions_matter=True, returns=False,
    ),
)  # fmt: skip

COMPARISONS = (*FOLLOWS_TRAFFIC, *ROUTING, *BOXES)
BY_TABLE = {comparison.table: comparison for comparison in COMPARISONS}
GAUGED = tuple(comparison.table for comparison in COMPARISONS if comparison.gauges)  # have figures that move

LOST_BY_DESIGN: Mapping[Route, Mapping[str, str]] = {
    Route.ICU: {"sessions": "nothing is synchronised between the two releases, so sessions are lost"},
    Route.MINIMAL_DOWNTIME: {"sessions": "the traffic moves to a node that has no session of it"},
    Route.DUAL_REBOOT: {"sessions": "no node forwards while both boot, so all sessions are lost"},
}
"""Tables that a route empties, and why: what is missing there is no finding, and nobody waits for it."""
