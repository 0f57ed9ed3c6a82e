"""Groups that serve from both nodes: a good upgrade differs in nothing, a stalled service is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from srx_issu.checks.post_checks import differences_of
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.comparison.difference import Observation
from srx_lab.machine.commands import fail_over_by_hand, reset_failover
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.words import NodeId
from srx_lab.rehearsal import example_image
from tests.integration.checks.judging import intent
from tests.integration.checks.lab_nodes import LabNodes
from tests.places import INCLUDE

ACTIVE_ACTIVE = yaml.safe_load((INCLUDE / "srx_lab" / "topologies" / "active-active.yaml").read_text())
NAMES = [entry["name"] for entry in ACTIVE_ACTIVE["clusters"]]
TARGET = "24.4R1.9"


def one_of_them(folder: Path, name: str) -> LabNodes:
    clusters = [entry for entry in ACTIVE_ACTIVE["clusters"] if entry["name"] == name]
    topology = folder / "topology.yaml"
    topology.write_text(yaml.safe_dump({**ACTIVE_ACTIVE, "clusters": clusters}))
    return LabNodes.start(folder / "lab", topology)


def upgrade(nodes: LabNodes) -> None:
    """Started on the node that is primary of RG0; afterwards every group is on its peer."""
    machine = nodes.cluster.machine
    starter = machine.world.primary_of(0)
    assert starter is not None
    image = example_image(machine.world.spec.platform.model, TARGET)
    vmhost = machine.world.spec.platform.upgrade.value == "vmhost"
    started = machine.start_upgrade(starter, image, StartOptions(reboot=True, vmhost=vmhost))
    assert not started.failed, started
    nodes.pass_time(4 * 3600)


def home_again(nodes: LabNodes, before: Observation) -> None:
    world = nodes.cluster.machine.world
    for group in before.snapshot.group_ids:
        home = before.snapshot.primary(group)
        assert home is not None
        reset_failover(world, NodeId.NODE0, group)
        fail_over_by_hand(world, NodeId.NODE0, group, NodeId(home.value))
        nodes.pass_time(400)
        reset_failover(world, NodeId.NODE0, group)
    nodes.pass_time(400)


def differences(before: Observation, nodes: LabNodes) -> list[str]:
    return [each.text for each in differences_of(before, nodes.look(), intent())]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_differs_after_a_good_upgrade_and_after_the_fail_back(name: str, tmp_path: Path) -> None:
    nodes = one_of_them(tmp_path, name)
    before = nodes.look()
    data_plane = {before.snapshot.primary(group) for group in before.snapshot.group_ids if group}
    assert data_plane == set(NodeName)
    upgrade(nodes)
    assert differences(before, nodes) == []
    home_again(nodes, before)
    assert differences(before, nodes) == []


def test_a_service_that_stalls_is_named_before_and_after_the_fail_back(tmp_path: Path) -> None:
    nodes = one_of_them(tmp_path, "aa4200")
    before = nodes.look()
    nodes.cluster.machine.inject("rtos_stop", service="Session create")
    upgrade(nodes)
    (gathered,) = differences(before, nodes)
    assert gathered.startswith("RTO service Session create: 0 sent, 0 received (before: ")
    home_again(nodes, before)
    assert len(differences(before, nodes)) == 2  # each direction by itself
