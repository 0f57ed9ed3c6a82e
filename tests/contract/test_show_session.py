"""Asking a node beside other work, with the published login class: bounded, slow, without secrets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import asyncssh
import pytest

from srx_issu.adapters.devices.shell import node_shell
from srx_issu.adapters.devices.show_session import SshShowSession, show_session
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import CommandRefused, DeviceTimeout, DeviceUnreachable, RequestRefused
from srx_issu.steps.evidence.sources import SUPPORT_INFORMATION, sources
from tests.contract.worlds import Lab
from tests.fakes.node import Act, ScriptedNode, closed_port

TYPED_SECRET = "lab-radius-Tr0ub4dor"
MOST, SOON_S, FAST = 1024 * 1024, 30.0, 100e6


@pytest.fixture
def session(lab: Lab) -> Iterator[SshShowSession]:
    address = lab.cluster.address(NodeName.NODE1)
    with show_session(
        "node1", address, lab.credentials, connect_s=5, silent_s=10, bytes_per_s=FAST
    ) as opened:
        yield opened


def test_every_source_is_answered(session: SshShowSession) -> None:
    for source in sources(NodeName.NODE1, None, 100):
        shown = session.show(source.command, most_bytes=MOST, within_s=SOON_S)
        assert shown.text, source.command
        assert not shown.is_cut
        if source.file.endswith(".log"):
            assert len(shown.text.splitlines()) == 100


def test_what_was_typed_is_not_kept(session: SshShowSession) -> None:
    shown = session.show("show log messages | last 4000", most_bytes=MOST, within_s=SOON_S)
    assert "radius-server 192.0.2.9 secret [secret removed]" in shown.text
    assert TYPED_SECRET not in shown.text


def test_the_newest_part_is_kept(session: SshShowSession) -> None:
    whole = session.show("show log jsrpd | last 2000", most_bytes=MOST, within_s=SOON_S)
    tail = session.show("show log jsrpd | last 2000", most_bytes=2000, within_s=SOON_S)
    assert (whole.is_cut, tail.is_cut, len(tail.text)) == (False, True, 2000)
    last = (text.splitlines()[-1].split(maxsplit=3)[3] for text in (whole.text, tail.text))
    assert len(set(last)) == 1


def test_it_reads_no_faster_than_it_may(lab: Lab) -> None:
    address = lab.cluster.address(NodeName.NODE0)
    with show_session(
        "node0", address, lab.credentials, connect_s=5, silent_s=10, bytes_per_s=100_000
    ) as slow:
        began = time.monotonic()
        shown = slow.show("show log jsrpd", most_bytes=MOST, within_s=SOON_S)
        took_s = time.monotonic() - began
        assert took_s >= len(shown.text) / 100_000 - 0.1
        cut = slow.show("show log messages", most_bytes=MOST, within_s=0.5)
    assert cut.is_cut
    assert len(cut.text) < 200_000


@pytest.mark.parametrize("command", ["show log no-such-log", "show no such thing"])
def test_a_refusal_is_told_in_the_nodes_words(session: SshShowSession, command: str) -> None:
    with pytest.raises(CommandRefused):
        session.show(command, most_bytes=MOST, within_s=SOON_S)


@pytest.mark.parametrize(
    "command",
    [
        "request system reboot node 1",
        "request support information; request system zeroize",
        "show version | save /var/tmp/x",
        "show log messages | last 5 | save /tmp/x",
        "file show /etc/passwd; id",
        "file delete /var/tmp/x",
        "start shell",
        "show version\nrequest system halt",
    ],
)
def test_nothing_but_looking_is_asked(session: SshShowSession, command: str) -> None:
    with pytest.raises(RequestRefused, match="does not only look"):
        session.show(command, most_bytes=MOST, within_s=SOON_S)


def test_support_information_is_within_the_class(session: SshShowSession) -> None:
    shown = session.show(SUPPORT_INFORMATION, most_bytes=MOST, within_s=SOON_S)
    assert "show chassis cluster status" in shown.text
    assert TYPED_SECRET not in shown.text


def test_a_node_that_says_nothing_is_given_up() -> None:
    with (
        ScriptedNode({"show version": Act.HANG}) as node,
        show_session(
            "node0", node.address, node.credentials(), connect_s=5, silent_s=0.3, bytes_per_s=FAST
        ) as quiet,
        pytest.raises(DeviceTimeout),
    ):
        quiet.show("show version", most_bytes=MOST, within_s=SOON_S)


@pytest.mark.parametrize("asked", ["exec_requested", "pty_requested", "shell_requested"])
def test_a_node_that_hangs_at_the_request_itself_is_given_up(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has opened the channel and says neither yes nor no: paramiko would wait as long as TCP does."""
    monkeypatch.setattr(asyncssh.SSHServerProcess, asked, lambda *_: bool(time.sleep(4)) or True)
    ask = shown_version if asked == "exec_requested" else opened_shell
    with ScriptedNode({"show version": "Junos: 22.4R3"}, shell={}) as node:
        began = time.monotonic()
        with pytest.raises(DeviceUnreachable, match="not done within"):
            ask(node)
        assert time.monotonic() - began < 3.9


def shown_version(node: ScriptedNode) -> None:
    account = node.credentials()
    with show_session("node0", node.address, account, connect_s=2, silent_s=0.5, bytes_per_s=FAST) as session:
        session.show("show version", most_bytes=MOST, within_s=SOON_S)


def opened_shell(node: ScriptedNode) -> None:
    with node_shell("node0", node.address, node.credentials(), connect_s=2, timeout_s=2):
        pass


@pytest.mark.parametrize(
    "words",
    ["show: Command not found.\n", "sh: show: not found\n", "error: permission denied: show version\n"],
)
def test_words_instead_of_an_answer_are_a_refusal(words: str) -> None:
    with (
        ScriptedNode({"show version": words}) as node,
        show_session(
            "node0", node.address, node.credentials(), connect_s=5, silent_s=5, bytes_per_s=FAST
        ) as session,
        pytest.raises(CommandRefused, match=words.strip().removeprefix("error: ")),
    ):
        session.show("show version", most_bytes=MOST, within_s=SOON_S)


def test_a_line_of_a_log_that_speaks_of_an_error_is_no_refusal() -> None:
    log = "".join(f"May 24 15:00:0{n} fw kernel: error: disk\n" for n in range(3))
    with (
        ScriptedNode({"show log jsrpd": log}) as node,
        show_session(
            "node0", node.address, node.credentials(), connect_s=5, silent_s=5, bytes_per_s=FAST
        ) as session,
    ):
        shown = session.show("show log jsrpd", most_bytes=MOST, within_s=SOON_S)
    assert shown.text.count("error: disk") == 3


def test_a_node_that_is_away_is_not_waited_for(lab: Lab) -> None:
    account = replace(lab.credentials, verify_host_keys=False)
    with closed_port() as nobody:
        away = show_session("node0", nobody, account, connect_s=5, silent_s=5, bytes_per_s=FAST)
        with pytest.raises(DeviceUnreachable), away:
            pass
