"""Snapshots of two nodes that are taken apart, and how each claim about them is to be judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from srx_issu.domain.cluster.model import GroupState, NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.node_links import NodeLinks
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.route import Route, RouteRules
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix
from tests.fakes.intents import CLUSTER, intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, T0, both, group, silent, snapshot, view

PORTS0, PORTS1 = ("ge-0/0/4",), ("ge-7/0/4",)
DISABLED = "set interfaces ge-7/0/4 disable"
APART = NodeLinks(
    control=False,
    fabric=False,
    ports_up=frozenset(PORTS0),
    ports_down=frozenset(PORTS1),
    settings=frozenset({DISABLED}),
    is_commit_pending=False,
)
JOINED = NodeLinks(
    control=True,
    fabric=True,
    ports_up=frozenset((*PORTS0, *PORTS1)),
    settings=frozenset(),
    is_commit_pending=False,
)
ONE_LINK = NodeLinks(control=False, fabric=True, is_commit_pending=True, settings=frozenset())
MUTE = NodeLinks()


def alone(node: NodeName, release: str | None = OLD, links: NodeLinks = APART, **changes: object) -> NodeView:
    """A node that has lost its peer, and leads every group."""
    states = {node: GroupState.PRIMARY, node.peer: GroupState.LOST}
    groups = (group(0, node, states=states), group(1, node, states=states))
    return view(node, release, **{"groups": groups, "links": links, **changes})


def apart(release0: str = OLD, release1: str = OLD, *, links: NodeLinks = APART) -> Snapshot:
    return snapshot(alone(N0, release0, links), alone(N1, release1, links))


def claim(name: StateClaim, *, ports: tuple[str, ...] = (), lines: tuple[str, ...] = ()) -> StateCondition:
    return StateCondition(claim=name, node=N1, since="reboot_node1", ports=ports, lines=lines)


NO_RULES = RouteRules()


def apart_intent(
    first_slot: int | None = 7, model: str = CLUSTER.model, routes: RouteRules | None = NO_RULES
) -> Intent:
    """Of a platform whose node1 begins with that slot; ``routes`` without a rule: a rollback leads back."""
    platform = Platform(
        model=model, in_service=InService.REFUSED, reason="of a test", node1_first_slot=first_slot
    )
    support = SupportMatrix(platforms={model: platform}, routes=routes)
    return intent(route=Route.MINIMAL_DOWNTIME, support=support, cluster=replace(CLUSTER, model=model))


_BOOTED = T0 + timedelta(hours=1)
_GONE = snapshot(view(N0), silent(N1))
APART_CASES: list[tuple[StateCondition, Snapshot, bool | None]] = [
    (claim(StateClaim.LINKS_APART), both(links=APART), True),
    (claim(StateClaim.LINKS_APART), both(links=ONE_LINK), False),
    (claim(StateClaim.LINKS_APART), both(links=MUTE), None),
    (claim(StateClaim.LINKS_APART), both(links=NodeLinks(control=False)), None),
    (claim(StateClaim.LINKS_APART), both(), None),
    (claim(StateClaim.LINKS_APART), _GONE, None),
    (claim(StateClaim.LINKS_JOINED), both(links=JOINED), True),
    (claim(StateClaim.LINKS_JOINED), both(links=ONE_LINK), False),
    (claim(StateClaim.LINKS_JOINED), both(links=APART), False),
    (claim(StateClaim.LINKS_JOINED), both(links=NodeLinks(control=True)), None),
    (claim(StateClaim.PORTS_DOWN, ports=PORTS1), both(links=APART), True),
    (claim(StateClaim.PORTS_DOWN, ports=PORTS1), both(links=JOINED), False),
    (claim(StateClaim.PORTS_DOWN, ports=PORTS1), both(links=MUTE), None),
    (claim(StateClaim.PORTS_DOWN, ports=PORTS1), _GONE, None),
    (claim(StateClaim.PORTS_DOWN, ports=(*PORTS1, "ge-7/0/9")), both(links=APART), None),
    (claim(StateClaim.PORTS_UP, ports=PORTS0), both(links=APART), True),
    (claim(StateClaim.PORTS_UP, ports=PORTS1), both(links=APART), False),
    (claim(StateClaim.PORTS_UP, ports=("ge-7/0/9",)), both(links=APART), None),
    (claim(StateClaim.ALONE), snapshot(view(N0), alone(N1)), True),
    (claim(StateClaim.ALONE), both(), False),
    (claim(StateClaim.ALONE), both(groups=(group(0, N1),)), False),
    (claim(StateClaim.ALONE), both(groups=()), None),
    (claim(StateClaim.ALONE), _GONE, None),
    (claim(StateClaim.BACK_ALONE), snapshot(view(N0), alone(N1, booted_at=_BOOTED)), True),
    (claim(StateClaim.BACK_ALONE), snapshot(view(N0), alone(N1)), False),
    (claim(StateClaim.BACK_ALONE), _GONE, None),
    (claim(StateClaim.IN_FORCE, lines=(DISABLED,)), both(links=APART), True),
    (claim(StateClaim.IN_FORCE, lines=(DISABLED,)), both(links=JOINED), False),
    (claim(StateClaim.IN_FORCE, lines=("delete interfaces ge-7/0/4 disable",)), both(links=APART), False),
    (claim(StateClaim.IN_FORCE, lines=(DISABLED,)), both(links=MUTE), None),
    (claim(StateClaim.NO_COMMIT_PENDING), both(links=APART), True),
    (claim(StateClaim.NO_COMMIT_PENDING), both(links=ONE_LINK), False),
    (claim(StateClaim.NO_COMMIT_PENDING), both(links=MUTE), None),
]
MIXED = apart(OLD, NEW)
