"""Diagnosis, plan and next step over snapshots that nobody thought of: nodes and groups missing from replies,
unknown releases, states that contradict each other. Nothing raises, and nothing unsafe is ever sent.

The stop rules are stated here anew, on the snapshot itself, not with the functions that are under test.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from srx_issu.domain.cluster.model import (
    ColdSync,
    GroupMember,
    GroupState,
    IssuStatus,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.naming import diagnose
from srx_issu.domain.failure.rules import FailureRules
from srx_issu.domain.procedure.action import CommandKind, TakenCommand
from srx_issu.domain.procedure.progress import Send
from srx_issu.domain.recovery.descriptions import describe
from srx_issu.domain.recovery.found import nothing_to_recover, whose_issu
from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.domain.recovery.planner import recover
from srx_issu.domain.upgrade.commands import SoftwareFamily
from tests.fakes.intents import intent
from tests.fakes.snapshots import NEW, OLD, SYNCED, SYNCING, T0
from tests.fakes.whole_plan import Finished, next_action

RELEASES = (OLD, NEW, "23.4R1.9", "something-odd", None)
FAILURES = (None, frozenset[str](), frozenset({"CS"}), frozenset({"FL"}), frozenset({"IF", "SP"}))
LINES = (
    "(error-code: 4.1)",
    "(error-code: 6.1)",
    "(error-code: 7.1)",
    "(error-code: 9.9)",
    "warning: ISSU in progress",
    "ISSU aborted. But, both nodes are in ISSU window.",
    "ISSU aborted and exiting ISSU window",
    "error: policies are out of sync",
    "System going down IMMEDIATELY",
)
WORDS = st.none() | st.lists(st.sampled_from(LINES), max_size=3).map("\n".join)
NODES = st.sampled_from(list(NodeName))
RULES = st.builds(
    FailureRules,
    permissions=st.dictionaries(
        st.sampled_from(list(FailureClass)), st.just(Permission.AUTOMATIC), max_size=len(FailureClass)
    ),
    finish_forward=st.booleans(),
)


@st.composite
def members(draw: st.DrawFn, node: NodeName) -> GroupMember:
    return GroupMember(
        node=node,
        state=draw(st.sampled_from([*GroupState, *[GroupState.PRIMARY, GroupState.SECONDARY] * 4])),
        priority=draw(st.sampled_from((None, 0, 100, 200, 255))),
        manual=draw(st.sampled_from((None, False, True))),
        monitor_failures=draw(st.sampled_from((*FAILURES, frozenset()))),
    )


@st.composite
def groups(draw: st.DrawFn) -> tuple[RedundancyGroup, ...]:
    ids = draw(st.sampled_from(((0, 1), (0, 1, 2), (0,), (1,), (), (0, 3))))
    found = []
    for group_id in ids:
        there = draw(st.sampled_from((tuple(NodeName), tuple(NodeName), tuple(NodeName)[:1], ())))
        found.append(RedundancyGroup(group_id=group_id, members=tuple(draw(members(n)) for n in there)))
    return tuple(found)


@st.composite
def views(draw: st.DrawFn, node: NodeName) -> NodeView:
    if draw(st.integers(0, 6)) == 0:
        return NodeView(node=node, reachable=False, error="no answer")
    booted = draw(st.sampled_from((None, T0 - timedelta(days=30), T0 - timedelta(seconds=90))))
    return NodeView(
        node=node,
        reachable=True,
        release=draw(st.sampled_from(RELEASES)),
        booted_at=booted,
        groups=draw(groups()),
        cold_sync=draw(st.sampled_from((None, SYNCED, SYNCED, SYNCING, ColdSync()))),
        issu=draw(st.sampled_from((None, *(IssuStatus(in_progress=p) for p in (None, False, True))))),
    )


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    node0, node1 = draw(views(NodeName.NODE0)), draw(views(NodeName.NODE1))
    return Snapshot(cluster="fw-1", taken_at=T0, node0=node0, node1=node1)


@st.composite
def half_way(draw: st.DrawFn) -> tuple[Snapshot, Snapshot, NodeName]:
    """A baseline and a look after it from which a plan is often made: mostly sound, with one or two dents."""
    starter = draw(NODES)
    lead = draw(NODES)
    ids = draw(st.sampled_from(((0, 1), (0, 1, 2))))

    def look(releases: tuple[str, str], primary: NodeName, flagged: bool) -> Snapshot:
        def group(group_id: int) -> RedundancyGroup:
            return RedundancyGroup(
                group_id=group_id,
                members=tuple(
                    GroupMember(
                        node=node,
                        state=GroupState.PRIMARY if node is primary else GroupState.SECONDARY,
                        priority=255 if flagged and node is primary else 100,
                        manual=flagged,
                        monitor_failures=frozenset(),
                    )
                    for node in NodeName
                ),
            )

        def view(node: NodeName, release: str) -> NodeView:
            return NodeView(
                node=node,
                reachable=True,
                release=release,
                booted_at=T0 - timedelta(days=30),
                groups=tuple(group(i) for i in ids),
                cold_sync=SYNCED,
                issu=IssuStatus(in_progress=flagged),
            )

        node0, node1 = (view(node, release) for node, release in zip(NodeName, releases, strict=True))
        return Snapshot(cluster="fw-1", taken_at=T0, node0=node0, node1=node1)

    mixed = (OLD, NEW) if starter is NodeName.NODE0 else (NEW, OLD)
    now = look(draw(st.sampled_from((mixed, mixed, (OLD, OLD), (NEW, NEW)))), lead, draw(st.booleans()))
    return look((OLD, OLD), starter, False), draw(dented(now)), starter


@st.composite
def dented(draw: st.DrawFn, now: Snapshot) -> Snapshot:
    """One node shows something else, or nothing, in some respect."""
    node = draw(NODES)
    odd = draw(views(node))
    part = draw(st.sampled_from(("nothing", "all", "release", "booted_at", "groups", "cold_sync", "issu")))
    if part == "nothing":
        return now
    here = odd if part == "all" else replace(now.view(node), **{part: getattr(odd, part)})
    return replace(now, node0=here) if node is NodeName.NODE0 else replace(now, node1=here)


def assert_safe(plan: RecoveryPlan, now: Snapshot, step: Send) -> None:
    """The stop rules (docs/junos.md, "Stop rules"), on what this very look shows."""
    command = step.command
    for group_id in now.group_ids:
        leaders = [v.node for v in now.views if v.own_state(group_id) is GroupState.PRIMARY]
        assert len(leaders) < 2, f"{command.junos_command.cli} while both are primary of RG{group_id}"
    if command.order in (CommandKind.ROLL_BACK, CommandKind.REBOOT):
        node = command.node
        assert f" node {node.number}" in command.junos_command.cli
        assert now.view(node).reachable
        assert now.both_reachable
        for group_id in now.group_ids:
            assert now.view(node).own_state(group_id) is not GroupState.PRIMARY
            assert now.view(node.peer).own_state(group_id) is GroupState.PRIMARY
    if command.order in (CommandKind.FAIL_OVER, CommandKind.RESET_FAILOVER):
        for view in now.views:
            own = view.own_state(command.group_id) if command.group_id is not None else None
            assert own in (GroupState.PRIMARY, GroupState.SECONDARY, None)
    if command.order is CommandKind.FAIL_OVER:
        assert command.subject is not None
        taker = now.view(command.subject)
        assert all(taker.own_state(g) in (GroupState.PRIMARY, GroupState.SECONDARY) for g in now.group_ids)
        assert taker.cold_sync is None or taker.cold_sync.is_complete is not False


def judge(
    before: Snapshot, now: Snapshot, later: Snapshot, starter: NodeName, given: tuple[object, ...]
) -> None:
    words, overdue, rules, software, done = given
    found = diagnose(before, now, starter, NEW, transcript=words, overdue=bool(overdue))  # type: ignore[arg-type]
    plan = recover(now, before, intent(software=software), found, rules)  # type: ignore[arg-type]
    assert describe(plan, found)
    sent = tuple(
        TakenCommand(
            key=command.key, at=T0 - timedelta(seconds=600), booted_at=now.view(command.node).booted_at
        )
        for command in plan.commands[: int(str(done))]
    )
    step = next_action(plan, later, sent)
    assert step.reason
    if isinstance(step, Send):
        assert_safe(plan, later, step)
    if isinstance(step, Finished) and plan.actions:
        assert {v.release for v in later.views} == {plan.release}, "called finished on another release"


GIVEN = st.tuples(WORDS, st.booleans(), RULES, st.sampled_from(list(SoftwareFamily)), st.integers(0, 9))


@settings(max_examples=400)
@given(snapshots(), snapshots(), snapshots(), NODES, GIVEN)
def test_whatever_the_nodes_show(
    before: Snapshot, now: Snapshot, later: Snapshot, starter: NodeName, given: tuple[object, ...]
) -> None:
    judge(before, now, later, starter, given)


@settings(max_examples=600)
@given(half_way(), st.data(), GIVEN)
def test_half_way_with_a_dent(
    scene: tuple[Snapshot, Snapshot, NodeName], data: st.DataObject, given: tuple[object, ...]
) -> None:
    before, now, starter = scene
    later = data.draw(st.just(now) | dented(now))
    judge(before, now, later, starter, given)


@settings(max_examples=200)
@given(snapshots(), snapshots(), st.sampled_from((None, NEW)))
def test_whatever_a_recovery_finds(before: Snapshot, now: Snapshot, named: str | None) -> None:
    assert nothing_to_recover(now) != ""
    with suppress(RequestRefused):  # nobody can say which release is newer: then the image must be named
        assert whose_issu(now, named, before).reason
