"""netmiko with TextFSM: the CLI as a person's terminal shows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import netmiko
import pytest
from ntc_templates import parse as ntc

from tests.foreign.questions import QUESTIONS
from tests.foreign.served_lab import RELEASE, ServedLab
from tests.foreign.with_netmiko.conftest import Connect


def test_prompt(connect: Connect) -> None:
    session = connect("mid")
    assert session.find_prompt().splitlines()[-1] == "lab@mid-n0>"
    session.disconnect()


@pytest.mark.parametrize(("rpc", "command", "root"), QUESTIONS, ids=[each[1] for each in QUESTIONS])
def test_show_command_is_answered(session: Any, rpc: str, command: str, root: str) -> None:
    output = session.send_command(command)
    assert output.strip()
    assert "syntax error" not in output
    assert "{primary:node0}" not in output


def read(session: Any, command: str) -> list[dict[str, Any]]:
    parsed = session.send_command(command, use_textfsm=True, raise_parsing_error=True)
    assert isinstance(parsed, list)
    return parsed


def test_template_of_cluster_interfaces(session: Any) -> None:
    rows = read(session, "show chassis cluster interfaces")
    kinds = {row["link_type"] for row in rows}
    assert {"Control", "Fabric", "Redundant-ethernet"} <= kinds
    assert rows[0]["control_link_status"] == "Up"
    assert {row["redundancy_group"] for row in rows if row["interface"].startswith("reth")} == {"1"}


def test_template_of_cluster_status_without_the_indented_legend(session: Any) -> None:
    """Devices indent the legend of failure codes (captures; Juniper/py-junos-eznc issue 991), the template
    of ntc-templates takes it flush left only. All else of the output is what it expects."""
    output = session.send_command("show chassis cluster status")
    rows = ntc.parse_output("juniper_junos", "show chassis cluster status", re.sub(r"(?m)^ +", "", output))
    assert [row["redundancy_group_id"] for row in rows] == ["0", "1"]
    assert all(row["node"] == ["node0", "node1"] for row in rows)
    assert rows[0]["status"] == ["primary", "secondary"]


def test_template_of_cluster_status_as_its_own_source_shows_it(lab: ServedLab, connect: Connect) -> None:
    """The device whose output the template was made from (ntc-templates, its test data)."""
    lab.inject("old", "status_legend_flush_left")
    session = connect("old")
    rows = read(session, "show chassis cluster status")
    session.disconnect()
    lab.clear("old")
    assert [row["cluster_id"] for row in rows] == ["4", "4"]
    assert rows[0]["monitor_failures"] == ["None", "None"]


TEMPLATES = {
    "show version": lambda rows: rows[0]["hostname"] and RELEASE in rows[0]["junos_version"],
    "show route summary": lambda rows: {row["route_src"] for row in rows} >= {"Direct", "BGP"},
    "show ospf neighbor": lambda rows: rows[0]["state"] == "Full",
    "show lldp neighbors": lambda rows: rows[0]["neighbor_name"] == "switch-0",
    "show lacp interfaces": lambda rows: rows[0]["bundle_name"] == "reth0" and rows[0]["member_interface"],
}


@pytest.mark.parametrize("command", TEMPLATES)
def test_template(session: Any, command: str) -> None:
    assert TEMPLATES[command](read(session, command))


def one_node(output: str, node: str = "node0") -> str:
    """What one node said; no template knows the heads that a cluster puts above each."""
    part = output.split(f"{node}:\n", 1)[1]
    return part.split("\n", 1)[1].split("\nnode1:", 1)[0]


ON_ONE_NODE = {
    "show system uptime": lambda rows: rows[0]["users"] and rows[0]["boot_year"],
    "show arp no-resolve": lambda rows: any(row["interface"] == "fxp0.0" for row in rows),
    "show chassis hardware": lambda rows: rows[0]["chassis_serial_number"],
}


@pytest.mark.parametrize("command", ON_ONE_NODE)
def test_template_for_one_node(session: Any, command: str) -> None:
    output = one_node(session.send_command(command))
    assert ON_ONE_NODE[command](ntc.parse_output("juniper_junos", command, output))


@pytest.mark.parametrize(
    ("pipe", "expected"),
    [("| match Junos:", "Junos:"), ("| count", "Count:"), ("| display xml", "<rpc-reply"),
     ("| display json", '"software-information"'), ("| display xml rpc", "<get-software-information>"),
     ("| last 1", ""), ("| no-more", "Hostname:"), ("| except JUNOS", "Model:"), ("| find Model", "Model:")],
)  # fmt: skip
def test_pipe(session: Any, pipe: str, expected: str) -> None:
    assert expected in session.send_command(f"show version {pipe}")


def test_syntax_error(session: Any) -> None:
    output = session.send_command("show no-such-thing")
    assert "^" in output
    assert "syntax error" in output


def test_shell_of_the_account(session: Any) -> None:
    session.send_command("start shell", expect_string=r"%\s*$")
    assert session.send_command("id -un", expect_string=r"%\s*$", strip_prompt=True).strip().startswith("lab")
    session.send_command("exit", expect_string=r">\s*$")


def test_bourne_shell(session: Any) -> None:
    session._enter_shell()
    assert session.send_command("echo $0", expect_string=r"\$\s*$")
    session._return_cli()


def test_file_goes_there_and_back_by_scp(connect: Connect, tmp_path: Path) -> None:
    source = tmp_path / "strangers.txt"
    source.write_text("hello\n" * 100, encoding="utf-8")
    session = connect("edited")
    put = netmiko.file_transfer(session, source_file=str(source), dest_file="strangers.txt",
                                file_system="/var/tmp", direction="put", overwrite_file=True)  # fmt: skip
    assert put == {"file_exists": True, "file_transferred": True, "file_verified": True}
    back = tmp_path / "back.txt"
    got = netmiko.file_transfer(session, source_file="strangers.txt", dest_file=str(back),
                                file_system="/var/tmp", direction="get", overwrite_file=True)  # fmt: skip
    assert got["file_verified"]
    assert back.read_text("utf-8") == source.read_text("utf-8")
    session.disconnect()


def test_confirmation_is_asked_for(session: Any) -> None:
    asked = session.send_command("request system reboot", expect_string=r"\(no\)")
    assert "Reboot the system ? [yes,no] (no)" in asked
    session.send_command("no", expect_string=r">\s*$")
