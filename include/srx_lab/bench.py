"""How much lab one core carries: replies a second, CPU, memory, and large replies beside small ones.

The lab runs in a process of its own, so that its CPU and memory are not the client's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import yaml

_STATUS = "<rpc><get-chassis-cluster-status/></rpc>]]>]]>"
_POLICIES = "<rpc><get-firewall-policies><no-forwarding/></get-firewall-policies></rpc>]]>]]>"
_END = "]]>]]>"
_IMAGE = "junos-srxhe-x86-64-22.4R3-S2.11.tgz"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """CPU seconds and resident MiB of a process so far."""

    cpu_s: float
    rss_mb: float


@dataclass(kw_only=True)
class _Lab:
    folder: Path
    pid: int
    started_s: float

    def endpoints(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "endpoints.json").read_text("utf-8"))
        return found

    def usage(self) -> Usage:
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
        pages = int(Path(f"/proc/{self.pid}/statm").read_text("utf-8").split()[1])
        return Usage(cpu_s=(int(fields[11]) + int(fields[12])) / _TICKS, rss_mb=pages * _PAGE / 2**20)


@contextlib.asynccontextmanager
async def _serving(clusters: list[dict[str, Any]]) -> AsyncIterator[_Lab]:
    with tempfile.TemporaryDirectory(prefix="srx-lab-bench-") as name:
        folder = Path(name)
        topology = folder / "topology.yaml"
        topology.write_text(yaml.safe_dump({"clusters": clusters}), encoding="utf-8")
        begin = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "srx_lab", "serve", "--speed", "60"),
            *("--topology", str(topology), "--state", str(folder / "state")),
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            while not (folder / "state/endpoints.json").exists():
                await asyncio.sleep(0.05)
            yield _Lab(folder=folder / "state", pid=process.pid, started_s=time.monotonic() - begin)
        finally:
            process.terminate()
            await process.wait()


class _Netconf:
    """A bare NETCONF session that counts bytes and seconds."""

    def __init__(self, connection: asyncssh.SSHClientConnection) -> None:
        self._connection = connection

    async def open(self) -> None:
        self._stdin, self._stdout, _ = await self._connection.open_session(subsystem="netconf")
        await self._stdout.readuntil(_END)

    async def ask(self, message: str) -> tuple[float, int]:
        begin = time.monotonic()
        self._stdin.write(message)
        size, tail = 0, ""
        while not tail.rstrip().endswith(_END):
            piece = await self._stdout.read(1 << 18)
            size, tail = size + len(piece), (tail + piece)[-16:]
        return time.monotonic() - begin, size


async def _session(lab: _Lab, port: int, stack: contextlib.AsyncExitStack) -> _Netconf:
    connection = await asyncssh.connect(
        "127.0.0.1",
        port,
        username="lab",
        client_keys=[str(lab.folder / "id_ed25519")],
        known_hosts=str(lab.folder / "known_hosts"),
    )
    stack.push_async_callback(_closed, connection)
    session = _Netconf(connection)
    await session.open()
    return session


async def _closed(connection: asyncssh.SSHClientConnection) -> None:
    connection.close()
    await connection.wait_closed()


async def _start_all(lab: _Lab, clusters: list[dict[str, Any]]) -> None:
    """Start an ISSU on every cluster, detached."""
    for cluster in clusters:
        folder = lab.folder / "nodes" / cluster["name"] / "node0/var/tmp"
        (folder / _IMAGE).write_bytes(b"bench")
        async with asyncssh.connect(
            "127.0.0.1",
            cluster["nodes"]["node0"]["port"],
            username="lab",
            client_keys=[str(lab.folder / "id_ed25519")],
            known_hosts=str(lab.folder / "known_hosts"),
        ) as connection:
            command = f"cli -c 'request system software in-service-upgrade /var/tmp/{_IMAGE} reboot'"
            await connection.run(f'start shell command "nohup {command} > /var/tmp/log &"')


async def measure_fleet(count: int, seconds: float = 4.0) -> str:
    """Replies a second and the lab's CPU with `count` clusters in mid-ISSU, polled by a few sessions."""
    wanted = [{"name": "c{n}", "model": "SRX4600", "release": "21.4R3-S5.4", "count": count}]
    async with _serving(wanted) as lab, contextlib.AsyncExitStack() as stack:
        idle = lab.usage()
        await asyncio.sleep(2)
        idle_percent = (lab.usage().cpu_s - idle.cpu_s) / 2 * 100
        clusters = lab.endpoints()["clusters"]
        await _start_all(lab, clusters)
        quiet = lab.usage()
        await asyncio.sleep(2)
        issu_percent = (lab.usage().cpu_s - quiet.cpu_s) / 2 * 100
        ports = [cluster["nodes"]["node0"]["port"] for cluster in clusters[:8]]
        sessions = [await _session(lab, port, stack) for port in ports]
        before, end = lab.usage(), time.monotonic() + seconds
        counts = await asyncio.gather(*(_poll(session, end) for session in sessions))
        after = lab.usage()
    replies = sum(counts)
    cpu_s = after.cpu_s - before.cpu_s
    session_count, each_ms = len(sessions), cpu_s / max(1, replies) * 1000
    return (
        f"{count:4d} clusters: ready in {lab.started_s:4.1f} s, {after.rss_mb:5.0f} MiB "
        f"({after.rss_mb / count:5.2f} a cluster), idle {idle_percent:4.1f} % CPU, "
        f"in ISSU {issu_percent:4.1f} %, {replies / seconds:6.0f} replies/s "
        f"over {session_count} sessions, {each_ms:.2f} ms CPU each"
    )


async def _poll(session: _Netconf, end: float) -> int:
    count = 0
    while time.monotonic() < end:
        await session.ask(_STATUS)
        count += 1
    return count


async def measure_policies(policies: int) -> str:
    """One large reply, and how long small ones on another cluster wait meanwhile."""
    base: dict[str, Any] = {"model": "SRX4600", "release": "21.4R3-S5.4"}
    wanted = [{**base, "name": "large", "scale": {"policies": policies}}, {**base, "name": "small"}]
    async with _serving(wanted) as lab, contextlib.AsyncExitStack() as stack:
        large, small = (cluster["nodes"]["node0"]["port"] for cluster in lab.endpoints()["clusters"])
        one, other = await _session(lab, large, stack), await _session(lab, small, stack)
        begin_mb = lab.usage().rss_mb
        asking = asyncio.ensure_future(one.ask(_POLICIES))
        waits = []
        while not asking.done():
            waits.append((await other.ask(_STATUS))[0])
        took_s, size = await asking
        grown_mb = lab.usage().rss_mb - begin_mb
    return (
        f"{policies:6d} policies: {size / 2**20:6.1f} MiB in {took_s:5.2f} s, "
        f"lab grew by {grown_mb:4.0f} MiB; "
        f"meanwhile {len(waits)} small replies, slowest {max(waits) * 1000:.0f} ms"
    )


async def bench(sizes: tuple[int, ...]) -> None:
    """Print every measurement as it is done."""
    for count in sizes:
        print(await measure_fleet(count), flush=True)
    for policies in (10_000, 100_000):
        print(await measure_policies(policies), flush=True)
