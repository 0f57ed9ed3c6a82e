"""A cluster that is served from a bundle: it answers as recorded, until something is changed on it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from srx_issu.domain.cluster.model import NodeName
from srx_issu.probe.bundle import bundle_of, written
from srx_issu.probe.exchange import KeptAnswers
from srx_issu.probe.reading import ReadAs, read_answers
from srx_issu.probe.scrub import Pseudonyms
from srx_lab.like import load_bundle
from srx_lab.topology import BadTopology
from tests.integration.lab.conftest import ServedLab, serve_like
from tests.integration.lab.test_wire import said
from tests.integration.probe.probed import ask_lab, cluster_of, probe_lab, request_of
from tests.integration.probe.test_bundle import shape

pytestmark = pytest.mark.filterwarnings("default")
ServeLab = Callable[..., ServedLab]
FEW = [
    "set system login class few permissions [ view view-configuration secret shell ]",
    'set system login class few allow-commands-regexps "^file .*"',
]


def record(lab: ServedLab, file: Path, **given: str) -> list[tuple[object, ...]]:
    """Writes the bundle of a lab, and gives the table that its probe showed."""
    probed = probe_lab(lab, **given)
    text = written(bundle_of(probed, request_of(lab, **given), "test", Pseudonyms()))
    file.write_text(text, encoding="utf-8")
    return shape(probed.report)


@pytest.mark.parametrize(
    "given",
    [
        {"model": "SRX4600", "login_class": FEW},
        {"model": "SRX5800", "scale": {"fpcs": 2}},
        {"model": "SRX4100", "release": "17.4R1.16"},
    ],
    ids=lambda given: str(given["model"]),
)
def test_recorded_and_served_it_probes_as_it_did(
    given: dict[str, object], serve_lab: ServeLab, tmp_path: Path
) -> None:
    lab = serve_lab(**given)
    model = str(given["model"])
    lab.inject("rg1_priority_zero", node="node1")
    lab.inject("clock_skew", node="node1", seconds="300")
    lab.inject("reply_adds", node="node0", rpc="get-pic-information", element="pic-mood")
    lab.inject("reply_empty", node="node1", rpc="get-system-storage")
    then = record(lab, tmp_path / "bundle.json", model=model)
    (tmp_path / "like").mkdir()
    like = serve_like(tmp_path / "like", tmp_path / "bundle.json")
    try:
        now = shape(probe_lab(like, model=model).report)
    finally:
        like.stop()
    assert now == then
    assert {ReadAs.ODD, ReadAs.UNKNOWN} < {row[2] for row in now}


def test_it_upgrades_as_the_lab_does_and_forgets_the_recording_then(
    serve_lab: ServeLab, tmp_path: Path
) -> None:
    lab = serve_lab()
    record(lab, tmp_path / "bundle.json")
    (tmp_path / "like").mkdir()
    like = serve_like(tmp_path / "like", tmp_path / "bundle.json", speed=600)
    try:
        assert "name-" in said(like, "show version | display xml | no-more")
        said(like, "request chassis cluster failover redundancy-group 1 node 1")
        assert "recorded-n0" in said(like, "show version | display xml | no-more")
        rows = read_answers(KeptAnswers.of(ask_lab(like)))
    finally:
        like.stop()
    (groups,) = (r.said for r in rows if (r.fills, r.node, r.wire) == ("groups", NodeName.NODE0, "netconf"))
    assert "RG1 node0=secondary" in groups
    assert cluster_of(lab).model == "SRX4600"


@pytest.mark.parametrize("text", ["", "[]", '{"format": "srx-issu bundle 1", "model": "SRX4600"}'])
def test_what_is_no_bundle_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadTopology, match=r"b\.json"):
        load_bundle(tmp_path / "b.json")


def test_the_command_line_wants_a_topology_or_a_bundle(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "srx_lab", "serve", "--state", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2
    assert "one of the arguments --topology --like is required" in done.stderr
    like = [*command, "--like", str(tmp_path / "none.json")]
    done = subprocess.run(like, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, "none.json" in done.stderr) == (2, True)
