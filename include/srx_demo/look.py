"""One look at one simulated cluster, and its judgement, timed part by part; without Airflow."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from srx_demo.lab import Endpoints, Lab, LabCluster, LabFailed, make_image
from srx_demo.operator_files import ImageFile, write_files
from srx_issu import catalog
from srx_issu.adapters.clock import SystemClock
from srx_issu.adapters.devices.collecting import collect_state
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.pyez import PyezClusterReader
from srx_issu.checks.readiness import check_readiness
from srx_issu.checks.runner import context
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.stack.processes.home import repository

RELEASE = "22.4R3-S2.11"
Parts = tuple[tuple[str, float], ...]


def look_at_lab(lab: Lab, folder: Path) -> Parts:
    """Seconds of: loading Great Expectations, connecting and snapshot, collecting, judging."""
    program = lab.program(folder / "lab.log")
    with program.log.open("wb") as log:
        process = subprocess.Popen(program.command, stdout=log, stderr=log, env=dict(program.environment))
    try:
        endpoints = lab.wait(lambda: _alive(process))
        return _timed(endpoints, lab.speed, folder)
    finally:
        process.terminate()
        process.wait(10)


def _alive(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        raise LabFailed("the simulator ended; see its log")


def _timed(endpoints: Endpoints, speed: float, folder: Path) -> Parts:
    parts: dict[str, float] = {}
    (cluster,) = endpoints.clusters
    intent, known = _intent(endpoints, cluster, speed, folder)
    clock = SystemClock()
    account = Credentials(
        username=endpoints.username,
        password=endpoints.password,
        known_hosts=endpoints.known_hosts.read_text(),
        verify_host_keys=True,
    )
    with _part(parts, "loading Great Expectations, once a process"):
        context()
    with PyezClusterReader(intent.cluster, account, intent.policy.timers) as reader:
        with _part(parts, "connecting, and a snapshot of both nodes"):
            snapshot = reader.observe()
        with _part(parts, "collecting every table"):
            state = collect_state(reader, snapshot, intent=intent, clock=clock)
    running = snapshot.node0.release or ""
    support = catalog.eligibility(intent, running, known.support_rules)
    with _part(parts, "judging readiness"):
        check_readiness(snapshot, state, intent, support)
    return tuple(parts.items())


@contextmanager
def _part(parts: dict[str, float], name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    parts[name] = time.perf_counter() - began


def _intent(
    endpoints: Endpoints, cluster: LabCluster, speed: float, folder: Path
) -> tuple[Intent, catalog.Catalog]:
    """By the shipped policy, its pauses at the simulator's speed."""
    image = ImageFile(
        path=make_image(cluster.model, RELEASE, 1, folder), release=RELEASE, models=(cluster.model,)
    )
    write_files(folder / "files", repository() / "include", endpoints, (image,), speed)
    known = catalog.load(folder / "files")
    request = catalog.UpgradeRequest(
        upgrade_id="bench", cluster=cluster.name, image=image.path.name, requested_by="bench"
    )
    return catalog.resolve(known, request), known
