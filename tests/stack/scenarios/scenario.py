"""A scenario of one fault: what is given, and how the upgrade must have ended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

NODES = ("node0", "node1")
OLD, NEW = "old", "new"  # the release before, and the target
ABORT = "request chassis cluster in-service-upgrade abort"
GIVEN_BACK, KEPT = "given back", "kept"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Both nodes as the simulator itself sees them at the end.

    A node is ``old`` or ``new``, or ``old, off``; ``primaries`` names the nodes that claim RG0, RG1 and RG2,
    ``nobody`` and ``both`` included; ``left`` is what an ISSU left behind: window, manual flags, a release
    that waits for a reboot, cold sync or policies out of sync.
    """

    node0: str
    node1: str
    primaries: tuple[str, ...]
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        held = ", ".join(f"RG{group} {node}" for group, node in enumerate(self.primaries))
        return "; ".join((f"node0 {self.node0}, node1 {self.node1}", held, *self.left))


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended. ``sent`` are the orders that the nodes were given, as they have written them down:
    ``node1: request system software rollback node 1 reboot``."""

    failure: str | None  # the class in the journal; None: nothing had to be diagnosed
    sent: tuple[str, ...]
    cluster: Cluster
    outcome: str
    lease: str  # KEPT for a person, or GIVEN_BACK


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One row of the table. ``at`` None: the fault is there, or waits for its own moment, before the run."""

    fault: str
    then: Ended
    node: str | None = None
    at: str | None = None
    lasts_s: float | None = None  # virtual; None: it stays
    parameters: Mapping[str, str] = field(default_factory=dict)
    answer: str | None = None  # to the question about the recovery; None: nobody is asked
    starter: str = "node0"  # primary of RG0, where the ISSU runs
    besides: str | None = None  # another fault, which acts where it belongs: what a recovery meets
    kind: str = ""  # of cluster, where it is not the usual one: a key of OTHER_KINDS
    policy: Mapping[str, str] = field(default_factory=dict)  # the operator's, of this cluster: limits.yaml

    @property
    def given(self) -> str:
        """The fault with its parameters, and when and where it strikes."""
        told = "".join(f" {name}={value}" for name, value in self.parameters.items())
        where = f" on {self.node}" if self.node else ""
        when = f" at {self.at}" if self.at else ""
        long = f" for {self.lasts_s:g} s" if self.lasts_s else ""
        also = f" besides {self.besides}" if self.besides else ""
        return f"{self.fault}{told}{where}{when}{long}{also}"

    @property
    def taken_from(self) -> str:
        """Which clusters one is taken from."""
        return self.kind or self.starter

    @property
    def hearer_varies(self) -> bool:
        """Which task of the ISSU hears of it hangs on the simulator's speed and on the machine: the device
        gives up so soon that its start may, or the fault strikes where one wait hands over to the next."""
        return self.then.outcome == "ABORTED_CLEAN" or self.at not in (None, "now")

    @property
    def name(self) -> str:
        """Unique within the table; the test's id."""
        starter = "" if self.starter == "node0" else f" from {self.starter}"
        kind = f", {self.kind}" if self.kind else ""
        policy = "".join(f", {name}: {value}" for name, value in self.policy.items())
        answer = f", {self.answer}" if self.answer else ""
        return f"{self.given}{starter}{kind}{policy}{answer}"


def mirrored(scenario: Scenario) -> Scenario:
    """The same with node1 as the starter: everything that names a node names the other one; only an abort
    goes to node0 first, whoever started the ISSU."""
    then, cluster = scenario.then, scenario.then.cluster
    turned = replace(
        cluster,
        node0=_swap(cluster.node1),
        node1=_swap(cluster.node0),
        primaries=tuple(map(_swap, cluster.primaries)),
        left=tuple(map(_swap, cluster.left)),
    )
    return replace(
        scenario,
        node=_swap(scenario.node) if scenario.node else None,
        starter=_swap(scenario.starter),
        then=replace(then, sent=tuple(_aborts_in_order(map(_swap, then.sent))), cluster=turned),
    )


def _aborts_in_order(sent: Iterable[str]) -> Iterator[str]:
    for is_abort, several in groupby(sent, key=lambda order: order.endswith(ABORT)):
        orders = list(several)
        yield from sorted(orders) if is_abort else orders


def _swap(text: str) -> str:
    """node0 for node1, ``node 0`` for ``node 1``, and the other way round."""
    return re.sub(r"\bnode( ?)([01])\b", lambda found: f"node{found[1]}{1 - int(found[2])}", text)
