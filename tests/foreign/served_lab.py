"""A lab in a process of its own, with the interpreter that has what the lab needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAB_PYTHON = os.environ.get("SRX_ISSU_LAB_PYTHON", sys.executable)
"""The interpreter of the project; the one that runs the tests has only the clients."""
READY_S = 60.0
RELEASE = "21.4R3-S5.4"

TOPOLOGY = {
    "credentials": {"username": "lab"},
    "speed": 60,
    "clusters": [
        {"name": "mid", "model": "SRX4600", "release": RELEASE, "cluster_id": 7},
        {"name": "branch", "model": "SRX345", "release": RELEASE, "cluster_id": 2},
        {"name": "high", "model": "SRX5800", "release": RELEASE, "cluster_id": 3},
        {"name": "edited", "model": "SRX4600", "release": RELEASE, "cluster_id": 9},
        {"name": "old", "model": "SRX1500", "release": "15.1X49-D170.4", "cluster_id": 4},
    ],
}
LOOKED_AT = ("mid", *(pytest.param(name, marks=pytest.mark.release) for name in ("branch", "high")))
"""The clusters that tests only look at, one of them for every change; `edited` is there to be changed."""


@dataclass(frozen=True, kw_only=True)
class Login:
    """How to reach one node."""

    host: str
    port: int
    username: str
    password: str


class ServedLab:
    """The endpoints of a running lab."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._published: dict[str, Any] = json.loads((state / "endpoints.json").read_text("utf-8"))
        self._password = Path(self._published["password_file"]).read_text("utf-8").strip()

    def login(self, cluster: str, node: str = "node0") -> Login:
        found = next(each for each in self._published["clusters"] if each["name"] == cluster)
        place = found["nodes"][node]
        return Login(
            host=place["host"],
            port=place["port"],
            username=self._published["username"],
            password=self._password,
        )

    def inject(self, cluster: str, fault: str) -> None:
        self._control("inject", fault, "--cluster", cluster)

    def clear(self, cluster: str) -> None:
        self._control("clear", "--cluster", cluster)

    def _control(self, verb: str, *words: str) -> None:
        line = [LAB_PYTHON, "-m", "srx_lab", verb, "--state", str(self._state), *words]
        subprocess.run(line, cwd=ROOT, env=_environment(), check=True, timeout=READY_S)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "include")}


@contextmanager
def served(folder: Path) -> Iterator[ServedLab]:
    """Serve the topology from `folder` until the block ends."""
    topology, state = folder / "topology.yaml", folder / "state"
    topology.write_text(json.dumps(TOPOLOGY), encoding="utf-8")  # JSON is YAML
    line = [LAB_PYTHON, "-m", "srx_lab", "serve", "--topology", str(topology), "--state", str(state)]
    with (folder / "lab.log").open("w", encoding="utf-8") as log:
        lab = subprocess.Popen(line, cwd=ROOT, env=_environment(), stdout=log, stderr=log)
        try:
            _wait_until_ready(lab, state / "endpoints.json", folder / "lab.log")
            yield ServedLab(state)
        finally:
            lab.terminate()
            lab.wait(timeout=READY_S)


def _wait_until_ready(lab: subprocess.Popen[bytes], endpoints: Path, log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while not endpoints.exists():
        if lab.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the lab did not start: {log.read_text('utf-8')[-2000:]}")
        time.sleep(0.1)
