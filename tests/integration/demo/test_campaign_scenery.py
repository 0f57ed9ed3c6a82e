"""Which simulated clusters back each other up: neighbors in the demo, none where all are to run at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from srx_demo.campaign_bench import carried_speed, topology
from srx_demo.campaign_scenery import conflict_groups
from srx_demo.lab import LabCluster, LabNode


def clusters(*names: str) -> tuple[LabCluster, ...]:
    node = LabNode(host="127.0.0.1", port=22)
    return tuple(LabCluster(name=n, model="SRX4600", site="a", node0=node, node1=node) for n in names)


def test_neighbors_of_one_kind_at_one_site_are_a_group() -> None:
    found = conflict_groups(clusters("ams-edge-01", "ams-edge-02", "ams-core-01", "lon-edge-01"))
    assert found == {
        "ams-edge-01": ["ams-edge"], "ams-edge-02": ["ams-edge"], "ams-core-01": [], "lon-edge-01": [],
    }  # fmt: skip


def test_nothing_keeps_the_clusters_of_the_bench_apart(tmp_path: Path) -> None:
    made = yaml.safe_load(topology(tmp_path / "topology.yaml", 50).read_text())
    names = [cluster["name"] for cluster in made["clusters"]]
    assert len(set(names)) == 50
    assert set(map(tuple, conflict_groups(clusters(*names)).values())) == {()}


@pytest.mark.parametrize(
    ("clusters", "cores", "speed"), [(50, 2, 3), (30, 2, 5), (1, 2, 60), (1000, 2, 1), (50, 8, 12)]
)
def test_a_crowd_is_benched_as_fast_as_it_can_be_carried(clusters: int, cores: int, speed: float) -> None:
    assert carried_speed(clusters, cores) == speed
