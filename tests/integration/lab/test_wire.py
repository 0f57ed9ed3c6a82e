"""The wire: asyncssh and PyEZ through a whole upgrade, SFTP, SCP, the shell, what a reboot cuts."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest
from jnpr.junos import Device
from jnpr.junos.exception import RpcError
from jnpr.junos.utils.fs import FS
from jnpr.junos.utils.scp import SCP
from jnpr.junos.utils.start_shell import StartShell

from srx_lab.platforms import PLATFORMS
from tests.integration.lab.conftest import RELEASE, TARGET, ServedLab

pytestmark = pytest.mark.filterwarnings("default")
IMAGE = f"/var/tmp/{PLATFORMS['SRX4600'].image_name(TARGET)}"


def pyez(lab: ServedLab, node: str = "node0") -> Device:
    return Device(
        host="127.0.0.1",
        port=lab.port(node),
        user="lab",
        passwd=lab.password,
        gather_facts=False,
        normalize=True,
    )


def run(lab: ServedLab, command: str, node: str = "node0", given: str = "") -> asyncssh.SSHCompletedProcess:
    """One SSH exec."""

    async def go() -> asyncssh.SSHCompletedProcess:
        async with asyncssh.connect(
            "127.0.0.1", lab.port(node), username="lab", client_keys=[lab.key], known_hosts=lab.known_hosts
        ) as connection:
            return await connection.run(command, input=given)

    return asyncio.run(go())


def said(lab: ServedLab, command: str, node: str = "node0", given: str = "") -> str:
    return str(run(lab, command, node, given).stdout)


def wait_until(holds: Callable[[], bool], within_s: float = 20) -> None:
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)


def answers(lab: ServedLab, node: str) -> bool:
    try:
        return bool(said(lab, "show system uptime", node))
    except OSError:
        return False


def put(lab: ServedLab, image: Path, node: str = "node0") -> None:
    async def go() -> None:
        async with (
            asyncssh.connect(
                "127.0.0.1",
                lab.port(node),
                username="lab",
                password=lab.password,
                known_hosts=lab.known_hosts,
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            await sftp.put(str(image), "/var/tmp/")

    asyncio.run(go())


def test_pyez_reads_both_nodes(quiet_lab: ServedLab) -> None:
    with pyez(quiet_lab) as device:
        version = device.rpc.get_software_information()
        assert [each.text for each in version.findall(".//junos-version")] == [RELEASE, RELEASE]
        assert [each.text for each in version.findall(".//re-name")] == ["node0", "node1"]
        assert device.rpc.get_chassis_cluster_status().findtext("cluster-id") == "7"
        assert "Hostname: c1-n0" in device.cli("show version", warning=False)


def test_pyez_facts(quiet_lab: ServedLab) -> None:
    with pyez(quiet_lab) as device:
        assert device.facts["version"] == RELEASE
        assert device.facts["model"] == "SRX4600"
        assert device.facts["srx_cluster"] is True
        assert device.facts["hostname"] == "c1-n0"


def test_pyez_shell_files_and_scp(quiet_lab: ServedLab, image: Path) -> None:
    with pyez(quiet_lab) as device:
        with SCP(device) as scp:
            scp.put(str(image), "/var/tmp/by-scp.tgz")
        files = FS(device)
        assert "by-scp.tgz" in files.ls("/var/tmp")["files"]
        assert files.stat("/var/tmp/nothing") is None
        assert (
            files.checksum("/var/tmp/by-scp.tgz", "sha256") == hashlib.sha256(image.read_bytes()).hexdigest()
        )
        with StartShell(device) as shell:
            assert shell.run("test -f /var/tmp/by-scp.tgz")[0] is True
            assert shell.run("test -f /var/tmp/nothing")[0] is False
        assert files.rm("/var/tmp/by-scp.tgz") is True


def test_unknown_rpcs_are_syntax_errors(quiet_lab: ServedLab) -> None:
    with pyez(quiet_lab) as device, pytest.raises(RpcError) as caught:
        device.rpc.get_ipsec_security_associations_information()
    assert caught.value.message == "syntax error"
    assert caught.value.rpc_error["bad_element"] == "get-ipsec-security-associations-information"


def test_rpd_runs_on_the_rg0_primary_only(quiet_lab: ServedLab) -> None:
    with (
        pyez(quiet_lab, "node1") as device,
        pytest.raises(RpcError, match="the routing subsystem is not running"),
    ):
        device.rpc.get_bgp_summary_information()


def test_statistics_come_as_three_siblings(quiet_lab: ServedLab) -> None:
    with pyez(quiet_lab) as device:
        reply = device.rpc.get_chassis_cluster_statistics()
        assert [each.tag for each in reply.getparent()] == [
            "chassis-cluster-statistics",
            "services-synchronized",
            "icd-pkt-stats",
        ]


def test_no_forwarding_asks_one_node(quiet_lab: ServedLab) -> None:
    with pyez(quiet_lab, "node1") as device:
        assert device.rpc.get_software_information(no_forwarding=True).findtext("host-name") == "c1-n1"
        assert device.rpc.get_software_information(node="0").findtext(".//host-name") == "c1-n0"


def test_password_and_key_are_needed(quiet_lab: ServedLab) -> None:
    async def go() -> None:
        await asyncssh.connect("127.0.0.1", quiet_lab.port(), username="lab", password="no", known_hosts=None)

    with pytest.raises(asyncssh.PermissionDenied):
        asyncio.run(go())


def test_pipes(quiet_lab: ServedLab) -> None:
    assert said(quiet_lab, "show version | match Junos").count("Junos: ") == 2
    assert said(quiet_lab, "show chassis cluster status | count").startswith("Count: ")
    assert len(said(quiet_lab, "show version | last 3").splitlines()) == 3
    assert "set system root-authentication encrypted-password" in said(
        quiet_lab, "show configuration | display set"
    )
    xml = said(quiet_lab, "show chassis cluster status | display xml | no-more")
    assert xml.startswith("<rpc-reply xmlns:junos=")
    assert "<banner>{primary:node0}</banner>" in xml


def test_secrets_are_there_to_be_scrubbed(quiet_lab: ServedLab) -> None:
    text = said(quiet_lab, "show configuration")
    assert "$6$" in text
    assert "$9$" in text
    assert "## SECRET-DATA" in text


def test_unknown_commands_fail(quiet_lab: ServedLab) -> None:
    result = run(quiet_lab, "show chassis clutser status")
    assert "syntax error" in str(result.stdout)
    assert result.exit_status == 1


def test_shell_constructs(quiet_lab: ServedLab) -> None:
    script = (
        "cd /var/tmp; mkdir -p d && echo one > d/f; echo two >> d/f; cat d/f; [ -d d ] && echo yes; "
        "false || echo no=$?; if test -f d/none; then echo a; else echo b; fi; sh -c 'exit 3'; echo $?; "
        "for_nothing 2>/dev/null; x=$(cat d/f | wc -l | grep -c 2); echo lines=$x; rm -r d; ls d"
    )
    output = said(quiet_lab, f'start shell command "{script}"')
    assert output.splitlines() == [
        "one",
        "two",
        "yes",
        "no=1",
        "b",
        "3",
        "lines=1",
        "ls: d: No such file or directory",
    ]


def test_sftp_resumes(quiet_lab: ServedLab, image: Path) -> None:
    content = image.read_bytes()

    async def go() -> None:
        async with (
            asyncssh.connect(
                "127.0.0.1",
                quiet_lab.port(),
                username="lab",
                client_keys=[quiet_lab.key],
                known_hosts=quiet_lab.known_hosts,
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            async with sftp.open("/var/tmp/part.tgz", "wb") as file:
                await file.write(content[:100_000])
            assert (await sftp.stat("/var/tmp/part.tgz")).size == 100_000
            async with sftp.open("/var/tmp/part.tgz", "ab") as file:
                await file.write(content[100_000:])
            assert await sftp.realpath(".") == "/var/home/lab"

    asyncio.run(go())
    assert (
        said(quiet_lab, "file checksum sha-256 /var/tmp/part.tgz").split()[-1]
        == hashlib.sha256(content).hexdigest()
    )
    said(quiet_lab, "file delete /var/tmp/part.tgz")


@pytest.mark.parametrize("mode", ["-O", "-s"])
def test_openssh_scp(quiet_lab: ServedLab, image: Path, tmp_path: Path, mode: str) -> None:
    remote = "lab@127.0.0.1:/var/tmp/openssh.tgz"
    options = ["-q", mode, "-i", quiet_lab.key, "-P", str(quiet_lab.port()), "-o", "BatchMode=yes",
               "-o", f"UserKnownHostsFile={quiet_lab.known_hosts}"]  # fmt: skip
    subprocess.run(["scp", *options, str(image), remote], check=True, timeout=30)
    subprocess.run(["scp", *options, remote, str(tmp_path / "back.tgz")], check=True, timeout=30)
    assert (tmp_path / "back.tgz").read_bytes() == image.read_bytes()


def test_a_detached_upgrade_outlives_its_session(serve_lab: Callable[..., ServedLab], image: Path) -> None:
    lab = serve_lab(speed=3600)
    put(lab, image)
    request = f"request system software in-service-upgrade {IMAGE} reboot"
    start = f"nohup sh -c 'cli -c \\\"{request}\\\" > /var/tmp/issu.log 2>&1' &"
    said(lab, f'start shell command "{start}"')
    wait_until(lambda: lab.status()["phase"] == "complete")
    nodes = lab.status()["nodes"]
    assert {node["release"] for node in nodes.values()} == {TARGET}
    transcript = said(lab, "file show /var/tmp/issu.log")
    assert "System going down IMMEDIATELY" in transcript
    assert lab.status()["issu_starts"] == 1
    assert (lab.files("node1") / IMAGE.lstrip("/")).read_bytes() == image.read_bytes()
    events = [json.loads(line)["event"] for line in (lab.folder / "events.jsonl").read_text().splitlines()]
    assert events.count("issu_started") == 1
    assert events.count("node_went_down") == 2


def test_an_attached_upgrade_streams_and_is_cut_by_the_reboot(
    serve_lab: Callable[..., ServedLab], image: Path
) -> None:
    lab = serve_lab(speed=3600)
    put(lab, image)
    result = run(lab, f"request system software in-service-upgrade {IMAGE} reboot")
    assert "System going down IMMEDIATELY" in str(result.stdout)
    assert result.exit_status is None


def test_the_netconf_session_of_the_starter_dies_without_a_reply(
    serve_lab: Callable[..., ServedLab], image: Path
) -> None:
    lab = serve_lab(speed=3600)
    put(lab, image)
    device = pyez(lab).open()
    with pytest.raises(Exception, match=r"(?i)closed|session|connect|timeout"):
        device.rpc.request_package_in_service_upgrade(package_name=IMAGE, reboot=True, dev_timeout=30)
    wait_until(lambda: lab.status()["phase"] == "complete")


def test_a_rebooting_node_refuses_connections_and_keeps_its_port(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab(speed=600)
    port = lab.port("node1")
    said(lab, "request system reboot node 1", given="yes\n")
    wait_until(lambda: lab.status()["nodes"]["node1"]["power"] == "rebooting")
    with pytest.raises(ConnectionRefusedError):
        run(lab, "show version", "node1")
    assert "Could not connect to node1" in said(lab, "show version")
    wait_until(lambda: lab.status()["nodes"]["node1"]["power"] == "up")
    wait_until(lambda: answers(lab, "node1"))
    assert "c1-n1" in said(lab, "show version no-forwarding", "node1")
    assert lab.port("node1") == port


def test_reboot_is_asked_about_and_no_is_the_default(quiet_lab: ServedLab) -> None:
    assert "Reboot the system ? [yes,no] (no)" in said(quiet_lab, "request system reboot", given="\n")
    assert quiet_lab.status()["nodes"]["node0"]["power"] == "up"


def test_a_truncated_image_is_refused(
    serve_lab: Callable[..., ServedLab], image: Path, tmp_path: Path
) -> None:
    lab = serve_lab(speed=3600)
    broken = tmp_path / image.name
    broken.write_bytes(image.read_bytes()[:-1000])
    put(lab, broken)
    output = said(lab, f"request system software in-service-upgrade {IMAGE} reboot")
    assert "package is corrupt" in output
    assert "ISSU aborted and exiting ISSU window" in output


def test_an_image_of_foreign_content_is_taken_by_its_name(
    serve_lab: Callable[..., ServedLab], tmp_path: Path
) -> None:
    lab = serve_lab(speed=36_000)
    made = tmp_path / PLATFORMS["SRX4600"].image_name("23.2R2.21")
    made.write_bytes(b"not gzip at all" * 1000)
    put(lab, made)
    said(lab, f"request system software in-service-upgrade /var/tmp/{made.name} reboot")
    wait_until(lambda: lab.status()["nodes"]["node0"]["release"] == "23.2R2.21")


def test_uploads_take_room_and_fail_when_there_is_none(
    serve_lab: Callable[..., ServedLab], image: Path
) -> None:
    lab = serve_lab()
    before = lab.status()["nodes"]["node0"]["free_bytes"]
    put(lab, image)
    assert before - lab.status()["nodes"]["node0"]["free_bytes"] >= image.stat().st_size
    lab.inject("var_tmp_full", node="node0", free_kb=8)
    with pytest.raises(asyncssh.SFTPFailure, match="No space"):
        put(lab, image)
