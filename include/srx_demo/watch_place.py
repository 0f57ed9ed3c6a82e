"""Where ``make bench-watch`` happens: the simulated fleet, and the stack that watches it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from srx_demo.hanging_relays import HangingRelays
from srx_demo.lab import Endpoints, Lab, LabCluster, LabFailed, make_image
from srx_demo.look_log import LookLog
from srx_demo.operator_files import ImageFile, connection, write_files
from srx_demo.scenery import TARGET_RELEASE
from srx_demo.watch_fleet import (
    MODEL,
    IssuStarts,
    NodeTrouble,
    cluster_name,
    hanging_addresses,
    not_in_issu,
    through,
    trouble_of,
    witness,
    write_topology,
)
from srx_demo.watch_seed import transcript_of
from srx_demo.watch_stack import WatchStack
from srx_issu.stack.embedded.stack import StackOptions
from srx_issu.stack.processes.home import Home, repository

LAB_READY_S = 300.0
REBOOT_BEGUN_S = 120.0
IMAGE_MB = 0.1


@dataclass(kw_only=True)
class Place:
    """``enter`` makes the fleet and the stack; ``begin`` brings every cluster into its ISSU and its wait."""

    clusters: int
    home: Home
    lab: Lab
    image: ImageFile
    poll_s: float
    say: Callable[[str], None]
    plain: Endpoints = field(init=False)  # the nodes themselves
    seen: Endpoints = field(init=False)  # as the inventory has them: hanging nodes behind their relays
    relays: HangingRelays = field(init=False)
    _cleanup: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def build(cls, root: Path, clusters: int, say: Callable[[str], None]) -> Place:
        """Empties the folder first."""
        shutil.rmtree(root, ignore_errors=True)
        home = Home(root=root)
        home.create()
        topology = write_topology(root / "topology.yaml", clusters)
        path = make_image(MODEL, TARGET_RELEASE, IMAGE_MB, root / "image-store")
        shipped = yaml.safe_load((repository() / "include/policy/limits.yaml").read_text())
        return cls(
            clusters=clusters,
            home=home,
            lab=Lab(state=root / "lab", topology=topology, speed=1.0),
            image=ImageFile(path=path, release=TARGET_RELEASE, models=(MODEL,)),
            poll_s=float(shipped["fleet"]["timers"]["poll_s"]),
            say=say,
        )

    @contextmanager
    def enter(self) -> Iterator[WatchStack]:
        """The stack, without a triggerer."""
        options = StackOptions(
            files=self.home.root / "files",
            alongside=(self.lab.program(self.home.logs / "lab.log"),),
            before_airflow=self._prepare,
        )
        stack = WatchStack(self.home, options)
        with self._cleanup, stack:
            stack.leave_alone()  # here what ends is a failure
            yield stack

    def _prepare(self) -> dict[str, str]:
        self.plain = self.lab.wait(lambda: None, LAB_READY_S)
        self.relays = self._cleanup.enter_context(HangingRelays(hanging_addresses(self.plain)))
        self.seen = through(self.plain, self.relays.ports, self.home.root)
        files = self.home.root / "files"
        write_files(files, repository() / "include", self.seen, (self.image,), self.lab.speed)
        return {}

    def begin(self, stack: WatchStack) -> None:
        """Raises StackFailed or LabFailed."""
        self.say(f"writing {self.clusters} upgrades into the journal and into Airflow's database")
        account = self.home.root / "connection.json"
        account.touch(mode=0o600)
        account.write_text(connection(self.seen))
        stack.run("seed", ["srx_demo.watch_seed", str(account), self.image.path.name])
        self.say(f"starting {self.clusters} ISSUs")
        IssuStarts(
            lab=self.lab, endpoints=self.plain, image=self.image.path.name, transcript=transcript_of
        ).run()
        self._until_reboots_begin()

    def _until_reboots_begin(self) -> None:
        deadline = time.monotonic() + REBOOT_BEGUN_S
        rebooting = {cluster_name(n) for n in self._numbers if trouble_of(n) is NodeTrouble.REBOOTING}
        while True:
            status = self.lab.status()
            if wrong := not_in_issu(status):
                raise LabFailed(f"not in the middle of an ISSU: {', '.join(wrong[:5])}")
            down = {each["name"] for each in status if each["nodes"]["node1"]["power"] == "rebooting"}
            if down == rebooting:
                return
            if time.monotonic() > deadline:
                raise LabFailed(f"{len(down)} nodes are rebooting, {len(rebooting)} should be")
            time.sleep(2)

    def look_log(self) -> LookLog:
        witnesses = {cluster_name(number): witness(number) for number in self._numbers}
        return LookLog(path=self.lab.state / "events.jsonl", witnesses=witnesses)

    @property
    def healthy(self) -> list[LabCluster]:
        """Clusters whose nodes both answer."""
        by_number = zip(self._numbers, self.plain.clusters, strict=True)
        return [cluster for number, cluster in by_number if trouble_of(number) is NodeTrouble.NONE]

    @property
    def troubled(self) -> dict[NodeTrouble, int]:
        """How many nodes."""
        every = [trouble_of(number) for number in self._numbers]
        return {each: every.count(each) for each in (NodeTrouble.REBOOTING, NodeTrouble.HANGING)}

    @property
    def _numbers(self) -> range:
        return range(1, self.clusters + 1)
