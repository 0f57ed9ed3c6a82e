"""Topology files: what ships is sound, and a wrong file is refused with every complaint in it."""

from __future__ import annotations

from pathlib import Path

import pytest

import srx_lab
from srx_lab.machine.words import NodeId
from srx_lab.topology import BadTopology, load_topology

SHIPPED = sorted((Path(srx_lab.__file__).parent / "topologies").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_topologies_are_sound(path: Path) -> None:
    assert load_topology(path).clusters


def test_sizes_of_the_fleets() -> None:
    sizes = {path.stem: len(load_topology(path).clusters) for path in SHIPPED}
    assert (sizes["demo"], sizes["fleet"], sizes["fleet30"]) == (1, 12, 30)


def test_every_complaint_at_once(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(
        """
clusters:
  - {name: a, model: SRX9999, release: 21.4R3.15}
  - {name: b, model: SRX4600, release: 21.4R3-EVO}
  - {name: c, model: SRX4600, release: 21.4R3.15, colour: red}
  - {name: d, model: SRX4600, release: 21.4R3.15, durations: {nap: 3}}
  - {name: e, model: SRX4600, release: 21.4R3.15, faults: [gremlins]}
  - {name: f, model: SRX4600, release: 21.4R3.15, scale: {policies: 1, cats: 2}}
  - {name: g, model: SRX4600, release: 21.4R3.15}
  - {name: g, model: SRX4600, release: 21.4R3.15}
""",
        encoding="utf-8",
    )
    with pytest.raises(BadTopology) as caught:
        load_topology(path)
    text = str(caught.value)
    for word in ("SRX9999", "EVO", "'colour'", "nap", "gremlins", "cats", "g is used twice"):
        assert word in text


def test_releases_may_differ_per_node(tmp_path: Path) -> None:
    path = tmp_path / "mixed.yaml"
    path.write_text(
        "clusters: [{name: a, model: SRX4600, release: 21.4R3.15, releases: {node1: 22.4R3.25}}]",
        encoding="utf-8",
    )
    spec = load_topology(path).clusters[0].spec
    assert [spec.releases[node].text for node in NodeId] == ["21.4R3.15", "22.4R3.25"]
