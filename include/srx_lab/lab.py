"""The running lab: clusters driven by the wall clock, their devices, and what happened."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from srx_lab.cli.program import PROGRAMS
from srx_lab.clock import VirtualClock
from srx_lab.device import Device
from srx_lab.eventlog import EventLog
from srx_lab.files import NodeFiles
from srx_lab.machine import effects
from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.words import NodeId
from srx_lab.replies.when import record_date
from srx_lab.topology import ClusterEntry, Topology

_COPY_AT_ONCE_BYTES = 16 << 20
"""Larger images are copied in a thread, so that no other node waits."""


class Lab:
    """All clusters of a topology. `state_dir` holds the nodes' files."""

    def __init__(
        self, topology: Topology, *, state_dir: Path, clock: VirtualClock, seed: int, events: EventLog
    ) -> None:
        self.clock = clock
        self.events = events
        self.username = topology.credentials.username
        self.login_class = topology.credentials.login_class
        self._sessions = itertools.count(10_001)
        self.clusters = {
            entry.spec.name: LabCluster(self, entry, state_dir / "nodes" / entry.spec.name, seed)
            for entry in topology.clusters
        }

    def next_session(self) -> int:
        return next(self._sessions)

    def devices(self) -> list[Device]:
        return [device for cluster in self.clusters.values() for device in cluster.devices.values()]


class LabCluster:
    """One cluster: its machine, moved only when somebody looks or something is due."""

    def __init__(self, lab: Lab, entry: ClusterEntry, folder: Path, seed: int) -> None:
        self.lab = lab
        self.entry = entry
        self.name = entry.spec.name
        self._followers: dict[int, list[asyncio.Queue[str | None]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.on_down: Callable[[NodeId], None] = _ignore
        self.on_up: Callable[[NodeId], None] = _ignore
        self.on_fault: Callable[[], None] = lambda: None
        self.on_group_change: Callable[[], None] = lambda: None
        disk = entry.spec.disk
        files = {
            node: NodeFiles(folder / node.value, user=lab.username, var_mb=disk.var_mb, used_mb=disk.used_mb)
            for node in NodeId
        }
        self.machine = ClusterMachine(
            entry.spec, now=lab.clock.now(), seed=seed, free_bytes=lambda node: files[node].free_bytes()
        )
        self.devices = {node: Device(self, node, files[node], PROGRAMS) for node in NodeId}
        for node in NodeId:
            files[node].squeeze_to = lambda node=node: self._squeeze(node)  # type: ignore[misc]
        self._inject_wishes()

    def _inject_wishes(self) -> None:
        for wish in self.entry.faults:
            self.machine.inject(
                wish.name, node=wish.node, at=wish.at, lasts_s=wish.lasts_s, **wish.parameters
            )

    def _squeeze(self, node: NodeId) -> int | None:
        """Bytes a full /var leaves, or None."""
        for name in ("var_tmp_full", "var_tmp_full_on_both"):
            fault = self.machine.world.fault(name, node)
            if fault:
                return int(fault.number("free_kb") * 1024)
        return None

    def touch(self) -> None:
        """Bring the machine to the present and let the surroundings know what happened."""
        self.machine.advance(self.lab.clock.now())
        self.settle()

    def settle(self) -> None:
        """Carry out pending effects and wake up again when the machine next does something."""
        for effect in self.machine.take_effects():
            self._apply(effect)
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self.machine.next_due()
        if due is None:
            return
        wait_s = max(0.0, self.lab.clock.wall_s(due - self.lab.clock.now()))
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._timer = loop.call_later(min(wait_s, 3600.0), self.touch)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _apply(self, effect: effects.Effect) -> None:
        match effect:
            case effects.NodeWentDown(node=node):
                self.on_down(node)
            case effects.NodeCameUp(node=node):
                self.on_up(node)
            case effects.ShutdownAnnounced(node=node):
                self._announce(node)
            case effects.TranscriptLine(number=number, text=text):
                for queue in self._followers.get(number, []):
                    queue.put_nowait(text)
            case effects.UpgradeEnded(number=number, cut=cut):
                for queue in self._followers.pop(number, []):
                    if not cut:
                        queue.put_nowait(None)
            case effects.FaultChanged():
                self.on_fault()
            case effects.GroupChanged():
                self.on_group_change()
            case _:
                self._write_down(effect)
        self._record(effect)

    def _write_down(self, effect: effects.Effect) -> None:
        """Effects on the nodes' files."""
        match effect:
            case effects.FileCopied(source=source, path=path):
                self._copy(source, path)
            case effects.FileRemoved(node=node, path=path):
                self.devices[node].files.host_path(path).unlink(missing_ok=True)
            case effects.Logged(node=node, text=text):
                self._log(node, text)
            case _:
                pass

    def _announce(self, node: NodeId) -> None:
        device = self.devices[node]
        text = (
            f"\r\n*** FINAL System shutdown message from {device.user}@{device.host_name} ***\r\n\r\n"
            "System going down IMMEDIATELY\r\n\r\n"
        )
        for session in list(device.sessions):
            if session.say is not None:
                session.say(text)

    def _copy(self, source: NodeId, path: str) -> None:
        file = self.devices[source].files.host_path(path)
        if not file.is_file():
            return
        target = self.devices[source.peer].files.host_path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.stat().st_size < _COPY_AT_ONCE_BYTES:
            shutil.copyfile(file, target)
        else:
            asyncio.get_running_loop().run_in_executor(None, shutil.copyfile, file, target)

    def _log(self, node: NodeId, text: str) -> None:
        device = self.devices[node]
        stamp = record_date(self.machine.now + device.here.clock_offset_s)
        with device.files.host_path("/var/log/messages").open("a", encoding="utf-8") as log:
            log.write(f"{stamp} {device.host_name} {text}\n")

    def _record(self, effect: effects.Effect) -> None:
        facts = {name: getattr(effect, name) for name in effect.__dataclass_fields__}
        node = str(facts.pop("node", facts.get("starter", "")))
        kind = _KINDS[type(effect)]
        self.lab.events.write(
            kind,
            virtual=self.machine.now,
            cluster=self.name,
            node=node,
            **{
                name: value if isinstance(value, int | float | bool) else str(value)
                for name, value in facts.items()
            },
        )

    async def follow(self, number: int) -> AsyncIterator[str]:
        """An upgrade's transcript, line by line, from the start until its process ends."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        upgrade = self.machine.upgrade
        if upgrade is None or upgrade.number != number:
            return
        for line in upgrade.transcript:
            queue.put_nowait(line)
        if upgrade.outcome:
            queue.put_nowait(None)
        else:
            self._followers.setdefault(number, []).append(queue)
        while (got := await queue.get()) is not None:
            yield got


_KINDS: dict[type[effects.Effect], str] = {
    effects.NodeWentDown: "node_went_down",
    effects.NodeCameUp: "node_came_up",
    effects.ShutdownAnnounced: "shutdown_announced",
    effects.GroupChanged: "group_changed",
    effects.PhaseEntered: "phase_entered",
    effects.IssuStarted: "issu_started",
    effects.TranscriptLine: "transcript_line",
    effects.UpgradeEnded: "upgrade_ended",
    effects.FileCopied: "file_copied",
    effects.FileRemoved: "file_removed",
    effects.Logged: "logged",
    effects.FaultChanged: "fault_changed",
}


def _ignore(node: NodeId) -> None:
    """Until somebody serves the cluster, nobody minds a node going down."""
