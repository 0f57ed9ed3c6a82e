"""Faults between a node and its client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import asyncssh
import pytest
from jnpr.junos.exception import ConnectError, RpcTimeoutError

from tests.integration.lab.conftest import ServedLab
from tests.integration.lab.test_wire import pyez, run, said, wait_until

pytestmark = pytest.mark.filterwarnings("default")


def raw_netconf(lab: ServedLab, message: str) -> str:
    """Send one message after the hello and read until the reply ends or the line is cut."""

    async def go() -> str:
        async with asyncssh.connect(
            "127.0.0.1", lab.port(), username="lab", client_keys=[lab.key], known_hosts=lab.known_hosts
        ) as connection:
            stdin, stdout, _ = await connection.open_session(subsystem="netconf")
            await stdout.readuntil("]]>]]>")
            stdin.write(message + "]]>]]>")
            try:
                return str(await asyncio.wait_for(stdout.readuntil("]]>]]>"), 5))
            except asyncio.IncompleteReadError as cut:
                return str(cut.partial)

    return asyncio.run(go())


VERSION = '<rpc message-id="4" colour="red"><get-software-information/></rpc>'


def test_attributes_of_the_rpc_are_echoed(quiet_lab: ServedLab) -> None:
    assert 'message-id="4" colour="red"' in raw_netconf(quiet_lab, VERSION)


def test_garbage_in_is_answered_with_an_rpc_error(quiet_lab: ServedLab) -> None:
    assert "<nc:rpc-error>" in raw_netconf(quiet_lab, "<rpc><a></rpc>")


def test_netconf_over_exec(quiet_lab: ServedLab) -> None:
    hello = "<hello/>]]>]]>" + VERSION + "]]>]]>"
    output = said(quiet_lab, "netconf", given=hello)
    assert output.startswith("<!-- No zombies")
    assert output.count("<software-information>") == 2


def test_netconf_refused_but_cli_answers(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab()
    lab.inject("netconf_refused", node="node0")
    with pytest.raises(ConnectError):
        pyez(lab).open()
    assert "Junos" in said(lab, "show version")
    lab.ask(do="clear", cluster="c1", fault="netconf_refused")
    pyez(lab).open().close()


def test_a_reply_cut_in_the_middle(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab()
    lab.inject("netconf_cut_in_reply", after_bytes=300)
    try:
        got = raw_netconf(lab, VERSION)
    except (asyncssh.Error, ConnectionError):
        return
    assert 0 < len(got) <= 301
    assert "</nc:rpc-reply>" not in got


def test_replies_that_are_not_xml(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab()
    lab.inject("netconf_garbage")
    assert "<software-information>\n<host-name>c1-n0<host-name>" in raw_netconf(lab, VERSION)


def test_rpcs_that_are_never_answered(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab()
    device = pyez(lab).open()
    lab.inject("netconf_hangs")
    with pytest.raises(RpcTimeoutError):
        device.rpc.get_software_information(dev_timeout=1)


REBOOT = '<rpc message-id="5"><request-reboot><node>0</node></request-reboot></rpc>'


def test_a_reboot_that_is_carried_out_and_answered_as_an_error(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab()
    lab.inject("reboot_answers_as_error")
    assert "System shutdown time has arrived" in raw_netconf(lab, REBOOT)
    wait_until(lambda: lab.status()["nodes"]["node0"]["power"] == "rebooting")


def test_a_reboot_that_is_carried_out_and_whose_reply_never_ends(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab()
    lab.inject("reboot_reply_never_ends")
    try:
        begun = raw_netconf(lab, REBOOT)
    except (TimeoutError, asyncssh.Error, ConnectionError):
        begun = ""
    assert "</nc:rpc-reply>" not in begun
    wait_until(lambda: lab.status()["nodes"]["node0"]["power"] == "rebooting")


def test_authentication_fails(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab()
    lab.inject("authentication_fails", node="node0")
    with pytest.raises(asyncssh.PermissionDenied):
        run(lab, "show version")
    assert "Junos" in said(lab, "show version", "node1")


def test_another_host_key(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab()
    lab.inject("host_key_changed", node="node1")

    def refused() -> bool:
        try:
            run(lab, "show version", "node1")
        except asyncssh.HostKeyNotVerifiable:
            return True
        except OSError:
            return False
        return False

    wait_until(refused)
    assert "Junos" in said(lab, "show version")


def test_connections_refused(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab()
    lab.inject("connection_refused", node="node0")

    def refused() -> bool:
        try:
            run(lab, "show version")
        except ConnectionRefusedError:
            return True
        except ConnectionError:  # cut while the listener closes
            return False
        return False

    wait_until(refused)


def test_issu_ends_with_the_starters_session(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab(speed=60, faults=["issu_dies_with_session"])
    image = lab.files() / "var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz"
    image.write_bytes(b"image")

    async def start_and_leave() -> None:
        async with asyncssh.connect(
            "127.0.0.1", lab.port(), username="lab", client_keys=[lab.key], known_hosts=lab.known_hosts
        ) as connection:
            process = await connection.create_process(
                f"request system software in-service-upgrade /var/tmp/{image.name} reboot"
            )
            await process.stdout.readline()

    asyncio.run(start_and_leave())
    wait_until(lambda: lab.status()["phase"] == "aborted")
