"""The plan of a dual reboot: what is sent next, whatever both nodes show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import GroupState, NextBoot, NodeName, NodeView, Snapshot
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.procedure.action import ActionName, TakenCommand
from srx_issu.domain.procedure.progress import MOST_REBOOTS, Passed, Send, Stop, Wait, step_of
from srx_issu.domain.routes.dual_reboot import dual_reboot_plan
from srx_issu.domain.routes.plan import RoutePhase, objections_to_plan
from srx_issu.domain.upgrade.route import Route
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, T0, after_reboot, both, group, silent, snapshot, view

NOTHING, HELD = NextBoot(is_other=False), NextBoot(is_other=True, release=NEW)
PLAN = dual_reboot_plan(both(next_boot=NOTHING), intent(route=Route.DUAL_REBOOT))
LOST = (group(0, states={N1: GroupState.LOST}), group(1, states={N1: GroupState.LOST}))
BOOTED = T0 - timedelta(days=30)
FIRST, SECOND = (TakenCommand(key=f"reboot_{node}", at=T0, booted_at=BOOTED) for node in (N1, N0))
INSTALLED = tuple(TakenCommand(key=f"install_{node}", at=T0, booted_at=BOOTED) for node in (N1, N0))


def old(node: NodeName, next_boot: NextBoot | None = NOTHING, **changes: object) -> NodeView:
    return view(node, OLD, next_boot=next_boot, **changes)


def back(node: NodeName, release: str) -> NodeView:
    return after_reboot(view(node, release, next_boot=NOTHING))


def at(seconds: float, now: Snapshot) -> Snapshot:
    return Snapshot(
        cluster=now.cluster, taken_at=T0 + timedelta(seconds=seconds), node0=now.node0, node1=now.node1
    )


def next_of(name: ActionName, now: Snapshot, *sent: TakenCommand) -> Send | Wait | Passed | Stop:
    return step_of(PLAN, name, now, sent)


def test_the_secondary_is_installed_first_and_only_that_begins_the_route() -> None:
    found = next_of(ActionName.INSTALL_ON_SECONDARY, snapshot(old(N0), old(N1)))
    assert isinstance(found, Send)
    assert (found.command.node, found.command.purpose) == (N1, SendPurpose.BEGIN)
    assert [c.purpose for c in PLAN.commands[1:]] == [
        *(SendPurpose.CONTINUE, SendPurpose.CONTINUE, SendPurpose.COMPLETE, SendPurpose.COMPLETE)
    ]


def test_an_installation_is_sent_once_and_over_when_the_node_names_the_image() -> None:
    name = ActionName.INSTALL_ON_SECONDARY
    assert isinstance(next_of(name, at(9999, snapshot(old(N0), old(N1))), INSTALLED[0]), Wait)
    assert isinstance(next_of(name, snapshot(old(N0), old(N1, HELD)), INSTALLED[0]), Passed)
    assert isinstance(next_of(name, snapshot(old(N0), old(N1, NextBoot(is_other=True))), INSTALLED[0]), Wait)


def test_the_primary_is_installed_only_beside_a_secondary_that_has_the_image() -> None:
    name = ActionName.INSTALL_ON_PRIMARY
    assert isinstance(next_of(name, snapshot(old(N0), old(N1, HELD))), Send)
    assert isinstance(next_of(name, snapshot(old(N0), old(N1))), Stop)
    assert isinstance(next_of(name, snapshot(old(N0), old(N1, None))), Wait)


@pytest.mark.parametrize("missing", [NOTHING, NextBoot(is_other=True, release="20.4R3"), None])
@pytest.mark.parametrize("node", [N0, N1])
def test_nothing_reboots_before_both_nodes_name_the_same_image(
    node: NodeName, missing: NextBoot | None
) -> None:
    shown = {N0: HELD, N1: HELD, node: missing}
    now = snapshot(old(N0, shown[N0]), old(N1, shown[N1]))
    assert not isinstance(next_of(ActionName.REBOOT_SECONDARY, now, *INSTALLED), Send)
    whole = snapshot(old(N0, HELD), old(N1, HELD))
    assert isinstance(next_of(ActionName.REBOOT_SECONDARY, whole, *INSTALLED), Send)


def test_the_secondary_is_gone_when_its_peer_has_lost_it() -> None:
    name = ActionName.REBOOT_SECONDARY
    assert isinstance(next_of(name, snapshot(old(N0, HELD), silent(N1)), FIRST), Wait)
    assert isinstance(next_of(name, snapshot(old(N0, HELD, groups=LOST), silent(N1)), FIRST), Passed)


def test_the_second_reboot_is_asked_for_again_while_the_first_node_is_not_back() -> None:
    name, down = ActionName.REBOOT_PRIMARY, snapshot(old(N0, HELD, groups=LOST), silent(N1))
    assert isinstance(next_of(name, down, FIRST), Send)
    assert isinstance(next_of(name, at(10, down), FIRST, SECOND), Wait)
    assert isinstance(next_of(name, at(25, down), FIRST, SECOND), Send)
    assert isinstance(next_of(name, at(900, down), FIRST, *(SECOND,) * MOST_REBOOTS), Wait)
    assert isinstance(next_of(name, snapshot(silent(N0), silent(N1)), FIRST, SECOND), Passed)


@pytest.mark.parametrize("release", [OLD, NEW])
def test_once_the_first_node_is_back_the_second_is_not_rebooted_any_more(release: str) -> None:
    now = at(60, snapshot(old(N0, HELD), back(N1, release)))
    for name in (ActionName.REBOOT_PRIMARY, ActionName.WAIT_FOR_BOTH_NODES):
        found = next_of(name, now, FIRST, SECOND)
        assert isinstance(found, Stop), name


def test_a_node_that_is_back_on_the_old_release_pages_before_its_peer_is_back() -> None:
    found = next_of(ActionName.WAIT_FOR_BOTH_NODES, snapshot(silent(N0), back(N1, OLD)), FIRST, SECOND)
    assert isinstance(found, Stop)
    assert found.page


def test_both_back_on_the_target_is_the_end() -> None:
    now = snapshot(back(N0, NEW), back(N1, NEW))
    assert isinstance(next_of(ActionName.WAIT_FOR_BOTH_NODES, now, FIRST, SECOND), Passed)
    assert isinstance(next_of(ActionName.WAIT_FOR_COLD_SYNC, now, FIRST, SECOND), Passed)


def test_seconds_count_between_the_two_reboots_alone() -> None:
    urgent = [phase.phase for phase in PLAN.phases if phase.is_urgent]
    assert urgent == [RoutePhase.REBOOT]
    assert [c.key for c in PLAN.commands_of_urgent(ActionName.REBOOT_PRIMARY)] == [FIRST.key, SECOND.key]
    assert PLAN.commands_of_urgent(ActionName.INSTALL_ON_PRIMARY) == ()


def test_a_node_that_does_not_tell_what_it_boots_next_is_not_ready() -> None:
    assert objections_to_plan(snapshot(old(N0), old(N1))) == []
    (one,) = objections_to_plan(snapshot(old(N0, None), old(N1)))
    assert one.startswith("node0 does not tell what it boots next")
    (other,) = objections_to_plan(snapshot(old(N0), old(N1, HELD)))
    assert other.startswith(f"node1 will boot {NEW} next")
