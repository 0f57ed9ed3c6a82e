"""The files an operator would write for the clusters of a lab, and the Airflow connection to them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from srx_demo.lab import Endpoints, LabCluster

CONNECTION_ID = "demo"
CONNECTION_VARIABLE = f"AIRFLOW_CONN_{CONNECTION_ID.upper()}"
# Session set-up, file transfer and Airflow's own work take real time, however fast the nodes' clocks run.
REAL_TIME_S = 60.0
NOT_SCALED = frozenset({"connect_s", "rpc_s", "approval_s", "lease_s"})
SHORTEST_PAUSE_S = 0.5  # between two looks


@dataclass(frozen=True, kw_only=True)
class ImageFile:
    """An image that the catalogue is to offer."""

    path: Path
    release: str
    models: tuple[str, ...]


def write_files(
    folder: Path,
    samples: Path,
    endpoints: Endpoints,
    images: tuple[ImageFile, ...],
    speed: float,
    shortest_pause_s: float = SHORTEST_PAUSE_S,
    approvers: Sequence[str] = (),
) -> None:
    """Writes ``folder``: inventory, images, policy. ``samples`` is the project's own folder of files, whose
    policy holds here too, at the simulator's speed; whatever that is, nobody looks more often than every
    ``shortest_pause_s``. A simulated cluster needs nobody's approval, unless ``approvers`` names people: then
    all of them must give one."""
    for name in ("inventory", "images", "policy", "campaigns"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _write(folder / "inventory" / "lab.yaml", _inventory(endpoints))
    _write(folder / "images" / "lab.yaml", {"images": [image_entry(image) for image in images]})
    limits = yaml.safe_load((samples / "policy" / "limits.yaml").read_text())
    _write(folder / "policy" / "limits.yaml", at_speed(limits, speed, shortest_pause_s))
    _write(folder / "policy" / "approvals.yaml", approvals_policy(approvers))
    shutil.copy(samples / "policy" / "support.yaml", folder / "policy" / "support.yaml")


def approvals_policy(approvers: Sequence[str] = ()) -> dict[str, Any]:
    """Nobody must approve a start, and one person may play all parts; or all of ``approvers`` must."""
    alone = {"approvers": "anybody", "requester_counts": True}
    start: dict[str, Any] = {"required": False, **alone}
    if approvers:
        start = {"required": True, "needed": len(approvers), "approvers": list(approvers)}
    return {"fleet": {"start": start, "recovery": alone}}


def connection(endpoints: Endpoints) -> str:
    """The connection as Airflow reads it from an environment variable: JSON, with the password."""
    return json.dumps(
        {
            "conn_type": "srx",
            "login": endpoints.username,
            "password": endpoints.password,
            "extra": {"known_hosts": endpoints.known_hosts.read_text()},
        }
    )


def at_speed(
    limits: Mapping[str, Any],
    speed: float,
    shortest_pause_s: float = SHORTEST_PAUSE_S,
    real_time_s: float = REAL_TIME_S,
) -> dict[str, Any]:
    """The same policy for nodes whose clocks run ``speed`` times as fast as ours; every deadline has
    ``real_time_s`` more for what runs no faster."""
    scaled = json.loads(json.dumps(limits))
    levels = [scaled.get("fleet") or {}, *(scaled.get("platforms") or ())]
    for level in levels:
        timers = level.get("timers") or {}
        for name, seconds in timers.items():
            timers[name] = _timer(name, float(seconds), speed, shortest_pause_s, real_time_s)
        for name in ("cpu_sample_interval_s", "rto_interval_s", "baseline_interval_s"):
            if name in (level.get("limits") or {}):
                level["limits"][name] = max(shortest_pause_s, level["limits"][name] / speed)
    return dict(scaled)


def _timer(name: str, seconds: float, speed: float, shortest_pause_s: float, real_time_s: float) -> float:
    if name in NOT_SCALED:
        return seconds
    if name == "poll_s":
        return max(shortest_pause_s, seconds / speed)
    if name == "node_permit_s":  # of the nodes' own clocks, which run faster than ours
        return seconds * max(speed, 1.0)
    return seconds / speed + real_time_s


def _inventory(endpoints: Endpoints) -> dict[str, Any]:
    return {
        "defaults": {"connection_id": CONNECTION_ID},
        "clusters": {cluster.name: _cluster(cluster) for cluster in endpoints.clusters},
    }


def _cluster(cluster: LabCluster) -> dict[str, Any]:
    engine = {"routing_engine": cluster.routing_engine} if cluster.routing_engine else {}
    return {
        "model": cluster.chassis,
        **engine,
        "site": cluster.site,
        "node0": {"host": cluster.node0.host, "port": cluster.node0.port},
        "node1": {"host": cluster.node1.host, "port": cluster.node1.port},
    }


def image_entry(image: ImageFile) -> dict[str, Any]:
    content = image.path.read_bytes()
    return {
        "file": str(image.path),
        "release": image.release,
        "models": list(image.models),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
    }


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(content), sort_keys=False))
