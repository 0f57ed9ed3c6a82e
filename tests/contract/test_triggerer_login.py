"""The triggerer's login to the simulated nodes: with what, and how often the connection is read for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from typing import Any

import asyncssh
import pytest
from airflow.sdk import Connection

from srx_issu.airflow.composition import triggerer_login
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import HostKeyRejected, RequestRefused
from tests.contract.worlds import Lab

NODE0, NODE1 = NodeName


class Connections:
    """Airflow's, which count how often they are read."""

    def __init__(self, lab: Lab) -> None:
        account = lab.credentials
        self.read = 0
        self.login, self.password = account.username, account.password
        self.extra: dict[str, Any] = {"known_hosts": account.known_hosts}
        self.readings = triggerer_login.Readings()

    async def get(self, connection_id: str) -> Connection:
        self.read += 1
        return Connection(
            conn_id=connection_id, conn_type="srx", login=self.login, password=self.password,
            extra=json.dumps(self.extra),
        )  # fmt: skip


@pytest.fixture
def connections(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Connections:
    made = Connections(lab)
    monkeypatch.setattr(triggerer_login, "get_async_connection", made.get)
    return made


def logins(lab: Lab, connections: Connections, *nodes: NodeName) -> list[str]:
    """One after the other; each session's remote user, or the name of what was raised."""
    connect = triggerer_login.connector(lab.cluster, connections.readings)

    async def one(login: Awaitable[Any]) -> str:
        try:
            async with await login as session:
                return str(session.get_extra_info("username"))
        except (asyncssh.Error, HostKeyRejected, RequestRefused) as error:
            return type(error).__name__

    async def all_() -> list[str]:
        return [await one(connect(node)) for node in nodes]

    return asyncio.run(all_())


def test_one_reading_serves_both_nodes_and_every_login_of_a_minute(
    lab: Lab, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = lab.credentials.username
    assert logins(lab, connections, NODE0, NODE1, NODE0) == [user] * 3
    assert logins(lab, connections, NODE1) == [user]
    assert connections.read == 1
    monkeypatch.setattr(triggerer_login, "KEPT_S", -1.0)
    assert logins(lab, connections, NODE0, NODE0) == [user] * 2
    assert connections.read == 3


def test_logins_that_begin_together_read_the_connection_once(lab: Lab, connections: Connections) -> None:
    async def together() -> list[str]:
        many = [triggerer_login.connector(lab.cluster, connections.readings)(NODE0) for _ in range(8)]
        found = await asyncio.gather(*many, return_exceptions=True)
        for session in found:
            if isinstance(session, asyncssh.SSHClientConnection):
                session.abort()
                await session.wait_closed()
        return [type(each).__name__ for each in found]

    known = connections.extra.pop("known_hosts")
    assert asyncio.run(together()) == ["ConnectionUnusable"] * 8
    assert connections.read == 1
    connections.extra["known_hosts"], connections.readings = known, triggerer_login.Readings()
    assert asyncio.run(together()) == ["SSHClientConnection"] * 8
    assert connections.read == 2


def test_a_refused_login_has_the_connection_read_again(lab: Lab, connections: Connections) -> None:
    right, connections.password = connections.password, "wrong"
    assert logins(lab, connections, NODE0) == ["PermissionDenied"]
    connections.password = right
    assert logins(lab, connections, NODE0, NODE1) == [lab.credentials.username] * 2
    assert connections.read == 2


def test_a_node_that_shows_another_key_is_not_talked_to(lab: Lab, connections: Connections) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    address = lab.cluster.node0
    right, connections.extra["known_hosts"] = (
        connections.extra["known_hosts"],
        f"[{address.host}]:{address.port} {other}",
    )
    assert logins(lab, connections, NODE0) == ["HostKeyNotVerifiable"]
    connections.extra["known_hosts"] = right
    assert logins(lab, connections, NODE0) == [lab.credentials.username]


@pytest.mark.parametrize("name", ["*", "127.0.0.*", "127.0.0.1", "[127.0.0.1]:*"])
def test_the_right_key_under_a_pattern_or_without_its_port_is_not_known(
    lab: Lab, connections: Connections, name: str
) -> None:
    right = connections.extra["known_hosts"]
    keys = [line.split(" ", 1)[1] for line in right.splitlines()]
    connections.extra["known_hosts"] = "".join(f"{name} {key}\n" for key in keys)
    assert logins(lab, connections, NODE0) == ["HostKeyRejected"]
    connections.extra["known_hosts"] = right
    assert logins(lab, connections, NODE0) == [lab.credentials.username]


def test_a_connection_that_is_spoilt_meanwhile_does_not_end_a_wait(
    lab: Lab, connections: Connections, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert logins(lab, connections, NODE0) == [lab.credentials.username]
    monkeypatch.setattr(triggerer_login, "KEPT_S", -1.0)
    connections.extra = {}
    assert logins(lab, connections, NODE0) == [lab.credentials.username]
    assert "no known host keys" in caplog.text
    assert "going on with the account as it was" in caplog.text


@pytest.mark.parametrize("as_text", [True, False], ids=["text", "file"])
def test_a_key_is_enough(lab: Lab, connections: Connections, as_text: bool) -> None:
    key, connections.password = lab.state / "id_ed25519", ""
    connections.extra |= {"private_key": key.read_text()} if as_text else {"key_file": str(key)}
    assert logins(lab, connections, NODE0, NODE1) == [lab.credentials.username] * 2


def test_without_known_host_keys_nobody_is_called(lab: Lab, connections: Connections) -> None:
    del connections.extra["known_hosts"]
    assert logins(lab, connections, NODE0) == ["ConnectionUnusable"]
    connections.extra["no_host_key_check"], connections.readings = True, triggerer_login.Readings()
    assert logins(lab, connections, NODE0) == [lab.credentials.username]


def test_a_refusal_of_an_old_account_does_not_put_it_in_the_place_of_the_new_one(
    lab: Lab, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One node is still refusing the old password while another's login has read the new one."""
    right, connections.password = connections.password, "wrong"

    async def story() -> str:
        connect = triggerer_login.connector(lab.cluster, connections.readings)
        refused: asyncio.Future[Any] = asyncio.ensure_future(connect(NODE0))
        while not connections.read:
            await asyncio.sleep(0)
        connections.password = right
        monkeypatch.setattr(triggerer_login, "KEPT_S", -1.0)
        (await connect(NODE1)).abort()
        monkeypatch.setattr(triggerer_login, "KEPT_S", 60.0)
        try:
            await refused
        except asyncssh.PermissionDenied:
            (await connect(NODE1)).abort()
            return f"refused, read {connections.read} times"
        return "let in"

    assert asyncio.run(story()) == "refused, read 2 times"
