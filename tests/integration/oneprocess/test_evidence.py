"""The archive for JTAC on the wire: there whenever an ISSU failed, right, and without secrets."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import begin, carry_out, states
from tests.stack.scenarios.failure_table import ROWS
from tests.stack.scenarios.scenario import Scenario

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own

TYPED_SECRET = b"lab-radius-Tr0ub4dor"
NAME = "jtac-evidence.tgz"


def row(fault: str) -> Scenario:
    return next(each for each in ROWS if each.fault == fault)


def archive(place: Place, run_id: str) -> tuple[dict[str, Any], dict[str, bytes], Path]:
    """Manifest, other files, and the folder of the evidence."""
    (path,) = place.scenery.home.evidence.glob(f"*{run_id.partition('__')[0]}*/{NAME}")
    with tarfile.open(fileobj=io.BytesIO(path.read_bytes()), mode="r:gz") as packed:
        files = {
            member.name.removeprefix("jtac-evidence/"): found.read()
            for member in packed.getmembers()
            if (found := packed.extractfile(member)) is not None
        }
    return json.loads(files.pop("manifest.json")), files, path.parent


def test_a_recovery_leaves_an_archive_with_a_right_manifest(place: Place) -> None:
    wanted = row("cold_sync_never_completes")
    _, run_id = begin(place, wanted)
    end = carry_out(place, run_id, wanted.answer)
    assert str(end.outcome) == "ROLLED_BACK", end.reason
    assert states(place, run_id)["collect_evidence"] == "success"

    manifest, files, folder = archive(place, run_id)
    lines = {line["file"]: line for line in manifest["files"]}
    assert manifest["upgrade"] == run_id
    assert set(files) == {name for name, line in lines.items() if not line["missing"]}
    for name, content in files.items():
        assert (lines[name]["bytes"], lines[name]["sha256"]) == (
            len(content),
            hashlib.sha256(content).hexdigest(),
        )
        assert TYPED_SECRET not in content
    assert {
        f"{node}/{log}.log" for node in ("node0", "node1") for log in ("messages", "jsrpd", "chassisd")
    } <= set(files)
    assert b"[secret removed]" in files["node0/messages.log"]
    assert b"ISSU" in files["node0/issu-transcript.txt"]
    assert b"issu.start" in files["timeline.txt"]
    assert f'href="{NAME}"' in (folder / "report.html").read_text(encoding="utf-8")


def test_an_end_without_a_recovery_has_one_too(place: Place) -> None:
    """The start was refused: no task stands beside, the end of the run takes it."""
    wanted = next(each for each in ROWS if each.fault == "issu_refused" and each.at is None)
    _, run_id = begin(place, wanted)
    end = carry_out(place, run_id, wanted.answer)
    assert str(end.outcome) == "ABORTED_CLEAN", end.reason
    assert states(place, run_id)["collect_evidence"] == "skipped"
    manifest, files, _ = archive(place, run_id)
    assert "node1/jsrpd.log" in files
    assert not [line for line in manifest["files"] if line["missing"]]


@pytest.fixture
def short_and_with_support_information(place: Place) -> Iterator[None]:
    """For every cluster that is claimed meanwhile."""
    limits = place.scenery.home.root / "files" / "policy" / "limits.yaml"
    usual = limits.read_text(encoding="utf-8")
    policy = yaml.safe_load(usual)
    policy["fleet"]["evidence"] = {"file_bytes": 20_000, "log_lines": 3000, "support_information": True}
    limits.write_text(yaml.safe_dump(policy), encoding="utf-8")
    yield
    limits.write_text(usual, encoding="utf-8")


@pytest.mark.usefixtures("short_and_with_support_information")
def test_policy_bounds_it_and_has_the_support_information_taken_at_the_end(place: Place) -> None:
    wanted = next(each for each in ROWS if each.fault == "issu_refused" and each.at is None)
    _, run_id = begin(place, wanted)
    end = carry_out(place, run_id, wanted.answer)
    assert str(end.outcome) == "ABORTED_CLEAN", end.reason
    manifest, files, folder = archive(place, run_id)
    lines = {line["file"]: line for line in manifest["files"]}
    for node in ("node0", "node1"):
        assert lines[f"{node}/messages.log"]["command"] == "show log messages | last 3000"
        assert lines[f"{node}/messages.log"]["truncated"]
        assert not lines[f"{node}/cluster-status.txt"]["truncated"]
        # what is redacted may be a little longer than what was read
        assert 19_000 < len(files[f"{node}/messages.log"]) < 30_000
        told = gzip.decompress((folder / f"support-information-{node}.gz").read_bytes())
        assert b"show chassis cluster status" in told
        assert TYPED_SECRET not in told


def test_a_node_that_is_away_is_recorded_as_such(place: Place) -> None:
    wanted = next(each for each in ROWS if each.given == "node_power_off on node1 at install_secondary")
    _, run_id = begin(place, wanted)
    end = carry_out(place, run_id, wanted.answer)
    assert str(end.outcome) == "NEEDS_OPERATOR", end.reason
    assert states(place, run_id)["collect_evidence"] == "success"
    assert end.archive is not None
    assert end.archive.endswith(NAME)
    manifest, files, _ = archive(place, run_id)
    missing = {line["file"]: line["missing"] for line in manifest["files"] if line["missing"]}
    assert {name for name in missing if name.startswith("node1/")} == set(missing)
    assert "node1/messages.log" in missing
    assert all("away" in reason for reason in missing.values())
    assert {"node0/issu-transcript.txt", "node0/messages.log", "timeline.txt"} <= set(files)
