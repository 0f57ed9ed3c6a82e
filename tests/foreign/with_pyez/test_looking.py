"""PyEZ (junos-eznc): facts, every format, configuration, files, shell, tables."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from jnpr.junos import Device
from jnpr.junos.exception import RpcError
from jnpr.junos.utils.fs import FS
from jnpr.junos.utils.scp import SCP
from jnpr.junos.utils.start_shell import StartShell
from jnpr.junos.utils.sw import SW

from tests.foreign.questions import QUESTIONS
from tests.foreign.served_lab import RELEASE, ServedLab
from tests.foreign.with_pyez.conftest import Connect


def test_facts_of_the_software(device: Device) -> None:
    facts = device.facts
    assert facts["version"] == RELEASE
    assert facts["hostname"].endswith("-n0")
    assert facts["hostname_info"].keys() == {"node0", "node1"}
    assert facts["junos_info"]["node1"]["text"] == RELEASE
    assert (facts["version_RE0"], facts["version_RE1"]) == (RELEASE, RELEASE)


def test_facts_of_the_cluster(device: Device) -> None:
    facts = device.facts
    assert facts["srx_cluster"] is True
    assert facts["srx_cluster_id"].isdigit()
    assert facts["srx_cluster_redundancy_group"]["0"]["node0"]["status"] == "primary"
    assert facts["srx_cluster_redundancy_group"]["1"]["node1"]["status"] == "secondary"
    assert facts["current_re"] == ["node0", "primary"]


def test_facts_of_the_chassis(device: Device) -> None:
    facts = device.facts
    assert facts["model"].startswith("SRX")
    assert facts["serialnumber"]
    assert facts["personality"] in {"SRX_BRANCH", "SRX_MIDRANGE", "SRX_HIGHEND"}
    assert facts["2RE"] is True
    assert facts["RE0"]["status"] == "OK"
    assert facts["master"]
    assert facts["HOME"].startswith("/var/home/")


def test_every_fact_can_be_had(device: Device) -> None:
    device.facts_refresh(exception_on_failure=True)


def test_uptime(device: Device) -> None:
    assert device.uptime > 0


@pytest.mark.parametrize(("rpc", "command", "root"), QUESTIONS, ids=[each[0] for each in QUESTIONS])
def test_json(device: Device, rpc: str, command: str, root: str) -> None:
    answered = getattr(device.rpc, rpc.replace("-", "_"))({"format": "json"})
    inside = answered
    if "multi-routing-engine-results" in answered:
        inside = answered["multi-routing-engine-results"][0]["multi-routing-engine-item"][0]
        assert inside["re-name"] == [{"data": "node0"}]
    assert isinstance(inside[root], list)


def test_json_keeps_attributes_and_lists(device: Device) -> None:
    answered = device.rpc.get_system_uptime_information({"format": "json"}, node="0")
    item = answered["multi-routing-engine-results"][0]["multi-routing-engine-item"][0]
    now = item["system-uptime-information"][0]["current-time"][0]["date-time"][0]
    assert now["attributes"]["junos:seconds"].isdigit()
    assert now["data"].endswith("UTC")


@pytest.mark.parametrize(("rpc", "command", "root"), QUESTIONS, ids=[each[1] for each in QUESTIONS])
def test_cli_to_rpc(device: Device, rpc: str, command: str, root: str) -> None:
    assert device.cli_to_rpc_string(command).startswith(f"rpc.{rpc.replace('-', '_')}(")


@pytest.mark.parametrize(
    ("command", "expected"),
    [("show chassis cluster status redundancy-group 1",
      "rpc.get_chassis_cluster_status(redundancy_group='1')"),
     ("show interfaces terse", "rpc.get_interface_information(terse=True)"),
     ("show route 10.0.0.0/24", "rpc.get_route_information(destination='10.0.0.0/24')"),
     ("show system processes extensive", "rpc.get_system_process_information(extensive=True)")],
)  # fmt: skip
def test_cli_to_rpc_with_arguments(device: Device, command: str, expected: str) -> None:
    assert device.cli_to_rpc_string(command) == expected


def test_cli_to_rpc_of_no_command(device: Device) -> None:
    assert device.cli_to_rpc_string("show no-such-thing") is None


def test_display_xml_rpc(device: Device) -> None:
    assert device.display_xml_rpc("show version").tag == "get-software-information"
    assert "get-chassis-inventory" in device.display_xml_rpc("show chassis hardware ", format="text")
    assert "invalid command" in device.display_xml_rpc("show no-such-thing ")


@pytest.mark.parametrize("form", ["text", "xml", "json"])
def test_cli(device: Device, form: str) -> None:
    assert RELEASE in str(device.cli("show version", format=form, warning=False)) or form == "xml"
    if form == "xml":
        assert device.cli("show version", format=form).findtext(".//junos-version") == RELEASE


def test_license_summary(device: Device) -> None:
    summary = device.rpc.get_license_summary_information()
    assert summary.tag == "license-summary-information"
    assert summary.find("license-usage-summary/feature-summary/name") is not None


def test_unknown_argument(device: Device) -> None:
    with pytest.raises(RpcError, match="syntax error"):
        device.rpc.get_software_information(no_such_argument=True)


def test_files(editing: Device) -> None:
    files = FS(editing)
    assert files.cwd("/var/tmp") in {True, "/var/tmp"} or files.pwd() == "/var/tmp"
    assert files.storage_usage()
    assert files.cat("/no/such") is None
    assert files.stat("/no/such") is None
    assert files.ls("/var/tmp")["type"] == "dir"
    assert files.storage_cleanup_check() is not None


def test_file_is_copied_moved_and_removed(lab: ServedLab, editing: Device, tmp_path: Path) -> None:
    source = tmp_path / "strangers.txt"
    source.write_text("hello", encoding="utf-8")
    with SCP(editing) as copying:
        copying.put(str(source), remote_path="/var/tmp/strangers.txt")
    files = FS(editing)
    assert files.stat("/var/tmp/strangers.txt")["size"] == 5
    assert files.cat("/var/tmp/strangers.txt").strip() == "hello"
    assert files.checksum("/var/tmp/strangers.txt") == "5d41402abc4b2a76b9719d911017c592"
    assert files.cp("/var/tmp/strangers.txt", "/var/tmp/second.txt")
    assert files.mv("/var/tmp/second.txt", "/var/tmp/third.txt")
    with SCP(editing) as copying:
        copying.get("/var/tmp/third.txt", local_path=str(tmp_path / "back.txt"))
    assert (tmp_path / "back.txt").read_text("utf-8") == "hello"
    assert files.rm("/var/tmp/third.txt")
    assert files.rm("/var/tmp/strangers.txt")
    assert files.stat("/var/tmp/third.txt") is None


@pytest.mark.parametrize("kind", ["csh", "sh"])
def test_shell(device: Device, kind: str) -> None:
    with StartShell(device, shell_type=kind, timeout=15) as shell:
        fine, output = shell.run("echo strangers", timeout=10)
        assert fine
        assert "strangers" in output
        failed, _ = shell.run("ls /no/such", timeout=10)
        assert not failed


def test_software_of_both_nodes(device: Device) -> None:
    assert SW(device)._multi_RE is not device.facts["personality"].startswith("SRX_BRANCH")
    assert SW.local_md5(__file__)


@pytest.mark.parametrize(
    ("module", "table"),
    [("bfd", "BfdSessionTable"), ("bgp", "bgpTable"), ("fpc", "FpcHwTable"),
     ("fpc", "FpcInfoTable"), ("lacp", "LacpPortTable"), ("lldp", "LLDPNeighborTable"),
     ("ospf", "OspfNeighborTable"),
     ("phyport", "PhyPortTable"), ("phyport", "PhyPortStatsTable"), ("routes", "RouteTable"),
     ("routes", "RouteSummaryTable"), ("systemstorage", "SystemStorageTable"), ("inventory", "ModuleTable"),
     ("ethport", "EthPortTable")],
)  # fmt: skip
def test_table(device: Device, module: str, table: str) -> None:
    found = getattr(import_module(f"jnpr.junos.op.{module}"), table)(device).get()
    assert len(found) > 0
    assert all(list(row.items()) for row in found)


def test_connection_is_closed_and_opened_again(connect: Connect) -> None:
    device = connect("mid")
    device.open()
    device.close()
    assert not device.connected
    device.open(gather_facts=False)
    assert device.connected
    device.close()
