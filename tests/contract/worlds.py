"""The same cluster three times: in memory, and the lab's over each wire."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.transfer import SshNodeFiles
from srx_issu.adapters.devices.writer import PyezClusterWriter
from srx_issu.domain.cluster.model import Address, Cluster, NodeName
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.ports.devices import ClusterWriter
from srx_lab.control import ask
from tests.fakes.cluster import FakeCluster
from tests.fakes.wires import Reader, open_reader

RELEASE = "22.4R3-S2.11"
IMAGE = f"junos-srxhe-x86-64-{RELEASE}.tgz"


class World(Protocol):
    """A cluster that can be looked at, changed, broken and mended."""

    name: str

    def reader(self) -> AbstractContextManager[Reader]: ...

    def writer(self) -> AbstractContextManager[ClusterWriter]: ...

    def break_(self, fault: str, node: NodeName) -> None: ...

    def mend(self) -> None: ...

    def stage(self, folder: Path) -> str:
        """Puts the image on node0 and returns its path there."""
        ...

    def starts(self) -> int:
        """How many ISSUs were really started."""
        ...


class FakeWorld:
    name = "fake"

    def __init__(self) -> None:
        self.cluster = FakeCluster()

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        yield self.cluster

    @contextmanager
    def writer(self) -> Iterator[ClusterWriter]:
        yield self.cluster

    def break_(self, fault: str, node: NodeName) -> None:
        self.cluster.faults[node] = fault

    def mend(self) -> None:
        self.cluster.faults.clear()

    def stage(self, folder: Path) -> str:
        path = f"/var/tmp/{IMAGE}"
        self.cluster.images.add(path)
        return path

    def starts(self) -> int:
        return len(self.cluster.starts)


@dataclass(kw_only=True)
class Lab:
    """One lab in a process of its own; ended by its process id."""

    state: Path
    process: subprocess.Popen[bytes]
    endpoints: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def start(cls, state: Path, topology: Path) -> Lab:
        log = (state / "log").open("wb")
        command = [sys.executable, "-m", "srx_lab", "serve", "--topology", str(topology)]
        process = subprocess.Popen([*command, "--state", str(state), "--speed", "60"], stdout=log, stderr=log)
        log.close()
        lab = cls(state=state, process=process)
        deadline = time.monotonic() + 60
        while not (state / "endpoints.json").exists():
            assert process.poll() is None, (state / "log").read_text()
            assert time.monotonic() < deadline, "the lab did not start"
            time.sleep(0.1)
        lab.endpoints = json.loads((state / "endpoints.json").read_text())
        return lab

    def control(self, do: str, **words: object) -> None:
        """What ``python -m srx_lab inject`` and ``clear`` send, without starting a program."""
        ask(self.state, {"do": do, "cluster": self.endpoints["clusters"][0]["name"], **words})

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(5)

    @property
    def cluster(self) -> Cluster:
        found = self.endpoints["clusters"][0]
        node0, node1 = (
            Address(host=found["nodes"][name]["host"], port=found["nodes"][name]["port"]) for name in NodeName
        )
        return Cluster(
            name=found["name"],
            model=found["model"],
            site="lab",
            connection_id="lab",
            node0=node0,
            node1=node1,
        )

    @property
    def credentials(self) -> Credentials:
        return Credentials(
            username=self.endpoints["username"],
            password=Path(self.endpoints["password_file"]).read_text().strip(),
            known_hosts=Path(self.endpoints["known_hosts"]).read_text(),
        )

    def events(self, kind: str) -> list[dict[str, Any]]:
        lines = Path(self.endpoints["events"]).read_text().splitlines()
        return [event for line in lines if (event := json.loads(line))["event"] == kind]


class LabWorld:
    def __init__(self, lab: Lab, wire: str) -> None:
        self.name = wire
        self.lab = lab
        self._timers = Timers(
            connect_s=5, rpc_s=1.5, node_permit_s=1800
        )  # the lab runs at 60 times the speed

    def reader(self) -> AbstractContextManager[Reader]:
        return open_reader(self.name, self.lab.cluster, self.lab.credentials, rpc_s=1.5)

    @contextmanager
    def writer(self) -> Iterator[ClusterWriter]:
        writer = PyezClusterWriter(self.lab.cluster, self.lab.credentials, self._timers)
        try:
            yield writer
        finally:
            writer.close()

    def break_(self, fault: str, node: NodeName) -> None:
        self.lab.control("inject", fault=fault, node=str(node), at=None, parameters={})

    def mend(self) -> None:
        self.lab.control("clear", fault=None, node=None)

    def stage(self, folder: Path) -> str:
        command = [sys.executable, "-m", "srx_lab", "make-image", "--model", "SRX4600", "--release", RELEASE]
        subprocess.run([*command, "--size-mb", "2", "--out", str(folder)], check=True, capture_output=True)
        path = f"/var/tmp/{IMAGE}"
        cluster = self.lab.cluster
        with SshNodeFiles("node0", cluster.node0, self.lab.credentials, Timers(connect_s=5)) as files:
            files.upload(folder / IMAGE, path, lambda _there, _size: None)
        return path

    def starts(self) -> int:
        return len(self.lab.events("issu_started"))
