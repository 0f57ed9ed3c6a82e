"""What an upgrade or a recovery is made of does not depend on the operator's files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from srx_issu.airflow.dags.trigger_form import recovery_params, upgrade_params
from srx_issu.catalog import RECOVERY_KEYS, upgrade_keys
from srx_issu.domain.upgrade.route import Route
from tests.places import ROOT

SERIALISE = f"""
import json, sys
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

bag = DagBag({str(ROOT / "dags")!r})
assert not bag.import_errors, bag.import_errors
found = {{dag_id: DagSerialization.to_dict(bag.dags[dag_id]) for dag_id in ("issu_cluster", "issu_recover")}}
print("@@" + json.dumps(found, sort_keys=True))  # as Airflow compares two versions of a DAG
"""
# Whatever a task, wait or guard behind claim is made of. Claim itself reads the files.
RUNNING = (
    "airflow.dags.upgrade",
    "airflow.watching.idle",
    "airflow.watching.recovery",
    "airflow.watching.route_wait",
    "airflow.watching.upgrade",
    "airflow.watching.window",
    "airflow.composition.upgrade",
    "airflow.operators.approval",
    "airflow.operators.close",
    "airflow.operators.recovery",
    "airflow.operators.route_sensor",
    "airflow.operators.step",
    "airflow.reports.upgrade",
    "airflow.sensors.cluster",
    "airflow.triggers.cluster",
    "airflow.triggers.pause",
    "airflow.triggers.quiet",
    "airflow.triggers.recovery",
    "airflow.triggers.route_wait",
    "airflow.triggers.window",
)
IMPORT = f"""
import importlib, sys
for name in {RUNNING!r}:
    importlib.import_module("srx_issu." + name)
print("@@" + " ".join(sorted(m for m in sys.modules if m.startswith("srx_issu.catalog"))))
"""


def run(program: str, home: Path, files: Path | None = None) -> str:
    env = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    env.pop("SRX_ISSU_FILES", None)
    if files is not None:
        env["SRX_ISSU_FILES"] = str(files)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=env, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("@@")[2].strip()


def inventory(folder: Path, text: str) -> Path:
    for part, content in (("inventory", text), ("images", "images:\n  - file: one.tgz\n")):
        (folder / part).mkdir(parents=True)
        (folder / part / "all.yaml").write_text(content)
    return folder


def test_serialized_dags_are_the_same_bytes_whatever_the_files_hold(tmp_path: Path) -> None:
    one = inventory(tmp_path / "one", "clusters:\n  ber1: {}\n  fra1: {}\n")
    other = inventory(tmp_path / "other", "clusters:\n  muc1: {}\n")
    broken = inventory(tmp_path / "broken", "clusters: [\n")
    shipped = run(SERIALISE, tmp_path / "home")
    for files in (one, other, broken, tmp_path / "nowhere"):
        assert run(SERIALISE, tmp_path / "home", files) == shipped


@pytest.mark.parametrize("word", ["ber1", "one.tgz"])
def test_no_name_out_of_the_files_is_in_the_form(tmp_path: Path, word: str) -> None:
    files = inventory(tmp_path / "one", "clusters:\n  ber1: {}\n")
    assert word not in run(SERIALISE, tmp_path / "home", files)


def test_nothing_behind_claim_can_read_an_operator_file(tmp_path: Path) -> None:
    assert run(IMPORT, tmp_path / "home") == ""


def test_the_form_has_the_keys_that_claim_knows() -> None:
    for route in Route:
        assert tuple(upgrade_params(route)) == upgrade_keys(route)
    assert tuple(recovery_params()) == RECOVERY_KEYS
