"""The kept session's deadlines, where a node goes silent after it has taken the question."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncssh
import pytest

from srx_issu.adapters.devices import async_login
from srx_issu.adapters.devices.sessions import KeptSession
from srx_issu.domain.cluster.model import Address, NodeName
from srx_issu.domain.errors import DeviceTimeout, SessionLost
from srx_issu.domain.upgrade.intent import Timers
from tests.fakes import replies
from tests.fakes.cable import Cable
from tests.fakes.node import Act, ScriptedNode

NODE0 = NodeName.NODE0
VERSION = "show version"
ASKED = f"{VERSION} | display xml | no-more"
RPC_S = 0.5
ABOUT_S = 5.0  # far below what the keep-alives of a session take to notice


@asynccontextmanager
async def session_over_cable() -> AsyncIterator[tuple[KeptSession, ScriptedNode, Cable]]:
    with ScriptedNode(dict(replies.healthy())) as node:
        async with Cable(port=node.address.port) as cable:
            address = Address(host="127.0.0.1", port=cable.own_port)
            known = node.known_hosts.replace(str(node.address.port), str(cable.own_port))
            account = node.credentials(known_hosts=known)

            async def connect(name: NodeName) -> asyncssh.SSHClientConnection:
                return await async_login.connect(name, address, account)

            session = KeptSession(NODE0, connect, Timers(rpc_s=RPC_S, connect_s=2.0))
            yield session, node, cable
            session.drop()


async def falls_silent(node: ScriptedNode, cable: Cable) -> None:
    """Takes the question of a channel that is open, and then not even the channel's end comes back."""
    before = len(node.requests)
    while len(node.requests) == before:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    cable.forget()


def test_a_question_that_was_taken_and_never_answered_ends_at_its_deadline() -> None:
    async def story() -> None:
        async with session_over_cable() as (session, node, cable):
            await session.run(ASKED)
            healthy, node.answers[VERSION] = node.answers[VERSION], Act.HANG
            silence = asyncio.create_task(falls_silent(node, cable))
            asking, began = asyncio.create_task(session.run(ASKED)), time.monotonic()
            await silence
            node.answers[VERSION] = healthy
            async with asyncio.timeout(ABOUT_S):
                assert (await asking).status == 0  # on a session that was opened anew
            assert time.monotonic() - began >= RPC_S
            assert session.logins == 2

    asyncio.run(story())


def test_a_node_that_stays_silent_is_a_timeout_at_the_deadline() -> None:
    async def story() -> None:
        async with session_over_cable() as (session, node, cable):
            node.answers[VERSION] = Act.HANG
            silence = asyncio.create_task(falls_silent(node, cable))
            with pytest.raises(DeviceTimeout, match="no answer within"):
                async with asyncio.timeout(ABOUT_S):
                    await session.run(ASKED)
            await silence

    asyncio.run(story())


def test_who_gives_up_waiting_does_not_wait_for_the_node_to_agree() -> None:
    async def story() -> None:
        async with session_over_cable() as (session, node, cable):
            node.answers[VERSION] = Act.HANG
            asking = asyncio.create_task(session.run(ASKED))
            await falls_silent(node, cable)
            asking.cancel()
            done, _ = await asyncio.wait({asking}, timeout=RPC_S / 2)
            assert done

    asyncio.run(story())


def test_what_was_ended_is_not_opened_again_by_who_still_uses_it() -> None:
    """A stuck watcher's part is ended while another wait logs in over it for a transcript."""

    async def story() -> None:
        async with session_over_cable() as (session, node, cable):
            asking = asyncio.create_task(session.run(ASKED))
            while not cable.connections:
                await asyncio.sleep(0)
            session.end()
            with pytest.raises(SessionLost):
                await asking
            with pytest.raises(SessionLost):
                await session.run(ASKED)
            assert cable.connections == 1
            async with asyncio.timeout(ABOUT_S):
                while cable._open:
                    await asyncio.sleep(0.01)
            assert node.requests == []

    asyncio.run(story())
