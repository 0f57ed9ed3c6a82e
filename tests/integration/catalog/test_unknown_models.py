"""A model that the support matrix does not know is no fault, and is not passed over in silence."""

from __future__ import annotations

from tests.integration.catalog.folders import Folder

TEXT = """\
defaults: {model: SRX4601}
groups:
  old: {model: srx650}
clusters:
  c1:
    site: a
    model: SRX5899
    node0: {host: 192.0.2.1}
    node1: {host: 192.0.2.2}
  c2: {site: a, model: SRX4600, node0: {host: 192.0.2.3}, node1: {host: 192.0.2.4}}
"""


def test_a_model_nobody_knows_is_warned_of_where_it_is_written(folder: Folder) -> None:
    folder.write("inventory/fleet.yaml", TEXT)
    assert folder.faults() == []
    cluster, defaults, group = sorted(folder.warnings(), key=lambda warning: warning.split(": ")[1])
    assert defaults.startswith(
        "inventory/fleet.yaml:1: defaults.model: SRX4601 is not in policy/support.yaml"
    )
    assert "a person must approve each start; did you mean 'SRX4600'" in defaults
    assert group.startswith("inventory/fleet.yaml:3: groups.old.model: SRX650 is not in policy/support.yaml")
    assert cluster.startswith("inventory/fleet.yaml:7: clusters.c1.model: SRX5899 is not in ")


def test_a_table_is_warned_of_too(folder: Folder) -> None:
    folder.write("inventory/more.csv", "name,model,site,node0,node1\nb1,SRX4601,b,192.0.2.5,192.0.2.6\n")
    (warning,) = folder.warnings()
    assert warning.startswith("inventory/more.csv:2: clusters.b1.model: SRX4601 is not in ")


def test_no_second_word_where_model_or_matrix_is_faulty(folder: Folder) -> None:
    folder.write("inventory/fleet.yaml", TEXT.replace("SRX4601", "MX480").replace("SRX5899", "SRX4600"))
    assert [warning.split(":")[1] for warning in folder.warnings()] == ["3"]
    folder.write("policy/support.yaml", "platforms: 7\n")
    assert folder.warnings() == []
