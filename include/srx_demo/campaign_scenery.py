"""Everything around the campaign's demonstration: twelve clusters on three sites, an image a platform,
conflict groups and regions in the inventory, one campaign file."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from srx_demo.fleets import FleetDemo
from srx_demo.lab import Lab, LabCluster, make_image
from srx_demo.operator_files import CONNECTION_VARIABLE, ImageFile, connection, write_files
from srx_demo.scenery import TARGET_RELEASE, Scenery
from srx_issu.stack.processes import running
from srx_issu.stack.processes.home import Home, repository

IMAGE_MB = 1.0  # copying is not what is shown here
NAME = "demo"
REGIONS = {"ams": "emea", "fra": "emea", "lon": "isles"}


@dataclass(kw_only=True)
class CampaignScenery(Scenery):
    """``campaign`` is the file as data; its target is filled in from the lab's models, each with its release
    of ``releases`` (by the lab's model), or the usual one."""

    campaign: Mapping[str, Any]
    releases: Mapping[str, str] = field(default_factory=dict)
    images: list[ImageFile] = field(default_factory=list)

    @classmethod
    def of(cls, home: Home, lab: Lab, campaign: Mapping[str, Any]) -> CampaignScenery:
        """Empties the folder first. Raises AlreadyRunning."""
        found = running.read(home)
        if found is not None:
            raise running.AlreadyRunning(f"a demo runs already (pid {found.pid}, {found.url})")
        shutil.rmtree(home.root, ignore_errors=True)
        home.create()
        path = make_image("SRX4600", TARGET_RELEASE, IMAGE_MB, home.root / "image-store")
        image = ImageFile(path=path, release=TARGET_RELEASE, models=("SRX4600",))
        return cls(home=home, lab=lab, image=image, campaign=campaign)

    @classmethod
    def showing(cls, home: Home, lab: Lab, demo: FleetDemo) -> CampaignScenery:
        """The same for a demonstration, with its people and releases."""
        made = cls.of(home, lab, demo.campaign)
        made.releases, made.approvers = demo.releases, demo.approvers
        made.keep_old_images(demo.old, IMAGE_MB)
        return made

    def prepare(self) -> Mapping[str, str]:
        self._endpoints = self.lab.wait(self.check)
        upgraded = {cluster.model for cluster in self.clusters} - {"SRX4600"}
        target_of = {model: self.releases.get(model, TARGET_RELEASE) for model in sorted(upgraded)}
        self.images = [self.image, *self._images(target_of)]
        files = self.home.root / "files"
        write_files(
            files,
            repository() / "include",
            self._endpoints,
            (*self.images, *self.old_images),
            self.lab.speed,
            self.shortest_pause_s,
            self.approvers,
        )
        _add_conflicts(files / "inventory" / "lab.yaml", self.clusters)
        there = {cluster.chassis for cluster in self.clusters}
        target = {model: image.release for image in self.images for model in image.models if model in there}
        content = yaml.safe_dump({"target": target, **self.campaign}, sort_keys=False)
        (files / "campaigns" / f"{NAME}.yaml").write_text(content)
        # The daily audit would ask all twelve clusters beside the campaign as soon as the stack is up.
        return {CONNECTION_VARIABLE: connection(self._endpoints), "SRX_ISSU_AUDIT_SCHEDULE": "none"}

    def _images(self, releases: Mapping[str, str]) -> list[ImageFile]:
        """One a file name: some platforms share an image."""
        store = self.home.root / "image-store"
        models: dict[tuple[Path, str], list[str]] = {}
        for model, release in releases.items():
            models.setdefault((make_image(model, release, IMAGE_MB, store), release), []).append(model)
        return [
            ImageFile(path=path, release=release, models=tuple(fitting))
            for (path, release), fitting in models.items()
        ]


def conflict_groups(clusters: tuple[LabCluster, ...]) -> dict[str, list[str]]:
    """Neighbors of one kind at one site (ams-edge-01, ams-edge-02) back each other up: name -> groups.

    A name without a dash has no neighbor.
    """
    found: dict[str, list[str]] = {cluster.name: [] for cluster in clusters}
    for one, other in pairwise(sorted(clusters, key=lambda c: c.name)):
        group = one.name.rpartition("-")[0]
        if group and group == other.name.rpartition("-")[0]:
            for cluster in (one, other):
                if group not in found[cluster.name]:
                    found[cluster.name].append(group)
    return found


def _add_conflicts(path: Path, clusters: tuple[LabCluster, ...]) -> None:
    inventory = yaml.safe_load(path.read_text())
    groups = conflict_groups(clusters)
    for name, entry in inventory["clusters"].items():
        entry["conflict_groups"] = groups[name]
        if region := REGIONS.get(entry["site"]):
            entry["region"] = region
    path.write_text(yaml.safe_dump(inventory, sort_keys=False))
