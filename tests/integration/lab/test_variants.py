"""Older releases, standalone boxes, the master-only address, the control socket."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable

import asyncssh
import pytest
from jnpr.junos.exception import RpcError

from srx_lab.control import ControlFailure
from tests.integration.lab.conftest import ServedLab
from tests.integration.lab.test_wire import pyez, run, said, wait_until

pytestmark = pytest.mark.filterwarnings("default")


def test_an_old_release_lacks_the_detail_rpcs_but_not_their_commands(
    serve_lab: Callable[..., ServedLab],
) -> None:
    lab = serve_lab(model="SRX4100", release="17.4R1.16")
    with pyez(lab) as device:
        with pytest.raises(RpcError, match="syntax error"):
            device.rpc.get_chassis_cluster_cold_synchronization_information()
        assert device.rpc.get_chassis_cluster_issu_information().findall(".//cold-synchronization-progress")
    assert "Current Monitoring Weight: 0" in said(lab, "show chassis cluster information detail coldsync")


def test_a_standalone_box_answers_xnm_error_inside_a_reply(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab(model="vSRX", release="24.4R1.9", standalone=True)
    with pyez(lab) as device:
        answer = device.rpc.get_chassis_cluster_status()
        assert (answer.tag, answer.findtext("message")) == ("error", "error: Chassis cluster is not enabled")
        assert device.rpc.get_software_information().tag == "software-information"


def test_the_master_address_follows_rg0(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab(master_address=True)
    port = lab.server.masters["c1"].port

    def who() -> str:
        async def go() -> str:
            async with asyncssh.connect(
                "127.0.0.1", port, username="lab", client_keys=[lab.key], known_hosts=None
            ) as connection:
                return str((await connection.run("show version no-forwarding | match Hostname")).stdout)

        return asyncio.run(go())

    assert "c1-n0" in who()
    said(lab, "request chassis cluster failover redundancy-group 0 node 1")
    assert "c1-n1" in who()


def test_unknown_requests_are_refused_in_words(quiet_lab: ServedLab) -> None:
    with pytest.raises(ControlFailure, match="no cluster named 'c9'"):
        quiet_lab.ask(do="status", cluster="c9")
    with pytest.raises(ControlFailure, match="no fault named"):
        quiet_lab.ask(do="inject", cluster="c1", fault="gremlins")


def test_the_command_line(quiet_lab: ServedLab) -> None:
    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "srx_lab", *words], capture_output=True, text=True, check=False, timeout=30
        )

    state = ("--state", str(quiet_lab.folder))
    assert '"phase": "idle"' in call("status", *state, "--json").stdout
    assert (
        call("inject", *state, "--cluster", "c1", "cpu_high", "--node", "node1", "busy_percent=95").returncode
        == 0
    )
    assert "cpu_high" in call("status", *state, "--json").stdout
    assert call("clear", *state, "--cluster", "c1").stdout == "cpu_high\n"
    assert call("inject", *state, "--cluster", "c1", "gremlins").returncode == 2
    assert "fault_changed" in call("events", *state).stdout


def test_failover_reset_and_checks_over_the_cli(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab(speed=600)
    assert "Initiated manual failover for redundancy group 1" in said(
        lab, "request chassis cluster failover redundancy-group 1 node 1"
    )
    assert "node1  255      primary" in said(lab, "show chassis cluster status redundancy-group 1")
    assert "Successfully reset" in said(lab, "request chassis cluster failover reset redundancy-group 1")
    lab.inject("policies_out_of_sync_after", at="now")
    assert said(lab, "request security policies check").count("out-of-sync") == 2
    said(lab, "request security policies resync")
    assert "out-of-sync" not in said(lab, "request security policies check")
    assert "not valid on the srx4600" in said(lab, "request system snapshot")


def test_a_vmhost_takes_its_own_commands_in_the_words_of_its_release(
    serve_lab: Callable[..., ServedLab],
) -> None:
    lab = serve_lab(model="SRX5800-RE3", release="17.4R1.16")
    assert "command is not supported on this platform" in said(lab, "request system snapshot")
    with pyez(lab) as device:
        assert "Snapshot complete" in device.rpc.request_vmhost_snapshot().xpath("string()")
        for refused in ({"node": "1"}, {"reboot": True}):
            with pytest.raises(RpcError, match="syntax error"):
                device.rpc.request_vmhost_package_rollback(**refused)
        with pytest.raises(RpcError, match="syntax error: no-confirm"):
            device.rpc.request_vmhost_snapshot(no_confirm=True)
        with pytest.raises(RpcError, match="No package to rollback to"):
            device.rpc.request_vmhost_package_rollback()


def test_a_vmhost_snapshot_is_no_command_of_other_engines(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab(model="SRX5800", release="21.4R3-S5.4")
    assert "Snapshot complete" in said(lab, "request system snapshot")
    with pyez(lab) as device, pytest.raises(RpcError, match="not valid on the srx5800"):
        device.rpc.request_vmhost_snapshot()


def test_the_clock_runs_at_the_labs_speed(serve_lab: Callable[..., ServedLab]) -> None:
    lab = serve_lab(speed=3600)
    before = lab.status()["virtual_time"]
    wait_until(lambda: lab.status()["virtual_time"] - before > 600, 5)
    assert run(lab, 'start shell command "date +%s"').exit_status == 0
