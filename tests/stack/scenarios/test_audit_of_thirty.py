"""The readiness of thirty clusters of four models, on a running stack: first all well, then not.

The second audit finds clusters that nobody can reach, a slow one, one whose node1 is disabled, and one that
an upgrade has.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from srx_demo.lab import make_image
from srx_demo.operator_files import ImageFile, image_entry
from srx_issu.cli.airflow_replies import Run
from tests.places import INCLUDE
from tests.stack.airflow.running_stack import RunningStack, running_stack

pytestmark = [pytest.mark.stack, pytest.mark.release]

FLEET30 = INCLUDE / "srx_lab" / "topologies" / "fleet30.yaml"
# One image each; the stack has one for the SRX4600 already.
FAMILIES = (("SRX1500",), ("SRX4100", "SRX4200"))
DEADLINE_S = 600.0

DEGRADED, SLOW, HELD = "hub-01", "east-03", "hub-06"
REFUSES, SILENT, SHUT_OUT = "west-02", "edge-04", "west-07"


@dataclass(frozen=True, kw_only=True)
class Audited:
    """One audit as an operator finds it: the files, and how long it took."""

    facts: dict[str, Any]
    rows: list[dict[str, str]]
    html: str
    seconds: float

    @property
    def verdicts(self) -> dict[str, str]:
        return {row["cluster"]: row["verdict"] for row in self.rows}

    def row(self, cluster: str) -> dict[str, str]:
        return next(row for row in self.rows if row["cluster"] == cluster)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("fleet"), topology=FLEET30) as running:
        store, release = running.files / "images", running.scenery.image.release
        images = [
            ImageFile(path=make_image(models[0], release, 1, store), release=release, models=models)
            for models in FAMILIES
        ]
        entries = {"images": [image_entry(image) for image in images]}
        (store / "more.yaml").write_text(yaml.safe_dump(entries))
        yield running


def audit(stack: RunningStack, run_id: str) -> Audited:
    audits = stack.api().of("issu_audit")
    began = time.monotonic()
    audits.trigger(run_id, {})

    def over() -> Run | None:
        run = audits.run(run_id)
        return run if run.is_over else None

    run = stack.until(over, "end of the audit", run_id, DEADLINE_S)
    seconds = time.monotonic() - began
    assert run.state == "success", [(t.task_id, t.state) for t in audits.tasks(run_id)]
    told = audits.xcom(run_id, "write_matrix")
    kept = {kind: (evidence(stack) / told[kind]).read_text() for kind in ("html", "csv", "json")}
    print(f"{run_id}: {told['summary']} in {seconds:.0f} s")
    return Audited(
        facts=json.loads(kept["json"]),
        rows=list(csv.DictReader(kept["csv"].splitlines())),
        html=kept["html"],
        seconds=seconds,
    )


def evidence(stack: RunningStack) -> Path:
    return Path(stack.environment["SRX_ISSU_EVIDENCE"].removeprefix("file://"))


@pytest.fixture(scope="module")
def well(fleet: RunningStack, sections: dict[str, list[str]]) -> Audited:
    """Given thirty healthy clusters."""
    audited = audit(fleet, "all_well")
    sections["Audit of thirty clusters"] = [f"{audited.seconds:.0f} s (aim 180)"]
    return audited


@pytest.fixture(scope="module")
def troubled(fleet: RunningStack, well: Audited) -> Audited:
    """Given the same a day later, with six of them in trouble."""
    lab = fleet.lab
    lab.inject("control_link_down", DEGRADED)
    lab.inject("slow_replies", SLOW, seconds="1")
    lab.inject("connection_refused", REFUSES)
    lab.inject("netconf_hangs", SILENT)
    lab.inject("authentication_fails", SHUT_OUT)
    held = fleet.trigger(HELD, approval=True)
    fleet.wait_for_task(held, "approval.approve_start", ["awaiting_input"])
    return audit(fleet, "in_trouble")


def test_one_matrix_has_all_thirty(well: Audited) -> None:
    assert well.verdicts == dict.fromkeys(sorted(well.verdicts), "READY")
    assert len(well.verdicts) == 30


def test_clusters_in_trouble_are_rows_and_the_others_are_looked_at(troubled: Audited) -> None:
    others = {
        DEGRADED: "NOT_READY",
        HELD: "BUSY",
        REFUSES: "NO_ANSWER",
        SILENT: "NO_ANSWER",
        SHUT_OUT: "NO_ANSWER",
    }
    assert {name: verdict for name, verdict in troubled.verdicts.items() if verdict != "READY"} == others
    assert len(troubled.verdicts) == 30


def test_each_says_why_in_its_row(troubled: Audited) -> None:
    assert troubled.row(DEGRADED)["reason"].startswith("node0: control link is Down")
    assert "left alone" in troubled.row(HELD)["reason"]
    assert "node0" in troubled.row(REFUSES)["reason"]
    assert "refused" in troubled.row(REFUSES)["reason"]
    assert "no answer" in troubled.row(SILENT)["reason"]
    assert "uthentication" in troubled.row(SHUT_OUT)["reason"]
    assert troubled.row(DEGRADED)["control_link"] == "FAIL"
    assert troubled.row(SLOW)["cpu_load"] == "PASS"


def test_what_changed_since_the_last_audit_is_told(troubled: Audited) -> None:
    changed = {(change["cluster"], change["check"]): change["after"] for change in troubled.facts["changes"]}
    assert changed[DEGRADED, None] == "NOT_READY"
    assert changed[DEGRADED, "control_link"] == "FAIL"
    assert changed[REFUSES, None] == "NO_ANSWER"
    assert {cluster for cluster, _ in changed} == {DEGRADED, HELD, REFUSES, SILENT, SHUT_OUT}


def test_the_matrix_is_in_airflow_for_whoever_may_look(fleet: RunningStack, troubled: Audited) -> None:
    login = fleet.scenery.login(fleet.stack.url, "viewer")
    with httpx.Client(base_url=login.url, timeout=30) as client:
        assert client.get("/srx-issu/audits").status_code == 401
        answer = client.post("/auth/token", json={"username": "viewer", "password": login.password()})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        for page in ("/srx-issu/audits", "/srx-issu/runs/issu_audit/in_trouble"):
            shown = client.get(page)
            assert shown.status_code == 200
            assert shown.text == troubled.html
