"""Cables by command of a running lab, and what both nodes then say on the wire."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from jnpr.junos import Device
from jnpr.junos.utils.config import Config

from srx_lab.__main__ import main
from srx_lab.topology import BadTopology, load_topology, read_topology
from tests.integration.lab.conftest import ServedLab
from tests.integration.lab.test_wire import pyez, said

pytestmark = pytest.mark.filterwarnings("default")
TOPOLOGIES = Path(__file__).parents[3] / "include" / "srx_lab" / "topologies"
ServeLab = Callable[..., ServedLab]


def handle(lab: ServedLab, *words: str) -> int:
    """`python -m srx_lab unplug ...`"""
    move, *rest = words
    return main([move, "--state", str(lab.folder), "c1", *rest])


def events(lab: ServedLab, kind: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = lab.ask(do="events", cluster="c1", kinds=[kind])["events"]
    return found


def configure(lab: ServedLab, node: str, *lines: str) -> str:
    given = "\n".join(("configure", *lines, "commit", "exit", "exit", ""))
    return said(lab, "", node, given)


def test_pulled_cables_show_on_both_nodes(serve_lab: ServeLab, capsys: pytest.CaptureFixture[str]) -> None:
    lab = serve_lab(speed=1)
    configure(lab, "node0", "set interfaces xe-7/1/0 disable", "set interfaces xe-7/1/1 disable",
              "set interfaces xe-7/1/2 disable")  # fmt: skip
    assert handle(lab, "unplug", "control", "fabric") == 0
    assert capsys.readouterr().out == "c1: control, fabric unplugged\n"
    for node, peer in (("node0", "node1"), ("node1", "node0")):
        assert "Control link status: Down" in said(lab, "show chassis cluster interfaces", node)
        status = said(lab, "show chassis cluster status", node)
        assert [line.split()[2] for line in status.splitlines() if line.startswith(node)] == ["primary"] * 2
        assert [line.split()[2] for line in status.splitlines() if line.startswith(peer)] == ["lost"] * 2
    assert [event["cable"] for event in events(lab, "cable_changed")] == ["control", "fabric"]
    assert [(event["link"], event["up"]) for event in events(lab, "link_changed")] == [
        ("control", False),
        ("fabric", False),
    ]
    assert events(lab, "both_active") == []
    assert lab.status()["links"] == {"control": False, "fabric": False}


def test_each_lonely_node_commits_for_itself(serve_lab: ServeLab) -> None:
    lab = serve_lab(speed=1)
    handle(lab, "unplug", "control", "fabric")
    with pyez(lab, "node1") as device, Config(device) as config:
        config.load("set interfaces xe-7/1/0 disable", format="set")
        assert config.commit()
    assert "xe-7/1/0                down  down" in said(lab, "show interfaces terse", "node1")
    assert "xe-7/1/0" not in said(lab, "show configuration | display set | match disable", "node0")
    [commit] = events(lab, "commit")
    assert (commit["node"], commit["nodes"], commit["refused"]) == ("node1", "node1", False)


def test_both_active_is_in_the_record(serve_lab: ServeLab) -> None:
    lab = serve_lab(speed=1)
    handle(lab, "unplug", "control", "fabric")
    [begun] = events(lab, "both_active")
    assert (begun["active"], begun["groups"]) == (True, "1")


def test_a_wrong_cable_is_named(serve_lab: ServeLab, capsys: pytest.CaptureFixture[str]) -> None:
    lab = serve_lab()
    assert handle(lab, "unplug", "fabric", "--child", "1") == 2
    assert capsys.readouterr().err == "c1 has no fabric link 1: it has 1, counted from 0\n"


def test_control_interface_is_known_on_an_srx1500_alone(serve_lab: ServeLab) -> None:
    line = "set chassis cluster control-interface node0 disable"
    other = serve_lab()
    assert "syntax error" in configure(other, "node0", line)
    assert "syntax error" in said(other, "request chassis cluster control-interface node0 disable")
    lab = serve_lab(model="SRX1500", speed=1)
    assert "disabled" in said(lab, "request chassis cluster control-interface node0 disable")
    assert "Control link status: Down" in said(lab, "show chassis cluster interfaces")
    assert "enabled" in said(lab, "request chassis cluster control-interface node0 enable")
    assert "Control link status: Up" in said(lab, "show chassis cluster interfaces")


@pytest.mark.parametrize(("given", "minutes"), [("<confirm-timeout>120</confirm-timeout>", 2), ("", 10)])
def test_netconf_counts_a_confirmation_in_seconds(serve_lab: ServeLab, given: str, minutes: int) -> None:
    lab = serve_lab(speed=1)
    device: Device
    with pyez(lab) as device:
        device.execute(f"<commit><confirmed/>{given}</commit>")
        shown = device.cli("show system commit", warning=False)
    assert f"commit confirmed, rollback in {minutes}mins" in shown
    assert events(lab, "commit")[0]["confirm_min"] == minutes


def test_the_demo_for_minimal_downtime_is_monitored_and_has_two_fabric_links() -> None:
    [entry] = load_topology(TOPOLOGIES / "demo-minimal-downtime.yaml").clusters
    assert entry.spec.fabric_links == 2
    assert any("interface-monitor" in line for line in entry.spec.configuration)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [("fabric_links", 3, "fabric_links: 3"), ("configuration", ["set nonsense"], "syntax error nonsense")],
)
def test_a_topology_that_no_cluster_can_have_is_refused(key: str, value: object, says: str) -> None:
    with pytest.raises(BadTopology, match=says):
        read_topology(
            {"clusters": [{"name": "a", "model": "SRX345", "release": "23.4R2.5", key: value}]}, "t"
        )
