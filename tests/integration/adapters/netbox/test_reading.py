"""NetBox read with the real client over real HTTP, and its records judged as the operator's files are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from srx_issu import catalog
from srx_issu.adapters.netbox import session
from srx_issu.adapters.netbox.reading import read_netbox
from srx_issu.catalog.inventory.netbox import NetboxEntry, NetboxReading
from srx_issu.domain.cluster.model import Address, Cluster, Identity
from srx_issu.domain.errors import OperatorFileError, RequestRefused
from tests.integration.adapters.netbox.server import TOKEN, FakeNetbox, tag

NOW = datetime(2027, 2, 3, 4, 5, tzinfo=UTC)
ENTRY = NetboxEntry(filters={"tag": "srx-cluster"})
SECTION = """
netbox: { filters: { tag: srx-cluster } }
defaults: { connection_id: srx_emea, groups: [emea] }
groups:
  emea: { region: emea, conflict_groups: [core] }
  gold: { labels: { tier: gold } }
"""


@pytest.fixture
def netbox() -> Iterator[FakeNetbox]:
    with FakeNetbox.running() as server:
        yield server


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for folder, name, text in (
        ("inventory", "netbox.yaml", SECTION),
        ("inventory", "other.yaml", "clusters: {}\n"),
        ("images", "none.yaml", "images: []\n"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text)
    return tmp_path


def read(netbox: FakeNetbox, entry: NetboxEntry = ENTRY, token: str = TOKEN) -> NetboxReading:
    return read_netbox(netbox.url, token, entry, lambda: NOW)


def clusters(netbox: FakeNetbox, files: Path) -> dict[str, Cluster]:
    return dict(catalog.load(files, read(netbox)).clusters)


def test_a_virtual_chassis_becomes_a_cluster_with_what_the_file_adds(netbox: FakeNetbox, files: Path) -> None:
    netbox.add("fra1-fw1", custom_fields={"issu_groups": ["gold"], "issu_cluster_id": 7})
    first, second = netbox.members("fra1-fw1")
    second["oob_ip"] = {**second["primary_ip"], "address": "198.51.100.9/26"}
    assert clusters(netbox, files) == {
        "fra1-fw1": Cluster(
            name="fra1-fw1", model="SRX4600", site="fra1", region="emea", cluster_id=7,
            node0=Address(host="192.0.1.1"), node1=Address(host="198.51.100.9"),
            node0_identity=Identity(hostname="fra1-fw1-node0", serial=first["serial"]),
            node1_identity=Identity(hostname="fra1-fw1-node1", serial=second["serial"]),
            connection_id="srx_emea", groups=("gold", "emea"), conflict_groups=frozenset({"core"}),
            labels={"tier": "gold", "tag.srx-cluster": "yes"},
        )
    }  # fmt: skip


def test_sha1_is_allowed_by_a_custom_field(netbox: FakeNetbox, files: Path) -> None:
    netbox.add("old", custom_fields={"issu_legacy_sha1": True})
    netbox.add("new", custom_fields={"issu_legacy_sha1": False})
    netbox.add("plain")
    found = clusters(netbox, files)
    allowed = {name: (c.node0.legacy_sha1, c.node1.legacy_sha1) for name, c in found.items()}
    assert allowed == {"old": (True, True), "new": (False, False), "plain": (False, False)}
    netbox.add("odd", custom_fields={"issu_legacy_sha1": "perhaps"})
    with pytest.raises(OperatorFileError, match=r"clusters\.odd\.ssh\.legacy_sha1 is 'perhaps'; write true"):
        clusters(netbox, files)


def test_only_what_the_filters_let_through_is_read(netbox: FakeNetbox) -> None:
    netbox.add("fra1-fw1")
    netbox.add("fra1-switch", tags=[tag("access")])
    assert [chassis.name for chassis in read(netbox).chassis] == ["fra1-fw1"]


def test_a_large_fleet_is_read_page_by_page_with_few_requests(netbox: FakeNetbox, files: Path) -> None:
    netbox.largest_page = 30
    for number in range(170):
        netbox.add(f"fw-{number:03}", site=f"site{number % 7}")
    assert len(clusters(netbox, files)) == 170
    assert len(netbox.asked) < 40


@pytest.mark.parametrize("status", ["offline", "planned", "decommissioning"])
def test_a_cluster_with_a_node_that_is_not_active_is_on_hold(
    netbox: FakeNetbox, files: Path, status: str
) -> None:
    netbox.add("fra1-fw1")
    netbox.members("fra1-fw1")[1]["status"] = {"value": status, "label": status.title()}
    assert clusters(netbox, files)["fra1-fw1"].hold == f"NetBox says fra1-fw1-node1 is {status}"


def test_a_hold_in_netbox_holds(netbox: FakeNetbox, files: Path) -> None:
    netbox.add("fra1-fw1", custom_fields={"issu_hold": "RMA 4711"})
    assert clusters(netbox, files)["fra1-fw1"].hold == "RMA 4711"


def test_every_fault_of_every_record_is_told_with_netboxs_object(netbox: FakeNetbox, files: Path) -> None:
    netbox.add("alone")
    netbox.devices.remove(netbox.members("alone")[1])
    netbox.add("mixed")
    netbox.members("mixed")[1]["device_type"]["model"] = "SRX1500"
    netbox.add("unplaced")
    netbox.members("unplaced")[0]["vc_position"] = None
    netbox.add("no-address")
    netbox.members("no-address")[0]["primary_ip"] = None
    netbox.add("twice")
    netbox.add("twice")
    netbox.add("sound")
    with pytest.raises(OperatorFileError) as caught:
        clusters(netbox, files)
    told = str(caught.value)
    for words in (
        "'alone' has 1 member", "'mixed' has members of different device types: SRX1500 and SRX4600",
        "'unplaced' has members without a position each", "clusters.no-address.node0 has no 'host'",
        "'twice' is defined twice", f"{netbox.url}/dcim/virtual-chassis/1/",
    ):  # fmt: skip
        assert words in told
    assert "sound" not in told


def test_a_cluster_that_stands_in_a_file_too_is_a_fault(netbox: FakeNetbox, files: Path) -> None:
    netbox.add("fra1-fw1")
    entry = "{model: SRX4600, site: x, node0: {host: 10.0.0.1}, node1: {host: 10.0.0.2}}"
    (files / "inventory" / "other.yaml").write_text(f"clusters: {{fra1-fw1: {entry}}}\n")
    with pytest.raises(OperatorFileError, match="cluster 'fra1-fw1' is defined twice"):
        clusters(netbox, files)


def test_netbox_is_a_section_of_one_file_only(files: Path) -> None:
    (files / "inventory" / "other.yaml").write_text("netbox: {}\n")
    with pytest.raises(OperatorFileError, match="section 'netbox' is defined twice"):
        catalog.load(files)


HOSTILE = {
    "CLI metacharacters": "fw; request system zeroize | no-more",
    "a path": "../../etc/passwd",
    "a control character": "fw\x1b[2Jx",
    "a new line": "fw\nrm -rf",
    "a megabyte": "A" * 1_000_000,
    "a template": "{{ conn.srx.password }}",
    "markup": "<script>alert(1)</script>",
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("place", ["name", "model", "site", "serial", "hostname", "address", "group"])
def test_hostile_words_of_a_record_are_refused_and_shown_short(
    netbox: FakeNetbox, files: Path, place: str, words: str
) -> None:
    netbox.add("fra1-fw1")
    device = netbox.members("fra1-fw1")[0]
    match place:
        case "name":
            netbox.chassis[0]["name"] = words
        case "model":
            for each in netbox.devices:
                each["device_type"]["model"] = words
        case "site":
            device["site"]["slug"] = words
        case "serial":
            device["serial"] = words
        case "hostname":
            device["name"] = words
        case "address":
            device["primary_ip"]["address"] = f"{words}/24"
        case _:
            netbox.chassis[0]["custom_fields"] = {"issu_groups": [words]}
    with pytest.raises(OperatorFileError) as caught:
        clusters(netbox, files)
    told = str(caught.value)
    assert len(told) < 2000
    assert all(character.isprintable() or character == "\n" for character in told)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((403, b'{"detail": "Invalid token"}'), "status 403; the API token may not read"),
        ((401, b"{}"), "status 401; the API token is not accepted"),
        ((404, b"{}"), "status 404; is this NetBox's URL"),
        ((500, b"<html>"), "status 500; look at NetBox's own log"),
        ((200, b"<html>hello"), "its answer is not JSON"),
        (
            (200, b'{"count": 1, "next": null, "results": [{"id": "x"}]}'),
            "answers otherwise than its REST API",
        ),
        ((200, b'{"count": 1, "next": null, "results": [7]}'), "answers otherwise than its REST API"),
        ((302, b"http://192.0.2.99/steal"), "which is not NetBox"),
    ],
)
def test_an_answer_that_is_none_says_what_to_do(
    netbox: FakeNetbox, answer: tuple[int, bytes], words: str
) -> None:
    netbox.answer = lambda _: answer
    with pytest.raises(RequestRefused, match=words) as caught:
        read(netbox)
    assert TOKEN not in str(caught.value)


def test_the_token_is_not_carried_to_another_host(netbox: FakeNetbox) -> None:
    elsewhere = {"count": 2, "next": "http://192.0.2.99/api/dcim/virtual-chassis/", "previous": None}
    results = [{"id": 1, "name": "a", "custom_fields": {}, "tags": []}]
    page = json.dumps({**elsewhere, "results": results}).encode()
    netbox.answer = lambda path: (200, page) if "virtual-chassis" in path else None
    with pytest.raises(RequestRefused, match=r"leads to http://192\.0\.2\.99/.*which is not NetBox"):
        read(netbox)


def test_pages_without_end_are_given_up(netbox: FakeNetbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_REQUESTS", 20)
    again = {"count": 10**9, "next": f"{netbox.url}/api/dcim/virtual-chassis/?offset=1", "previous": None}
    page = json.dumps({**again, "results": [{"id": 1, "name": "a"}]}).encode()
    netbox.answer = lambda _: (200, page)
    with pytest.raises(RequestRefused, match="go round in circles"):
        read(netbox)


def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    netbox: FakeNetbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LARGEST_ANSWER", 100_000)
    netbox.answer = lambda _: (200, b'{"results": "' + b"A" * 1_000_000 + b'"}')
    with pytest.raises(RequestRefused, match="more than 100000 bytes"):
        read(netbox)


def test_a_netbox_that_is_not_there_says_so(netbox: FakeNetbox) -> None:
    with pytest.raises(RequestRefused, match="is the URL right"):
        read_netbox("http://127.0.0.1:9", TOKEN, ENTRY, lambda: NOW)
