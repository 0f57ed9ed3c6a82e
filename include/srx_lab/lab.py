"""A lab: its clusters, the devices of each and their files, and what the machine does to both."""

from __future__ import annotations

import asyncio
import shutil
from functools import partial
from pathlib import Path

from srx_lab.cli.program import PROGRAMS
from srx_lab.clock import VirtualClock
from srx_lab.device import Device
from srx_lab.eventlog import EventLog
from srx_lab.files import NodeFiles
from srx_lab.machine import effects
from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.words import NodeId
from srx_lab.replies.in_force import settings_of
from srx_lab.replies.when import record_date
from srx_lab.running import RunningCluster, Setting
from srx_lab.topology import ClusterEntry, Topology

_COPY_AT_ONCE_BYTES = 16 << 20
"""Larger images are copied in a thread, so that no other node waits."""


class Lab:
    """All clusters of a topology. `state_dir` holds the nodes' files."""

    def __init__(
        self, topology: Topology, *, state_dir: Path, clock: VirtualClock, seed: int, events: EventLog
    ) -> None:
        self.setting = Setting(
            clock=clock,
            events=events,
            username=topology.credentials.username,
            login_class=topology.credentials.login_class,
        )
        self.clusters = {
            entry.spec.name: LabCluster(entry, self.setting, state_dir / "nodes" / entry.spec.name, seed)
            for entry in topology.clusters
        }


class LabCluster(RunningCluster):
    """A running cluster with its two devices. `entry` is what the topology says of it."""

    def __init__(self, entry: ClusterEntry, setting: Setting, folder: Path, seed: int) -> None:
        user, disk = setting.username, entry.spec.disk
        files = {
            node: NodeFiles(folder / node.value, user=user, var_mb=disk.var_mb, used_mb=disk.used_mb)
            for node in NodeId
        }
        machine = ClusterMachine(
            entry.spec,
            now=setting.clock.now(),
            seed=seed,
            free_bytes=lambda node: files[node].free_bytes(),
            read_settings=settings_of,
        )
        super().__init__(machine, setting)
        self.entry = entry
        self.devices: dict[NodeId, Device] = {}
        for node in NodeId:
            files[node].squeeze_to = partial(self._squeeze, node)
            self.devices[node] = Device(self, node, files[node], both=self.devices, programs=PROGRAMS)
        self.listeners.append(self._carry_out)
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

    def _carry_out(self, effect: effects.Effect) -> None:
        """What an effect does to files and to terminals."""
        match effect:
            case effects.ShutdownAnnounced(node=node):
                self._announce(node)
            case effects.FileCopied(source=source, path=path):
                self._copy(source, path)
            case effects.FileRemoved(node=node, path=path):
                self.devices[node].files.host_path(path).unlink(missing_ok=True)
            case effects.Logged(node=node, text=text):
                self._log(node, text)
            case effects.InstallLogged(node=node, text=text):
                self._log(node, text, "install")
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

    def _log(self, node: NodeId, text: str, name: str = "messages") -> None:
        device = self.devices[node]
        stamp = record_date(self.machine.now + device.here.clock_offset_s)
        line = f"{stamp} {device.host_name} {text}" if name == "messages" else text
        with device.files.host_path(f"/var/log/{name}").open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")
