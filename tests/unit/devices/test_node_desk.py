"""How long a look waits for a node whose login waits for its turn."""

from __future__ import annotations

import asyncio
import time

import asyncssh
import pytest

from srx_issu.devices import node_desk
from srx_issu.devices.node_desk import NodeDesk
from srx_issu.domain.intent import Timers
from srx_issu.domain.model import NodeName

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
