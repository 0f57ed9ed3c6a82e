"""Which nodes of the watched fleet are in trouble, and where they are met."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import yaml

from srx_demo.lab import Endpoints, LabCluster, LabNode
from srx_demo.watch_fleet import (
    NodeTrouble,
    cluster_name,
    hanging_addresses,
    hanging_node,
    not_in_issu,
    through,
    trouble_of,
    witness,
    write_topology,
)
from srx_lab.topology import load_topology


def endpoints(folder: Path, clusters: int) -> Endpoints:
    found = tuple(
        LabCluster(
            name=cluster_name(number),
            model="SRX4600",
            site="a",
            node0=LabNode(host="127.0.0.1", port=2 * number),
            node1=LabNode(host="127.0.0.1", port=2 * number + 1),
        )
        for number in range(1, clusters + 1)
    )
    lines = [f"[127.0.0.1]:{port} ssh-ed25519 key{port}\n" for port in range(2, 2 * clusters + 2)]
    (folder / "lab").mkdir()
    (folder / "lab" / "known_hosts").write_text("".join(lines))
    return Endpoints(clusters=found, username="lab", password="x", known_hosts=folder / "lab" / "known_hosts")


def test_a_tenth_of_the_nodes_is_in_trouble() -> None:
    found = Counter(trouble_of(number) for number in range(1, 1001))
    assert found[NodeTrouble.REBOOTING] + found[NodeTrouble.HANGING] == 2 * 1000 // 10
    assert found[NodeTrouble.REBOOTING] == found[NodeTrouble.HANGING]


def test_both_kinds_of_nodes_hang_and_never_the_witness() -> None:
    hanging = [number for number in range(1, 101) if trouble_of(number) is NodeTrouble.HANGING]
    assert Counter(map(hanging_node, hanging)) == {"node0": 5, "node1": 5}
    assert all(witness(number) != hanging_node(number) for number in hanging)


def test_the_simulator_takes_the_topology(tmp_path: Path) -> None:
    path = write_topology(tmp_path / "topology.yaml", 30)
    assert [each.spec.name for each in load_topology(path).clusters] == [
        cluster_name(number) for number in range(1, 31)
    ]
    reboots = [entry["durations"]["reboot"] for entry in yaml.safe_load(path.read_text())["clusters"][9::10]]
    assert all(seconds > 3600 for seconds in reboots)


def test_a_hanging_node_is_met_at_its_relay_with_its_own_host_key(tmp_path: Path) -> None:
    plain = endpoints(tmp_path, 10)
    assert hanging_addresses(plain) == {5: plain.clusters[4].node0}
    seen = through(plain, {5: 4242}, tmp_path)
    assert seen.clusters[4].node0.port == 4242
    assert seen.clusters[4].node1 == plain.clusters[4].node1
    assert seen.clusters[:4] == plain.clusters[:4]
    assert "[127.0.0.1]:4242 ssh-ed25519 key10\n" in seen.known_hosts.read_text()


def test_a_cluster_whose_issu_ended_or_never_began_is_told() -> None:
    status = [
        {"name": "runs", "issu_starts": 1, "outcome": ""},
        {"name": "never", "issu_starts": 0, "outcome": ""},
        {"name": "ended", "issu_starts": 1, "outcome": "aborted"},
    ]
    assert not_in_issu(status) == ["never", "ended"]
