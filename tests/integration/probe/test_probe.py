"""A probe of the lab: ready where nothing is spoilt, and where one thing is, just that is said."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from srx_issu.adapters.devices.state.catalogue import TABLE_QUESTIONS
from srx_issu.domain.cluster.model import Address, Identity, NodeName
from srx_issu.domain.errors import RequestRefused
from srx_issu.probe.exchange import KeptAnswers
from srx_issu.probe.probing import refuse_while_held
from srx_issu.probe.questions import LOOK_QUESTIONS
from srx_issu.probe.reading import ReadAs, read_answers
from srx_issu.probe.report import READY
from srx_issu.probe.tried import FILE, job_status
from srx_issu.probe.vocabulary import name_of
from tests.integration.lab.conftest import ServedLab
from tests.integration.lab.test_wire import wait_until
from tests.integration.probe.probed import HeldLease, about, ask_lab, cluster_of, listed, probe_lab
from tests.places import platform_clusters

pytestmark = pytest.mark.filterwarnings("default")
ServeLab = Callable[..., ServedLab]
WITHOUT_REQUEST = ["set system login class few permissions [ view view-configuration secret shell ]"]
WITHOUT_SHELL = [
    "set system login class few permissions [ view view-configuration secret ]",
    'set system login class few allow-commands-regexps "^(request|file) .*"',
]


@pytest.mark.parametrize("entry", platform_clusters(), ids=lambda entry: str(entry["name"]))
def test_every_answer_of_every_platform_is_read(entry: dict[str, object], serve_lab: ServeLab) -> None:
    given = {key: value for key, value in entry.items() if key != "name"}
    rows = read_answers(KeptAnswers.of(ask_lab(serve_lab(**given))))
    fine = {ReadAs.READ, ReadAs.UNTOLD}
    assert [(row.place, row.fills, row.said) for row in rows if row.read_as not in fine] == []
    assert len(rows) > 100


def test_words_that_do_not_tell_of_an_issu_are_never_read_as_if_they_did(serve_lab: ServeLab) -> None:
    lab = serve_lab()

    def issu_rows() -> set[tuple[ReadAs, str]]:
        rows = read_answers(KeptAnswers.of(ask_lab(lab)))
        return {(row.read_as, row.said) for row in rows if row.fills == "issu"}

    silence = "its words do not say whether an ISSU is in progress"
    assert issu_rows() == {(ReadAs.UNTOLD, f"{silence}; no group has the marks of one")}
    lab.inject("stale_manual_flag")
    marks = "and a group has priority 255 or the manual flag"
    assert issu_rows() == {(ReadAs.UNKNOWN, f"{silence}, {marks}")}


def test_ready_and_nothing_is_left_behind(serve_lab: ServeLab) -> None:
    lab = serve_lab()
    for node in ("node0", "node1"):  # as an interrupted probe leaves it
        (lab.files(node) / FILE.lstrip("/")).write_text("left", encoding="utf-8")
        (lab.files(node) / f"{FILE}.part".lstrip("/")).write_text("left, too", encoding="utf-8")
    probed = probe_lab(lab)
    assert (listed(probed.report), probed.report.verdict) == ([], READY)
    left = [path for node in ("node0", "node1") for path in (lab.files(node) / "var/tmp").glob("srx-issu*")]
    assert left == []
    changed = {"issu_requested", "issu_started", "commit", "group_changed", "node_went_down"}
    assert changed & {event["event"] for event in lab.ask(do="events", cluster="c1")["events"]} == set()


def test_a_class_without_request_is_told_command_by_command(serve_lab: ServeLab) -> None:
    lab = serve_lab(login_class=WITHOUT_REQUEST)
    report = probe_lab(lab).report
    for node in NodeName:
        (said,) = about(report.findings, f"{node}: login class")
        assert "request system software in-service-upgrade /var/tmp/image.tgz reboot" in said
        assert "request system reboot node 1" in said
        assert "show configuration" not in said
    denied = [finding.said for finding in report.findings if "does not permit the question" in finding.said]
    assert [words.split()[0] for words in denied] == ["3", "3"]
    assert [each for each in listed(report) if "NETCONF: " in each] == []


def test_no_shell(serve_lab: ServeLab) -> None:
    report = probe_lab(serve_lab(login_class=WITHOUT_SHELL)).report
    assert len(about(report.findings, "node0: shell")) == 1
    assert "none: " in about(report.findings, "node0: shell")[0]
    assert about(report.findings, "node0: detached job") == ["without a shell none was started"]
    assert "does not permit: start shell " in about(report.findings, "node1: login class")[0]
    assert about(report.findings, "file copy") == []


def test_nodes_that_have_only_sha1(serve_lab: ServeLab) -> None:
    lab = serve_lab(ssh="legacy")
    report = probe_lab(lab).report
    for name in ("login by NETCONF", "login by SSH"):
        for node in NodeName:
            (said,) = about(report.findings, f"{node}: {name}")
            assert "has only SHA-1" in said
            assert "'ssh: {legacy_sha1: true}'" in said
    old = {f"node{n}": Address(host="127.0.0.1", port=lab.port(f"node{n}"), legacy_sha1=True) for n in (0, 1)}
    assert listed(probe_lab(lab, **old).report) == []


def test_no_sftp(serve_lab: ServeLab) -> None:
    lab = serve_lab()
    lab.inject("no_sftp", node="node1")
    (said,) = listed(probe_lab(lab).report)
    assert said.startswith("node1: file copy: by SCP, ")
    assert "set system services ssh sftp-server" in said


@pytest.mark.parametrize("fault", ["c_shell", "login_announcement"])
def test_what_an_upgrade_copes_with_is_no_finding(fault: str, serve_lab: ServeLab) -> None:
    lab = serve_lab()
    lab.inject(fault)
    assert listed(probe_lab(lab).report) == []


QUESTIONS = sorted(
    {name_of(each.question) for each in LOOK_QUESTIONS} | {name_of(each.question) for each in TABLE_QUESTIONS}
)
BY_TEXT = {"show configuration | display set", "get-configuration", "show system core-dumps"}
BY_OPERATION = {
    "file-list",
    "get-chassis-high-availability-information",
    "request-package-checks-pending-install",
}


def test_an_unknown_element_in_each_answer(serve_lab: ServeLab) -> None:
    """In every answer of XML at once: each row says so, names it, and is still read."""
    lab = serve_lab()
    healthy = {(row.place, row.fills): row for row in read_answers(KeptAnswers.of(ask_lab(lab)))}
    for rpc in QUESTIONS:
        lab.inject("reply_adds", rpc=rpc, element="x-mood", text="fine")
    rows = read_answers(KeptAnswers.of(ask_lab(lab)))
    odd = [row for row in rows if row.read_as is ReadAs.ODD]
    flat = {row.fills for row in rows if row.read_as is ReadAs.UNKNOWN}
    assert flat == {"rtos"}  # records told apart by their order: with something foreign, not understood
    assert all("unknown element <x-mood>" in row.said and "x-mood" in row.fragment for row in odd)
    assert not any("xmlns" in row.fragment for row in odd)
    assert all(len(row.values) == len(healthy[row.place, row.fills].values) for row in odd)
    untouched = {row.question for row in rows if row.read_as is ReadAs.READ}
    assert len(odd) > 80
    assert untouched <= {"request security policies check", *BY_TEXT, *BY_OPERATION, *NOT_IN_USE_HERE}


NOT_IN_USE_HERE = {"show isis adjacency"}


def test_a_clock_that_is_ten_minutes_ahead(serve_lab: ServeLab) -> None:
    lab = serve_lab()
    lab.inject("clock_skew", node="node1", seconds="600")
    against_us, against_peer = listed(probe_lab(lab).report)
    assert re.match(r"node1: clock: node1 is (599|600|601) s ahead of this machine, allowed", against_us)
    assert re.match(r"clock: node1 is (599|600|601) s ahead of its peer, allowed", against_peer)


def test_swapped_addresses(serve_lab: ServeLab) -> None:
    lab = serve_lab()
    given = cluster_of(lab)
    report = probe_lab(lab, node0=given.node1, node1=given.node0).report
    said = "the addresses of node0 and node1 are swapped: correct them in the inventory"
    assert about(report.findings, "who answers") == [said]
    assert not report.is_ready


def test_the_master_only_address_in_the_inventory(serve_lab: ServeLab) -> None:
    lab = serve_lab(master_address=True)
    master = Address(host="127.0.0.1", port=lab.server.masters["c1"].port)
    known = (lab.folder / "known_hosts").read_text(encoding="utf-8").splitlines()
    key = next(line.split(" ", 1)[1] for line in known if f"]:{lab.port('node0')} " in line)
    with (lab.folder / "known_hosts").open("a", encoding="utf-8") as file:
        file.write(f"[127.0.0.1]:{master.port} {key}\n")
    report = probe_lab(lab, node1=master).report
    (said,) = about(report.findings, "who answers")
    assert said.startswith("the address of node1 answers as node0: it is the master-only address")


def test_another_node_than_the_inventory_says(serve_lab: ServeLab) -> None:
    identity = Identity(hostname="fw-9", serial="CX0")
    report = probe_lab(serve_lab(), node1_identity=identity, model="SRX5800").report
    said = about(report.findings, "identity")
    assert "calls itself c1-n1, the inventory says fw-9" in said
    assert said.count("shows model SRX4600, the inventory says SRX5800") == 2
    assert any("the inventory says CX0" in each for each in said)


def listens(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def test_a_node_that_is_away_is_unknown_in_every_row_and_nothing_is_ready(serve_lab: ServeLab) -> None:
    lab = serve_lab()
    lab.inject("connection_refused", node="node1")
    wait_until(lambda: not listens(lab.port("node1")))
    report = probe_lab(lab).report
    assert not report.is_ready
    assert "no TCP connection" in about(report.findings, "node1: login by NETCONF")[0]
    assert about(report.findings, "node0: login") == []
    assert all(row.read_as is ReadAs.UNKNOWN for row in report.readings if row.node is NodeName.NODE1)
    (said,) = about([each for each in report.findings if each.place == "node1"], "node1")
    assert re.match(r"\d\d more answers and trials are unknown without that login", said)
    assert len(report.findings) < 10, listed(report)


def test_a_group_that_cannot_take_over(serve_lab: ServeLab) -> None:
    lab = serve_lab()
    lab.inject("rg1_priority_zero", node="node1")
    assert listed(probe_lab(lab).report) == [
        "cluster state: RG1 on node1 has priority 0: it cannot take over"
    ]


def test_an_issu_that_no_journal_knows_of_stops_the_probe(serve_lab: ServeLab) -> None:
    lab = serve_lab()
    words = {"element": "issu-information", "text": "ISSU is in progress"}
    lab.inject("reply_says", node="node1", rpc="get-chassis-cluster-issu-information", **words)
    with pytest.raises(RequestRefused, match="says that an ISSU is in progress: nothing more was asked"):
        probe_lab(lab)


def test_a_cluster_that_an_upgrade_has_is_left_alone() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(RequestRefused, match=r"upgrade manual__7 has c1 until .* nothing was asked"):
        refuse_while_held(HeldLease(60), "c1", now)
    refuse_while_held(HeldLease(-60), "c1", now)


def test_mixed_releases_stop_the_probe_though_no_node_speaks_of_an_issu(serve_lab: ServeLab) -> None:
    lab = serve_lab(releases={"node1": "22.4R3-S2.11"})
    with pytest.raises(RequestRefused, match="an ISSU may be under way, or have stopped half way"):
        probe_lab(lab)


@pytest.mark.parametrize(
    ("text", "status"),
    [("", None), ("Junos: 22.4R3\n", None), ("t0 ", None), ("t0 0", "0"), ("x\nt0 12\n", "12")],
)
def test_a_job_has_ended_once_its_status_is_there(text: str, status: str | None) -> None:
    assert job_status(text, "t0") == status
