"""Images ahead of the window: what is copied, within which limits, and what is told of the rest."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from srx_issu.campaign.model import SiteStaging, Staging
from srx_issu.campaign.plan import plan_waves
from srx_issu.campaign.planning import Planning
from srx_issu.domain.cluster.model import Cluster, Image, NodeName, Snapshot
from srx_issu.domain.cluster.rows import Filesystem
from srx_issu.domain.cluster.state import ClusterState, PerNode, Rows
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.errors import DeviceUnreachable, RequestRefused, TransferFailed
from srx_issu.ports.permits import Permit
from srx_issu.ports.staging import Staged
from srx_issu.steps.staging.context import StagingContext
from srx_issu.steps.staging.fleet import SiteWork, gaps, plan_staging, stage_site, summarise
from srx_issu.steps.staging.throttle import Throttle
from tests.fakes.intents import CLUSTER, IMAGE
from tests.fakes.memory import MemoryLeases, SteppingClock
from tests.fakes.snapshots import T0, both
from tests.unit.campaign.fleets import campaign, member

CONTENT = b"junos" * 2000
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()
NODE0, NODE1 = NodeName


@dataclass
class Disk:
    """One node's files, and what its copies meet."""

    files: dict[str, bytes] = field(default_factory=dict)
    part: int = 0
    copies: int = 0
    broken: TransferFailed | None = None

    def size(self, path: str) -> int | None:
        return len(self.files[path]) if path in self.files else None

    def arrived(self, path: str) -> int:
        return self.size(path) or self.part

    def sha256(self, path: str) -> str:
        return hashlib.sha256(self.files[path]).hexdigest()

    def upload(
        self, source: Path, path: str, progress: Callable[[int, int], None], permit: Permit | None = None
    ) -> None:
        self.copies += 1
        progress(self.part, len(CONTENT))
        if self.broken:
            raise self.broken
        for there in range(self.part + 1000, len(CONTENT) + 1, 1000):
            progress(there, len(CONTENT))
        self.files[path] = CONTENT

    def delete(self, path: str, permit: Permit | None = None) -> None:
        raise AssertionError("staging deletes nothing")


class MemoryStaging:
    def __init__(self) -> None:
        self.written: list[Staged] = []

    def record_staged(self, staged: Staged) -> None:
        self.written.append(staged)

    def newest_staged(self, clusters: object) -> tuple[Staged, ...]:
        return tuple({(s.cluster, s.node, s.sha256): s for s in self.written}.values())


@dataclass
class FakeStaging:
    """Two clusters at one site, each with two empty nodes that have room."""

    image: Image
    staging: Staging = field(default_factory=Staging)
    stopped: str | None = None
    free_bytes: int = 10 * len(CONTENT)
    snapshot: Snapshot = field(default_factory=both)
    unreachable: str | None = None
    disks: dict[tuple[str, NodeName], Disk] = field(default_factory=dict)
    leases: MemoryLeases = field(default_factory=MemoryLeases)
    clock: SteppingClock = field(default_factory=SteppingClock)
    staged: MemoryStaging = field(default_factory=MemoryStaging)
    open_copies: int = 0
    most_copies: int = 0

    def disk(self, cluster: str, node: NodeName) -> Disk:
        return self.disks.setdefault((cluster, node), Disk())

    def context(self) -> StagingContext:
        fleet = [member(name, image=self.image.name, image_sha256=self.image.sha256) for name in ("a", "b")]
        asked = campaign(staging=self.staging)
        return StagingContext(
            staging_id="staging__spring__1",
            plan_now=lambda: Planning(campaign=asked, plan=plan_waves(fleet, asked)),
            clusters={name: replace(CLUSTER, name=name) for name in ("a", "b")},
            images={self.image.name: self.image},
            disk_factor=lambda *_: 2.0,
            staged=self.staged,
            leases=self.leases,
            look=self._look,
            files=self._files,
            clock=self.clock,
            log=logging.getLogger("test"),
            stopped=lambda: self.stopped,
        )

    def _look(self, cluster: Cluster, image: Image) -> Observation:
        if cluster.name == self.unreachable:
            raise DeviceUnreachable(NODE0, "no route to host")
        space = Filesystem(mounted_on="/var", available_bytes=self.free_bytes, total_bytes=self.free_bytes)
        answer = Rows(rows=(space,))
        state = ClusterState(cluster=cluster.name, taken_at=T0, var_tmp=PerNode(node0=answer, node1=answer))
        return Observation(snapshot=self.snapshot, state=state)

    @contextmanager
    def _files(self, cluster: Cluster, image: Image, node: NodeName) -> Iterator[Disk]:
        self.open_copies += 1
        self.most_copies = max(self.most_copies, self.open_copies)
        yield self.disk(cluster.name, node)
        self.open_copies -= 1


@pytest.fixture
def fake(tmp_path: Path) -> FakeStaging:
    source = tmp_path / IMAGE.name
    source.write_bytes(CONTENT)
    return FakeStaging(replace(IMAGE, file=str(source), size_bytes=len(CONTENT), sha256=CHECKSUM))


def stage(fake: FakeStaging) -> tuple[Staged, ...]:
    (work,) = plan_staging(fake.context())
    return stage_site(fake.context(), work)


def reasons(done: tuple[Staged, ...]) -> list[str | None]:
    return [staged.failed for staged in done]


def test_both_nodes_of_every_cluster_get_the_image_and_nothing_is_held_afterwards(fake: FakeStaging) -> None:
    done = stage(fake)
    assert [(s.cluster, s.node) for s in done] == [("a", NODE0), ("a", NODE1), ("b", NODE0), ("b", NODE1)]
    assert reasons(done) == [None] * 4
    assert all(disk.files[fake.image.node_path] == CONTENT for disk in fake.disks.values())
    assert fake.leases.held == {}
    assert summarise(fake.context()) == (2, {})


def test_a_second_time_nothing_is_sent(fake: FakeStaging) -> None:
    stage(fake)
    assert reasons(stage(fake)) == [None] * 4
    assert [disk.copies for disk in fake.disks.values()] == [1] * 4


def test_a_copy_that_was_cut_off_needs_only_room_for_the_rest(fake: FakeStaging) -> None:
    fake.disk("a", NODE0).part = len(CONTENT) // 2
    fake.free_bytes = 2 * len(CONTENT) - len(CONTENT) // 2
    done = stage(fake)
    assert done[0].failed is None
    assert "the upgrade will need" in str(done[1].failed)  # its copy would begin from nothing
    assert fake.disk("a", NODE1).copies == 0


def test_a_failure_is_told_and_the_others_go_on(fake: FakeStaging) -> None:
    fake.disk("a", NODE1).broken = TransferFailed(NODE1, "gave up")
    fake.unreachable = "b"
    done = stage(fake)
    assert done[0].failed is None
    assert "gave up" in str(done[1].failed)
    assert "no route to host" in str(done[2].failed)
    there, missing = summarise(fake.context())
    assert there == 0
    assert missing["a"].startswith("node1: ")
    assert fake.leases.held == {}


def test_a_cluster_that_an_upgrade_has_is_left_alone(fake: FakeStaging) -> None:
    fake.leases.take("cluster:a", "spring__1__a", 600)
    done = stage(fake)
    assert "held by spring__1__a" in str(done[0].failed)
    assert ("a", NODE0) not in fake.disks
    assert done[2].failed is None


def test_after_a_stop_nothing_new_is_copied(fake: FakeStaging) -> None:
    fake.stopped = "the whole fleet was stopped by eve"
    assert set(reasons(stage(fake))) == {"the whole fleet was stopped by eve"}
    assert fake.disks == {}


def test_nodes_that_run_the_release_already_get_nothing(fake: FakeStaging) -> None:
    fake.snapshot = both(fake.image.release, fake.image.release)
    assert reasons(stage(fake)) == [None] * 4
    assert fake.disks == {}


def test_no_more_copies_at_once_than_the_site_bears(fake: FakeStaging) -> None:
    (work,) = plan_staging(fake.context())
    fake.staging = Staging(sites={work.site: SiteStaging(at_once=1)})
    stage(fake)
    assert fake.most_copies == 1


def test_the_copies_of_a_site_share_its_line(fake: FakeStaging) -> None:
    fake.staging = Staging(everywhere=SiteStaging(at_once=1, mbit_s=0.08))  # 10,000 bytes a second
    began = fake.clock.now()
    stage(fake)
    assert fake.clock.now() - began >= timedelta(seconds=4 * len(CONTENT) / 10_000)


def test_without_a_section_staging_nothing_is_copied(fake: FakeStaging) -> None:
    context = replace(
        fake.context(), plan_now=lambda: Planning(campaign=campaign(), plan=plan_waves([], campaign()))
    )
    with pytest.raises(RequestRefused, match="takes no cluster"):
        plan_staging(context)
    with pytest.raises(RequestRefused, match="no section staging"):
        stage_site(context, SiteWork(site="s", clusters=("a",)))


def test_what_nobody_tried_is_missing() -> None:
    staged = Staged(at=T0, staging_id="1", cluster="a", node=NODE0, image="i", sha256="1")
    assert gaps(["a", "b"], [staged], {"a": "1", "b": "1"}) == {
        "a": "node1: not tried yet",
        "b": "node0: not tried yet; node1: not tried yet",
    }
    assert gaps(["a"], [staged, replace(staged, node=NODE1)], {"a": "2"}) != {}  # another image


def test_a_line_without_limit_waits_for_nobody() -> None:
    clock = SteppingClock()
    before = clock.now()
    Throttle(None, clock).sent(10**12)
    assert clock.now() == before


def test_an_image_is_staged_only_where_it_is_the_planned_one(fake: FakeStaging) -> None:
    """The plan's own, whatever the catalogue has under that name by now."""
    stage(fake)
    fake.image = replace(fake.image, sha256="f" * 64)
    there, missing = summarise(fake.context())
    assert (there, set(missing)) == (0, {"a", "b"})
