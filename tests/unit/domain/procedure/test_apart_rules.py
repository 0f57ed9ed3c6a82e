"""What is never sent while two nodes are apart, whatever a plan says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.node_links import NodeLinks
from srx_issu.domain.procedure.action import Apart, CommandKind, PlannedCommand
from srx_issu.domain.procedure.apart_rules import danger, objection_apart
from srx_issu.domain.procedure.objection import StopVerdict
from srx_issu.domain.procedure.stop_rules import objection
from tests.fakes.apart import APART, JOINED, MIXED, MUTE, PORTS0, PORTS1, alone, apart
from tests.fakes.snapshots import N0, N1, NEW, OLD, both, silent, snapshot

PORTS = Apart(ports0=PORTS0, ports1=PORTS1)
DOWN = replace(PORTS, are_links_down=True)
BOTH_UP = replace(APART, ports_up=frozenset((*PORTS0, *PORTS1)), ports_down=frozenset())
BOTH_CLOSED = replace(APART, ports_up=frozenset(), ports_down=frozenset((*PORTS0, *PORTS1)))
WAITING = replace(APART, is_commit_pending=True)


def command(order: CommandKind, node: NodeName = N1, lines: tuple[str, ...] = ()) -> PlannedCommand:
    return PlannedCommand(
        key="x", order=order, node=node, subject=node, lines=lines, image_path="/var/tmp/a.tgz"
    )


def opens(node: NodeName, port: str) -> PlannedCommand:
    return command(CommandKind.COMMIT, node, (f"delete interfaces {port} disable",))


def verdict(asked: PlannedCommand, now: Snapshot, at: Apart = DOWN) -> StopVerdict | None:
    found = objection_apart(asked, now, at)
    return found.verdict if found else None


def seen(links0: NodeLinks = APART, links1: NodeLinks = APART, release1: str = OLD) -> Snapshot:
    return snapshot(alone(N0, OLD, links0), alone(N1, release1, links1))


@pytest.mark.parametrize("link", ["control", "fabric"])
def test_names_the_cable_to_pull_when_a_link_comes_up_between_the_nodes(link: str) -> None:
    found = danger(DOWN, seen(links1=replace(APART, **{link: True}), release1=NEW))
    assert found is not None
    assert found.verdict is StopVerdict.PAGE
    assert f"pull every cable of the {link} link at once" in found.reason
    assert f"node1 runs {NEW}" in found.reason


def test_two_releases_that_hear_each_other_are_a_danger_before_the_links_were_seen_down_too() -> None:
    assert danger(PORTS, seen(links0=replace(APART, control=True), release1=NEW)) is not None
    assert danger(PORTS, seen(links0=replace(APART, control=True))) is None


def test_both_primary_is_expected_while_the_ports_of_one_are_down() -> None:
    assert danger(DOWN, MIXED) is None


def test_both_active_is_a_danger_whatever_the_plan_is_at() -> None:
    for at in (PORTS, DOWN):
        found = danger(at, seen(BOTH_UP, BOTH_UP))
        assert found is not None
        assert found.verdict is StopVerdict.PAGE


def test_nothing_is_sent_in_danger() -> None:
    now = seen(links1=replace(APART, control=True), release1=NEW)
    for order in (CommandKind.COMMIT, CommandKind.ADD_SOFTWARE, CommandKind.REBOOT_ALONE, CommandKind.HALT):
        assert verdict(command(order, lines=("delete interfaces ge-9/0/0 disable",)), now) is StopVerdict.PAGE


def test_ports_are_opened_only_when_the_other_node_shows_its_own_closed() -> None:
    asked = opens(N1, PORTS1[0])
    assert verdict(asked, seen(links0=BOTH_CLOSED)) is None
    assert verdict(asked, seen()) is StopVerdict.STOP  # node0 is open
    assert verdict(asked, seen(links0=MUTE)) is StopVerdict.WAIT
    assert verdict(asked, snapshot(silent(N0), alone(N1))) is StopVerdict.WAIT


def test_ports_are_opened_on_the_node_itself_while_apart() -> None:
    assert verdict(opens(N0, PORTS1[0]), seen(links0=BOTH_CLOSED)) is StopVerdict.STOP


def test_ports_of_a_joined_cluster_may_be_opened() -> None:
    assert verdict(opens(N0, PORTS1[0]), both(links=JOINED), PORTS) is None


def test_one_link_alone_is_no_joined_cluster() -> None:
    half = replace(JOINED, fabric=False)
    assert verdict(opens(N0, PORTS1[0]), both(links=half), PORTS) is StopVerdict.STOP


@pytest.mark.parametrize(
    "order",
    [CommandKind.ADD_SOFTWARE, CommandKind.TAKE_BACK_SOFTWARE, CommandKind.REBOOT_ALONE, CommandKind.HALT],
)
def test_a_node_changes_only_closed_apart_and_seen_by_both(order: CommandKind) -> None:
    assert verdict(command(order), seen()) is None
    assert verdict(command(order, N0), seen()) is StopVerdict.STOP  # its ports are open
    assert verdict(command(order), seen(links0=MUTE)) is StopVerdict.WAIT
    assert verdict(command(order), snapshot(silent(N0), alone(N1))) is StopVerdict.WAIT
    assert verdict(command(order), seen(links1=replace(APART, fabric=None))) is StopVerdict.WAIT
    assert verdict(command(order), seen(links0=replace(APART, fabric=True)), PORTS) is StopVerdict.STOP
    assert verdict(command(order), seen(links0=WAITING)) is StopVerdict.STOP
    assert verdict(replace(command(order), subject=N0), seen()) is StopVerdict.STOP


def test_a_commit_waits_until_none_waits_for_its_confirmation() -> None:
    closes = command(CommandKind.COMMIT, lines=("set interfaces ge-7/0/4 disable",))
    assert verdict(closes, seen(links1=WAITING)) is StopVerdict.WAIT
    assert verdict(closes, seen()) is None


def test_nothing_else_is_sent_to_nodes_that_are_apart() -> None:
    for order in (
        CommandKind.REBOOT,
        CommandKind.REBOOT_TOGETHER,
        CommandKind.ROLL_BACK,
        CommandKind.FAIL_OVER,
    ):
        assert verdict(command(order), apart()) is StopVerdict.STOP


def test_commands_of_this_route_are_sent_by_no_other() -> None:
    for order in (CommandKind.COMMIT, CommandKind.REBOOT_ALONE, CommandKind.HALT):
        found = objection(command(order), both())
        assert found is not None
        assert found.verdict is StopVerdict.STOP
