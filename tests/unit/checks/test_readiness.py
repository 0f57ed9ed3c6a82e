"""Each readiness check with the state that fails it, and what silence means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from srx_issu.checks.readiness import check_readiness, readiness_checks
from srx_issu.domain.checking import (
    CheckResult,
    CheckRule,
    CheckRules,
    Readiness,
    ReadinessVerdict,
    Severity,
    WhenUnknown,
)
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import ColdSync, GroupState, IssuStatus, NodeName
from srx_issu.domain.cluster.state import ClusterState, PerNode, Rows
from srx_issu.domain.upgrade.support import InService, Support
from srx_issu.domain.verdict import Status
from tests.unit.checks.healthy import NODE0, NODE1, NOW, RUNNING, TARGET, Case, healthy
from tests.unit.checks.plain import plain_run


def judge(case: Case) -> Readiness:
    return check_readiness(case.snapshot, case.state, case.intent, case.support, plain_run)


def found(readiness: Readiness, check: str, node: NodeName | None = None) -> list[CheckResult]:
    return [r for r in readiness.results if r.check == check and (node is None or r.node is node)]


def worst(readiness: Readiness, check: str, node: NodeName | None = None) -> CheckResult:
    order = (Status.FAIL, Status.ERROR, Status.SKIPPED, Status.PASS)
    return min(found(readiness, check, node), key=lambda r: order.index(r.status))


def with_rules(case: Case, **kinds: CheckRule) -> Case:
    policy = replace(case.intent.policy, checks=CheckRules(checks=kinds))
    return replace(case, intent=replace(case.intent, policy=policy))


def test_a_healthy_cluster_is_ready() -> None:
    readiness = judge(healthy())
    assert readiness.verdict is ReadinessVerdict.READY
    asked = [r.text for r in readiness.findings if "not known: not asked" not in r.text]  # see healthy.state
    assert asked == []
    assert all(found(readiness, check.name) for check in readiness_checks(healthy().intent))


SMALL = rows.Filesystem(mounted_on="/var", available_bytes=1_200_000_000, total_bytes=10**10)
CORE = rows.CoreDump(path="/var/crash/core.flowd.0", written_at=NOW - timedelta(days=1))
EDITOR = rows.Login(user="eve", tty="pts/0", origin="192.0.2.9", idle="-", command="cli configure")
EXCLUSIVE = replace(EDITOR, command="cli configure exclusive")
INSTALLED = rows.PendingInstall(words="22.4R3.25 is pending")
PENDING = rows.Commit(number=0, user="eve", committed_at=NOW, comment="commit confirmed", is_pending=True)
UNCOMMITTED = rows.CandidateChange(where="[edit system]", lines=2)
MAJOR = rows.Alarm(alarm_class="Major", text="FPC 0 Hard errors")
OFFLINE = rows.Pic(fpc=1, pic=0, kind="SRX4600-PIC", state="Offline")
CHILD_DOWN = rows.ClusterLink(
    kind=rows.LinkKind.FABRIC_CHILD, name="xe-1/1/0", physical="Up", monitored="Down"
)
CONTROL_DOWN = rows.ClusterLink(kind=rows.LinkKind.CONTROL, name="control link", physical="Down")
ERRORS = rows.Heartbeat(link=0, sent=9, received=9, errors=9, errors_delta=2)
OUT = rows.PolicySync(pfe="fpc0", in_sync=False, words="out-of-sync")
LATE = rows.NodeClock(
    device_time=NOW + timedelta(minutes=5),
    booted_at=NOW - timedelta(days=3),
    time_source="NTP CLOCK",
    configured_at=None,
    asked_of=NODE0,
)
RE3 = rows.RoutingEngine(model="RE3", status=None)
MNHA = rows.MultiNodeHa(peer="2", status=None)
SYNC_FAILED = rows.ConfigSync(name="last-result", value="Failed")
SPU_FAILED = rows.MonitoringFailure(kind="spu", detail="0")
BUSY = [rows.CpuSample(busy_percent=percent) for percent in (85.0, 91.0, 20.0)]
NO_ISSU = Support(verdict=InService.REFUSED, reason="not into 17.4")

BLOCKERS: list[tuple[str, Callable[[Case], Case], str]] = [
    ("group_states", lambda c: c.member(NODE1, 1, state=GroupState.DISABLED), "node1: RG1 is disabled"),
    ("group_states", lambda c: c.member(NODE1, 0, state=GroupState.SECONDARY_HOLD), "hold-down is over"),
    ("group_priorities", lambda c: c.member(NODE1, 1, priority=0), "RG1 has priority 0"),
    ("one_primary", lambda c: c.member(NODE1, 0, state=GroupState.PRIMARY), "node0 and node1 claims"),
    ("monitor_failures", lambda c: c.member(NODE1, 1, monitor_failures=frozenset({"CS", "IF"})), "CS IF"),
    ("var_tmp_space", lambda c: c.rows("var_tmp", NODE1, SMALL), "/var/tmp has 1.2 GB free, needs 2.8 GB"),
    ("cpu_load", lambda c: c.rows("cpu", NODE0, *BUSY), "load is 85 % (samples: 85, 91, 20)"),
    ("releases_equal", lambda c: c.view(NODE1, release="21.4R3-S4.9"), "node1 runs 21.4R3-S4.9"),
    ("release_is_later", lambda c: c.view(NODE0, release="24.2R1.9"), "downgrade"),
    ("eligible", lambda c: replace(c, support=NO_ISSU), "not into 17.4"),
    ("model_as_in_inventory", lambda c: c.view(NODE1, model="SRX4200"), "SRX4200, the inventory has SRX4600"),
    ("cold_sync", lambda c: c.view(NODE1, cold_sync=ColdSync(weight=255, not_completed=("fpc0",))), "fpc0"),
    ("no_issu_in_progress", lambda c: c.view(NODE0, issu=IssuStatus(in_progress=True)), "in progress"),
    ("no_manual_flag", lambda c: c.member(NODE0, 1, manual=True), "failover reset redundancy-group 1"),
    ("priority_as_configured", lambda c: c.member(NODE0, 1, priority=255), "RG1 has priority 255"),
    ("control_link", lambda c: c.rows("links", NODE0, CONTROL_DOWN), "control link is Down"),
    ("fabric_links", lambda c: c.rows("links", NODE0, CHILD_DOWN), "xe-1/1/0 is Up / Down"),
    ("heartbeat_errors", lambda c: c.rows("heartbeats", NODE1, ERRORS), "2 new heartbeat errors"),
    ("major_alarms", lambda c: c.rows("chassis_alarms", NODE1, MAJOR), "FPC 0 Hard errors"),
    ("fresh_core_dumps", lambda c: c.rows("core_dumps", NODE1, CORE), "core.flowd.0"),
    ("nobody_configuring", lambda c: c.rows("logins", NODE0, EDITOR), "eve on pts/0"),
    ("no_pending_commit", lambda c: c.rows("commits", NODE0, PENDING), "a commit waits"),
    ("nothing_uncommitted", lambda c: c.rows("candidate", NODE0, UNCOMMITTED), "2 uncommitted lines"),
    ("pics_online", lambda c: c.rows("pics", NODE1, OFFLINE), "FPC 1 PIC 0 (SRX4600-PIC) is Offline"),
    ("pics_equal", lambda c: c.rows("pics", NODE1, replace(OFFLINE, pic=3, state="Online")), "FPC 1 PIC 3"),
    ("engines_equal", lambda c: c.rows("engines", NODE1, RE3), "RE3"),
    ("signatures_equal", lambda c: c.rows("signatures", NODE1), "idp 3600"),
    ("licenses_equal", lambda c: c.rows("licenses", NODE1), "idp-sig"),
    ("policies_in_sync", lambda c: c.rows("policy_sync", NODE1, OUT), "request security policies resync"),
    ("clocks_equal", lambda c: c.rows("clocks", NODE1, LATE), "clocks are 5 min apart"),
    ("multi_node_ha", lambda c: c.rows("multi_node_ha", NODE1, MNHA), "MNHA"),
    ("config_sync", lambda c: c.rows("config_sync", NODE1, SYNC_FAILED), "Failed"),
    ("monitoring_failures", lambda c: c.rows("monitoring", NODE0, SPU_FAILED), "spu"),
    ("no_exclusive_lock", lambda c: c.rows("logins", NODE0, EXCLUSIVE), "exclusively by eve on pts/0"),
    ("no_pending_install", lambda c: c.rows("pending_install", NODE1, INSTALLED), "22.4R3.25 is pending"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "spoil", "words"), BLOCKERS, ids=lambda v: v if isinstance(v, str) else "")
def test_refuses_to_start_when(check: str, spoil: Callable[[Case], Case], words: str) -> None:
    readiness = judge(spoil(healthy()))
    assert readiness.verdict is ReadinessVerdict.NOT_READY
    result = worst(readiness, check)
    assert result.status is Status.FAIL
    assert result.blocks
    assert words in result.text
    assert result.remedy
    assert result.remedy in result.text


def test_a_failed_check_names_the_node_what_was_found_and_what_to_do() -> None:
    result = worst(judge(healthy().rows("var_tmp", NODE1, SMALL)), "var_tmp_space")
    assert result.text == (
        "node1: /var/tmp has 1.2 GB free, needs 2.8 GB (2 × image); "
        "delete old images or run 'request system storage cleanup'"
    )
    assert (result.node, result.measured, result.limit) == (NODE1, "1200000000", "2.8 GB (2 × image)")


# What the device may leave unsaid without stopping an upgrade; everything else not known is NOT_READY.
TOLERATED = {
    "engines", "chassis_alarms", "system_alarms", "core_dumps", "logins", "commits", "candidate", "pics",
    "modules", "licenses", "signatures", "links", "heartbeats", "monitoring", "leds", "config_sync",
    "multi_node_ha", "policy_sync", "clocks", "images", "software", "pending_install", "spus",
}  # fmt: skip
NOT_LOOKED_AT = {"images", "software"}
NODE_TABLES_READ = [
    f.name for f in fields(ClusterState)
    if isinstance(getattr(healthy().state, f.name), PerNode)
    and getattr(healthy().state, f.name).reason_of(NODE0) is None
]  # fmt: skip


@pytest.mark.parametrize("table", NODE_TABLES_READ)
@pytest.mark.parametrize("node", list(NodeName))
def test_a_table_that_one_node_does_not_answer_never_passes(table: str, node: NodeName) -> None:
    before, after = judge(healthy()), judge(healthy().unanswered(table, node, "syntax error"))
    if table in NOT_LOOKED_AT:
        return
    lost = [
        r for r in after.results if r.status in (Status.ERROR, Status.SKIPPED) and "syntax error" in r.text
    ]
    assert lost
    assert sum(r.status is Status.PASS for r in after.results) < sum(
        r.status is Status.PASS for r in before.results
    )
    expected = ReadinessVerdict.READY if table in TOLERATED else ReadinessVerdict.NOT_READY
    assert after.verdict is expected


@pytest.mark.parametrize("table", ["var_tmp", "cpu", "pics", "policy_sync", "links", "heartbeats", "commits"])
def test_an_empty_list_where_something_must_be_never_passes(table: str) -> None:
    readiness = judge(healthy().rows(table, NODE1))
    assert any(r.status is Status.ERROR and r.node is NODE1 for r in readiness.results)


def test_a_silent_node_is_an_error_of_every_group_check_and_blocks() -> None:
    readiness = judge(healthy().view(NODE1, reachable=False, error="timed out", groups=(), cold_sync=None))
    assert readiness.verdict is ReadinessVerdict.NOT_READY
    assert worst(readiness, "node_reachable").text.startswith(
        "node1: no SSH session to its own address: timed out"
    )
    for check in ("group_states", "group_priorities", "one_primary", "cold_sync", "no_issu_in_progress"):
        assert worst(readiness, check).status is Status.ERROR
        assert worst(readiness, check).blocks


def test_no_redundancy_group_at_all_is_a_failure_and_not_an_empty_pass() -> None:
    case = healthy().view(NODE0, groups=()).view(NODE1, groups=())
    readiness = judge(case)
    assert readiness.verdict is ReadinessVerdict.NOT_READY
    assert worst(readiness, "groups_known").status is Status.FAIL
    assert worst(readiness, "group_states").blocks
    assert not any("empty" in result.text for result in readiness.blocking)  # the cause is told, once


def test_a_standalone_box_is_told_in_its_own_words() -> None:
    case = healthy().view(NODE0, groups=(), error="Chassis cluster is not enabled").view(NODE1, groups=())
    readiness = judge(case)
    assert readiness.verdict is ReadinessVerdict.NOT_READY
    assert "(node0: Chassis cluster is not enabled)" in worst(readiness, "groups_known").text


def test_of_two_silent_nodes_only_their_silence_is_told() -> None:
    case = healthy()
    for node in (NODE0, NODE1):
        case = case.view(
            node, reachable=False, error="login refused", release=None, model=None, groups=(), cold_sync=None
        )
    readiness = judge(case)
    assert readiness.verdict is ReadinessVerdict.NOT_READY
    assert {result.check for result in readiness.blocking} == {"node_reachable"}
    assert "login refused" in readiness.reason
    assert worst(readiness, "groups_known").blocks


def test_a_state_in_unknown_words_is_neither_good_nor_claims_a_primary() -> None:
    readiness = judge(healthy().member(NODE1, 0, state=GroupState.UNKNOWN))
    for check in ("group_states", "one_primary"):
        assert worst(readiness, check).status is Status.ERROR
        assert worst(readiness, check).blocks


def test_a_cold_sync_that_cannot_be_read_is_not_taken_from_elsewhere() -> None:
    unread = frozenset({"cold_sync"})
    case = healthy().view(NODE1, cold_sync=None, error="no cold sync status", not_understood=unread)
    result = worst(judge(case), "cold_sync")
    assert (result.status, result.blocks) == (Status.ERROR, True)
    assert "no cold sync status" in result.text


def test_a_priority_that_is_not_shown_is_not_above_zero() -> None:
    result = worst(judge(healthy().member(NODE1, 1, priority=None)), "group_priorities")
    assert result.status is Status.ERROR
    assert result.blocks


def test_a_dead_node_without_a_failure_code_is_not_in_sync() -> None:
    """Real capture: node1 disabled, priority 100, monitor failures None (docs/junos.md, "Trap 2")."""
    case = healthy().member(NODE1, 0, state=GroupState.DISABLED).member(NODE1, 1, state=GroupState.DISABLED)
    result = worst(judge(case.view(NODE1, cold_sync=None)), "cold_sync")
    assert result.status is Status.ERROR
    assert result.blocks


def test_without_the_cold_sync_reply_a_settled_node_without_cs_is_in_sync() -> None:
    assert worst(judge(healthy().view(NODE1, cold_sync=None)), "cold_sync").status is Status.PASS


def test_unclear_words_about_an_issu_pass_only_without_its_flags() -> None:
    unclear = healthy().view(NODE0, issu=IssuStatus(events=("whatever",)))
    assert worst(judge(unclear), "no_issu_in_progress").status is Status.PASS
    flagged = worst(judge(unclear.member(NODE0, 1, priority=255)), "no_issu_in_progress")
    assert flagged.status is Status.ERROR
    assert flagged.blocks


def test_a_flag_that_no_issu_sets_is_told_as_one_and_not_as_an_issu() -> None:
    words = IssuStatus(events=("whatever",))
    case = (
        healthy().view(NODE0, issu=words).view(NODE1, issu=words).member(NODE1, 1, manual=True, priority=255)
    )
    readiness = judge(case)
    assert (
        worst(readiness, "no_issu_in_progress").status is Status.ERROR
    )  # RG1 is the only one, on RG0's node
    moved = judge(
        case.member(NODE0, 1, state=GroupState.SECONDARY).member(NODE1, 1, state=GroupState.PRIMARY)
    )
    assert worst(moved, "no_issu_in_progress").status is Status.PASS
    flag = worst(moved, "no_manual_flag")
    assert flag.blocks
    assert "failover reset redundancy-group 1" in flag.text


def test_one_busy_sample_of_three_is_noise() -> None:
    spike = [rows.CpuSample(busy_percent=p) for p in (100.0, 11.0, 12.0)]
    readiness = judge(healthy().rows("cpu", NODE0, *spike))
    assert readiness.verdict is ReadinessVerdict.READY
    assert worst(readiness, "cpu_load").measured == "12"


def test_exactly_80_percent_is_too_much() -> None:
    case = healthy().rows("cpu", NODE0, rows.CpuSample(busy_percent=80.0))
    assert worst(judge(case), "cpu_load").status is Status.FAIL


def test_above_the_recommendation_warns_only() -> None:
    readiness = judge(healthy().rows("cpu", NODE0, rows.CpuSample(busy_percent=55.0)))
    assert readiness.verdict is ReadinessVerdict.READY
    assert worst(readiness, "cpu_recommended").status is Status.FAIL


BUSY_SPU = rows.SpuLoad(spu="fpc 1 pic 0", busy_percent=61.0, sessions=40_000, most_sessions=60_000)


def test_a_node_that_cannot_carry_the_load_of_both_warns() -> None:
    readiness = judge(healthy().rows("spus", NODE1, BUSY_SPU))
    assert readiness.verdict is ReadinessVerdict.READY
    assert "SPU fpc 1 pic 0 is 61 % busy" in worst(readiness, "spu_load").text
    assert "40,000 of 60,000 sessions" in worst(readiness, "spu_sessions").text
    assert {r.status for r in found(judge(healthy()), "spu_load")} == {Status.PASS}


def test_what_the_operator_lists_as_unsupported_warns() -> None:
    case = healthy()
    rules = CheckRules(issu_unsupported_pics=("SRX4600-PIC$",), issu_unsupported_protocols=("igmp",))
    ruled = replace(case, intent=replace(case.intent, policy=replace(case.intent.policy, checks=rules)))
    features = rows.RoutingFeatures(protocols=(), graceful_restart=False, all_protocols=("igmp", "lldp"))
    readiness = judge(replace(ruled, state=replace(ruled.state, routing_features=Rows(rows=(features,)))))
    assert readiness.verdict is ReadinessVerdict.READY
    assert "it restarts during the upgrade" in worst(readiness, "pics_support_issu").text
    assert "igmp may lose packets" in worst(readiness, "protocols_support_issu").text
    assert worst(judge(case), "pics_support_issu").status is Status.PASS
    assert worst(judge(case), "protocols_support_issu").status is Status.PASS


def test_an_image_that_is_already_there_needs_its_room_only_once_more() -> None:
    image = rows.StoredFile(path=f"/var/tmp/junos-srxhe-x86-64-{TARGET}.tgz", size_bytes=1_400_000_000)
    tight = rows.Filesystem(mounted_on="/var", available_bytes=1_500_000_000, total_bytes=10**10)
    case = healthy().rows("var_tmp", NODE0, tight)
    assert worst(judge(case), "var_tmp_space").status is Status.FAIL
    staged = judge(case.rows("images", NODE0, image))
    assert worst(staged, "var_tmp_space").status is Status.PASS
    other = judge(case.rows("images", NODE0, replace(image, path="/var/tmp/other.tgz")))
    assert worst(other, "var_tmp_space").status is Status.FAIL


@pytest.mark.parametrize(("free", "status"), [(2_799_999_999, Status.FAIL), (2_800_000_000, Status.PASS)])
def test_room_as_the_node_may_count_it_warns_where_only_our_reading_holds(free: int, status: Status) -> None:
    """The image lies there already, and the node may still want twice its size."""
    image = rows.StoredFile(path=f"/var/tmp/junos-srxhe-x86-64-{TARGET}.tgz", size_bytes=1_400_000_000)
    room = rows.Filesystem(mounted_on="/var", available_bytes=free, total_bytes=10**10)
    case = healthy().rows("var_tmp", NODE0, room).rows("images", NODE0, image)
    readiness = judge(case)
    assert readiness.verdict is ReadinessVerdict.READY
    assert worst(readiness, "var_tmp_space").status is Status.PASS
    assert worst(readiness, "var_tmp_space_at_start").status is status
    rules = CheckRules(checks={"var_tmp_space_at_start": CheckRule(severity=Severity.BLOCK)})
    strict = replace(case, intent=replace(case.intent, policy=replace(case.intent.policy, checks=rules)))
    wanted = ReadinessVerdict.READY if status is Status.PASS else ReadinessVerdict.NOT_READY
    assert judge(strict).verdict is wanted


CARDS = [rows.Pic(fpc=fpc, pic=0, kind="SPU", state="Online") for fpc in (0, 2)]


def numbered_on(at: int, *, first_slot: int | None, moved: int = 0) -> Case:
    """node1's cards counted from ``at``, the last of them ``moved`` slots further on."""
    theirs = [replace(pic, fpc=pic.fpc + at + (moved if pic is CARDS[-1] else 0)) for pic in CARDS]
    case = healthy().rows("pics", NODE0, *CARDS).rows("pics", NODE1, *theirs)
    return replace(case, support=replace(case.support, node1_first_slot=first_slot))


@pytest.mark.parametrize("at", [0, 8])
def test_cards_are_equal_in_either_counting_of_the_platform(at: int) -> None:
    assert worst(judge(numbered_on(at, first_slot=8)), "pics_equal").status is Status.PASS


@pytest.mark.parametrize(("at", "moved"), [(7, 0), (12, 0), (8, 1), (0, 1)])
def test_cards_in_other_slots_differ(at: int, moved: int) -> None:
    assert worst(judge(numbered_on(at, first_slot=8, moved=moved)), "pics_equal").status is Status.FAIL


def test_where_nobody_knows_the_platforms_slots_only_the_same_numbers_are_equal() -> None:
    result = worst(judge(numbered_on(8, first_slot=None)), "pics_equal")
    assert (result.status, result.blocks) == (Status.FAIL, True)
    assert "policy/support.yaml has no 'node1_first_slot' for SRX4600" in result.text
    assert worst(judge(numbered_on(0, first_slot=None)), "pics_equal").status is Status.PASS


def test_an_undocumented_pair_of_releases_asks() -> None:
    support = Support(verdict=InService.ASK, reason="not in the matrix")
    readiness = judge(replace(healthy(), support=support))
    assert readiness.verdict is ReadinessVerdict.ASK
    assert "not in the matrix" in readiness.reason


def test_a_blocking_check_outweighs_the_question() -> None:
    case = replace(healthy(), support=Support(verdict=InService.ASK, reason="not in the matrix"))
    assert judge(case.rows("var_tmp", NODE0, SMALL)).verdict is ReadinessVerdict.NOT_READY


def test_both_nodes_on_the_target_is_already_current() -> None:
    readiness = judge(healthy().view(NODE0, release=TARGET).view(NODE1, release=TARGET))
    assert readiness.verdict is ReadinessVerdict.ALREADY_CURRENT
    assert TARGET in readiness.reason


def test_releases_of_different_lines_are_left_to_the_support_matrix() -> None:
    """15.1X49 has no place in the order of R releases; a downgrade is one in any line."""
    old = "15.1X49-D70.3"
    case = healthy().view(NODE0, release=old).view(NODE1, release=old)
    to_15_1 = replace(case, intent=replace(case.intent, image=replace(case.intent.image, release="15.1R7.9")))
    assert worst(judge(to_15_1), "release_is_later").status is Status.PASS
    refused = judge(replace(to_15_1, support=NO_ISSU))
    assert worst(refused, "release_is_later").status is Status.ERROR
    assert refused.verdict is ReadinessVerdict.NOT_READY
    downgrade = replace(
        case, intent=replace(case.intent, image=replace(case.intent.image, release="12.3R1.1"))
    )
    assert worst(judge(downgrade), "release_is_later").status is Status.FAIL


def test_the_operator_can_switch_off_soften_and_ignore() -> None:
    case = healthy().rows("pics", NODE1, OFFLINE).rows("chassis_alarms", NODE0, MAJOR)
    rule = with_rules(
        case, pics_online=CheckRule(ignore=("^FPC 1 PIC 0$",)), major_alarms=CheckRule(severity=Severity.WARN)
    )
    readiness = judge(rule)
    assert readiness.verdict is ReadinessVerdict.READY
    assert worst(readiness, "pics_online", NODE1).status is Status.SKIPPED
    assert worst(readiness, "major_alarms").severity is Severity.WARN
    off = judge(with_rules(case, pics_online=CheckRule(enabled=False), major_alarms=CheckRule(enabled=False)))
    assert found(off, "pics_online") == []


def test_the_operator_cannot_switch_off_what_the_guide_demands() -> None:
    rules = {"group_priorities": CheckRule(enabled=False, severity=Severity.INFO, ignore=(".*",))}
    readiness = judge(with_rules(healthy().member(NODE1, 1, priority=0), **rules))
    assert readiness.verdict is ReadinessVerdict.NOT_READY


def test_the_operator_may_let_silence_block() -> None:
    case = with_rules(
        healthy().unanswered("logins", NODE0), nobody_configuring=CheckRule(when_unknown=WhenUnknown.BLOCK)
    )
    readiness = judge(case)
    assert readiness.verdict is ReadinessVerdict.NOT_READY
    assert "syntax error" in readiness.reason


def test_a_long_hold_down_of_rg0_is_a_part_of_the_worst_case() -> None:
    case = healthy()
    window = replace(case.intent, window_end=(NOW + timedelta(hours=3, minutes=30)).isoformat())
    held = rows.HoldDown(group_id=0, seconds=1800)
    state = replace(case.state, hold_downs=Rows(rows=(held,)))
    assert judge(replace(case, intent=window)).verdict is ReadinessVerdict.READY
    found = worst(judge(replace(case, intent=window, state=state)), "window_long_enough")
    assert found.status is Status.FAIL
    assert "3 h 50 min" in found.text


def test_a_window_shorter_than_the_worst_case_blocks() -> None:
    case = healthy()
    short = replace(case.intent, window_end=(NOW + timedelta(hours=1)).isoformat())
    assert worst(judge(replace(case, intent=short)), "window_long_enough").status is Status.FAIL
    long = replace(case.intent, window_end=(NOW + timedelta(hours=4)).isoformat())
    assert judge(replace(case, intent=long)).verdict is ReadinessVerdict.READY


def test_groups_apart_are_told_where_junos_does_not_bring_them_together() -> None:
    case = healthy().member(NODE0, 1, state=GroupState.SECONDARY).member(NODE1, 1, state=GroupState.PRIMARY)
    by_hand = replace(case, support=replace(case.support, consolidate_by_hand=True))
    assert worst(judge(by_hand), "groups_together").status is Status.FAIL
    assert judge(by_hand).verdict is ReadinessVerdict.READY
    assert worst(judge(case), "groups_together").status is Status.PASS


def test_a_running_release_that_is_not_shown_blocks() -> None:
    readiness = judge(healthy().view(NODE1, release=None))
    assert worst(readiness, "releases_equal").status is Status.ERROR
    assert RUNNING in str(healthy().snapshot.node0.release)
    assert readiness.verdict is ReadinessVerdict.NOT_READY


@pytest.mark.parametrize(
    ("protocols", "graceful", "status"),
    [(("bgp",), False, Status.FAIL), ((), False, Status.PASS), (("bgp",), True, Status.PASS)],
)
def test_graceful_restart_is_recommended_where_there_is_routing(
    protocols: tuple[str, ...], graceful: bool, status: Status
) -> None:
    features = rows.RoutingFeatures(protocols=protocols, graceful_restart=graceful)
    state = replace(healthy().state, routing_features=Rows(rows=(features,)))
    readiness = judge(replace(healthy(), state=state))
    assert worst(readiness, "graceful_restart").status is status
    assert readiness.verdict is ReadinessVerdict.READY


def test_where_the_nodes_see_a_member_differently_it_is_told_whose_view_it_is() -> None:
    agreed = judge(healthy().member(NODE1, 1, state=GroupState.LOST))
    assert "node1: RG1 is lost; " in worst(agreed, "group_states").text
    groups = healthy().member(NODE1, 1, state=GroupState.LOST).snapshot.node0.groups
    apart = judge(healthy().view(NODE0, groups=groups))
    assert "node1: RG1 is lost (as node0 sees it); " in worst(apart, "group_states").text
