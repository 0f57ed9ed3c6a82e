"""A wait's login takes nothing of the user who runs the triggerer, and is a worker's in all that counts."""

from __future__ import annotations

import asyncio
import stat
from contextlib import suppress
from pathlib import Path

import asyncssh
import paramiko
import pytest

from srx_issu.adapters.devices import async_login
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.login import ssh_transport
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import DeviceError, HostKeyRejected
from tests.fakes.kexinit import Listener
from tests.fakes.node import host_key

ACCOUNT = Credentials(username="ops", password="right", verify_host_keys=False)
SHA_1 = ("ssh-rsa", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1")


class Node:
    """An SSH server that lets in one password and one key, and counts what is offered to it."""

    def __init__(self, kind: str = "ssh-ed25519") -> None:
        self.host_key = host_key(kind)
        self.keys_offered: list[str] = []
        self.address = Address(host="127.0.0.1", port=1)
        self.let_in = ""

    @property
    def known_hosts(self) -> str:
        return f"[127.0.0.1]:{self.address.port} {self.host_key.export_public_key().decode().strip()}\n"

    async def serve(self) -> asyncssh.SSHAcceptor:
        acceptor = await asyncssh.create_server(
            lambda: _Gate(self), "127.0.0.1", 0, server_host_keys=[self.host_key]
        )
        self.address = Address(host="127.0.0.1", port=acceptor.get_port())
        return acceptor


class _Gate(asyncssh.SSHServer):
    def __init__(self, node: Node) -> None:
        self._node = node

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("ops", "right")

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        shown = key.export_public_key().decode().strip()
        self._node.keys_offered.append(shown)
        return shown == self._node.let_in


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with keys, with a configuration that goes through a program, and with an agent."""
    folder = tmp_path / "home" / ".ssh"
    folder.mkdir(parents=True)
    for kind, name in (("ssh-ed25519", "id_ed25519"), ("ssh-rsa", "id_rsa")):
        key = host_key(kind)
        key.write_private_key(folder / name)
        key.write_public_key(folder / f"{name}.pub")
        (folder / name).chmod(stat.S_IRUSR)
    (folder / "config").write_text(
        f"Host *\n  ProxyCommand touch {tmp_path}/proxy-ran\n  User somebody\n"
        f"  IdentityFile {folder}/id_rsa\n"
    )
    monkeypatch.setenv("HOME", str(folder.parent))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    return folder


def log_in(
    node: Node, account: Credentials, key: asyncssh.SSHKey | None = None, agent: Path | None = None
) -> int:
    """How often the agent was called."""

    async def all_() -> int:
        calls = list[object]()

        def called(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            calls.append(writer)
            writer.close()

        listening = await asyncio.start_unix_server(called, agent) if agent else None
        try:
            async with await node.serve():
                known = Credentials(
                    username=account.username,
                    password=account.password,
                    private_key_file=account.private_key_file,
                    known_hosts=account.known_hosts if account.known_hosts is not None else node.known_hosts,
                )
                async with await async_login.connect("node0", node.address, known, key) as session:
                    assert session.get_extra_info("username") == "ops"
        finally:
            if listening:
                listening.close()
        return len(calls)

    return asyncio.run(all_())


def test_no_key_agent_or_program_of_the_user_takes_part(home: Path, tmp_path: Path) -> None:
    node = Node()
    assert log_in(node, ACCOUNT, agent=tmp_path / "agent") == 0
    assert node.keys_offered == []
    assert not (tmp_path / "proxy-ran").exists()


@pytest.mark.parametrize("as_file", [True, False], ids=["file", "key"])
def test_the_accounts_own_key_is_the_only_one_offered(home: Path, tmp_path: Path, as_file: bool) -> None:
    node, key = Node(), host_key("ssh-rsa", other=True)
    node.let_in = key.export_public_key().decode().strip()
    key.write_private_key(tmp_path / "own")
    account = Credentials(username="ops", private_key_file=str(tmp_path / "own") if as_file else None)
    assert log_in(node, account, None if as_file else key, tmp_path / "agent") == 0
    assert set(node.keys_offered) == {node.let_in}


def test_a_users_key_that_the_node_knows_opens_nothing(home: Path) -> None:
    node = Node()
    node.let_in = (home / "id_ed25519.pub").read_text().strip()
    with pytest.raises(asyncssh.PermissionDenied):
        log_in(node, Credentials(username="ops", password="wrong"))
    assert node.keys_offered == []


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256"])
def test_every_kind_of_host_key_is_checked(kind: str) -> None:
    log_in(Node(kind), ACCOUNT)
    stranger = Node(kind)
    other = host_key(kind, other=True).export_public_key().decode().strip()

    async def try_() -> None:
        async with await stranger.serve():
            known = f"[127.0.0.1]:{stranger.address.port} {other}\n"
            account = Credentials(username="ops", password="right", known_hosts=known)
            await async_login.connect("node0", stranger.address, account)

    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        asyncio.run(try_())


@pytest.mark.parametrize(
    "name", ["*", "127.0.0.1", "127.0.0.*", "[127.0.0.1]:*", "!x,*", "@cert-authority *"]
)
def test_a_line_that_a_worker_refuses_is_refused(name: str) -> None:
    node = Node()
    known = f"{name} {node.host_key.export_public_key().decode()}"
    with pytest.raises(HostKeyRejected, match=r"no host key of \[127.0.0.1\]"):
        log_in(node, Credentials(username="ops", password="right", known_hosts=known))


@pytest.mark.parametrize("kind", [None, "ssh-rsa", "ssh-ed25519"], ids=["any key", "RSA", "Ed25519"])
def test_a_wait_offers_what_a_worker_offers_and_no_sha_1(kind: str | None) -> None:
    with Listener() as node:
        account = ACCOUNT
        if kind:
            line = f"[127.0.0.1]:{node.address.port} {host_key(kind).export_public_key().decode()}"
            account = Credentials(username="ops", password="right", known_hosts=line)
        with suppress(DeviceError, paramiko.SSHException):
            ssh_transport("node0", node.address, account, 5.0)
        with suppress(asyncssh.Error, OSError):
            asyncio.run(async_login.connect("node0", node.address, account))
    worker, wait = node.offers
    assert wait["host_keys"] == [kind for kind in worker["host_keys"] if "-cert-" not in kind]
    assert wait["kex"][0] == worker["kex"][0]
    for field, offered in wait.items():
        assert offered, field
        assert set(offered) <= set(worker[field]), field
        assert not set(offered) & set(SHA_1), field
