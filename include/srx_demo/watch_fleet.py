"""The fleet of ``make bench-watch``: clusters in mid-ISSU, a tenth of their nodes rebooting or hanging.

What is done to the clusters is done by the bench over SSH, as an operator would; nothing here is measured.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import asyncssh
import yaml

from srx_demo.lab import Endpoints, Lab, LabCluster, LabNode

MODEL, RELEASE = "SRX4600", "21.4R3-S5.4"
_EVERY = 10  # of so many clusters one has a node that reboots, another one that hangs
_LONG_S = 4 * 3600.0  # longer than any bench
_AT_ONCE = 16  # starts of an ISSU

# While node1 installs, both nodes answer as they did before; and it is in its reboot at once, for long.
_INSTALLING = {"install_secondary": _LONG_S}
_BEFORE_THE_REBOOT = ("consolidate_groups", "validate", "sync_kernel", "push_image", "install_secondary")
_REBOOTING = {**dict.fromkeys(_BEFORE_THE_REBOOT, 1.0), "reboot": _LONG_S}


class NodeTrouble(StrEnum):
    """What is the matter with one node of a cluster."""

    NONE = "none"  # both nodes answer
    REBOOTING = "rebooting"  # node1 refuses connections
    HANGING = "hanging"  # it takes connections and commands, and never answers


def trouble_of(number: int) -> NodeTrouble:
    """``number`` counts the clusters from 1."""
    return {0: NodeTrouble.REBOOTING, _EVERY // 2: NodeTrouble.HANGING}.get(number % _EVERY, NodeTrouble.NONE)


def hanging_node(number: int) -> str:
    """Where the ISSU runs, or the other one, by turns."""
    return f"node{number // _EVERY % 2}"


def witness(number: int) -> str:
    """The node of a cluster by which the simulator's log tells when it was looked at: one that answers."""
    if trouble_of(number) is NodeTrouble.HANGING and hanging_node(number) == "node0":
        return "node1"
    return "node0"


def cluster_name(number: int) -> str:
    return f"fw{number:04}"


def write_topology(path: Path, clusters: int) -> Path:
    content = {"clusters": [_cluster(number) for number in range(1, clusters + 1)]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content))
    return path


def _cluster(number: int) -> dict[str, Any]:
    return {
        "name": cluster_name(number),
        "model": MODEL,
        "release": RELEASE,
        "site": "abc"[number % 3],
        "cluster_id": number % 255 + 1,
        "durations": _REBOOTING if trouble_of(number) is NodeTrouble.REBOOTING else _INSTALLING,
    }


def numbered(endpoints: Endpoints) -> dict[int, LabCluster]:
    return dict(enumerate(endpoints.clusters, start=1))


def hanging_addresses(endpoints: Endpoints) -> dict[int, LabNode]:
    """Cluster -> its node that is to hang."""
    return {
        number: getattr(cluster, hanging_node(number))
        for number, cluster in numbered(endpoints).items()
        if trouble_of(number) is NodeTrouble.HANGING
    }


def through(endpoints: Endpoints, ports: Mapping[int, int], folder: Path) -> Endpoints:
    """The same lab; some clusters have their hanging node at another port of this machine, with the same host
    keys; ``known_hosts`` is written to ``folder``."""
    lines = endpoints.known_hosts.read_text().splitlines()
    keys = {name: key for name, _, key in (line.partition(" ") for line in lines)}
    clusters = []
    for number, cluster in numbered(endpoints).items():
        if number in ports:
            name = hanging_node(number)
            node: LabNode = getattr(cluster, name)
            lines.append(f"[{node.host}]:{ports[number]} {keys[f'[{node.host}]:{node.port}']}")
            cluster = replace(cluster, **{name: replace(node, port=ports[number])})  # type: ignore[arg-type] # noqa: PLW2901
        clusters.append(cluster)
    known_hosts = folder / "known_hosts"
    known_hosts.write_text("\n".join(lines) + "\n")
    return replace(endpoints, clusters=tuple(clusters), known_hosts=known_hosts)


@dataclass(frozen=True, kw_only=True)
class IssuStarts:
    """An ISSU on node0 of every cluster, detached. ``transcript``: its path by the cluster's name."""

    lab: Lab
    endpoints: Endpoints
    image: str
    transcript: Callable[[str], str]

    def run(self) -> None:
        """Raises OSError or asyncssh.Error when a node does not take it."""
        asyncio.run(self._all())

    async def _all(self) -> None:
        places = asyncio.Semaphore(_AT_ONCE)
        known = asyncssh.read_known_hosts(str(self.endpoints.known_hosts))
        await asyncio.gather(*(self._one(each, places, known) for each in self.endpoints.clusters))

    async def _one(
        self, cluster: LabCluster, places: asyncio.Semaphore, known: asyncssh.SSHKnownHosts
    ) -> None:
        async with places:
            image = self.lab.state / "nodes" / cluster.name / "node0/var/tmp" / self.image
            image.write_bytes(b"bench")  # the simulator goes by the name
            async with asyncssh.connect(
                cluster.node0.host,
                cluster.node0.port,
                username=self.endpoints.username,
                password=self.endpoints.password,
                known_hosts=known,
                client_keys=None,
                config=[],
            ) as connection:
                await connection.run(self._command(cluster.name), check=True)

    def _command(self, cluster: str) -> str:
        path = self.transcript(cluster)
        folder = path.rpartition("/")[0]
        issu = f"cli -c 'request system software in-service-upgrade /var/tmp/{self.image} reboot'"
        return f'start shell command "mkdir -p {folder}; nohup {issu} > {path} 2>&1 &"'


def not_in_issu(status: Sequence[Mapping[str, Any]]) -> list[str]:
    """The clusters that the simulator does not see in the middle of an ISSU."""
    return [str(each["name"]) for each in status if not each["issu_starts"] or each["outcome"]]
