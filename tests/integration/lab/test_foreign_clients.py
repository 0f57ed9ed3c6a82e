"""Clients that the project needs anyway, and OpenSSH, take the lab for Junos; others are in tests/foreign."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import paramiko
import pytest
from ncclient import manager

from tests.integration.lab.conftest import RELEASE, ServedLab

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.filterwarnings("default::pytest.PytestUnraisableExceptionWarning"),
]


def ssh_options(lab: ServedLab) -> list[str]:
    return ["-q", "-i", lab.key, "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={lab.known_hosts}"]


def test_ncclient(quiet_lab: ServedLab) -> None:
    with manager.connect(
        host="127.0.0.1", port=quiet_lab.port(), username="lab", password=quiet_lab.password,
        hostkey_verify=False, device_params={"name": "junos"}, allow_agent=False, look_for_keys=False,
    ) as session:  # fmt: skip
        assert "urn:ietf:params:netconf:base:1.0" in list(session.server_capabilities)
        assert RELEASE in session.command("show version", format="text").tostring.decode()
        assert session.get_configuration(format="text").xpath("configuration-text")
        with session.locked("candidate"):
            pass
        assert "node1" in session.rpc("<get-chassis-cluster-status/>").tostring.decode()


SCRAPLI = """
import os, sys, scrapli
login = scrapli.AuthOptions(username="lab", password=os.environ["LAB_PASSWORD"])
ssh = scrapli.TransportSsh2Options()
session = scrapli.Netconf(host="127.0.0.1", port=int(sys.argv[1]), auth_options=login, transport_options=ssh)
session.open()
print(session.raw_rpc(payload="<get-chassis-cluster-status/>").result, flush=True)
os._exit(0)
"""


def test_scrapli_netconf(quiet_lab: ServedLab) -> None:
    """Its own SSH (libssh2), its own NETCONF; scrapli-netconf does not load beside this scrapli. In a process
    of its own: it is native code, whose threads have ended a whole test run when a session closed late."""
    pytest.importorskip("scrapli")
    words = [sys.executable, "-c", SCRAPLI, str(quiet_lab.port())]
    environment = {**os.environ, "LAB_PASSWORD": quiet_lab.password}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert "<cluster-id>7</cluster-id>" in done.stdout, done.stderr


def paramiko_client(lab: ServedLab) -> paramiko.SSHClient:
    client = paramiko.SSHClient()
    client.load_host_keys(lab.known_hosts)
    client.connect(
        "127.0.0.1", lab.port(), "lab", key_filename=lab.key, allow_agent=False, look_for_keys=False
    )
    return client


def read_until(channel: paramiko.Channel, *marks: str) -> str:
    text = ""
    while not text.endswith(marks):
        piece = channel.recv(4096).decode()
        assert piece, f"closed after {text!r}"
        text += piece
    return text


def test_paramiko_exec_shell_and_sftp(quiet_lab: ServedLab) -> None:
    client = paramiko_client(quiet_lab)
    _, out, _ = client.exec_command("show version | match Junos:")
    assert out.read().decode().splitlines() == [f"Junos: {RELEASE}"] * 2
    assert out.channel.recv_exit_status() == 0
    sftp = client.open_sftp()
    with sftp.open("/var/tmp/by-paramiko", "w") as file:
        file.write("hello")
    assert sftp.stat("/var/tmp/by-paramiko").st_size == 5
    sftp.remove("/var/tmp/by-paramiko")
    client.close()


def test_paramiko_shell_pages_and_starts_a_shell(quiet_lab: ServedLab) -> None:
    client = paramiko_client(quiet_lab)
    channel = client.invoke_shell(width=120, height=24)
    channel.settimeout(10)
    assert "{primary:node0}" in read_until(channel, "> ")
    channel.send("show chassis cluster information\n")
    read_until(channel, "---(more)---")
    channel.send("q")
    read_until(channel, "> ")
    channel.send("set cli screen-length 0\n")
    assert "Screen length set to 0" in read_until(channel, "> ")
    channel.send("show chassis cluster information\n")
    assert "---(more)---" not in read_until(channel, "> ")
    channel.send("start shell\n")
    read_until(channel, "% ")
    channel.send("echo $?; exit\n")
    assert "0" in read_until(channel, "> ")
    channel.send("show nonsense\n")
    assert "syntax error" in read_until(channel, "> ")
    client.close()


def test_openssh_ssh(quiet_lab: ServedLab) -> None:
    port = str(quiet_lab.port("node1"))
    done = subprocess.run(
        ["ssh", *ssh_options(quiet_lab), "-p", port, "lab@127.0.0.1",
         "show chassis cluster status | match node1"],
        capture_output=True, text=True, timeout=20, check=True,
    )  # fmt: skip
    assert done.stdout.count("secondary") == 2


def test_openssh_sftp(quiet_lab: ServedLab, tmp_path: Any) -> None:
    (tmp_path / "note").write_text("hello", encoding="utf-8")
    batch = f"put {tmp_path}/note /var/tmp/note\nls /var/tmp/note\nrm /var/tmp/note\n"
    done = subprocess.run(
        ["sftp", *ssh_options(quiet_lab), "-P", str(quiet_lab.port()), "-b", "-", "lab@127.0.0.1"],
        input=batch, capture_output=True, text=True, timeout=20, check=True,
    )  # fmt: skip
    assert "/var/tmp/note" in done.stdout
