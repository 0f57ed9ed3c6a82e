"""The demonstration of another model than the usual: an image of its own, and its engine in the inventory."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from srx_demo.lab import DEMO_TOPOLOGY, Endpoints, Lab, LabCluster, LabNode, models_of
from srx_demo.operator_files import write_files
from srx_demo.scenery import Scenery
from srx_issu import catalog
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.stack.processes.home import Home
from tests.places import INCLUDE

TOPOLOGIES = INCLUDE / "srx_lab" / "topologies"


def test_the_models_of_a_topology() -> None:
    assert models_of(DEMO_TOPOLOGY) == ("SRX4600",)
    assert models_of(TOPOLOGIES / "demo-re3.yaml") == ("SRX5800-RE3",)


@pytest.mark.parametrize(
    ("model", "release", "image", "software"),
    [
        ("SRX5800-RE3", "22.4R3-S2.11", "junos-vmhost-install-srx-x86-64-22.4R3-S2.11.tgz", "vmhost"),
        ("SRX5600", "12.1R3.5", "junos-install-srx5000-x86-64-12.1R3.5.tgz", "system"),
    ],
)
def test_it_is_upgraded_to_an_image_of_its_own(
    model: str, release: str, image: str, software: str, tmp_path: Path
) -> None:
    home, lab = Home(root=tmp_path / "home"), Lab(state=tmp_path, topology=DEMO_TOPOLOGY, speed=60)
    scenery = Scenery.build(home, lab, image_mb=1, others={model: release})
    node = LabNode(host="192.0.2.1", port=22)
    cluster = LabCluster(
        name="fw-1", model=model, site="demo", node0=node, node1=LabNode(host="192.0.2.2", port=22)
    )
    known_hosts = tmp_path / "known_hosts"
    known_hosts.touch()
    scenery._endpoints = Endpoints(clusters=(cluster,), username="lab", password="x", known_hosts=known_hosts)
    chosen = scenery.image_for("fw-1")
    assert (chosen.path.name, chosen.release) == (image, release)
    files = tmp_path / "files"
    write_files(files, INCLUDE, scenery._endpoints, (scenery.image, chosen), 60)
    request = catalog.UpgradeRequest(upgrade_id="manual__1", cluster="fw-1", image=image, requested_by="ops")
    intent = catalog.resolve(catalog.load(files), request)
    assert intent.cluster.model == model.partition("-")[0]
    assert intent.software is SoftwareFamily(software)
    written = yaml.safe_load((files / "inventory" / "lab.yaml").read_text())["clusters"]["fw-1"]
    assert written.get("routing_engine") == ("RE3" if model.endswith("RE3") else None)


def test_a_topology_is_served_from_where_it_was_named(tmp_path: Path) -> None:
    """The lab runs in a folder of its own."""
    program = Lab(state=tmp_path, topology=Path("mine.yaml"), speed=60).program(tmp_path / "lab.log")
    assert str(Path.cwd() / "mine.yaml") in program.command
