"""Staging by its own hooks against simulated clusters: real files, accounts, PostgreSQL, SSH and NETCONF."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from srx_demo import referee
from srx_demo.lab import Lab, make_image
from srx_demo.operator_files import CONNECTION_VARIABLE, ImageFile, connection, write_files
from srx_issu.airflow.composition.campaign import plan_now
from srx_issu.airflow.composition.staging import open_staging
from srx_issu.airflow.composition.stores import open_stores
from srx_issu.domain.cluster.model import NodeName
from srx_issu.ports.dag_names import STOP_VARIABLE
from srx_issu.ports.staging import Staged
from srx_issu.stack.processes.component import Component
from srx_issu.stack.processes.home import repository
from srx_issu.stack.processes.sessions import end_all
from srx_issu.steps.staging.fleet import plan_staging, stage_site, summarise
from srx_issu.steps.upload import is_there
from tests.fakes.supervisor import Supervisor, supervised
from tests.postgres import journal_url, migrated_url, postgres_server
from tests.stack.airflow.running_stack import write_topology

__all__ = ["journal_url", "migrated_url", "postgres_server"]

RELEASE = "22.4R3-S2.11"
GOOD, BAD = "fw-test-01", "fw-test-02"


@dataclass
class World:
    """Two clusters, of which ``BAD`` has no space on node1."""

    lab: Lab
    image: ImageFile
    supervisor: Supervisor

    def stage(self, run_id: str) -> tuple[Staged, ...]:
        """As the DAG's tasks do, one after the other."""
        (work,) = plan_staging(open_staging("spring", run_id))
        return stage_site(open_staging("spring", run_id, clusters=work.clusters), work)

    def copies(self) -> list[tuple[str, str]]:
        return [(e["cluster"], e["node"]) for e in referee.uploads(self.lab.events(), self.image.path.name)]

    def events(self, kind: str) -> list[Any]:
        return [event for event in self.lab.events() if event["event"] == kind]


@pytest.fixture
def world(tmp_path: Path, journal_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    lab = Lab(state=tmp_path / "lab", topology=write_topology(tmp_path / "topology.yaml", 2), speed=60)
    simulator = Component(lab.program(tmp_path / "lab.log"))
    try:
        endpoints = lab.wait(simulator.check)
        path = make_image("SRX4600", RELEASE, 2, tmp_path / "store")
        image = ImageFile(path=path, release=RELEASE, models=("SRX4600",))
        write_files(tmp_path / "files", repository() / "include", endpoints, (image,), lab.speed)
        campaign = {"target": {"SRX4600": RELEASE}, "select": {"clusters": ["*"]}, "staging": {"at_once": 2}}
        (tmp_path / "files" / "campaigns" / "spring.yaml").write_text(yaml.safe_dump(campaign))
        lab.inject("var_tmp_full", BAD, node="node1")
        monkeypatch.setenv(CONNECTION_VARIABLE, connection(endpoints))
        monkeypatch.setenv("SRX_ISSU_FILES", str(tmp_path / "files"))
        monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", journal_url)
        monkeypatch.setenv("SRX_ISSU_EVIDENCE", (tmp_path / "evidence").as_uri())
        yield World(lab, image, supervised(monkeypatch))
    finally:
        end_all([simulator.session], 5.0)
        simulator.wait()


def test_images_reach_the_nodes_once_and_what_is_missing_is_known(world: World) -> None:
    done = world.stage("first")
    assert {(s.cluster, s.node): s.failed is None for s in done} == {
        (GOOD, NodeName.NODE0): True,
        (GOOD, NodeName.NODE1): True,
        (BAD, NodeName.NODE0): True,
        (BAD, NodeName.NODE1): False,
    }
    assert sorted(world.copies()) == [(GOOD, "node0"), (GOOD, "node1"), (BAD, "node0")]
    there, missing = summarise(open_staging("spring", "first"))
    assert (there, list(missing)) == (1, [BAD])
    assert missing[BAD].startswith("node1: /var/tmp has ")
    assert "the upgrade will need" in missing[BAD]

    world.lab.clear(BAD)
    assert all(staged.failed is None for staged in world.stage("second"))
    assert len(world.copies()) == 4  # only what was missing was sent
    assert summarise(open_staging("spring", "second")) == (2, {})
    assert world.events("issu_started") == []
    assert open_stores().leases.held_by(f"staging/spring/second/{GOOD}") == ()


def test_the_nodes_themselves_prove_the_image(world: World) -> None:
    world.stage("first")
    context = open_staging("spring", "first", clusters=[GOOD])
    cluster, image = context.clusters[GOOD], context.images[world.image.path.name]
    for node in NodeName:
        with context.files(cluster, image, node) as files:
            assert is_there(files, image)
            assert files.arrived(image.node_path) == image.size_bytes
            assert files.arrived("/var/tmp/another.tgz") == 0


def test_a_stop_and_another_holder_are_respected(world: World) -> None:
    stores = open_stores()
    planning = plan_now("spring", stores)
    assert planning.campaign.staging is not None
    stores.leases.take(f"cluster:{GOOD}", "by-hand", 600)
    found = {staged.cluster: staged.failed or "" for staged in world.stage("first")}
    assert "by-hand" in found[GOOD]
    assert {name for name, _ in world.copies()} == {BAD}

    stop = {"by": "eve", "at": "now", "why": "incident"}
    world.supervisor.variables[STOP_VARIABLE] = json.dumps(stop)
    assert all("stopped by eve" in (staged.failed or "") for staged in world.stage("second"))
