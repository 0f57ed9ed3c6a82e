"""After the upgrade: what is told when something did not come back, and what is not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from srx_issu.checks.post_checks import PostChecks, differences_of, findings_of, run_post_checks
from srx_issu.domain.checking import CheckRule, CheckRules, PostCheckVerdict, Severity
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import ColdSync, GroupState
from srx_issu.domain.cluster.state import NotAnswered, Rows
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.verdict import Status
from tests.unit.checks.healthy import NODE0, NODE1, NOW, TARGET, Case, both, healthy
from tests.unit.checks.plain import plain_run


def policy(name: str, position: int = 1, **changes: Any) -> rows.SecurityPolicy:
    given: dict[str, Any] = {"state": "enabled", "action": "permit", "content": f"sha-{name}", **changes}
    return rows.SecurityPolicy(context="trust > untrust", name=name, position=position, **given)


def rto(service: str, sent: int | None, received: int | None) -> rows.RtoCounter:
    return rows.RtoCounter(service=service, sent=99, received=99, sent_delta=sent, received_delta=received)


def baseline() -> Case:
    case = healthy()
    state = replace(
        case.state,
        sessions=both(rows.SessionCount(active=10_000, maximum=60_000)),
        policies=both(policy("a", 1), policy("b", 2), policy("c", 3)),
        zones=both(rows.ZoneInterface(zone="trust", interface="reth0.0")),
        ipsec=both(
            rows.IpsecTunnel(gateway="198.51.100.1", tunnels=2),
            rows.IpsecTunnel(gateway="198.51.100.2", tunnels=1),
        ),
        rtos=both(rto("Session create", 400, 400), rto("Gate create", 2, 2), rto("IPSec VPN", 30, 31)),
        bgp=Rows(rows=(rows.BgpPeer(address="192.0.2.2", asn="65000", state="Established"),)),
        routes=Rows(rows=(rows.RouteCount(table="inet.0", protocol="all", active=1000, total=1000),)),
        configuration=Rows(rows=(rows.ConfigurationSection(section="security", sha256="ab", lines=9),)),
    )
    return replace(case, state=state)


def upgraded(case: Case | None = None) -> Case:
    """Both nodes on the target and rebooted; node1 is primary of everything, as an ISSU leaves it."""
    case = case or baseline()
    for group_id in (0, 1):
        case = case.member(NODE0, group_id, state=GroupState.SECONDARY)
        case = case.member(NODE1, group_id, state=GroupState.PRIMARY)
    for node in (NODE0, NODE1):
        case = case.view(node, release=TARGET, booted_at=NOW + timedelta(minutes=30))
    return case


def judge(after: Case, before: Case | None = None, *, flags_reset: bool = False) -> PostChecks:
    before = before or baseline()
    return run_post_checks(
        before=before.snapshot,
        before_state=before.state,
        after=after.snapshot,
        after_state=after.state,
        intent=after.intent,
        flags_reset=flags_reset,
        validate=plain_run,
    )


def test_everything_back_is_the_same() -> None:
    post_checks = judge(upgraded())
    assert post_checks.verdict is PostCheckVerdict.SAME
    assert post_checks.findings == ()
    assert "all as before" in post_checks.summary


def test_findings_name_exactly_what_did_not_return() -> None:
    """Two policies, one VPN peer and one RTO service (issue 5)."""
    after = upgraded()
    for node in (NODE0, NODE1):
        after = after.rows("policies", node, policy("c", 1))
        after = after.rows("ipsec", node, rows.IpsecTunnel(gateway="198.51.100.1", tunnels=2))
        after = after.rows(
            "rtos", node, rto("Session create", 0, 0), rto("Gate create", 0, 0), rto("IPSec VPN", 28, 28)
        )
    post_checks = judge(after)
    assert post_checks.verdict is PostCheckVerdict.FINDINGS
    assert post_checks.objections == ()
    assert set(post_checks.findings) == {
        "policy trust > untrust / a is lost",
        "policy trust > untrust / b is lost",
        "VPN peer 198.51.100.2 is lost",
        "RTO service Session create: 0 sent, 0 received (before: 400, 400)",
    }


def test_a_service_that_hardly_moved_before_is_not_missed() -> None:
    after = upgraded()
    for node in (NODE0, NODE1):
        after = after.rows("rtos", node, rto("Session create", 3, 2), rto("IPSec VPN", 1, 1))
    assert judge(after).verdict is PostCheckVerdict.SAME


def test_a_service_that_the_new_release_does_not_list_is_a_finding_and_no_crash() -> None:
    after = upgraded()
    for node in (NODE0, NODE1):
        after = after.rows("rtos", node, rto("Session create", 400, 400))
    assert judge(after).findings == ("RTO service IPSec VPN: is no longer listed",)


@pytest.mark.parametrize(("active", "told"), [(9_000, False), (7_900, True), (20_000, False)])
def test_sessions_may_shrink_by_their_tolerance_only(active: int, told: bool) -> None:
    after = upgraded().rows("sessions", NODE1, rows.SessionCount(active=active, maximum=60_000))
    assert bool(judge(after).findings) is told


def test_active_is_compared_with_active_although_the_roles_have_changed() -> None:
    before = baseline().rows("arp", NODE0, rows.ArpCount(interface="reth0.0", entries=40)).rows("arp", NODE1)
    after = (
        upgraded(before).rows("arp", NODE0).rows("arp", NODE1, rows.ArpCount(interface="reth0.0", entries=39))
    )
    assert judge(after, before).findings == ()


def test_a_wrong_release_blocks() -> None:
    post_checks = judge(upgraded().view(NODE1, release="21.4R3-S5.4"))
    assert post_checks.verdict is PostCheckVerdict.BLOCKED
    assert any("node1: runs 21.4R3-S5.4, expected" in text for text in post_checks.objections)


def test_a_node_that_has_not_rebooted_blocks() -> None:
    booted = baseline().snapshot.node0.booted_at
    assert "has not rebooted" in judge(upgraded().view(NODE0, booted_at=booted)).objections[0]


def test_an_incomplete_cold_sync_blocks() -> None:
    after = upgraded().view(NODE0, cold_sync=ColdSync(weight=255, not_completed=("fpc0",)))
    assert judge(after).verdict is PostCheckVerdict.BLOCKED


def test_policies_out_of_sync_block_and_tell_the_pfe() -> None:
    out = rows.PolicySync(pfe="fpc7", in_sync=False, words="node1.fpc7 out-of-sync")
    post_checks = judge(upgraded().rows("policy_sync", NODE1, out))
    assert post_checks.verdict is PostCheckVerdict.BLOCKED
    assert "node1: fpc7 does not hold" in post_checks.objections[0]


def test_a_release_that_cannot_tell_policy_sync_is_not_blamed_for_it() -> None:
    before = baseline().unanswered("policy_sync", NODE0).unanswered("policy_sync", NODE1)
    assert judge(upgraded(before), before).verdict is PostCheckVerdict.SAME


def test_a_table_that_is_no_longer_answered_is_a_finding() -> None:
    after = upgraded().unanswered("zones", NODE1)
    post_checks = judge(after)
    assert post_checks.findings == ("node1: zones: no answer any more (syntax error)",)
    assert {r.status for r in post_checks.results if r.is_finding} == {Status.ERROR}


def test_a_table_that_was_not_answered_before_is_not_compared() -> None:
    before = baseline().unanswered("zones", NODE0).unanswered("zones", NODE1)
    assert judge(upgraded(), before).verdict is PostCheckVerdict.SAME


def test_a_silent_node_is_told_once_and_blocks() -> None:
    after = upgraded().view(NODE0, reachable=False, error="timed out", groups=(), release=None)
    post_checks = judge(after)
    assert post_checks.verdict is PostCheckVerdict.BLOCKED
    assert len(post_checks.objections) == 1
    assert "no SSH session to its own address: timed out" in post_checks.objections[0]


def test_new_alarms_and_cores_are_findings_and_cleared_ones_are_not() -> None:
    alarm = rows.Alarm(alarm_class="Major", text="FPC 0 Hard errors")
    core = rows.CoreDump(path="/var/crash/core.flowd.0")
    before = baseline().rows("chassis_alarms", NODE0, alarm)
    after = upgraded(baseline()).rows("chassis_alarms", NODE1, alarm).rows("core_dumps", NODE1, core)
    assert judge(after, before).findings == (
        "node1: alarm Major / FPC 0 Hard errors is new",
        "node1: core dump /var/crash/core.flowd.0 is new",
    )


def test_a_changed_configuration_is_a_finding() -> None:
    state = upgraded().state
    section = rows.ConfigurationSection(section="security", sha256="cd", lines=9)
    after = replace(upgraded(), state=replace(state, configuration=Rows(rows=(section,))))
    assert judge(after).findings == ("configuration section security has changed",)


def test_the_operator_can_ignore_soften_and_harden_a_table() -> None:
    after = upgraded().rows("policies", NODE1, policy("c", 1))

    def with_rule(**rules: CheckRule) -> PostChecks:
        checks = CheckRules(tables=rules)
        ruled = replace(after.intent, policy=replace(after.intent.policy, checks=checks))
        return judge(replace(after, intent=ruled))

    assert with_rule(policies=CheckRule(enabled=False)).verdict is PostCheckVerdict.SAME
    assert with_rule(policies=CheckRule(ignore=("/ [ab]$",))).verdict is PostCheckVerdict.SAME
    assert with_rule(policies=CheckRule(severity=Severity.BLOCK)).verdict is PostCheckVerdict.BLOCKED
    assert with_rule(policies=CheckRule(severity=Severity.INFO)).verdict is PostCheckVerdict.SAME


def test_configured_priorities_must_be_back_once_the_flags_are_reset() -> None:
    left = upgraded().member(NODE1, 1, priority=255, manual=True)
    assert judge(left).verdict is PostCheckVerdict.SAME
    assert judge(left, flags_reset=True).verdict is PostCheckVerdict.BLOCKED
    assert judge(upgraded(), flags_reset=True).verdict is PostCheckVerdict.SAME
    other = upgraded().member(NODE1, 1, priority=150)
    assert any("RG1 has priority 150, had 100" in text for text in judge(other, flags_reset=True).objections)


def test_more_findings_than_anybody_reads_are_counted() -> None:
    many = [policy(f"p{n}", n) for n in range(1, 400)]
    before = baseline().rows("policies", NODE0, *many).rows("policies", NODE1, *many)
    after = upgraded(before).rows("policies", NODE1)
    post_checks = judge(after, before)
    assert len(post_checks.findings) == 51
    assert post_checks.findings[-1] == "node1: policies: 349 more lost"
    assert len(post_checks.differences) == 399


def test_the_light_question_for_waiting_gives_the_same_findings() -> None:
    after = upgraded().rows("zones", NODE1)
    old, new = (Observation(snapshot=c.snapshot, state=c.state) for c in (baseline(), after))
    found = findings_of(differences_of(old, new, after.intent), CheckRules())
    assert [d.text for d in found] == ["zone trust / reth0.0 is lost"]


def test_evidence_has_the_shape_that_the_report_reads() -> None:
    document = json.loads(judge(upgraded().rows("zones", NODE1)).to_json())
    assert document["phase"] == "comparison"
    assert document["taken_at"] == NOW.isoformat()
    lost = next(r for r in document["results"] if r["check"] == "zones")
    assert lost == {
        "check": "zones",
        "severity": "warn",
        "status": "FAIL",
        "node": "node1",
        "measured": None,
        "limit": None,
        "text": "node1: zone trust / reth0.0 is lost",
        "remedy": None,
        "because_silent": False,
    }


def test_no_answer_at_all_before_means_nothing_is_compared() -> None:
    before = baseline()
    state = replace(before.state, bgp=NotAnswered(reason="not asked"))
    assert judge(upgraded(), replace(before, state=state)).verdict is PostCheckVerdict.SAME
