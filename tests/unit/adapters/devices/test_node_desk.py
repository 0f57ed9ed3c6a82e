"""How long a look waits for a node whose login waits for its turn."""

from __future__ import annotations

import asyncio
import time

import asyncssh
import pytest

from srx_issu.adapters.devices import async_login, node_desk
from srx_issu.adapters.devices.node_desk import NodeDesk
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Timers
from tests.fakes import replies
from tests.fakes.node import Act, ScriptedNode

PATIENCE_S = 0.3


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_desk, "LEAST_PATIENCE_S", PATIENCE_S)


async def refused(_: NodeName) -> asyncssh.SSHClientConnection:
    raise ConnectionRefusedError


async def silent(_: NodeName) -> asyncssh.SSHClientConnection:
    await asyncio.Event().wait()
    raise AssertionError


async def turn_after_a_while() -> None:
    await asyncio.sleep(PATIENCE_S * 3.5)


def test_the_queue_for_a_login_is_not_the_nodes_silence() -> None:
    async def look() -> str | None:
        desk = NodeDesk(NodeName.NODE0, refused, Timers(poll_s=0.1), turn_after_a_while)
        view = await desk.view()
        await desk.close()
        return view.error

    assert "Refused" in str(asyncio.run(look()))


def test_a_node_that_says_nothing_once_it_is_its_turn_is_silent_in_this_look() -> None:
    async def look() -> tuple[str | None, bool]:
        desk = NodeDesk(NodeName.NODE0, silent, Timers(poll_s=0.1), turn_after_a_while)
        view = await desk.view()
        overdue = desk.is_overdue
        await desk.close()
        return view.error, overdue

    error, overdue = asyncio.run(look())
    assert "still waiting for it" in str(error)
    assert overdue


class SlowLogins:
    """A node that asks its RADIUS server for long at each login."""

    def __init__(self, node: ScriptedNode, takes_s: float) -> None:
        self._node, self.takes_s = node, takes_s

    async def connect(self, _: NodeName) -> asyncssh.SSHClientConnection:
        await asyncio.sleep(self.takes_s)
        return await async_login.connect("node0", self._node.address, self._node.credentials())


def test_a_node_whose_every_login_takes_longer_than_our_patience_is_given_the_time_it_takes() -> None:
    async def looks() -> list[bool]:
        with ScriptedNode(dict(replies.healthy())) as node:
            desk = NodeDesk(NodeName.NODE0, SlowLogins(node, PATIENCE_S * 1.5).connect, Timers(poll_s=0.1))
            seen = list[bool]()
            for _ in range(3):
                seen.append((await desk.view()).reachable)
                while desk.is_overdue:
                    await asyncio.sleep(0.05)
                node.hang_up()
                await asyncio.sleep(0.05)
            await desk.close()
            return seen

    assert asyncio.run(looks()) == [False, True, True]


def test_a_session_that_ends_in_mid_look_does_not_make_the_look_longer() -> None:
    """The peer would be looked at later, by as many logins as a node cuts off."""

    async def look() -> float:
        with ScriptedNode(dict(replies.healthy())) as node:
            logins = SlowLogins(node, 0.0)
            desk = NodeDesk(NodeName.NODE0, logins.connect, Timers(poll_s=0.1))
            assert (await desk.view()).reachable
            node.answers["show version"], logins.takes_s = Act.HANG, PATIENCE_S * 0.8
            asyncio.get_running_loop().call_later(PATIENCE_S * 0.8, node.hang_up)
            began = time.monotonic()
            assert not (await desk.view()).reachable
            took_s = time.monotonic() - began
            await desk.close()
            return took_s

    assert asyncio.run(look()) < PATIENCE_S * 1.4


def test_a_kept_session_that_says_nothing_is_opened_anew_within_the_look() -> None:
    """As the shipped timers have it: an answer may take longer than a look waits."""

    async def looks() -> tuple[bool, int]:
        with ScriptedNode(dict(replies.healthy())) as node:
            desk = NodeDesk(NodeName.NODE0, SlowLogins(node, 0.0).connect, Timers(poll_s=0.1, rpc_s=60.0))
            assert (await desk.view()).reachable
            healthy, node.answers["show version"] = node.answers["show version"], Act.HANG
            looking = asyncio.create_task(desk.view())
            await asyncio.sleep(PATIENCE_S / 3)
            node.answers["show version"] = healthy  # for a new session; the old one was asked already
            seen = await looking
            await desk.close()
            return seen.reachable, desk.session.logins

    assert asyncio.run(looks()) == (True, 2)


def test_a_login_that_is_begun_anew_gives_the_node_no_more_time() -> None:
    async def second_look_s() -> float:
        # The first look's login gives up in the middle of the second one, which then begins its own.
        desk = NodeDesk(NodeName.NODE0, silent, Timers(poll_s=0.1, connect_s=PATIENCE_S * 1.5))
        await desk.view()
        began = time.monotonic()
        await desk.view()
        lasted_s = time.monotonic() - began
        await desk.close()
        return lasted_s

    assert asyncio.run(second_look_s()) < PATIENCE_S * 1.3
