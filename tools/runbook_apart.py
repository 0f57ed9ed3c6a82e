"""The runbook's part about minimal downtime: what is sent, and the way out wherever it has stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from srx_issu.domain.cluster.model import NextBoot, NodeName, Snapshot
from srx_issu.domain.cluster.node_links import NodeLinks
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.procedure.action import PlannedAction
from srx_issu.domain.recovery.descriptions import action_lines
from srx_issu.domain.routes.apart_way_back import way_out
from srx_issu.domain.routes.minimal_downtime import minimal_downtime_plan
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.route import Route, RouteRules
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix

SECTION: Final = "Minimal downtime"
WAYS: Final[Mapping[FailureClass, tuple[str, tuple[str, str]]]] = {
    FailureClass.LEFT_RELAXED: ("put the lines back", ("OLD", "OLD")),
    FailureClass.APART_ON_OLD: ("join the isolated node again", ("OLD", "OLD")),
    FailureClass.APART_BEFORE_MOVE: ("put the isolated node back alone", ("OLD", "NEW")),
    FailureClass.APART_NO_TRAFFIC: ("give the traffic back to the old primary", ("OLD", "NEW")),
    FailureClass.APART_AFTER_MOVE: ("finish the old primary", ("OLD", "NEW")),
    FailureClass.NOT_PUT_BACK: ("put back what is left", ("NEW", "NEW")),
}
"""What each class leads to, and what node0 and node1 run there in the example."""

_HEAD: Final = f"""\
## {SECTION}

What the software sends, in this order, each after a new look at both nodes; here node0 carries the traffic by
ge-0/0/4, and node1 has ge-5/0/4. The approval and the report of a run have the lines for the cluster at hand.

- **Nothing opens a port while the other node does not show its own closed**; a person's word opens nothing.
- **A link that comes up between two releases: pull that cable first**, then read on. Nothing is sent then.
- **Never join two nodes that both run.** One is halted, the cables go in, and only then it boots.
"""
_STOPPED: Final = """\
Where it has stopped, one of these ways out is planned from what both nodes show, and carried out as the row
of the failure says. Where a node does not answer, or does not tell, nothing is sent: a person looks. Where no
rollback leads back to the old release, its image is installed instead, from /var/tmp.
"""


def link_of(failure: FailureClass) -> str:
    """To its way out, in Markdown."""
    words = WAYS[failure][0]
    return f"[{words}](#{SECTION.lower().replace(' ', '-')}-{failure.value})"


def section(before: Snapshot, intent: Intent) -> Iterator[str]:
    """``before``: a cluster whose node0 is primary of every group; ``intent``: to the release NEW."""
    plan = minimal_downtime_plan(_at(before, ("OLD", "OLD"), links_up=True), _apart(intent))
    yield _HEAD
    for phase in plan.phases:
        yield f"**{phase.phase.replace('_', ' ').capitalize()}**: {phase.words}."
        yield ""
        yield from _numbered(phase.actions)
    yield _STOPPED
    assert plan.apart is not None
    steps = replace(plan.apart, can_roll_back=True)
    for failure, (words, releases) in WAYS.items():
        yield f"### {SECTION}: {failure.value}"
        yield ""
        yield f"{words.capitalize()}, where node0 runs {releases[0]} and node1 {releases[1]}."
        yield ""
        is_joined = failure in {FailureClass.LEFT_RELAXED, FailureClass.NOT_PUT_BACK}
        yield from _numbered(way_out(plan, steps, _at(before, releases, links_up=is_joined), failure).actions)


def _numbered(actions: tuple[PlannedAction, ...]) -> Iterator[str]:
    lines = (line for action in actions for line in action_lines(action))
    yield from (f"{number}. {line}" for number, line in enumerate(lines, start=1))
    yield ""


def _at(before: Snapshot, releases: tuple[str, str], *, links_up: bool) -> Snapshot:
    links = NodeLinks(
        control=links_up,
        fabric=links_up,
        ports_up=frozenset({"ge-0/0/4", "ge-5/0/4"}),
        settings=frozenset({"set chassis cluster redundancy-group 1 preempt"}),
        is_commit_pending=False,
    )
    nothing = NextBoot(is_other=False)
    node0, node1 = (
        replace(before.view(node), release=release, links=links, next_boot=nothing)
        for node, release in zip(NodeName, releases, strict=True)
    )
    return replace(before, node0=node0, node1=node1)


def _apart(intent: Intent) -> Intent:
    model = intent.cluster.model
    platform = Platform(model=model, in_service=InService.ICU, reason="example", node1_first_slot=5)
    support = SupportMatrix(platforms={model: platform}, routes=RouteRules())
    return replace(intent, route=Route.MINIMAL_DOWNTIME, support=support)
