"""The fleet: inheritance, and every fault of one file and between files."""

from __future__ import annotations

import pytest

from srx_issu.catalog import load
from srx_issu.domain.cluster.model import Address, NodeName
from srx_issu.domain.errors import OperatorFileError
from tests.integration.catalog.folders import Folder

NODES = "node0: {host: 192.0.2.%d}, node1: {host: 192.0.2.%d}"


def _inventory(folder: Folder, text: str) -> list[str]:
    folder.write("inventory/fleet.yaml", text)
    return folder.faults()


def _with_cluster(folder: Folder, keys: str) -> list[str]:
    """The faults of a sound cluster with these further keys."""
    text = f"clusters:\n  c1: {{model: SRX4600, site: s1, {NODES % (1, 2)}, {keys}}}\n"
    folder.write("inventory/fleet.yaml", text)
    return folder.faults()


class TestFaults:
    def test_a_misspelt_key_is_answered_with_the_right_one(self, folder: Folder) -> None:
        assert _with_cluster(folder, "conection_id: x") == [
            "inventory/fleet.yaml:2: unknown key 'conection_id' in clusters.c1; did you mean 'connection_id'?"
        ]

    def test_a_misspelt_key_of_a_node(self, folder: Folder) -> None:
        faults = _inventory(
            folder,
            "clusters:\n  c1:\n    model: SRX4600\n    site: a\n"
            "    node0: {hots: 192.0.2.1}\n    node1: {host: 192.0.2.2}\n",
        )
        assert faults == [
            "inventory/fleet.yaml:5: clusters.c1.node0 has no 'host'; add it",
            "inventory/fleet.yaml:5: unknown key 'hots' in clusters.c1.node0; did you mean 'host'?",
        ]

    def test_an_unknown_section(self, folder: Folder) -> None:
        faults = _inventory(folder, "cluster: {}\n")
        assert faults == ["inventory/fleet.yaml:1: unknown key 'cluster'; did you mean 'clusters'?"]

    @pytest.mark.parametrize(
        ("keys", "words"),
        [
            ("model: 4600", "'4600' is not an SRX model"),
            ("model: MX480", "'MX480' is not an SRX model"),
            ("site: 'fra 1'", "'fra 1' is not a valid name"),
            ("site: [fra1]", "clusters.c2.site is a list; write text"),
            ("groups: emea", "clusters.c2.groups is 'emea'; write a list"),
            ("labels: gold", "clusters.c2.labels is 'gold'; write keys and values"),
            ("labels: {tier: [a]}", "clusters.c2.labels.tier is a list; write text"),
            ("port: ssh", "clusters.c2.port is 'ssh'; write a whole number"),
            ("port: 0", "clusters.c2.port is '0'"),
            ("port: 65536", "clusters.c2.port is '65536'"),
            (
                "routing_engine: RE4",
                "clusters.c2.routing_engine is 'RE4'; write one of 'RE1', 'RE2' or 'RE3'",
            ),
            ("management_path: fxp0", "write one of 'beside', 'console' or 'through'"),
            ("hold: yes", "hold is 'yes'; write why nobody may touch the cluster"),
            ("hold: ''", "is not readable text"),
            ("connection_id: 'srx; rm -rf /'", "is not a valid name"),
            ("node0: {host: 10.0.0.300}", "'10.0.0.300' is not a valid address"),
            ("node0: {host: 'a b'}", "'a b' is not a valid address"),
            ("node0: {host: 'fw|display'}", "is not a valid address"),
            ("node0: {host: '-oProxyCommand=x'}", "is not a valid address"),
            ("node0: 192.0.2.9", "clusters.c2.node0 is '192.0.2.9'; write keys and values"),
            ("node0:", "clusters.c2.node0 is empty; write keys and values"),
        ],
    )
    def test_a_wrong_value_is_shown_with_what_to_write(self, folder: Folder, keys: str, words: str) -> None:
        given = {"model": "SRX4600", "site": "s1", "node0": "{host: 192.0.2.1}", "node1": "{host: 192.0.2.2}"}
        key, _, value = keys.partition(":")
        given[key] = value.strip()
        lines = "".join(f"    {k}: {v}\n" for k, v in given.items())
        faults = _inventory(folder, f"clusters:\n  c2:\n{lines}")
        assert len(faults) == 1
        assert words in faults[0]
        assert faults[0].startswith(f"inventory/fleet.yaml:{3 + list(given).index(key)}:")

    @pytest.mark.parametrize(
        "name", ["a b", "-a", "a/b", "../x", "a;b", "a|match b", "'a\"b'", "ü", "a" * 65]
    )
    def test_a_name_that_could_not_name_a_file_or_a_run(self, folder: Folder, name: str) -> None:
        faults = _inventory(folder, f"clusters:\n  {name}: {{model: SRX4600, site: s1, {NODES % (1, 2)}}}\n")
        assert len(faults) == 1
        assert "is not a valid name" in faults[0]

    def test_a_cluster_without_model_and_site(self, folder: Folder) -> None:
        faults = _inventory(folder, f"clusters:\n  c1: {{{NODES % (1, 2)}}}\n")
        assert [f.split(";")[0] for f in faults] == [
            "inventory/fleet.yaml:2: cluster 'c1' has no model",
            "inventory/fleet.yaml:2: cluster 'c1' has no site",
        ]

    def test_a_cluster_with_one_node(self, folder: Folder) -> None:
        faults = _inventory(folder, "clusters:\n  c1: {model: SRX4600, site: a, node0: {host: 192.0.2.1}}\n")
        assert faults == ["inventory/fleet.yaml:2: clusters.c1 has no 'node1'; add it"]

    def test_an_empty_cluster(self, folder: Folder) -> None:
        assert _inventory(folder, "clusters:\n  c1:\n") == [
            "inventory/fleet.yaml:2: clusters.c1 has no 'node0'; add it",
            "inventory/fleet.yaml:2: clusters.c1 has no 'node1'; add it",
        ]

    def test_clusters_as_a_list(self, folder: Folder) -> None:
        (fault,) = _inventory(folder, "clusters:\n  - c1\n")
        assert "clusters is a list; write 'name:' and its keys below" in fault

    def test_a_group_that_does_not_exist(self, folder: Folder) -> None:
        text = f"""
            groups: {{emea: {{}}}}
            clusters:
              c1: {{model: SRX4600, site: a, {NODES % (1, 2)}, groups: [emea, emae]}}
        """
        assert _inventory(folder, text) == [
            "inventory/fleet.yaml:3: clusters.c1: no group 'emae'; did you mean 'emea'?"
        ]

    def test_a_faulty_group_is_not_also_called_missing(self, folder: Folder) -> None:
        text = f"""
            groups: {{emea: {{sitte: x}}}}
            clusters:
              c1: {{model: SRX4600, site: a, {NODES % (1, 2)}, groups: [emea]}}
        """
        assert _inventory(folder, text) == [
            "inventory/fleet.yaml:1: unknown key 'sitte' in groups.emea; did you mean 'site'?"
        ]

    def test_groups_that_belong_to_each_other(self, folder: Folder) -> None:
        text = "groups:\n  a: {groups: [b]}\n  b: {groups: [c]}\n  c: {groups: [a]}\n"
        faults = _inventory(folder, text)
        assert [f.split(";")[0] for f in faults] == [
            f"inventory/fleet.yaml:{line}: group '{name}' belongs to itself"
            for line, name in ((2, "a"), (3, "b"), (4, "c"))
        ]

    def test_one_name_in_two_files_with_both_places(self, folder: Folder) -> None:
        folder.write(
            "inventory/other.yaml", f"clusters:\n  fra1-fw1: {{model: SRX1500, site: b, {NODES % (1, 2)}}}\n"
        )
        assert folder.faults() == [
            "inventory/other.yaml:2: cluster 'fra1-fw1' is defined twice; "
            "also defined in inventory/fleet.yaml:2; keep one"
        ]

    def test_one_name_twice_in_one_file(self, folder: Folder) -> None:
        cluster = f"{{model: SRX4600, site: a, {NODES % (1, 2)}}}"
        assert _inventory(folder, f"clusters:\n  c1: {cluster}\n  c2x: {{}}\n  c1: {cluster}\n")[-1] == (
            "inventory/fleet.yaml:4: key 'c1' is defined twice; also defined on line 2; keep one"
        )

    def test_one_address_for_two_nodes_of_two_files(self, folder: Folder) -> None:
        folder.write(
            "inventory/other.yaml", f"clusters:\n  c9: {{model: SRX4600, site: b, {NODES % (11, 99)}}}\n"
        )
        assert folder.faults() == [
            "inventory/other.yaml:2: c9 node0 has the address of fra1-fw1 node0: 192.0.2.11 port 22; "
            "see inventory/fleet.yaml:5; every node has its own fxp0 address"
        ]

    def test_one_address_for_both_nodes_however_it_is_spelt(self, folder: Folder) -> None:
        nodes = "node0: {host: '2001:db8::1'}, node1: {host: '2001:DB8:0::1'}"
        text = f"clusters:\n  c1: {{model: SRX4600, site: a, {nodes}}}\n"
        assert "c1 node1 has the address of c1 node0" in _inventory(folder, text)[0]

    def test_a_broken_file_does_not_make_others_look_wrong(self, folder: Folder) -> None:
        folder.write("inventory/groups.yaml", "groups:\n  emea: {region: [\n")
        text = f"clusters:\n  c1: {{model: SRX4600, site: a, {NODES % (1, 2)}, groups: [emea]}}\n"
        faults = _inventory(folder, text)
        assert len(faults) == 1
        assert faults[0].startswith("inventory/groups.yaml:")

    def test_all_faults_of_all_files_at_once(self, folder: Folder) -> None:
        folder.write(
            "inventory/fleet.yaml",
            "clusters:\n  a b: {}\n  c1: {modle: x, node0: {host: '!'}, node1: {host: h}}\n",
        )
        folder.write("images/catalogue.yaml", "images: [{file: a.img}]\n")
        folder.write("policy/limits.yaml", "fleet: {timers: {poll_s: 0}}\n")
        folder.write("policy/support.yaml", "platforms: nothing\n")
        with pytest.raises(OperatorFileError) as refused:
            load(folder.path)
        places = {fault.file.rsplit("/", 1)[-1] for fault in refused.value.faults}
        assert places == {"fleet.yaml", "catalogue.yaml", "limits.yaml", "support.yaml"}
        assert len(refused.value.faults) >= 10
        assert str(refused.value).count("\n") == len(refused.value.faults) - 1


class TestInheritance:
    TEXT = f"""
        defaults: {{connection_id: from_file, site: nowhere, port: 2222, labels: {{tier: bronze, team: net}}}}
        groups:
          world: {{region: world, conflict_groups: [all], labels: {{tier: silver}}}}
          emea: {{groups: [world], region: emea}}
          core: {{model: srx4600, conflict_groups: [core]}}
        clusters:
          c1:
            groups: [emea, core]
            site: fra1
            node0: {{host: FW.Example.NET, port: 830}}
            node1: {{host: 192.0.2.2}}
            conflict_groups: [mine]
            labels: {{team: sec}}
          c2: {{model: SRX1500, {NODES % (3, 4)}}}
    """

    def test_the_nearest_value_wins(self, folder: Folder) -> None:
        folder.write("inventory/fleet.yaml", self.TEXT)
        c1 = folder.catalog().clusters["c1"]
        assert (c1.model, c1.site, c1.region, c1.connection_id) == ("SRX4600", "fra1", "emea", "from_file")
        assert c1.groups == ("emea", "core", "world")
        assert c1.node0 == Address(host="fw.example.net", port=830)
        assert c1.node1 == Address(host="192.0.2.2", port=2222)

    def test_sha1_is_allowed_by_the_nearest_entry_that_says_so(self, folder: Folder) -> None:
        text = f"""
            groups: {{old: {{ssh: {{legacy_sha1: true}}}}}}
            clusters:
              c1: {{model: SRX4600, site: a, {NODES % (1, 2)}, groups: [old]}}
              c2: {{model: SRX4600, site: a, {NODES % (3, 4)}, groups: [old], ssh: {{legacy_sha1: false}}}}
              c3: {{model: SRX4600, site: a, {NODES % (5, 6)}}}
        """
        folder.write("inventory/fleet.yaml", text)
        clusters = folder.catalog().clusters
        allowed = {name: (c.node0.legacy_sha1, c.node1.legacy_sha1) for name, c in clusters.items()}
        assert allowed == {"c1": (True, True), "c2": (False, False), "c3": (False, False)}

    def test_conflict_groups_and_labels_add_up(self, folder: Folder) -> None:
        folder.write("inventory/fleet.yaml", self.TEXT)
        c1 = folder.catalog().clusters["c1"]
        assert c1.conflict_groups == {"mine", "core", "all"}
        assert c1.labels == {"tier": "silver", "team": "sec"}

    def test_defaults_hold_for_their_own_file_only(self, folder: Folder) -> None:
        folder.write("inventory/fleet.yaml", self.TEXT)
        folder.write(
            "inventory/other.yaml", f"clusters:\n  c3: {{model: SRX1500, site: x, {NODES % (5, 6)}}}\n"
        )
        clusters = folder.catalog().clusters
        assert clusters["c2"].connection_id == "from_file"
        assert clusters["c3"].connection_id == "srx_default"
        assert clusters["c3"].node0.port == 22

    def test_groups_are_known_to_all_files(self, folder: Folder) -> None:
        folder.write("inventory/fleet.yaml", self.TEXT)
        text = f"clusters:\n  c3: {{site: x, groups: [core], {NODES % (5, 6)}}}\n"
        folder.write("inventory/other.yaml", text)
        assert folder.catalog().clusters["c3"].model == "SRX4600"

    def test_a_held_group_holds_its_clusters_whatever_they_say(self, folder: Folder) -> None:
        text = f"""
            groups:
              region: {{hold: "change   freeze until 2027-01-07"}}
              site: {{groups: [region]}}
            clusters:
              c1: {{model: SRX4600, site: a, groups: [site], hold: , {NODES % (1, 2)}}}
        """
        folder.write("inventory/fleet.yaml", text)
        assert folder.catalog().clusters["c1"].hold == "change freeze until 2027-01-07"

    def test_an_inventory_without_clusters_is_sound(self, folder: Folder) -> None:
        assert _inventory(folder, "clusters: {}\n") == []
        assert folder.catalog().clusters == {}


OTHERS = "clusters:\n  c1:\n    model: SRX4600\n    site: a\n    port: 2022\n    node0: {host: 192.0.2.1}\n"


def test_a_node_may_have_more_addresses(folder: Folder) -> None:
    line = "    node1: {host: 192.0.2.2, other_addresses: [{host: 198.51.100.1, port: 2201}, {host: gw}]}\n"
    folder.write("inventory/fleet.yaml", OTHERS + line)
    cluster = folder.catalog().clusters["c1"]
    assert [(each.host, each.port) for each in cluster.addresses(NodeName.NODE1)] == [
        ("192.0.2.2", 2022),
        ("198.51.100.1", 2201),
        ("gw", 2022),
    ]
    assert len(cluster.addresses(NodeName.NODE0)) == 1


def test_another_address_of_one_node_is_no_address_of_its_peer(folder: Folder) -> None:
    line = "    node1: {host: 192.0.2.2, other_addresses: [{host: 192.0.2.1}]}\n"
    (fault,) = _inventory(folder, OTHERS + line)
    assert "c1 node1 has the address of c1 node0: 192.0.2.1 port 2022" in fault
