"""The inventory as a table."""

from __future__ import annotations

import pytest

from srx_issu.domain.cluster.model import Address, Cluster, Identity
from tests.integration.catalog.folders import Folder

TABLE = """\
name,model,site,conflict_groups,node0,node1,node1.port,node0.serial,cluster_id,label.tier,groups
ber1,srx4600,ber,ber-core ber-all,192.0.2.21,192.0.2.22,2222,CZ1234,3,gold,emea

ber2,SRX1500,ber,,192.0.2.23,192.0.2.24,,,,,
"""
GROUPS = "groups: {emea: {region: emea}}"


def table(folder: Folder, text: str) -> list[str]:
    folder.write("inventory/groups.yaml", GROUPS)
    (folder.path / "inventory" / "fleet.csv").write_text(text, encoding="utf-8")
    return folder.faults()


def test_a_table_stands_beside_yaml_and_means_the_same(folder: Folder) -> None:
    assert table(folder, TABLE) == []
    clusters = folder.catalog().clusters
    assert set(clusters) == {"fra1-fw1", "ber1", "ber2"}
    assert clusters["ber1"] == Cluster(
        name="ber1", model="SRX4600", site="ber", region="emea", groups=("emea",), cluster_id=3,
        node0=Address(host="192.0.2.21"), node1=Address(host="192.0.2.22", port=2222),
        node0_identity=Identity(serial="CZ1234"), connection_id="srx_default",
        conflict_groups=frozenset({"ber-core", "ber-all"}), labels={"tier": "gold"},
    )  # fmt: skip


def test_sha1_is_allowed_in_a_column(folder: Folder) -> None:
    text = "name,model,site,node0,node1,ssh.legacy_sha1\nber1,SRX1500,a,192.0.2.1,192.0.2.2,true\n"
    assert table(folder, text) == []
    assert folder.catalog().clusters["ber1"].node1.legacy_sha1


def test_a_byte_order_mark_of_a_spreadsheet_does_no_harm(folder: Folder) -> None:
    assert table(folder, "\ufeff" + TABLE) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("model,site\nSRX4600,a\n", "fleet.csv:1: has no column 'name' in its first line"),
        ("name,site,site\n", "fleet.csv:1: names a column twice"),
        ("name,colour\nber1,red\n", "fleet.csv:2: unknown key 'colour' in clusters.ber1"),
        ("name,node0.colour\nber1,red\n", "fleet.csv:2: unknown key 'colour' in clusters.ber1.node0"),
        ("name,model\nber1\n", "fleet.csv:2: has 1 cell, the first line 2"),
        ("name,model\nber1,SRX1500\nber1,SRX1500\n", "fleet.csv:3: cluster 'ber1' is defined twice"),
        ('name,model\n"ber1,SRX1500\n', "fleet.csv: is not CSV"),
        ("name,model\n;rm -rf /,SRX1500\n", "fleet.csv:2: clusters.;rm -rf /: ';rm -rf /' is not a valid"),
        ("name,node0\nber1,192.0.2.1; reboot\n", "'192.0.2.1; reboot' is not a valid address"),
        ("name,node0\nber1,../../etc\n", "'../../etc' is not a valid address"),
        ("name,model\nber1,=cmd|calc\n", "'=cmd|calc' is not an SRX model"),
        ("name,site\nber1,a\x1b[2J\n", r"'a\x1b[2J' is not a valid name"),
        ("name,model\nber1," + "A" * 100_000 + "\n", "is not an SRX model"),
        ("name,model\nber1," + "A" * 200_000 + "\n", "fleet.csv: is not CSV: field larger than field limit"),
        ("name,hold\nber1,\x00\n", "fleet.csv"),
    ],
)  # fmt: skip
def test_a_faulty_table_is_told_with_its_line(folder: Folder, text: str, fault: str) -> None:
    faults = table(folder, text)
    assert any(fault in told for told in faults), faults
    assert all(len(told) < 400 and told.isprintable() for told in faults)


def test_a_table_that_is_not_utf_8_says_so(folder: Folder) -> None:
    (folder.path / "inventory" / "fleet.csv").write_bytes(b"name,site\nber1,M\xfcnchen\n")
    assert folder.faults() == ["inventory/fleet.csv:2: is not UTF-8; save the file as CSV UTF-8"]


def test_a_cluster_in_two_files_is_a_fault_whatever_they_are_written_in(folder: Folder) -> None:
    faults = table(folder, "name,model,site,node0,node1\nfra1-fw1,SRX1500,a,192.0.2.31,192.0.2.32\n")
    assert any("cluster 'fra1-fw1' is defined twice" in told for told in faults)
