"""An audit over the wire: clusters in trouble are rows with their reason, and the others are looked at."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
import yaml

from srx_demo.lab import Endpoints, Lab, make_image
from srx_demo.operator_files import ImageFile, write_files
from srx_issu import catalog
from srx_issu.adapters.clock import SystemClock
from srx_issu.adapters.devices.collecting import collect_state
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.pyez import PyezClusterReader
from srx_issu.domain.audit import Matrix
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.steps.audit.context import AuditContext
from srx_issu.steps.audit.fleet import audit_batch, make_matrix, plan_audit
from tests.fakes.audits import MemoryAudits
from tests.fakes.memory import MemoryLeases
from tests.places import INCLUDE
from tests.unit.checks.plain import plain_run

SPEED, RELEASE = 120.0, "22.4R3-S2.11"
TROUBLE: dict[str, dict[str, str]] = {
    "refuses": {"fault": "connection_refused"},
    "silent": {"fault": "netconf_hangs"},
    "shut-out": {"fault": "authentication_fails"},
    "degraded": {"fault": "control_link_down"},
    "slow": {"fault": "slow_replies", "seconds": "0.3"},
}
CLUSTERS = ("held", "well-1", "well-2", *TROUBLE)


@dataclass(frozen=True, kw_only=True)
class Fleet:
    lab: Lab
    endpoints: Endpoints
    catalog: catalog.Catalog


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    entries = [
        {"name": name, "model": "SRX4600", "release": "21.4R3-S5.4", "site": "lab"} for name in CLUSTERS
    ]
    (folder / "topology.yaml").write_text(yaml.safe_dump({"clusters": entries}))
    lab = Lab(state=folder / "lab", topology=folder / "topology.yaml", speed=SPEED)
    program = lab.program(folder / "lab.log")
    with program.log.open("wb") as log:
        process = subprocess.Popen(program.command, stdout=log, stderr=log)
    try:
        endpoints = lab.wait(lambda: None)
        image = ImageFile(
            path=make_image("SRX4600", RELEASE, 1, folder), release=RELEASE, models=("SRX4600",)
        )
        write_files(folder / "files", INCLUDE, endpoints, (image,), SPEED)
        for name, trouble in TROUBLE.items():
            lab.inject(trouble["fault"], name, **{k: v for k, v in trouble.items() if k != "fault"})
        yield Fleet(lab=lab, endpoints=endpoints, catalog=catalog.load(folder / "files"))
    finally:
        process.terminate()
        process.wait(20)


def looker(fleet: Fleet) -> Callable[[Intent], Observation]:
    """As workers look, with the patience of a test."""
    account = Credentials(
        username=fleet.endpoints.username,
        password=fleet.endpoints.password,
        known_hosts=fleet.endpoints.known_hosts.read_text(),
    )

    def look(intent: Intent) -> Observation:
        timers = replace(intent.policy.timers, connect_s=10, rpc_s=8)
        with PyezClusterReader(intent.cluster, account, timers) as reader:
            snapshot = reader.observe()
            return Observation(
                snapshot=snapshot, state=collect_state(reader, snapshot, intent=intent, clock=SystemClock())
            )

    return look


@pytest.fixture(scope="module")
def matrix(fleet: Fleet) -> Matrix:
    clock, leases = SystemClock(), MemoryLeases(SystemClock())
    leases.take("cluster:held", "manual__1", 3600)
    context = AuditContext(
        audit_id="audit__1",
        catalog=fleet.catalog,
        audits=MemoryAudits(),
        leases=leases,
        look=looker(fleet),
        clock=clock,
        log=logging.getLogger("test"),
        validate=plain_run,
    )
    for batch in plan_audit(context, 4).batches:
        audit_batch(context, batch)
    return make_matrix(context)[0]


def test_every_cluster_is_a_row_with_its_verdict(matrix: Matrix) -> None:
    assert {cluster.name: cluster.verdict.value for cluster in matrix.clusters} == {
        "held": "BUSY",
        "well-1": "READY",
        "well-2": "READY",
        "slow": "READY",
        "degraded": "NOT_READY",
        "refuses": "NO_ANSWER",
        "silent": "NO_ANSWER",
        "shut-out": "NO_ANSWER",
    }


@pytest.mark.parametrize(
    ("cluster", "words"),
    [
        ("held", "held by upgrade manual__1; left alone"),
        ("degraded", "control link is Down"),
        ("refuses", "efused"),
        ("silent", "no answer within 8 s"),
        ("shut-out", "uthentication failed"),
    ],
)
def test_its_row_says_why(cluster: str, words: str, matrix: Matrix) -> None:
    (row,) = (row for row in matrix.clusters if row.name == cluster)
    assert words in row.reason
