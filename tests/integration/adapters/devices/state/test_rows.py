"""Replies to rows: shapes from captures and from Juniper's models, and what is not understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from srx_issu.adapters.devices.parse.reply import parse_reply
from srx_issu.adapters.devices.state import cluster, hardware, nat, routing, security, system, vpn
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import ReplyNotUnderstood

NODE0, NODE1 = NodeName.NODE0, NodeName.NODE1

Parse = Callable[[Any, NodeName, NodeName], Iterable[Any]]


def read(parse: Parse, text: str, node: NodeName = NODE0) -> list[Any]:
    return list(parse(parse_reply(node, f"<rpc-reply>{text}</rpc-reply>"), node, NODE0))


POLICY = """<policy-information><policy-name>{name}</policy-name><policy-state>enabled</policy-state>
<policy-identifier>{ident}</policy-identifier><policy-sequence-number>1</policy-sequence-number>
<source-addresses><source-address><address-name>{source}</address-name></source-address></source-addresses>
<destination-addresses><destination-address><address-name>any</address-name></destination-address></destination-addresses>
<applications><application><application-name>junos-https</application-name></application></applications>
{more}<policy-action><action-type>permit</action-type></policy-action></policy-information>"""


def policies(*told: str, context: str = "") -> str:
    zones = (
        context
        or "<source-zone-name>trust</source-zone-name><destination-zone-name>untrust</destination-zone-name>"
    )
    return (
        f"<security-policies><security-context><context-information>{zones}</context-information>"
        f"<policies>{''.join(told)}</policies></security-context></security-policies>"
    )


def policy(name: str = "web", ident: int = 4, source: str = "net-1", more: str = "") -> str:
    return POLICY.format(name=name, ident=ident, source=source, more=more)


def test_load_and_sessions_of_each_spu() -> None:
    one = "<fpc-number>1</fpc-number><pic-number>2</pic-number><spu-cpu-utilization>7</spu-cpu-utilization>"
    more = "<spu-current-flow-session>40</spu-current-flow-session>"
    more += "<spu-max-flow-session>90</spu-max-flow-session>"
    text = f"<performance-summary-statistics>{one}{more}</performance-summary-statistics>"
    (found,) = read(
        security.spu_loads, f"<performance-summary-information>{text}</performance-summary-information>"
    )
    assert found == rows.SpuLoad(spu="fpc 1 pic 2", busy_percent=7.0, sessions=40, most_sessions=90)
    with pytest.raises(ReplyNotUnderstood):
        read(security.spu_loads, "<performance-summary-information/>")


@pytest.mark.parametrize(
    ("text", "pending"),
    [
        ("", False),
        ("<output>Junos version '22.4R3.25' is pending</output>", True),
        ("<output>pending</output><package-result>1</package-result>", True),
        ("<output>nothing to do</output><package-result>0</package-result>", False),
    ],
)
def test_an_install_that_waits_for_its_reboot(text: str, pending: bool) -> None:
    assert bool(read(system.pending_install, text)) is pending


def test_policies_keep_their_order_and_tell_a_change() -> None:
    one, two = read(security.policies, policies(policy("a"), policy("b")))
    assert (one.context, one.name, one.position, two.position) == ("trust > untrust", "a", 1, 2)
    assert read(security.policies, policies(policy("a", source="net-2")))[0].content != one.content


def test_what_a_newer_release_adds_to_a_policy_is_no_change() -> None:
    old = read(security.policies, policies(policy()))[0]
    new = read(
        security.policies,
        policies(policy(ident=99, more="<source-identity-feeds/><url-category>any</url-category>")),
    )[0]
    assert new.content == old.content


def test_global_policies_have_their_own_context() -> None:
    assert read(security.policies, policies(policy(), context="<global-context/>"))[0].context == "global"


# the words of Juniper's advisory JSA75733
ADVISORY = "<output>Error: policies are out of sync for PFE node1.fpc2.pic0.</output>"
BANNERS = "<output>node0:\n-----\nfpc0.pic1 in sync\n\nnode1:\n----\nfpc0.pic1 out of sync</output>"


@pytest.mark.parametrize(
    ("text", "node", "expected"),
    [
        ("<output>\nnode0.fpc0   in-sync\nnode1.fpc7   out-of-sync\n</output>", NODE0, [("fpc0", True)]),
        ("<output>\nnode0.fpc0   in-sync\nnode1.fpc7   out-of-sync\n</output>", NODE1, [("fpc7", False)]),
        (BANNERS, NODE1, [("fpc0.pic1", False)]),
        (ADVISORY, NODE1, [("fpc2.pic0", False)]),
        ("<output>fpc0 not in-sync</output>", NODE0, [("fpc0", False)]),
    ],
)  # fmt: skip
def test_policy_sync_is_told_for_each_pfe(
    text: str, node: NodeName, expected: list[tuple[str, bool]]
) -> None:
    assert [(row.pfe, row.in_sync) for row in read(security.policy_sync, text, node)] == expected


@pytest.mark.parametrize(
    "text", ["<output/>", "<output>node0.fpc0 unclear</output>", "<output>node1.fpc0 in-sync</output>"]
)
def test_unclear_words_about_policy_sync_are_not_in_sync(text: str) -> None:
    with pytest.raises(ReplyNotUnderstood):
        read(security.policy_sync, text)


def spu_block(place: str, active: int, most: int | None = None) -> str:
    maximum = f"<max-sessions>{most}</max-sessions>" if most else ""
    return (
        f"<flow-session-information><flow-fpc-pic-id>\n{place}\n</flow-fpc-pic-id>"
        f"<flow-session-summary-information><active-session-valid>\n{active}\n</active-session-valid>"
        f"<active-sessions>14</active-sessions>{maximum}"
        "</flow-session-summary-information></flow-session-information>"
    )


@pytest.mark.parametrize("slots", [(0, 1), (12, 13)])
def test_sessions_are_counted_over_all_spus_whatever_their_slots(slots: tuple[int, int]) -> None:
    """node1 of the 5000 line counts its slots from 12: by SPU, each ISSU would lose and gain them all."""
    blocks = "".join(spu_block(f"on FPC{slot} PIC{pic}:", 3, 100) for slot in slots for pic in (0, 1))
    assert read(security.sessions, f"<output>{blocks}</output>") == [
        rows.SessionCount(active=12, maximum=400)
    ]


def test_a_maximum_that_one_spu_does_not_tell_is_not_known() -> None:
    blocks = spu_block("on FPC1 PIC0:", 3, 100) + spu_block("on FPC1 PIC1:", 4)
    assert read(security.sessions, f"<output>{blocks}</output>") == [
        rows.SessionCount(active=7, maximum=None)
    ]


def test_ike_in_brief_and_in_detail() -> None:
    brief = (
        "<ike-security-associations-information><ike-security-associations-block><ike-security-associations>"
        "<ike-sa-remote-address>192.0.2.1</ike-sa-remote-address><ike-sa-state>DOWN</ike-sa-state>"
        "</ike-security-associations></ike-security-associations-block>"
        "</ike-security-associations-information>"
    )
    detail = (
        "<ike-security-associations-information><ike-security-associations-block>"
        "<ike-sa-remote-address>192.0.2.1</ike-sa-remote-address><ike-security-associations>"
        "<ike-sa-state>UP</ike-sa-state></ike-security-associations></ike-security-associations-block>"
        "</ike-security-associations-information>"
    )
    assert read(vpn.ike_peers, brief) == [rows.IkePeer(peer="192.0.2.1", up=0, all=1)]
    assert read(vpn.ike_peers, detail) == [rows.IkePeer(peer="192.0.2.1", up=1, all=1)]


def test_nat_rules_of_every_kind_with_their_hits() -> None:
    text = (
        "<source-nat-rule-detail-information><source-nat-rule-entry><rule-name>a</rule-name>"
        "<rule-set-name>out</rule-set-name><source-nat-rule-hits-entry><rule-translation-hits>7"
        "</rule-translation-hits></source-nat-rule-hits-entry></source-nat-rule-entry>"
        "</source-nat-rule-detail-information>"
    )
    assert read(nat.nat_rules, text) == [rows.NatRule(kind="source", rule_set="out", name="a", hits=7)]
    assert read(nat.nat_rules, "<static-nat-rule-information/>") == []
    with pytest.raises(ReplyNotUnderstood):
        read(nat.nat_rules, "<output>huh</output>")


def test_a_zone_without_interfaces_is_still_a_zone() -> None:
    text = "<zones-information><zones-security><zones-security-zonename>dmz</zones-security-zonename></zones-security></zones-information>"  # noqa: E501
    assert read(security.zones, text) == [rows.ZoneInterface(zone="dmz", interface="")]


@pytest.mark.parametrize(
    ("more", "pending"),
    [
        ("", False),
        ("<comment>commit confirmed, rollback in 5mins</comment>", True),
        ("<commit-confirmed>rollback pending</commit-confirmed>", True),
    ],
)
def test_a_commit_that_waits_for_its_confirmation(more: str, pending: bool) -> None:
    entry = "<commit-history><sequence-number>{}</sequence-number><user>ops</user>{}</commit-history>"
    text = f"<commit-information>{entry.format(0, more)}{entry.format(1, more)}</commit-information>"
    assert [row.is_pending for row in read(system.commits, text)] == [pending, False]


def test_a_scheduled_commit_waits_too() -> None:
    words = "commit requested by root via cli at Tue May  7 15:59:00 2026"
    text = f"<commit-information>{words}</commit-information>"
    assert [row.is_pending for row in read(system.commits, text)] == [True]


def test_uncommitted_changes_are_counted_and_never_shown() -> None:
    patch = "\n[edit system]\n-  host-name a;\n+  host-name b;\n[edit system login]\n+  user eve $6$secret;\n"
    output = f"<configuration-output>{patch}</configuration-output>"
    text = f"<configuration-information>{output}</configuration-information>"
    found = read(system.candidate, text)
    assert found == [
        rows.CandidateChange(where="[edit system]", lines=2),
        rows.CandidateChange(where="[edit system login]", lines=1),
    ]
    assert "secret" not in repr(found)
    empty = "<configuration-information><configuration-output/></configuration-information>"
    assert read(system.candidate, empty) == []


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("<file-date>2026-03-01 02:00:00 UTC</file-date>", datetime(2026, 3, 1, 2, 0, tzinfo=UTC)),
        ('<file-date format="Mar 1 02:00">1772330400</file-date>', datetime(2026, 3, 1, 2, 0, tzinfo=UTC)),
        ("<file-date>Mar  1 02:00</file-date>", None),
    ],
)
def test_core_dumps_and_their_age(date: str, expected: datetime | None) -> None:
    text = (
        '<directory-list><directory name="/var/crash"><file-information><file-name>core.0</file-name>'
        f"{date}</file-information></directory></directory-list>"
    )
    assert read(system.core_dumps, text) == [rows.CoreDump(path="/var/crash/core.0", written_at=expected)]


def test_no_core_dump_in_the_shells_words() -> None:
    assert read(system.core_dumps, "<output>/var/crash/*core*: No such file or directory</output>") == []
    listed = "<output>-rw-r--r-- 1 root wheel 3431 Aug 16 19:47 /var/crash/node.core.tgz</output>"
    assert read(system.core_dumps, listed) == [rows.CoreDump(path="/var/crash/node.core.tgz")]


def test_licenses_of_older_and_newer_releases() -> None:
    feature = (
        "<feature-summary><name>idp-sig</name><{}>1</{}><end-date seconds='1772330400'/></feature-summary>"
    )
    for tag in ("licensed", "licenses-installed"):
        text = f"<license-summary-information>{feature.format(tag, tag)}</license-summary-information>"
        (row,) = read(hardware.licenses, text)
        assert (row.name, row.installed) == ("idp-sig", 1)
        assert row.expires_at == datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def test_modules_without_serial_numbers_and_optics() -> None:
    text = (
        "<chassis-inventory><chassis><name>Chassis</name>"
        "<chassis-module><name>FPC 0</name><serial-number>CZ1</serial-number><description>FEB</description>"
        "<chassis-sub-module><name>PIC 0</name><description>SPU Flow</description>"
        "<chassis-sub-sub-module><name>Xcvr 0</name></chassis-sub-sub-module></chassis-sub-module>"
        "</chassis-module></chassis></chassis-inventory>"
    )
    found = read(hardware.modules, text)
    assert [row.place for row in found] == ["FPC 0", "FPC 0/PIC 0"]
    assert "CZ1" not in repr(found)


def test_the_configuration_is_kept_as_digests_only() -> None:
    text = "set version 21.4R3\nset system host-name a\nset security x $9$secret\ndeactivate security y\n"
    before = read(routing.configuration, f"<output>{text}</output>")
    after = read(routing.configuration, f"<output>{text.replace('21.4R3', '23.4R2')}</output>")
    assert before == after
    assert [(row.section, row.lines) for row in before] == [("security", 2), ("system", 1)]
    assert "secret" not in repr(before)
    with pytest.raises(ReplyNotUnderstood) as raised:
        read(routing.configuration, "<output>password secret</output>")
    assert "secret" not in str(raised.value)


def test_a_bgp_peer_is_its_address_without_the_port() -> None:
    text = "<bgp-information><bgp-peer><peer-address>192.0.2.1+179</peer-address><peer-state>Active</peer-state></bgp-peer></bgp-information>"  # noqa: E501
    assert read(routing.bgp_peers, text) == [rows.BgpPeer(address="192.0.2.1", asn=None, state="Active")]


SERVICE = "<services-synchronized><service-name>a</service-name>{}</services-synchronized>"
BROKEN = [
    (cluster.rtos, "<services-synchronized><rtos-sent>1</rtos-sent></services-synchronized>"),
    (cluster.rtos, SERVICE.format("<rtos-sent>1</rtos-sent>")),
    (cluster.rtos, SERVICE.format("<rtos-sent>x</rtos-sent>")),
    (cluster.rtos, SERVICE.format("<rtos-sent>1</rtos-sent><rtos-sent>2</rtos-sent>")),
    (cluster.heartbeats, "<chassis-cluster-statistics/>"),
    (cluster.led, "<chassis-cluster-information/>"),
    (cluster.config_sync, "<chassis-cluster-information/>"),
    (cluster.multi_node_ha, "<rpc-reply/>"),
    (hardware.cpu, "<route-engine><cpu-idle>120</cpu-idle></route-engine>"),
    (hardware.cpu, "<route-engine><status>OK</status></route-engine>"),
    (system.var_tmp, "<system-storage-information/>"),
    (system.clock, "<system-uptime-information/>"),
    (hardware.licenses, "<output>none</output>"),
    (hardware.appid_package, "<output>none</output>"),
    (hardware.pics, "<fpc-information><fpc><slot>x</slot></fpc></fpc-information>"),
    (routing.lacp_members, "<output/>"),
    (security.sessions, "<output/>"),
    (security.sessions, "<flow-session-summary-information/>"),
]  # fmt: skip


@pytest.mark.parametrize(("parse", "text"), BROKEN)
def test_a_broken_reply_is_not_understood_rather_than_empty(parse: Parse, text: str) -> None:
    with pytest.raises(ReplyNotUnderstood):
        read(parse, text)


def test_links_keep_physical_and_monitored_apart() -> None:
    text = (
        "<chassis-cluster-interface-statistics><control-interface-status>Up</control-interface-status>"
        "<dataplane-interfaces><fabric-information>"
        "<fabric-child-interface-name>ge-0/0/3</fabric-child-interface-name>"
        "<fabric-child-interface-status>Up   / Down</fabric-child-interface-status></fabric-information>"
        "<fabric-information><fabric-interface-index>1</fabric-interface-index></fabric-information>"
        "</dataplane-interfaces></chassis-cluster-interface-statistics>"
    )
    control, child = read(cluster.cluster_links, text)
    assert (control.physical, control.monitored) == ("Up", None)
    assert (child.name, child.physical, child.monitored) == ("ge-0/0/3", "Up", "Down")


@pytest.mark.parametrize(
    ("text", "protocols", "graceful"),
    [
        ("set system host-name a", (), False),
        ("set protocols bgp group x type external", ("bgp",), False),
        (
            "set routing-instances a protocols ospf area 0\nset routing-options graceful-restart",
            ("ospf",),
            True,
        ),
        ("set protocols lldp interface all\nset routing-options graceful-restart disable", (), False),
    ],
)
def test_routing_features_of_the_configuration(text: str, protocols: tuple[str, ...], graceful: bool) -> None:
    (row,) = read(routing.routing_features, f"<output>{text}</output>")
    assert (row.protocols, row.graceful_restart) == (protocols, graceful)


def test_hold_downs_of_the_configuration() -> None:
    text = """
set version 21.4R3
set chassis cluster redundancy-group 0 hold-down-interval 900
set chassis cluster redundancy-group 1 node 0 priority 200
set groups one chassis cluster redundancy-group 2 hold-down-interval 0
deactivate chassis cluster redundancy-group 3 hold-down-interval
"""
    found = read(routing.hold_downs, f"<output>{text}</output>")
    assert [(row.group_id, row.seconds) for row in found] == [(0, 900), (2, 0)]
    assert read(routing.hold_downs, "<output>set system host-name x</output>") == []


def test_a_hold_down_that_is_no_number_is_not_understood() -> None:
    line = "set chassis cluster redundancy-group 1 hold-down-interval long"
    with pytest.raises(ReplyNotUnderstood, match="hold-down-interval"):
        read(routing.hold_downs, f"<output>{line}</output>")


INTERNAL = "security ipsec internal security-association manual encryption ike-ha-link-encryption enable"


@pytest.mark.parametrize(
    ("lines", "is_encrypted"),
    [
        ((), False),
        ((f"set {INTERNAL}",), True),
        (("set groups node0 security ipsec vpn icl ha-link-encryption",), True),
        ((f"set {INTERNAL}", "deactivate security ipsec internal"), False),
        ((f"set {INTERNAL}", "deactivate security ipsec vpn icl"), True),
        (("set system host-name ha-link-encryption",), False),
    ],
)
def test_encryption_of_the_ha_link(lines: tuple[str, ...], is_encrypted: bool) -> None:
    told = "\n".join(("set system host-name x", *lines))
    (row,) = read(routing.cluster_features, f"<output>{told}</output>")
    assert row.ha_link_encryption is is_encrypted
