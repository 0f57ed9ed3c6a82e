"""The real cluster of the captures, whose node1 is ``disabled``: not ready, and for the right reasons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.question import RequestForm
from srx_issu.adapters.devices.state.collect import collect
from srx_issu.checks.readiness import check_readiness
from srx_issu.domain.checking import CheckResult, Readiness, ReadinessVerdict
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.upgrade.support import InService, Support
from srx_issu.domain.verdict import Status
from tests.integration.adapters.devices.state.captured import CapturedNodes, captured, degraded_snapshot
from tests.integration.adapters.devices.state.fake_nodes import FakeClock
from tests.unit.checks.healthy import NODE0, NODE1, intent
from tests.unit.checks.plain import plain_run

LATER = "vsrx244-cluster"  # the same cluster a day later
MORE = {
    f"get-{name}": f"{LATER}__get-{name}.xml"
    for name in (
        "bgp-summary-information",
        "route-engine-information",
        "system-alarm-information",
        "system-uptime-information",
    )
} | {
    "get-system-storage": "vsrx244-standalone__get-system-storage.xml",
    "get-flow-session-information": "vsrx244-standalone__get-flow-session-information.summary.xml",
}


def state() -> ClusterState:
    captured("vsrx244-cluster-unhealthy__get-chassis-cluster-status.xml")  # skips where there are none
    given = intent()
    nodes = CapturedNodes("vsrx244-cluster-unhealthy", MORE)
    return collect(
        nodes,
        degraded_snapshot(),
        clock=FakeClock(),
        limits=given.policy.limits,
        image_path=given.image.node_path,
    )


@pytest.fixture
def readiness() -> Readiness:
    given = intent()
    vsrx = replace(given.cluster, model="VSRX")
    image = replace(given.image, release="25.2R1.9", models=frozenset({"VSRX"}))
    upgrade = replace(given, cluster=vsrx, image=image)
    support = Support(verdict=InService.REFUSED, reason="vSRX has no ISSU (guide)")
    return check_readiness(degraded_snapshot(), state(), upgrade, support, plain_run)


def failed(readiness: Readiness, check: str, node: NodeName | None) -> list[CheckResult]:
    return [r for r in readiness.results if (r.check, r.node, r.status) == (check, node, Status.FAIL)]


def test_it_is_not_ready_for_the_right_reasons(readiness: Readiness) -> None:
    assert readiness.verdict is ReadinessVerdict.NOT_READY
    assert [r.measured for r in failed(readiness, "group_states", NODE1)] == ["disabled", "disabled"]
    assert "FPC 0 Hard errors" in failed(readiness, "major_alarms", NODE1)[0].text
    assert "ge-0/0/3 is Up / Down" in " ".join(r.text for r in failed(readiness, "fabric_links", NODE0))
    assert "ge-0/0/3" in failed(readiness, "monitoring_failures", NODE0)[0].text
    assert failed(readiness, "eligible", None)
    assert "Peer node: node1 is disabled" in failed(readiness, "ha_led", NODE0)[0].text


def test_what_is_well_is_not_complained_about(readiness: Readiness) -> None:
    """node1 shows priority 100 and no monitor failures although it is dead (docs/junos.md, "Trap 2")."""
    for check in ("group_priorities", "monitor_failures", "cpu_load", "var_tmp_space", "one_primary"):
        assert failed(readiness, check, NODE0) == failed(readiness, check, NODE1) == []


def test_a_dead_node_does_not_pass_for_synchronised(readiness: Readiness) -> None:
    (result,) = [r for r in readiness.results if r.check == "cold_sync" and r.node is NODE1]
    assert (result.status, result.blocks) == (Status.ERROR, True)


def test_rows_of_the_real_replies() -> None:
    seen = state()
    assert [c.busy_percent for c in seen.cpu.rows_of(NODE0) or ()] == [35.0, 35.0]
    assert len(seen.rtos.rows_of(NODE0) or ()) == 49
    space = seen.var_tmp.one_of(NODE0)
    assert space is not None
    assert (space.mounted_on, space.available_bytes) == ("/.mount", 20515836 * 512)
    assert [a.text for a in seen.chassis_alarms.rows_of(NODE0) or ()] == []
    assert seen.sessions.rows_of(NODE0) != ()
    assert "routing subsystem is not running" in str(seen.bgp)


def test_heartbeat_errors_that_rise_between_two_replies() -> None:
    """345816 in one capture, 345818 in the next one of the same session."""
    first = "vsrx244-cluster-unhealthy__get-chassis-cluster-control-plane-statistics.xml"
    second = "vsrx244-cluster-unhealthy__get-chassis-cluster-statistics.xml"

    def ask(node: NodeName, _: RequestForm, /) -> Element:
        asked.append(node)
        return captured(first if asked.count(node) == 1 else second)

    asked: list[NodeName] = []
    limits = intent().policy.limits
    seen = collect(ask, degraded_snapshot(), ["heartbeats"], clock=FakeClock(), limits=limits)
    assert [h.errors_delta for h in seen.heartbeats.rows_of(NODE0) or ()] == [2]
