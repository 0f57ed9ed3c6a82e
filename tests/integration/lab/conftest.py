"""A lab served from a thread of its own, so that clients that block can talk to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from srx_lab.control import ask
from srx_lab.image import make_image
from srx_lab.like import load_bundle
from srx_lab.server import LabServer, Options
from srx_lab.topology import Topology, load_topology

RELEASE, TARGET = "21.4R3-S5.4", "22.4R3-S2.11"


@dataclass(kw_only=True)
class ServedLab:
    """A lab with one cluster `c1`, and what a client needs to reach it."""

    folder: Path
    server: LabServer
    loop: asyncio.AbstractEventLoop
    stop: Callable[[], None] = field(default=lambda: None)

    @property
    def password(self) -> str:
        return self.server.password

    @property
    def key(self) -> str:
        return str(self.folder / "id_ed25519")

    @property
    def known_hosts(self) -> str:
        return str(self.folder / "known_hosts")

    def port(self, node: str = "node0", cluster: str | None = None) -> int:
        """Of the first cluster, unless another is named."""
        wanted = cluster or next(iter(self.server.lab.clusters))
        return next(
            h.port for (name, at), h in self.server.hosts.items() if (name, at.value) == (wanted, node)
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        return ask(self.folder, request)

    def status(self, cluster: str = "c1") -> dict[str, Any]:
        found: dict[str, Any] = self.ask(do="status", cluster=cluster)["clusters"][0]
        return found

    def inject(self, fault: str, cluster: str = "c1", **given: Any) -> None:
        known = {key: given.pop(key) for key in ("node", "at") if key in given}
        self.ask(do="inject", cluster=cluster, fault=fault, parameters=given, **known)

    def files(self, node: str = "node0", cluster: str = "c1") -> Path:
        return self.folder / "nodes" / cluster / node


def serve(
    folder: Path, *, speed: float = 60, login_class: list[str] | None = None, **cluster: Any
) -> ServedLab:
    """Start a lab in a thread; `cluster` overrides the one cluster's entry in the topology."""
    topology = folder / "topology.yaml"
    credentials = {"username": "lab", "login_class": login_class}
    entry = {"name": "c1", "model": "SRX4600", "release": RELEASE, "cluster_id": 7, **cluster}
    topology.write_text(yaml.safe_dump({"credentials": credentials, "clusters": [entry]}), encoding="utf-8")
    return started(load_topology(topology), Options(state_dir=folder / "state", speed=speed, seed=5))


def serve_like(folder: Path, bundle: Path, *, speed: float = 1) -> ServedLab:
    """A cluster that answers as recorded, its one cluster called `recorded`."""
    topology, recording = load_bundle(bundle)
    return started(topology, Options(state_dir=folder / "state", speed=speed, seed=5, recording=recording))


def started(topology: Topology, options: Options) -> ServedLab:
    loop, ready = asyncio.new_event_loop(), Future[LabServer]()
    over = asyncio.Event()

    async def run() -> None:
        server = LabServer(topology, options)
        try:
            await server.start()
        except BaseException as error:
            ready.set_exception(error)
            raise
        ready.set_result(server)
        await over.wait()
        await server.stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    server = ready.result(timeout=20)

    def stop() -> None:
        loop.call_soon_threadsafe(over.set)
        thread.join(timeout=10)
        loop.close()

    return ServedLab(folder=options.state_dir, server=server, loop=loop, stop=stop)


@pytest.fixture
def serve_lab(tmp_path: Path) -> Iterator[Callable[..., ServedLab]]:
    """Serve a lab of one's own, stopped at the end of the test."""
    labs: list[ServedLab] = []

    def start(**options: Any) -> ServedLab:
        folder = tmp_path / f"lab{len(labs)}"
        folder.mkdir()
        labs.append(serve(folder, **options))
        return labs[-1]

    yield start
    for each in labs:
        each.stop()


@pytest.fixture(scope="session")
def quiet_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLab]:
    """One healthy lab for tests that only look."""
    lab = serve(tmp_path_factory.mktemp("quiet"))
    yield lab
    lab.stop()


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small image of the target release for an SRX4600."""
    return make_image("SRX4600", TARGET, 0.3, tmp_path_factory.mktemp("images"))
