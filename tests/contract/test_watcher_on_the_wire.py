"""The watcher against simulated nodes over SSH: how often it logs in, and what it makes of bad lines."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncssh
import pytest

from srx_issu.adapters.devices import async_login, node_desk
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.login_pace import LoginPace
from srx_issu.adapters.devices.ssh import SshClusterReader
from srx_issu.airflow.watching.watcher import Watcher
from srx_issu.domain.cluster.model import Address, Cluster, NodeName, Snapshot
from srx_issu.domain.errors import DeviceTimeout
from srx_issu.domain.upgrade.goals import Course, Goal, progress
from srx_issu.domain.upgrade.intent import Intent, Timers
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.words import NodeId
from srx_lab.rehearsal import example_image
from tests.fakes import replies
from tests.fakes.cable import Cable
from tests.fakes.intents import CLUSTER, POLICY, intent
from tests.fakes.node import ScriptedNode
from tests.integration.lab.conftest import TARGET, ServedLab, serve

NODE0, NODE1 = NodeName
LOG = logging.getLogger("test.watcher")
GOALS = (
    Goal.SECONDARY_UPGRADED,
    Goal.COLD_SYNCED,
    Goal.SWITCHED_OVER,
    Goal.PRIMARY_UPGRADED,
    Goal.RESYNCED,
)
SPEED = 600.0  # fifty minutes of the nodes in five seconds


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[ServedLab]:
    served = serve(tmp_path, speed=SPEED)
    yield served
    served.stop()


@dataclass(kw_only=True)
class Bed:
    """Watchers of the lab's one cluster, over cables where a test asks for them."""

    lab: ServedLab
    timers: Timers = field(default_factory=lambda: Timers(poll_s=0.1, rpc_s=5.0, connect_s=5.0))
    ports: dict[NodeName, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = {node: self.lab.port(str(node)) for node in NodeName} | self.ports

    async def cable(self, stack: AsyncExitStack, node: NodeName) -> Cable:
        cable = await stack.enter_async_context(Cable(port=self.ports[node]))
        self.ports[node] = cable.own_port
        return cable

    @property
    def upgrade(self) -> Intent:
        places = {str(node): Address(host="127.0.0.1", port=port) for node, port in self.ports.items()}
        return intent(
            cluster=replace(CLUSTER, name="c1", **places), policy=replace(POLICY, timers=self.timers)
        )

    def watcher(self, linger_s: float = 60.0) -> Watcher:
        return Watcher(make_reader=self._reader, linger_s=linger_s)

    def _reader(self, cluster: Cluster, timers: Timers, pace: LoginPace) -> SshClusterReader:
        known = Path(self.lab.known_hosts).read_text()
        for node, port in self.ports.items():
            known = known.replace(f":{self.lab.port(str(node))} ", f":{port} ")
        account = Credentials(username="lab", password=self.lab.password, known_hosts=known)

        async def connect(node: NodeName) -> asyncssh.SSHClientConnection:
            return await async_login.connect(node, cluster.address(node), account)

        return SshClusterReader(cluster.name, connect, timers, turn=pace.turn)

    def logins(self) -> dict[str, int]:
        return {
            str(node): sum(
                event["node"] == node for event in self.lab.server.events.matching(kinds=["logged_in"])
            )
            for node in NodeName
        }

    def start_issu(self) -> None:
        cluster = self.lab.server.lab.clusters["c1"]

        def start() -> None:
            cluster.machine.start_upgrade(NodeId.NODE0, example_image(), StartOptions(reboot=True))
            cluster.settle()

        self.lab.loop.call_soon_threadsafe(start)

    async def reach(self, watcher: Watcher, goals: tuple[Goal, ...], before: Snapshot) -> Snapshot:
        """A wait of its own for each goal, as the sensors have it."""
        course = Course(before=before, starter=NODE0, target=TARGET)
        for goal in goals:
            wait = watcher.subscribe(self.upgrade, LOG)
            async with asyncio.timeout(60):
                while not progress(goal, course, now := await wait.observe()).done:
                    await asyncio.sleep(self.timers.poll_s)
            await wait.close()
        return now


async def look(bed: Bed, watcher: Watcher) -> Snapshot:
    wait = watcher.subscribe(bed.upgrade, LOG)
    try:
        return await wait.observe()
    finally:
        await wait.close()


def play(story: Callable[[], Awaitable[None]]) -> None:
    async def told() -> None:
        await story()

    asyncio.run(told())


def test_a_session_that_is_forgotten_on_the_way_is_not_the_nodes_silence(lab: ServedLab) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            bed = Bed(lab=lab, timers=Timers(poll_s=0.1, rpc_s=1.0, connect_s=5.0))
            cable, watcher = await bed.cable(stack, NODE1), bed.watcher()
            assert (await look(bed, watcher)).both_reachable
            cable.forget()
            assert (await look(bed, watcher)).both_reachable
            assert bed.logins() == {"node0": 1, "node1": 2}

    play(story)


def test_a_session_that_the_node_ends_when_idle_costs_a_login_and_no_look(lab: ServedLab) -> None:
    async def story() -> None:
        bed = Bed(lab=lab)
        watcher = bed.watcher()
        assert (await look(bed, watcher)).both_reachable
        for host in lab.server.hosts.values():
            for connection in list(host.connections):
                lab.loop.call_soon_threadsafe(connection.close)
        await asyncio.sleep(0.1)
        assert (await look(bed, watcher)).both_reachable
        assert bed.logins() == {"node0": 2, "node1": 2}

    play(story)


def test_a_node_that_hangs_does_not_keep_its_peer_from_being_looked_at(
    lab: ServedLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            bed = Bed(lab=lab, timers=Timers(poll_s=0.1, rpc_s=60.0, connect_s=60.0))
            cable, watcher = await bed.cable(stack, NODE1), bed.watcher()
            assert (await look(bed, watcher)).both_reachable
            monkeypatch.setattr(node_desk, "LEAST_PATIENCE_S", 0.4)
            cable.is_dead = True
            cable.forget()
            began = time.monotonic()
            for _ in range(3):
                seen = await look(bed, watcher)
                assert seen.node0.reachable
                assert not seen.node1.reachable
                assert "still waiting for it" in (seen.node1.error or "")
                with pytest.raises(DeviceTimeout):
                    await watcher.subscribe(bed.upgrade, LOG).read_text(NODE1, "/var/tmp/x")
            assert time.monotonic() - began < 10  # a third of what one deadline would take

    play(story)


def test_a_node_that_hung_is_seen_again_when_its_deadline_is_over(lab: ServedLab) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            bed = Bed(lab=lab, timers=Timers(poll_s=0.1, rpc_s=1.5, connect_s=1.5))
            cable, watcher = await bed.cable(stack, NODE1), bed.watcher()
            cable.is_dead = True
            assert not (await look(bed, watcher)).node1.reachable
            cable.is_dead = False
            assert (await look(bed, watcher)).both_reachable

    play(story)


def test_an_issu_takes_one_login_a_node_and_one_more_after_its_reboot(lab: ServedLab) -> None:
    async def story() -> None:
        bed = Bed(lab=lab)
        watcher = bed.watcher()
        before = await look(bed, watcher)
        bed.start_issu()
        now = await bed.reach(watcher, GOALS, before)
        assert [view.release for view in now.views] == [TARGET] * 2
        assert bed.logins() == {"node0": 2, "node1": 2}

    play(story)


def test_a_watcher_that_ends_in_mid_issu_leaves_no_session_and_another_goes_on(lab: ServedLab) -> None:
    bed = Bed(lab=lab)

    async def first() -> Snapshot:
        watcher = bed.watcher()
        before = await look(bed, watcher)
        bed.start_issu()
        await bed.reach(watcher, GOALS[:1], before)
        watcher.subscribe(bed.upgrade, LOG)  # a wait that the loop's end takes by surprise
        return before

    async def second(before: Snapshot) -> None:
        assert not any(host.connections for host in lab.server.hosts.values())
        await bed.reach(bed.watcher(), GOALS[1:], before)

    before = asyncio.run(first())
    time.sleep(0.1)
    asyncio.run(second(before))


def test_two_watchers_side_by_side_see_the_same(lab: ServedLab) -> None:
    async def story() -> None:
        bed = Bed(lab=lab)
        one, other = bed.watcher(), bed.watcher()
        before = await look(bed, one)
        bed.start_issu()
        seen = await asyncio.gather(bed.reach(one, GOALS, before), bed.reach(other, GOALS, before))
        assert all(view.release == TARGET for now in seen for view in now.views)
        assert bed.logins() == {"node0": 4, "node1": 4}

    play(story)


def test_sessions_that_nobody_waits_for_are_given_back(lab: ServedLab) -> None:
    async def story() -> None:
        bed = Bed(lab=lab)
        watcher = bed.watcher(linger_s=0.05)
        await look(bed, watcher)
        async with asyncio.timeout(5):
            while any(host.connections for host in lab.server.hosts.values()):
                await asyncio.sleep(0.02)
        assert watcher.clusters == 0

    play(story)


def test_a_node_that_pours_out_an_answer_is_cut_off_and_its_peer_is_read() -> None:
    flood = "x" * (3 * node_desk.LOOK_BYTES)
    with ScriptedNode(dict(replies.healthy())) as hostile, ScriptedNode(dict(replies.healthy())) as peer:
        hostile.answers["show chassis cluster status"] = f"<output>{flood}</output>"
        account = hostile.credentials(known_hosts=hostile.known_hosts + peer.known_hosts)
        cluster = replace(CLUSTER, node0=hostile.address, node1=peer.address)

        async def connect(node: NodeName) -> asyncssh.SSHClientConnection:
            return await async_login.connect(node, cluster.address(node), account)

        async def story() -> None:
            reader = SshClusterReader("fw-1", connect, Timers(connect_s=2, rpc_s=5))
            seen = await reader.observe()
            await reader.close()
            assert seen.node1.error is None
            assert f"answer larger than {node_desk.LOOK_BYTES} bytes" in (seen.node0.error or "")
            assert seen.node0.groups == ()

        play(story)
