"""A lab being served: hosts on their ports, the published files, the control socket."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncssh

from srx_lab.clock import VirtualClock
from srx_lab.control import ControlServer
from srx_lab.eventlog import EventLog
from srx_lab.lab import Lab, LabCluster
from srx_lab.machine import effects
from srx_lab.machine.words import NodeId
from srx_lab.recorded import Recording
from srx_lab.topology import Topology
from srx_lab.wire.host import Gate, NodeHost
from srx_lab.wire.master import MasterAddress
from srx_lab.wire.old_ssh import HOST_KEYS

HOST = "127.0.0.1"
_WIND_DOWN_S = 0.05
"""Wall time for cancelled sessions to end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How to serve. None takes the topology's value, or 60 and 1."""

    state_dir: Path
    speed: float | None = None
    seed: int | None = None
    recording: Recording | None = None  # of the one cluster there is


class LabServer:
    """Start, publish, stop. Use as an async context manager."""

    def __init__(self, topology: Topology, options: Options) -> None:
        self.state_dir = options.state_dir
        self._topology = topology
        self._recording = options.recording
        self._speed = options.speed or topology.speed or 60.0
        self._seed = options.seed if options.seed is not None else topology.seed or 1
        self.hosts: dict[tuple[str, NodeId], NodeHost] = {}
        self.masters: dict[str, MasterAddress] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> LabServer:
        await self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on every node's port, then publish endpoints.json last: it says that the lab is ready."""
        self.state_dir.mkdir(parents=True, exist_ok=True)
        (self.state_dir / "endpoints.json").unlink(missing_ok=True)
        start = self._topology.start_time
        clock = VirtualClock(start=time.time() if start is None else start, speed=self._speed)
        self.events = EventLog(self.state_dir / "events.jsonl")
        self.lab = Lab(
            self._topology, state_dir=self.state_dir, clock=clock, seed=self._seed, events=self.events
        )
        self.password = self._password()
        gate = Gate(self.lab.setting.username, self.password, self._authorized_keys())
        for cluster in self.lab.clusters.values():
            self._add_hosts(cluster, gate)
        for host in self.hosts.values():
            await host.reconcile()
        await self._open_master_addresses()
        self._publish_known_hosts()
        self.control = ControlServer(self.lab, self.state_dir)
        await self.control.start()
        for cluster in self.lab.clusters.values():
            cluster.touch()
            cluster.recording = self._recording
        self._publish_endpoints()

    async def stop(self) -> None:
        await self.control.stop()
        for cluster in self.lab.clusters.values():
            cluster.stop()
        for address in self.masters.values():
            address.close()
        for host in self.hosts.values():
            host.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.sleep(_WIND_DOWN_S)
        self.events.close()

    def _add_hosts(self, cluster: LabCluster, gate: Gate) -> None:
        for node in NodeId:
            kind = HOST_KEYS[cluster.entry.ssh]
            keys = (
                self._host_key(cluster.name, node, "", kind),
                self._host_key(cluster.name, node, "-other", kind),
            )
            host = NodeHost(cluster.devices[node], cluster.entry.ports[node], keys, gate, cluster.entry.ssh)
            self.hosts[(cluster.name, node)] = host
        cluster.listeners.append(partial(self._keep_up, cluster))

    async def _open_master_addresses(self) -> None:
        for cluster in self.lab.clusters.values():
            if cluster.entry.master_address:
                ports = {node: self.hosts[(cluster.name, node)].port for node in NodeId}
                address = MasterAddress(cluster, ports)
                await address.start()
                self.masters[cluster.name] = address

    def _keep_up(self, cluster: LabCluster, effect: effects.Effect) -> None:
        """Bring hosts and addresses in line with what happened to the cluster."""
        match effect:
            case effects.NodeWentDown(node=node):
                self.hosts[(cluster.name, node)].drop_everything()
            case effects.NodeCameUp(node=node):
                self._reconcile(cluster, node)
            case effects.FaultChanged():
                for node in NodeId:
                    self._reconcile(cluster, node)
            case effects.GroupChanged() if address := self.masters.get(cluster.name):
                address.moved()
            case _:
                pass

    def _reconcile(self, cluster: LabCluster, node: NodeId) -> None:
        task = asyncio.get_running_loop().create_task(self.hosts[(cluster.name, node)].reconcile())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _password(self) -> str:
        path = self.state_dir / "password"
        given = self._topology.credentials.password
        if given is None and path.exists():
            return path.read_text("utf-8").strip()
        password = given or secrets.token_urlsafe(18)
        _write_private(path, password + "\n")
        return password

    def _authorized_keys(self) -> asyncssh.SSHAuthorizedKeys:
        """The topology's keys, and one of the lab's own in `id_ed25519` for tests and demos."""
        own = self._key("id_ed25519")
        lines = [own.export_public_key().decode().strip(), *self._topology.credentials.authorized_keys]
        return asyncssh.import_authorized_keys("\n".join(lines) + "\n")

    def _host_key(self, cluster: str, node: NodeId, suffix: str, kind: str) -> asyncssh.SSHKey:
        return self._key(f"keys/{cluster}-{node}{suffix}", kind)

    def _key(self, name: str, kind: str = "ssh-ed25519") -> asyncssh.SSHKey:
        path = self.state_dir / name
        if path.exists():
            return asyncssh.read_private_key(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        key = asyncssh.generate_private_key(kind)
        _write_private(path, key.export_private_key().decode())
        return key

    def _publish_known_hosts(self) -> None:
        lines = []
        for (cluster, node), host in self.hosts.items():
            kind = HOST_KEYS[self.lab.clusters[cluster].entry.ssh]
            public = self._host_key(cluster, node, "", kind).export_public_key().decode().split()
            lines.append(f"[{HOST}]:{host.port} {public[0]} {public[1]}\n")
        _write_atomically(self.state_dir / "known_hosts", "".join(lines))

    def _publish_endpoints(self) -> None:
        published = {
            "clusters": [self._endpoint(cluster) for cluster in self.lab.clusters.values()],
            "username": self.lab.setting.username,
            "password_file": str((self.state_dir / "password").resolve()),
            "key_file": str((self.state_dir / "id_ed25519").resolve()),
            "known_hosts": str((self.state_dir / "known_hosts").resolve()),
            "events": str((self.state_dir / "events.jsonl").resolve()),
            "control": str((self.state_dir / "control.sock").resolve()),
            "speed": self._speed,
            "seed": self._seed,
            "pid": os.getpid(),
        }
        _write_atomically(self.state_dir / "endpoints.json", json.dumps(published, indent=2) + "\n")

    def _endpoint(self, cluster: LabCluster) -> dict[str, object]:
        nodes = {node.value: {"host": HOST, "port": self.hosts[(cluster.name, node)].port} for node in NodeId}
        master = self.masters.get(cluster.name)
        return {
            "name": cluster.name,
            "model": cluster.entry.spec.platform.model,
            "site": cluster.entry.site,
            "cluster_id": cluster.entry.spec.cluster_id,
            "nodes": nodes,
            "master": {"host": HOST, "port": master.port} if master else None,
        }


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, encoding="utf-8")


def _write_atomically(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
