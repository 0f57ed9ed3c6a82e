"""The simulator as a program of its own: started, asked and broken through its command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from srx_issu.stack.processes.component import Program

READY_TIMEOUT_S = 30.0
_LAB = (sys.executable, "-m", "srx_lab")
_TOPOLOGIES = Path(__file__).resolve().parents[1] / "srx_lab" / "topologies"
DEMO_TOPOLOGY = _TOPOLOGIES / "demo.yaml"


class LabFailed(Exception):
    """The simulator did not do what was asked; its own words."""


@dataclass(frozen=True, kw_only=True)
class LabNode:
    """Where one simulated node answers SSH."""

    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class LabCluster:
    """One simulated cluster, as the lab published it."""

    name: str
    model: str  # the lab's word: "SRX5800-RE3" is a variant of an SRX5800
    site: str
    node0: LabNode
    node1: LabNode

    @property
    def chassis(self) -> str:
        return self.model.partition("-")[0]

    @property
    def routing_engine(self) -> str | None:
        """None where the model has one kind only, or the lab does not tell."""
        return "RE3" if self.model.endswith("-RE3") else None


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """What a lab that is ready tells the world."""

    clusters: tuple[LabCluster, ...]
    username: str
    password: str
    known_hosts: Path

    def __repr__(self) -> str:
        return f"Endpoints({', '.join(cluster.name for cluster in self.clusters)})"


@dataclass(frozen=True, kw_only=True)
class Lab:
    """One lab, by its state folder."""

    state: Path
    topology: Path
    speed: float

    def program(self, log: Path) -> Program:
        serve = [
            "serve",
            "--topology",
            str(self.topology.absolute()),
            "--state",
            str(self.state),
            "--speed",
            str(self.speed),
        ]
        command = [*_LAB, *serve]
        # Its clusters are in its memory: started again they would be others, at other addresses.
        return Program(name="lab", command=command, log=log, environment=os.environ, restart=False)

    def wait(self, check: Callable[[], None], timeout_s: float = READY_TIMEOUT_S) -> Endpoints:
        """Until the lab serves. ``check`` raises when its process died."""
        deadline = time.monotonic() + timeout_s
        while not (found := self._endpoints()):
            check()
            if time.monotonic() > deadline:
                raise LabFailed(f"the lab was not ready within {timeout_s:.0f} s; see its log")
            time.sleep(0.1)
        return found

    def inject(
        self, fault: str, cluster: str, node: str | None = None, at: str | None = None, **parameters: str
    ) -> None:
        """``at`` a phase of the upgrade, in the lab's words; None = now, or where the fault belongs."""
        where = ["--cluster", cluster, *(["--node", node] if node else []), *(["--at", at] if at else [])]
        self._ask("inject", *where, fault, *(f"{name}={value}" for name, value in parameters.items()))

    def clear(self, cluster: str) -> None:
        self._ask("clear", "--cluster", cluster)

    def by_hand(self, verb: str, *words: str) -> None:
        """What a person does at the cables: ``unplug``, ``plug``, ``power-on``. Raises LabFailed."""
        self._ask(verb, *words)

    def status(self) -> list[dict[str, Any]]:
        """One entry a cluster, as the simulator itself sees it."""
        return list(json.loads(self._ask("status", "--json")))

    def events(self) -> Iterator[dict[str, Any]]:
        """Everything that happened, oldest first; ``wall`` is our time, ``virtual`` the devices'."""
        with (self.state / "events.jsonl").open() as lines:
            yield from map(json.loads, lines)

    def _ask(self, verb: str, *words: str) -> str:
        return run(verb, "--state", str(self.state), *words)

    def _endpoints(self) -> Endpoints | None:
        try:
            told = json.loads((self.state / "endpoints.json").read_text())
        except (OSError, ValueError):
            return None
        return Endpoints(
            clusters=tuple(
                LabCluster(
                    name=each["name"],
                    model=each["model"],
                    site=each["site"],
                    **{node: LabNode(**each["nodes"][node]) for node in ("node0", "node1")},
                )
                for each in told["clusters"]
            ),
            username=told["username"],
            password=Path(told["password_file"]).read_text().strip(),
            known_hosts=Path(told["known_hosts"]),
        )


def models_of(topology: Path) -> tuple[str, ...]:
    """Of its clusters, each once."""
    return tuple(releases_of(topology))


def releases_of(topology: Path) -> dict[str, str]:
    """What its clusters run, by model."""
    clusters = yaml.safe_load(topology.read_text(encoding="utf-8")).get("clusters") or ()
    return {str(cluster.get("model")): str(cluster.get("release")) for cluster in clusters}


def make_image(model: str, release: str, size_mb: float, folder: Path) -> Path:
    """Writes a small image file that the simulator accepts; returns its path."""
    words = ("--model", model, "--release", release, "--size-mb", str(size_mb), "--out", str(folder))
    return Path(run("make-image", *words).strip())


def fault_names() -> tuple[str, ...]:
    return tuple(str(fault["name"]) for fault in json.loads(run("faults", "--json")))


def run(*words: str) -> str:
    done = subprocess.run([*_LAB, *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LabFailed(f"srx_lab {words[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
