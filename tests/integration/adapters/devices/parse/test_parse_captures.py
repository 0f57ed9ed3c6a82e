"""The parsers against output of real devices: every capture that a parser concerns."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from srx_issu.adapters.devices.parse import capacity, files, links, nodes, refusals, status, sync, system
from srx_issu.adapters.devices.parse.reply import parse_reply
from srx_issu.domain.cluster.model import GroupState, NodeName
from srx_issu.domain.errors import (
    CommandRefused,
    NotAChassisCluster,
    ReplyNotUnderstood,
    UnknownCommand,
)
from tests.integration.adapters.devices.parse.conftest import Captures

N0, N1 = NodeName.NODE0, NodeName.NODE1
UNHEALTHY = "vsrx244-cluster-unhealthy__"
CLUSTER = "vsrx244-cluster__"
STANDALONE = "vsrx244-standalone__"


def test_status_of_a_dead_node_shows_it_disabled_though_its_priority_looks_healthy(capture: Captures) -> None:
    body = nodes.own_body(
        N0, capture.xml(f"{UNHEALTHY}get-chassis-cluster-status.xml"), "chassis-cluster-status"
    )
    groups = status.redundancy_groups(N0, body)
    assert [group.group_id for group in groups] == [0, 1]
    assert [group.failover_count for group in groups] == [8, 8]
    rg1_node1 = groups[1].member(N1)
    assert rg1_node1 is not None
    assert rg1_node1.state is GroupState.DISABLED
    assert not rg1_node1.is_settled
    assert (rg1_node1.priority, rg1_node1.preempt, rg1_node1.manual) == (100, True, False)
    assert rg1_node1.monitor_failures == frozenset()
    assert groups[0].primary is N0


def test_standalone_box_is_no_chassis_cluster(capture: Captures) -> None:
    reply = capture.xml(f"{STANDALONE}get-chassis-cluster-status.xml")
    with pytest.raises(NotAChassisCluster, match="node0: Chassis cluster is not enabled"):
        nodes.own_body(N0, reply, "chassis-cluster-status")


def test_each_node_gets_its_own_release(capture: Captures) -> None:
    reply = capture.xml(f"{UNHEALTHY}get-software-information.xml")
    for node in NodeName:
        facts = system.software_facts(node, nodes.own_body(node, reply, "software-information"))
        assert (facts.release, facts.model) == ("24.4R1.9", "VSRX")
        assert facts.hostname


def test_boot_time_and_clock_of_each_node(capture: Captures) -> None:
    reply = capture.xml(f"{CLUSTER}get-system-uptime-information.xml")
    facts = {
        node: system.clock_facts(node, nodes.own_body(node, reply, "system-uptime-information"))
        for node in NodeName
    }
    assert facts[N0].booted_at == datetime(2026, 5, 24, 15, 29, 12, tzinfo=UTC)
    assert facts[N1].booted_at == datetime(2026, 5, 24, 15, 29, 16, tzinfo=UTC)
    assert facts[N1].device_time == datetime(2026, 5, 27, 0, 52, 31, tzinfo=UTC)


def test_information_without_a_cold_sync_block_says_nothing_about_cold_sync(capture: Captures) -> None:
    reply = capture.xml(f"{UNHEALTHY}get-chassis-cluster-information.xml")
    items = nodes.answers_by_node(N0, reply)
    assert set(items) == {N0, N1}
    body = nodes.own_body(N0, reply, "chassis-cluster-information")
    assert sync.cold_sync_in_information(N0, body) is None


def test_cold_sync_block_of_a_healthy_pair(capture: Captures) -> None:
    reply = capture.xml("junos_exporter__srx_mnha_high-availability_detail.xml")
    body = reply.find(".//cold-synchronization-monitoring-information")
    assert body is not None
    found = sync.cold_sync(N0, body)
    assert (found.weight, found.completed, found.not_completed, found.unknown) == (0, (), (), ())
    assert found.progress == ("CS Prereq 1 of 1 SPUs completed",)
    assert found.is_complete is True  # though its cumulative counters show 4 done and 1 failed


def test_fabric_child_is_physically_up_but_monitored_down(capture: Captures) -> None:
    reply = capture.xml(f"{UNHEALTHY}get-chassis-cluster-interfaces.xml")
    found = links.links(N0, nodes.own_body(N0, reply, "chassis-cluster-interface-statistics"))
    assert (found.control, found.fabric) == ("Up", "Down")
    assert found.control_interfaces == (("em0", "Up"),)
    assert [(c.name, c.physical, c.monitored) for c in found.fabric_children] == [("ge-0/0/3", "Up", "Down")]
    assert [(r.name, r.status, r.group_id) for r in found.reths] == [("reth0", "Up", 1), ("reth1", "Up", 1)]


def test_var_tmp_lies_on_the_mount_above_it(capture: Captures) -> None:
    reply = capture.xml(f"{STANDALONE}get-system-storage.xml")
    mounted = capacity.filesystems(N0, nodes.own_body(N0, reply, "system-storage-information"))
    assert len(mounted) == 4
    found = capacity.filesystem_of(N0, mounted, "/var/tmp")
    assert (found.mounted_on, found.free_bytes) == ("/.mount", 20515836 * 512)


def test_cpu_of_each_node(capture: Captures) -> None:
    reply = capture.xml("junos_exporter__routingengine_1.xml")
    busy = {
        node: capacity.routing_engine(node, nodes.own_body(node, reply, "route-engine-information"))
        for node in (N0,)
    }
    assert (busy[N0].cpu_percent, busy[N0].cpu_1min_percent) == (100.0, 34.0)
    item = nodes.answers_by_node(N0, reply)[N1]
    assert capacity.routing_engine(N1, item).cpu_percent == 6.0


def test_cpu_where_only_five_seconds_are_shown(capture: Captures) -> None:
    reply = capture.xml(f"{CLUSTER}get-route-engine-information.xml")
    engine = capacity.routing_engine(N1, nodes.own_body(N1, reply, "route-engine-information"))
    assert (engine.cpu_percent, engine.cpu_1min_percent) == (31.0, None)


def test_checksum_of_a_missing_file_is_none(capture: Captures) -> None:
    assert files.sha256(N0, capture.xml("netconf__ansible261_checksum_missing_file.xml")) is None


def test_routing_question_to_the_node_without_rpd_is_refused(capture: Captures) -> None:
    reply = capture.xml(f"{CLUSTER}get-bgp-summary-information.xml")
    with pytest.raises(CommandRefused, match="routing subsystem is not running"):
        nodes.own_body(N0, reply, "bgp-information")


@pytest.mark.parametrize(
    "name", ["vsrx244-cluster-unhealthy__session.raw.xml", "vsrx244-standalone__session.raw.xml"]
)
def test_every_reply_of_a_whole_session_parses_or_is_an_error_we_know(capture: Captures, name: str) -> None:
    messages = capture.text(name).split("]]>]]>")[:-1]  # what follows the last one is a closing comment
    refused = [message for message in messages if _is_refused(message)]
    assert len(messages) > 10
    assert len(refused) < len(messages)


def _is_refused(message: str) -> bool:
    try:
        refusals.raise_errors("node0", parse_reply("node0", message))
    except CommandRefused:
        return True
    return False


def test_banner_of_the_cli_tells_who_answered(capture: Captures) -> None:
    reply = capture.xml("junos_exporter__routingengine_1.xml")
    nodes.check_identity(N0, reply)
    with pytest.raises(Exception, match="the address of node1 answered as node0"):
        nodes.check_identity(N1, reply)


@pytest.mark.parametrize(
    "name",
    [
        "issu_failure__4.1_reboot_secondary.txt",
        "issu_failure__6.1_cold_sync_timeout.txt",
        "issu_failure__7.1_failover_failed.txt",
        "issu_failure__already_in_progress.txt",
        "issu_failure__ansible254_reboot_keyword_missing.txt",
    ],
)
def test_every_failed_issu_has_a_line_that_says_no(capture: Captures, name: str) -> None:
    assert refusals.refusal_line(capture.text(name)) is not None


def test_successful_icu_has_no_line_that_says_no(capture: Captures) -> None:
    transcript = capture.text("icu_srxsme_12.1X46-D55.3_transcript.md").split("Aborting ICU upgrade")[0]
    assert refusals.command_refusal(transcript) is None
    assert refusals.doubtful_line(transcript) is None


def test_command_line_text_is_not_taken_for_xml(capture: Captures) -> None:
    for name in ("cli__show_chassis_cluster_information_branch_healthy.txt",):
        with pytest.raises(ReplyNotUnderstood, match="reply is not XML"):
            parse_reply("node0", capture.text(name))


def test_syntax_error_of_an_unknown_rpc() -> None:
    reply = parse_reply(
        "node0",
        "<rpc-reply><rpc-error><error-severity>error</error-severity><error-message>syntax error, expecting "
        "&lt;command&gt;</error-message><error-info><bad-element>get-x</bad-element></error-info></rpc-error>"
        "</rpc-reply>",
    )
    with pytest.raises(UnknownCommand, match=r"syntax error.*\(get-x\)"):
        refusals.raise_errors("node0", reply)
