"""Hostile replies, errors inside replies, and whose answer is whose."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from srx_issu.adapters.devices.parse import capacity, files, nodes, refusals, sync, system
from srx_issu.adapters.devices.parse.reply import MAX_REPLY_BYTES, parse_reply
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import (
    CommandRefused,
    DeviceError,
    NotAChassisCluster,
    ReplyNotUnderstood,
    UnknownCommand,
)
from tests.fakes import replies

N0, N1 = NodeName.NODE0, NodeName.NODE1
BOMB = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))


@pytest.mark.parametrize(
    "text",
    [
        f'<!DOCTYPE r [<!ENTITY e0 "aaaaaaaaaa">{BOMB}]><r>&e12;</r>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        '<?xml version="1.0"?><!doctype r SYSTEM "http://127.0.0.1:1/x.dtd"><r/>',
    ],
)
def test_document_types_and_entities_are_refused(text: str) -> None:
    with pytest.raises(ReplyNotUnderstood, match="declares a document type or entities, refused"):
        parse_reply("node0", text)


@pytest.mark.parametrize(
    "text", ["", "   ", "no XML", "<a>", "<a/><b/>", "<a>&undefined;</a>", "<a b='1' b='2'/>"]
)
def test_what_is_not_one_document_is_refused(text: str) -> None:
    with pytest.raises(ReplyNotUnderstood, match="reply is not XML"):
        parse_reply("node0", text)


def test_size_and_depth_are_bounded() -> None:
    with pytest.raises(ReplyNotUnderstood, match="at most"):
        parse_reply("node0", " " * (MAX_REPLY_BYTES + 1))
    with pytest.raises(ReplyNotUnderstood, match="not XML"):
        parse_reply("node0", "<a>" * 5000 + "</a>" * 5000)


def test_control_characters_out_of_a_file_do_no_harm() -> None:
    root = parse_reply("node0", "<file-content>a\x07b\x1b[K\x00c</file-content>")
    assert files.file_content("node0", root, "/var/tmp/x") == "abc"


def test_namespaces_differ_per_release_and_are_ignored() -> None:
    root = parse_reply("node0", '<r xmlns="urn:x" xmlns:junos="urn:j"><a junos:seconds="5">1</a></r>')
    child = root.find("a")
    assert child is not None
    assert child.get("seconds") == "5"


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        ("syntax error, expecting <command>", UnknownCommand),
        ("unknown command.", UnknownCommand),
        ("error: error: Chassis cluster is not enabled", NotAChassisCluster),
        ("permission denied", CommandRefused),
    ],
)
def test_words_of_a_refusal_decide_its_kind(words: str, ours: type[DeviceError]) -> None:
    error = refusals.refusal_error("node0", words)
    assert type(error) is ours
    assert not error.message.startswith("error:")


def test_warning_is_no_error() -> None:
    root = parse_reply(
        "node0",
        "<r><rpc-error><error-severity>warning</error-severity><error-message>w</error-message></rpc-error></r>",
    )
    refusals.raise_errors("node0", root)
    assert list(refusals.warnings_in(root)) == ["w"]


@pytest.mark.parametrize("line", ["Aborting ISSU", "ISSU Aborted!", "warning: ISSU in progress"])
def test_abort_succeeds_in_words_that_elsewhere_refuse(line: str) -> None:
    assert refusals.refusal_line(line) == line
    assert refusals.refusal_line(line, of_issu=False) is None


@pytest.mark.parametrize(
    ("bodies", "words"),
    [
        ("<re-name>fpc0</re-name>", "answer of 'fpc0'"),
        ("", "answer of None"),
    ],
)
def test_answer_of_nobody_we_know_is_refused(bodies: str, words: str) -> None:
    item = f"<multi-routing-engine-item>{bodies}</multi-routing-engine-item>"
    with pytest.raises(ReplyNotUnderstood, match=words):
        nodes.answers_by_node("node0", parse_reply("node0", f"<r>{item}</r>"))


def test_one_node_answering_twice_is_refused() -> None:
    text = replies.wrapped({N0: replies.software(N0)}) * 2
    with pytest.raises(ReplyNotUnderstood, match="two answers of node0"):
        nodes.answers_by_node("node0", parse_reply("node0", f"<r>{text}</r>"))


def test_plain_reply_is_the_nodes_own() -> None:
    root = parse_reply("node1", f"<rpc-reply>{replies.software(N1)}</rpc-reply>")
    body = nodes.own_body(N1, root, "software-information")
    assert system.software_facts("node1", body).release == replies.RELEASE[N1]


def test_release_before_15_1_is_in_its_package() -> None:
    body = parse_reply(
        "node0",
        "<software-information><package-information><name>junos</name>"
        "<comment>JUNOS Software Release [12.1X46-D55.3]</comment></package-information>"
        "</software-information>",
    )
    assert system.software_facts("node0", body).release == "12.1X46-D55.3"
    with pytest.raises(ReplyNotUnderstood, match="no running release"):
        system.software_facts("node0", parse_reply("node0", "<software-information/>"))


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("<date-time>2026-05-24 15:29:12 UTC</date-time>", datetime(2026, 5, 24, 15, 29, 12, tzinfo=UTC)),
        ("<date-time>2026-05-24 15:29:12 +0200</date-time>", datetime(2026, 5, 24, 13, 29, 12, tzinfo=UTC)),
        ("<date-time>2026-05-24 15:29:12 CEST</date-time>", None),
        ("", None),
    ],
)
def test_time_without_seconds_is_known_only_when_its_zone_is(shown: str, expected: datetime | None) -> None:
    body = parse_reply("node0", f"<u><system-booted-time>{shown}</system-booted-time></u>")
    assert system.clock_facts("node0", body).booted_at == expected


def test_boot_time_from_uptime() -> None:
    body = parse_reply(
        "node0",
        '<u><current-time><date-time seconds="1000000">x</date-time></current-time><system-booted-time>'
        '<time-length seconds="400">0:06</time-length></system-booted-time></u>',
    )
    assert system.clock_facts("node0", body).booted_at == datetime.fromtimestamp(999600, UTC)


@pytest.mark.parametrize("seconds", ["-5", "soon", "99999999999999"])
def test_time_that_is_none_is_refused(seconds: str) -> None:
    body = parse_reply("node0", f'<u><current-time><date-time seconds="{seconds}"/></current-time></u>')
    with pytest.raises(ReplyNotUnderstood, match="time not understood"):
        system.clock_facts("node0", body)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], None),
        (["something new"], None),
        (["ISSU in progress"], True),
        (["ISSU is not in progress"], False),
        (["Nov 22 16:24:10.570 : Exiting in-service-upgrade window"], False),
        (["Entering ISSU window", "Exiting in-service-upgrade window"], False),
        (["Exiting in-service-upgrade window", "Entering ISSU window"], True),
        (["ISSU aborted. But, both nodes are in ISSU window."], True),
        (["ISSU aborted and exiting ISSU window"], False),
    ],
)
def test_issu_window_by_the_last_line_that_tells(lines: list[str], expected: bool | None) -> None:
    events = "".join(f"<chassis-cluster-issu-event>{line}</chassis-cluster-issu-event>" for line in lines)
    found = sync.issu_status(parse_reply("node0", f"<issu-information>{events}</issu-information>"))
    assert found.in_progress is expected
    assert found.events == tuple(lines)


def test_cold_sync_with_something_left_is_not_complete() -> None:
    text = replies.cold_sync(N0).replace(
        ">N/A</cold-synchronization-not", ">fpc1.pic0, fpc1.pic1</cold-synchronization-not"
    )
    found = sync.cold_sync("node0", parse_reply("node0", text))
    assert found.not_completed == ("fpc1.pic0", "fpc1.pic1")
    assert found.is_complete is False
    with pytest.raises(ReplyNotUnderstood, match="no cold synchronization status"):
        sync.cold_sync("node0", parse_reply("node0", "<x/>"))


def mounted(*entries: tuple[str, int]) -> str:
    return "".join(
        f"<filesystem><filesystem-name>x</filesystem-name><total-blocks>{free * 2}</total-blocks>"
        f"<available-blocks>{free}</available-blocks><mounted-on>{mount}</mounted-on></filesystem>"
        for mount, free in entries
    )


@pytest.mark.parametrize(
    ("mounts", "holder"),
    [
        ([("/", 1), ("/var", 2)], "/var"),
        ([("/", 1), ("/cf/var", 2)], "/cf/var"),
        ([("/.mount", 1), ("/.mount/var", 2), ("/.mount/var/run", 3)], "/.mount/var"),
        ([("/", 1), ("/var", 2), ("/var/tmp", 3), ("/var/tmp2", 4)], "/var/tmp"),
        ([("/.mount/var", 1), ("/var", 2)], "/var"),
        ([("/", 1), ("/mfs", 2)], "/"),
    ],
)
def test_filesystem_that_holds_var_tmp(mounts: list[tuple[str, int]], holder: str) -> None:
    body = parse_reply("node0", f"<s>{mounted(*mounts)}</s>")
    found = capacity.filesystem_of("node0", capacity.filesystems("node0", body), "/var/tmp")
    assert found.mounted_on == holder


def test_nothing_holds_var_tmp() -> None:
    body = parse_reply("node0", f"<s>{mounted(('/mfs', 1))}</s>")
    with pytest.raises(ReplyNotUnderstood, match=r"no filesystem holds /var/tmp; mounted: /mfs"):
        capacity.filesystem_of("node0", capacity.filesystems("node0", body), "/var/tmp")


@pytest.mark.parametrize("idle", ["", "101", "-1", "busy"])
def test_cpu_without_a_sensible_idle_figure_is_refused(idle: str) -> None:
    body = parse_reply("node0", f"<r><route-engine><cpu-idle>{idle}</cpu-idle></route-engine></r>")
    with pytest.raises(ReplyNotUnderstood):
        capacity.routing_engine("node0", body)


def test_checksum_in_either_form() -> None:
    digest = "AB" * 32
    for body in (f"<checksum>{digest}</checksum>", f"<output>SHA256 (/var/tmp/x) = {digest}</output>"):
        assert files.sha256("node0", parse_reply("node0", f"<r>{body}</r>")) == digest.lower()
    with pytest.raises(ReplyNotUnderstood, match="no SHA-256"):
        files.sha256("node0", parse_reply("node0", "<r><checksum>1234</checksum></r>"))


def answered_by(**bodies: str) -> str:
    items = (
        f"<multi-routing-engine-item><re-name>\n{node}\n</re-name>{body}</multi-routing-engine-item>"
        for node, body in bodies.items()
    )
    return f"<r><multi-routing-engine-results>{''.join(items)}</multi-routing-engine-results></r>"


GONE = "<rpc-error><error-message>x: No such file or directory</error-message></rpc-error>"
MISSING = f"<file-checksum>{GONE}</file-checksum>"
SILENT = "<rpc-error><error-message>Could not connect to node1 : No route to host</error-message></rpc-error>"


@pytest.mark.parametrize("peer", [MISSING, SILENT, f"<checksum>{'cd' * 32}</checksum>"])
def test_checksum_of_the_peer_never_stands_for_the_nodes_own(peer: str) -> None:
    digest = "ab" * 32
    found = answered_by(node1=peer, node0=f"<checksum>\n{digest}\n</checksum>")
    assert files.sha256("node0", parse_reply("node0", found)) == digest
    assert files.sha256("node0", parse_reply("node0", answered_by(node0=MISSING, node1=peer))) is None
    with pytest.raises(ReplyNotUnderstood, match="own answer is missing"):
        files.sha256("node0", parse_reply("node0", answered_by(node1=peer)))


def test_file_shown_by_the_peer_is_not_the_nodes_own() -> None:
    root = parse_reply("node0", answered_by(node1="<output>theirs</output>", node0="<output>ours</output>"))
    assert files.file_content("node0", root, "/var/tmp/x") == "ours"


def test_file_that_speaks_of_a_missing_file_is_not_missing() -> None:
    words = "error: File does not exist: /var/tmp/x.tgz"
    root = parse_reply("node0", f"<r><output>{words}</output></r>")
    assert files.file_content("node0", root, "/var/tmp/job/transcript") == words
    assert files.file_content("node0", root, "/var/tmp/x.tgz") is None


@pytest.mark.parametrize(
    "body",
    [
        "<configuration-set>\nset x\n</configuration-set>",
        "<configuration-information><configuration-output>set x</configuration-output>"
        "</configuration-information>",
        "<output>set x</output>",
    ],
)
def test_configuration_in_the_forms_releases_use(body: str) -> None:
    assert files.configuration_text("node0", parse_reply("node0", f"<r>{body}</r>"), "set") == "set x\n"


def test_configuration_that_is_not_there_is_refused() -> None:
    with pytest.raises(ReplyNotUnderstood, match="no configuration in text form"):
        files.configuration_text("node0", parse_reply("node0", "<r><ok/></r>"), "text")
