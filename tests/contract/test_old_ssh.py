"""SSH servers of old releases: SHA-1 and nothing else, or passwords only when they ask for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import asyncssh
import paramiko
import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from srx_issu.adapters.devices.legacy_ssh import (
    KEX,
    RSA_SHA1,
    allow_sha1,
    sign_as_the_node_expects,
    signing_key,
)
from srx_issu.adapters.devices.login import ssh_transport
from srx_issu.adapters.devices.shell import node_shell
from srx_issu.adapters.devices.transfer import SshNodeFiles
from srx_issu.domain.cluster.model import Cluster
from srx_issu.domain.errors import AuthenticationFailed, DeviceUnreachable
from srx_issu.domain.upgrade.intent import Timers
from tests.contract.worlds import Lab
from tests.fakes.wires import WIRES, open_reader

# asyncssh's group14, which is what these nodes have
pytestmark = pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
TIMERS = Timers(connect_s=20, rpc_s=20)
REMEDY = "ssh: {legacy_sha1: true}"


def served(tmp_path_factory: pytest.TempPathFactory, ssh: str, keys: list[str]) -> Lab:
    path = tmp_path_factory.mktemp("topology") / "topology.yaml"
    cluster = {"name": "old", "model": "SRX4600", "release": "17.4R3.16", "ssh": ssh}
    path.write_text(
        yaml.safe_dump({"clusters": [cluster], "credentials": {"authorized_keys": keys}}), encoding="utf-8"
    )
    return Lab.start(tmp_path_factory.mktemp("lab"), path)


@pytest.fixture(scope="module")
def keys() -> dict[str, PrivateKey]:
    return {"rsa": rsa.generate_private_key(65537, 2048), "ecdsa": ec.generate_private_key(ec.SECP256R1())}


def text_of(key: PrivateKey) -> str:
    """As ssh-keygen writes it: paramiko does not read every form that other libraries write."""
    form = serialization.PrivateFormat.OpenSSH
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def line_of(key: PrivateKey) -> str:
    form = serialization.PublicFormat.OpenSSH
    return key.public_key().public_bytes(serialization.Encoding.OpenSSH, form).decode()


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, PrivateKey]) -> Iterator[Lab]:
    """A cluster that offers only ``ssh-rsa`` and ``diffie-hellman-group14-sha1``."""
    lab = served(tmp_path_factory, "legacy", [line_of(key) for key in keys.values()])
    yield lab
    lab.stop()


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = served(tmp_path_factory, "asking", [])
    yield lab
    lab.stop()


def allowed(cluster: Cluster) -> Cluster:
    return replace(
        cluster,
        node0=replace(cluster.node0, legacy_sha1=True),
        node1=replace(cluster.node1, legacy_sha1=True),
    )


@pytest.mark.parametrize("wire", WIRES)
def test_an_old_server_is_out_of_reach_and_the_way_out_is_said(wire: str, old: Lab) -> None:
    with open_reader(wire, old.cluster, old.credentials, connect_s=20) as reader:
        seen = reader.observe()
    for view in seen.views:
        assert not view.reachable
        if wire == "ssh" and "Connection lost" in (view.error or ""):
            continue  # the server was the first to find out; a worker logs in before any wait
        assert "share none" in (view.error or "")
        assert REMEDY in (view.error or "")


@pytest.mark.parametrize("wire", WIRES)
def test_sha1_is_not_offered_unless_asked_for_even_where_every_host_key_is_taken(wire: str, old: Lab) -> None:
    account = replace(old.credentials, verify_host_keys=False)
    with open_reader(wire, old.cluster, account, connect_s=20) as reader:
        assert not any(view.reachable for view in reader.observe().views)


@pytest.mark.parametrize("wire", WIRES)
def test_the_inventorys_key_lets_both_wires_in(wire: str, old: Lab) -> None:
    with open_reader(wire, allowed(old.cluster), old.credentials, connect_s=20, rpc_s=20) as reader:
        seen = reader.observe()
    assert [view.error for view in seen.views] == [None, None]
    assert seen.node0.release == "17.4R3.16"


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
@pytest.mark.parametrize("wire", WIRES)
def test_a_users_key_is_taken(wire: str, kind: str, old: Lab, keys: dict[str, PrivateKey]) -> None:
    account = replace(old.credentials, password=None, private_key=text_of(keys[kind]))
    with open_reader(wire, allowed(old.cluster), account, connect_s=20, rpc_s=20) as reader:
        assert [view.error for view in reader.observe().views] == [None, None]


def test_shell_and_files_go_the_same_way(old: Lab, tmp_path: Path) -> None:
    node0 = allowed(old.cluster).node0
    with node_shell("node0", node0, old.credentials, connect_s=20, timeout_s=20) as shell:
        assert shell.run("echo here") == (0, "here")
    (tmp_path / "image").write_bytes(b"x" * 1000)
    with SshNodeFiles("node0", node0, old.credentials, TIMERS) as files:
        files.upload(tmp_path / "image", "/var/tmp/image", lambda _there, _size: None)
        assert files.sha256("/var/tmp/image") == hashlib.sha256(b"x" * 1000).hexdigest()


def test_a_server_that_can_do_better_is_not_spoken_to_with_sha1(lab: Lab) -> None:
    """As after the upgrade: the entry stays, the node offers more."""
    transport = ssh_transport("node0", allowed(lab.cluster).node0, lab.credentials, 20)
    try:
        assert transport.host_key_type == "ssh-ed25519"
    finally:
        transport.close()


def test_an_rsa_key_signs_with_sha1_only_where_nothing_else_is_said_to_be_taken() -> None:
    key = signing_key(paramiko.RSAKey(key=paramiko.RSAKey.generate(2048).key))
    assert key is not None
    for told, first in (
        (dict[str, bytes](), RSA_SHA1),
        ({"server-sig-algs": b"rsa-sha2-256"}, "ssh-ed25519"),
    ):
        made = cast("Any", type("T", (paramiko.Transport,), {"__init__": lambda _: None})())
        made.server_extensions = told
        allow_sha1(made)
        assert made._preferred_kex[-1] == KEX  # what is better comes first
        sign_as_the_node_expects(made, key)
        assert made._preferred_pubkeys[0] == first
    assert RSA_SHA1 not in paramiko.RSAKey.HASHES  # nobody else's keys are changed
    assert RSA_SHA1 not in cast("Any", paramiko.Transport)._preferred_pubkeys


def test_a_refused_rsa_key_is_told_what_old_releases_take(old: Lab) -> None:
    stranger = asyncssh.generate_private_key("ssh-rsa").export_private_key("openssh").decode()
    account = replace(old.credentials, password=None, private_key=stranger)
    with pytest.raises(AuthenticationFailed, match=r"an ECDSA key is taken from 12.3 on"):
        ssh_transport("node0", allowed(old.cluster).node0, account, 20)


@pytest.mark.parametrize("wire", WIRES)
def test_a_password_that_is_asked_for_is_given(wire: str, asking: Lab) -> None:
    with open_reader(wire, asking.cluster, asking.credentials, connect_s=20, rpc_s=20) as reader:
        assert [view.error for view in reader.observe().views] == [None, None]


@pytest.mark.parametrize("wire", WIRES)
def test_a_wrong_password_is_refused_there_too(wire: str, asking: Lab) -> None:
    wrong = replace(asking.credentials, password="wrong")
    with open_reader(wire, asking.cluster, wrong, connect_s=20, rpc_s=20) as reader:
        seen = reader.observe()
    assert all(view.refused_login for view in seen.views)


def test_an_unreachable_server_is_named_by_the_login(old: Lab) -> None:
    with pytest.raises(DeviceUnreachable, match=r"SSH login: .*share none"):
        ssh_transport("node0", old.cluster.node0, old.credentials, 20)
