"""The lab of the contract tests: started once a module that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from srx_issu.adapters.devices import login_class
from tests.contract.worlds import FakeWorld, Lab, LabWorld, World
from tests.fakes.wires import WIRES
from tests.places import DEMO_TOPOLOGY

WORLDS = ("fake", *WIRES)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The account has the published login class and nothing more: what is enough here is enough for it."""
    topology = yaml.safe_load(DEMO_TOPOLOGY.read_text(encoding="utf-8"))
    topology["credentials"] = {"login_class": list(login_class.configuration())}
    path = tmp_path_factory.mktemp("topology") / "topology.yaml"
    path.write_text(yaml.safe_dump(topology), encoding="utf-8")
    lab = Lab.start(tmp_path_factory.mktemp("lab"), path)
    yield lab
    lab.stop()


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A healthy cluster, whatever it is made of; mended afterwards."""
    if request.param == "fake":
        world: World = FakeWorld()
    else:
        world = LabWorld(request.getfixturevalue("lab"), request.param)
    yield world
    world.mend()
