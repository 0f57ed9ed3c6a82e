"""What is said when a node cannot be reached."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import asyncssh
import paramiko
import pytest

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.login import _answers, open_socket, private_key
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import AuthenticationFailed, DeviceUnreachable


def test_a_refused_connection_is_not_told_as_a_wait() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        port = taken.getsockname()[1]
        with pytest.raises(DeviceUnreachable) as refused:
            open_socket("node1", Address(host="127.0.0.1", port=port), 30.0)
    assert str(refused.value).endswith(f"no TCP connection to 127.0.0.1 port {port}: Connection refused")


def test_a_key_is_unlocked_once_for_both_nodes() -> None:
    sealed = asyncssh.generate_private_key("ssh-ed25519").export_private_key(
        "openssh", passphrase="p", rounds=16, ignore_few_rounds=True
    )
    account = Credentials(username="netops", private_key=sealed.decode(), passphrase="p")
    with ThreadPoolExecutor() as pool:
        keys = list(pool.map(lambda node: private_key(node, account), ("node0", "node1")))
    assert keys[0] is not None
    assert keys[0] is keys[1]
    with pytest.raises(AuthenticationFailed, match="cannot be read"):
        private_key("node0", replace(account, passphrase="q"))


@pytest.mark.parametrize(
    "asked",
    [[("Token: ", False), ("Password: ", False)], [("Which realm? ", True)], [("A", False), ("B", True)]],
)
def test_only_one_hidden_question_is_answered_with_the_password(asked: list[tuple[str, bool]]) -> None:
    assert _answers([("Password: ", False)], "secret") == ["secret"]
    assert _answers([], "secret") == []
    with pytest.raises(paramiko.AuthenticationException, match="only a person can answer") as refused:
        _answers(asked, "secret")
    assert "secret" not in str(refused.value)
