"""Everything around the demonstration: the lab, an image, the operator's files, the login."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

from srx_demo.lab import Endpoints, Lab, LabCluster, make_image
from srx_demo.operator_files import CONNECTION_VARIABLE, SHORTEST_PAUSE_S, ImageFile, connection, write_files
from srx_issu.cli.login import ApiLogin
from srx_issu.stack.embedded.secrets import passwords
from srx_issu.stack.embedded.stack import StackOptions, default_parallelism
from srx_issu.stack.processes import running
from srx_issu.stack.processes.home import Home, repository

TARGET_RELEASE = "22.4R3-S2.11"
TARGET_MODELS = ("SRX4600",)
IMAGE_MB = 16.0
USER = "operator"


@dataclass(kw_only=True)
class Scenery:
    """``options`` describes the stack; while it starts, the files for the lab's clusters are written."""

    home: Home
    lab: Lab
    image: ImageFile
    other_images: Mapping[str, ImageFile] = field(default_factory=dict)  # by the lab's model
    old_images: tuple[ImageFile, ...] = ()  # of what clusters run: the way back where no rollback leads there
    check: Callable[[], None] = lambda: None
    shortest_pause_s: float = SHORTEST_PAUSE_S  # longer where many upgrades share the machine
    settings: Mapping[str, str] = field(default_factory=dict)  # variables of Airflow's, over the shipped ones
    approvers: tuple[str, ...] = ()  # users who must all approve the upgrade; none = nobody is asked
    _endpoints: Endpoints | None = None

    @classmethod
    def build(
        cls,
        home: Home,
        lab: Lab,
        *,
        release: str = TARGET_RELEASE,
        image_mb: float = IMAGE_MB,
        others: Mapping[str, str] | None = None,
    ) -> Scenery:
        """Empties the folder first: each demonstration starts from nothing. ``others``: further models of the
        lab, each with the release that its clusters go to. Raises AlreadyRunning."""
        found = running.read(home)
        if found is not None:
            raise running.AlreadyRunning(f"a demo runs already (pid {found.pid}, {found.url})")
        shutil.rmtree(home.root, ignore_errors=True)
        home.create()
        store = home.root / "image-store"
        path = make_image(TARGET_MODELS[0], release, image_mb, store)
        image = ImageFile(path=path, release=release, models=TARGET_MODELS)
        return cls(
            home=home,
            lab=lab,
            image=image,
            other_images={
                model: ImageFile(
                    path=make_image(model, target, image_mb, store),
                    release=target,
                    models=(model.partition("-")[0],),
                )
                for model, target in (others or {}).items()
            },
        )

    def keep_old_images(self, releases: Mapping[str, str], image_mb: float = IMAGE_MB) -> None:
        """``releases``: what the clusters of a model, in the lab's word, run."""
        store = self.home.root / "image-store"
        self.old_images = tuple(
            ImageFile(
                path=make_image(model, release, image_mb, store),
                release=release,
                models=(model.partition("-")[0],),
            )
            for model, release in releases.items()
        )

    def options(self, parallelism: int | None = None) -> StackOptions:
        return StackOptions(
            files=self.home.root / "files",
            parallelism=parallelism or default_parallelism(),
            alongside=(self.lab.program(self.home.logs / "lab.log"),),
            before_airflow=self.prepare,
        )

    def prepare(self) -> Mapping[str, str]:
        """Waits for the lab, writes the files, and gives the connection as Airflow takes it."""
        self._endpoints = self.lab.wait(self.check)
        write_files(
            self.home.root / "files",
            repository() / "include",
            self._endpoints,
            (self.image, *self.other_images.values(), *self.old_images),
            self.lab.speed,
            self.shortest_pause_s,
            self.approvers,
        )
        # A demonstration shows an upgrade; the daily audit would run beside it as soon as the stack is up.
        audit = {"SRX_ISSU_AUDIT_SCHEDULE": "none"}
        return {CONNECTION_VARIABLE: connection(self._endpoints), **audit, **self.settings}

    @property
    def clusters(self) -> tuple[LabCluster, ...]:
        if self._endpoints is None:
            raise RuntimeError("the lab was not started")
        return self._endpoints.clusters

    @property
    def cluster(self) -> LabCluster:
        return self.clusters[0]

    def image_for(self, cluster: str) -> ImageFile:
        """The one that the cluster is upgraded to."""
        model = next(each.model for each in self.clusters if each.name == cluster)
        return self.other_images.get(model, self.image)

    def break_it(self, fault: str) -> None:
        """``already_current`` means the release that the demo upgrades to."""
        target = self.image_for(self.cluster.name).release
        parameters = {"release": target} if fault == "already_current" else {}
        self.lab.inject(fault, self.cluster.name, **parameters)

    def login(self, url: str, user: str = USER) -> ApiLogin:
        return ApiLogin(url=url, user=user, password=lambda: passwords(self.home)[user])


def lab_table(status: Sequence[Mapping[str, Any]]) -> Table:
    """The simulator's own view, one line a node."""
    table = Table(box=None, pad_edge=False)
    for column in ("Cluster", "Node", "Release", "Power", "Groups"):
        table.add_column(column)
    for cluster in status:
        for name, node in cluster["nodes"].items():
            table.add_row(str(cluster["name"]), name, *_node(node))
    return table


def _node(node: Mapping[str, Any]) -> tuple[str, str, str]:
    groups = node.get("groups") or {}
    shown = " ".join(f"RG{number} {group['state']}" for number, group in groups.items())
    return str(node.get("release")), str(node.get("power")), shown
