"""A node that is halted: its answer, its end, and what boots it again."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from jnpr.junos import Device
from jnpr.junos.exception import ConnectClosedError, RpcError, RpcTimeoutError
from ncclient.transport.errors import TransportError

from srx_lab.__main__ import main
from srx_lab.machine.boot import HALTED
from srx_lab.machine.cables import NotOff, boot_by_hand
from srx_lab.machine.commands import fail_over_by_hand, halt
from srx_lab.machine.effects import HaltOrdered, MixedReleasesHeard, NodeHalted, NodeWentDown
from srx_lab.machine.flow import session_share
from srx_lab.machine.pending import make_pending
from srx_lab.machine.words import NodeId, Power
from srx_lab.rehearsal import TARGET
from srx_lab.release import parse_release
from tests.integration.lab.apart import RELAXED, Pair
from tests.integration.lab.conftest import ServedLab
from tests.integration.lab.driving import N0, N1
from tests.integration.lab.test_wire import pyez, said

pytestmark = pytest.mark.filterwarnings("default")
ServeLab = Callable[..., ServedLab]
A_DAY_S = 86_400.0


def halted(node: NodeId, pair: Pair | None = None) -> Pair:
    pair = pair or Pair()
    assert halt(pair.world, node, user="lab").text.startswith("Shutdown NOW!")
    pair.wait(30)
    return pair


def ask_until_cut(device: Device) -> None:
    """On a slow machine a question may fall between the loss of the peer and the end of the session."""
    while True:
        try:
            device.rpc.get_software_information()
        except RpcTimeoutError:
            raise  # neither cut nor answered
        except RpcError:
            continue


def test_a_halted_node_stays_down_and_says_so_on_its_console_alone() -> None:
    pair = halted(N1)
    pair.wait(A_DAY_S)
    assert pair.world.node(N1).power is Power.HALTED
    assert pair.told(HaltOrdered) == [HaltOrdered(node=N1, user="lab", pending="")]
    assert pair.told(NodeHalted) == [NodeHalted(node=N1, console=" ".join(HALTED))]
    assert [each.reason for each in pair.told(NodeWentDown)] == ["halt by lab"]
    assert pair.states(N0) == ("primary", "lost")


def test_a_halted_node_boots_its_pending_image() -> None:
    pair = Pair()
    pair.take_apart()
    make_pending(pair.world, N1, parse_release(TARGET), by="install")
    halted(N1, pair)
    boot_by_hand(pair.world, N1)
    pair.wait(900)
    assert pair.world.node(N1).release.text == TARGET
    assert pair.states(N1) == ("lost", "primary")
    assert pair.told(MixedReleasesHeard) == []


def test_joined_while_halted_it_boots_into_the_cluster() -> None:
    pair = Pair()
    pair.take_apart()
    halted(N1, pair)
    pair.put_in("control", "fabric")
    boot_by_hand(pair.world, N1)
    pair.wait(1500)
    assert pair.states(N0) == pair.states(N1) == ("primary", "secondary")
    assert {node.cold_sync.value for node in pair.world.nodes()} == {"complete"}


def test_only_a_node_that_is_down_is_booted() -> None:
    pair = Pair()
    with pytest.raises(NotOff, match="node1 of example is up: there is nothing to boot"):
        boot_by_hand(pair.world, N1)
    pair.reboot(N1)
    pair.machine.inject("node_power_off", node=N1)
    boot_by_hand(pair.world, N1)
    pair.wait(900)
    assert pair.world.node(N1).is_up


@pytest.mark.parametrize(
    ("fault", "power"), [("person_does_nothing", Power.HALTED), ("person_is_late", Power.UP)]
)
def test_who_boots_it_may_be_late_or_do_nothing(fault: str, power: Power) -> None:
    pair = halted(N1)
    pair.machine.inject(fault)
    boot_by_hand(pair.world, N1)
    pair.wait(500)
    assert pair.world.node(N1).power is Power.HALTED
    pair.wait(900)
    assert pair.world.node(N1).power is power


def test_it_may_not_boot_at_all() -> None:
    pair = halted(N1)
    pair.machine.inject("node_never_comes_back", node=N1)
    boot_by_hand(pair.world, N1)
    pair.wait(A_DAY_S)
    assert pair.world.node(N1).power is Power.HALTED


def test_a_halt_may_be_answered_and_not_done() -> None:
    pair = Pair()
    pair.machine.inject("halt_lost", node=N1)
    halted(N1, pair)
    assert pair.world.node(N1).is_up
    assert len(pair.told(HaltOrdered)) == 1


@pytest.mark.parametrize("rpc", ["request-halt", "request-vmhost-halt"])
def test_over_netconf_its_sessions_are_cut_and_its_port_refuses(serve_lab: ServeLab, rpc: str) -> None:
    lab = serve_lab(speed=3)
    with pyez(lab, "node1") as device:
        answer = device.execute(f"<{rpc}/>")
        assert "Shutdown NOW!" in "".join(answer.itertext())
        with pytest.raises((ConnectClosedError, TransportError)):
            ask_until_cut(device)
    node = lab.status()["nodes"]["node1"]
    assert (node["power"], node["console"]) == ("halted", " ".join(HALTED))
    assert lab.status()["nodes"]["node0"]["console"] == ""


def test_the_cli_asks_first(serve_lab: ServeLab) -> None:
    lab = serve_lab(speed=1)
    assert "Halt the system ? [yes,no] (no)" in said(lab, "request system halt", "node1", "no\n")
    assert lab.status()["nodes"]["node1"]["power"] == "up"
    assert lab.ask(do="events", cluster="c1", kinds=["halt_ordered"])["events"] == []


def test_power_on_by_command_of_a_running_lab(
    serve_lab: ServeLab, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = serve_lab(speed=1)
    lab.inject("node_power_off", node="node1")
    words = ["power-on", "--state", str(lab.folder), "c1", "--node"]
    assert main([*words, "node1"]) == 0
    assert capsys.readouterr().out == "c1: node1 booted by hand\n"
    assert lab.status()["nodes"]["node1"]["power"] == "rebooting"
    assert main([*words, "node0"]) == 2
    assert capsys.readouterr().err == "node0 of c1 is up: there is nothing to boot\n"
    assert json.dumps(lab.status())


def test_who_has_carried_alone_keeps_its_sessions_when_the_peer_joins_and_takes_over() -> None:
    pair = Pair("SRX345", *RELAXED)
    pair.take_apart()
    pair.upgrade(N1)
    pair.switch_ports(N0, N0, off=True)
    pair.switch_ports(N1, N1, off=False)
    pair.upgrade(N0)
    halted(N0, pair)
    pair.put_in("control", "fabric")
    boot_by_hand(pair.world, N0)
    pair.wait(1500)
    fail_over_by_hand(pair.world, N1, 1, N0)
    pair.wait(60)
    assert pair.states(N1, 1) == ("primary", "secondary")
    assert session_share(pair.world, N0) == session_share(pair.world, N1) == 1.0
