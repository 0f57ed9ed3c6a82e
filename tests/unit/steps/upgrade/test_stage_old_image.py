"""The old image is on both nodes, with its checksum, before anything begins that no rollback takes back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from srx_issu.domain.cluster.model import Image, NodeName
from srx_issu.domain.errors import RequestRefused, TransferFailed
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.permits import Permit
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.upgrade.stage_image import stage_old_image
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import IMAGE, intent
from tests.fakes.snapshots import OLD
from tests.unit.steps.gate.worlds import NO_ROLLBACK

CONTENT = b"an old image"


@dataclass
class Node:
    """Files of one node; ``spoils``: what arrives is not what was sent."""

    spoils: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    copied: list[str] = field(default_factory=list)

    def size(self, path: str) -> int | None:
        return len(self.files[path]) if path in self.files else None

    def arrived(self, path: str) -> int:
        return 0

    def sha256(self, path: str) -> str:
        return hashlib.sha256(self.files[path]).hexdigest()

    def upload(
        self, source: Path, path: str, progress: Callable[[int, int], None], permit: Permit | None = None
    ) -> None:
        assert permit is not None
        permit.check()
        progress(1, 1)
        self.copied.append(path)
        self.files[path] = b"spoilt" if self.spoils else source.read_bytes()

    def delete(self, path: str, permit: Permit | None = None) -> None:
        raise AssertionError(f"nobody should delete {path}")


@dataclass
class Staged:
    fake: FakeUpgrade
    nodes: dict[NodeName, Node]

    def context(self) -> UpgradeContext:
        plain = self.fake.context("prepare.stage_old_image")
        return replace(plain, files=lambda node: self.nodes[node])


def staged(folder: Path, *images: Image, route: Route = Route.DUAL_REBOOT) -> Staged:
    asked = intent(route=route, support=NO_ROLLBACK, old_images=images)
    fake = FakeUpgrade(intent=asked).with_baseline()
    return Staged(fake=fake, nodes={node: Node() for node in NodeName})


def old_image(folder: Path) -> Image:
    file = folder / f"junos-srxhe-x86-64-{OLD}.tgz"
    file.write_bytes(CONTENT)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    return replace(IMAGE, file=str(file), name=file.name, release=OLD, sha256=sha256, size_bytes=len(CONTENT))


def test_both_nodes_get_it_and_it_is_written_down_with_its_checksum(tmp_path: Path) -> None:
    image = old_image(tmp_path)
    world = staged(tmp_path, image)
    world.nodes[NodeName.NODE1].files[image.node_path] = CONTENT  # there already
    stage_old_image(world.context())
    assert [node.copied for node in world.nodes.values()] == [[image.node_path], []]
    so_far = world.context().known()
    assert so_far.old_images == dict.fromkeys(NodeName, image.sha256)
    assert [one.command.sending for one in so_far.intended] == [Sending.OLD_IMAGE]
    assert so_far.brought == {}  # it stays: nothing else leads back


def test_without_it_nothing_is_started(tmp_path: Path) -> None:
    world = staged(tmp_path)
    with pytest.raises(RequestRefused, match="no way back; no image of"):
        stage_old_image(world.context())
    ended = world.context().known().conclusion
    assert ended is not None
    assert ended.outcome is Outcome.NOT_READY


def test_one_that_arrives_spoilt_is_not_there(tmp_path: Path) -> None:
    world = staged(tmp_path, old_image(tmp_path))
    world.nodes[NodeName.NODE0].spoils = True
    with pytest.raises(TransferFailed, match="has SHA-256"):
        stage_old_image(world.context())
    assert world.context().known().old_images == {}


def test_an_issu_needs_none(tmp_path: Path) -> None:
    world = staged(tmp_path, old_image(tmp_path), route=Route.ISSU)
    assert stage_old_image(world.context()) == {}
    assert world.context().known().intended == ()
