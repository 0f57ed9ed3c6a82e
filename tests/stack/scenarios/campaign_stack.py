"""A stack for campaigns: simulated clusters that outlive it, so that it can be killed and started again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from srx_demo import referee
from srx_demo.lab import Lab
from srx_demo.scenery import Scenery
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.stack.embedded.stack import Stack
from srx_issu.stack.processes.home import Home
from tests.stack.airflow.running_stack import UNHURRIED, write_topology
from tests.stack.scenarios.outside import options, simulator

SPEED = 120.0
CLUSTERS = 27
PAIRED = ("fw-test-26", "fw-test-27")  # members of one conflict group
GROUP = "pair"


@dataclass(kw_only=True)
class PairedScenery(Scenery):
    """Two of the clusters back each other up."""

    def prepare(self) -> Mapping[str, str]:
        told = super().prepare()
        path = self.home.root / "files" / "inventory" / "lab.yaml"
        inventory = yaml.safe_load(path.read_text())
        for name in PAIRED:
            inventory["clusters"][name]["conflict_groups"] = [GROUP]
        path.write_text(yaml.safe_dump(inventory, sort_keys=False))
        return {**told, **UNHURRIED}


@dataclass(kw_only=True)
class CampaignStack:
    """``restart`` leaves the simulated clusters and the state folder as they are."""

    scenery: Scenery
    stack: Stack
    _cleanup: ExitStack
    _apis: list[AirflowApi] = field(default_factory=list)
    _taken: int = 0

    @property
    def lab(self) -> Lab:
        return self.scenery.lab

    @property
    def files(self) -> Path:
        """The operator's files."""
        return self.scenery.home.root / "files"

    def take(self, number: int) -> list[str]:
        """Names of healthy clusters that nobody else has used. Not for threads."""
        names = [c.name for c in self.scenery.clusters if c.name not in PAIRED]
        taken = names[self._taken : self._taken + number]
        assert len(taken) == number, "all simulated clusters are taken; raise CLUSTERS"
        self._taken += number
        return taken

    def api(self, user: str = "operator") -> AirflowApi:
        """A session of its own: one a thread."""
        api = AirflowApi(self.scenery.login(self.stack.url, user))
        self._apis.append(api)
        return api

    def starts(self, cluster: str) -> int:
        return referee.starts(self.lab.events())[cluster]

    def close(self) -> None:
        for api in self._apis:
            api.__exit__(None, None, None)


@contextmanager
def campaign_stack(folder: Path) -> Iterator[CampaignStack]:
    """Everything started, and everything ended."""
    home = Home(root=folder / "home")
    lab = Lab(state=folder / "lab", topology=write_topology(folder / "topology.yaml", CLUSTERS), speed=SPEED)
    scenery = PairedScenery.build(home, lab, image_mb=2)
    with ExitStack() as cleanup:
        scenery.check = cleanup.enter_context(simulator(lab, folder / "lab.log")).check
        stack = cleanup.enter_context(Stack(home, options(scenery)))
        scenery.check = stack.check
        running = CampaignStack(scenery=scenery, stack=stack, _cleanup=cleanup)
        cleanup.callback(running.close)
        yield running
