"""What a look and one question more tell of somebody else at work on a node, as the lab answers it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import asyncssh
import pytest

from srx_issu.adapters.devices import async_login
from srx_issu.adapters.devices.ssh import SshClusterReader
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.rows import Login
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.steps.waits.bystanders import Bystanders
from tests.contract.worlds import Lab
from tests.fakes.wires import open_reader

N0, N1 = NodeName.NODE0, NodeName.NODE1


@pytest.fixture
def mended(lab: Lab) -> Iterator[Lab]:
    yield lab
    lab.control("clear", fault=None, node=None)


async def connect(lab: Lab, node: NodeName) -> asyncssh.SSHClientConnection:
    return await async_login.connect(node, lab.cluster.address(node), lab.credentials)


def reader_of(lab: Lab) -> SshClusterReader:
    return SshClusterReader("fw", lambda node: connect(lab, node), Timers(connect_s=20, rpc_s=20))


def test_both_wires_tell_the_last_commit_and_how_many_are_there(mended: Lab) -> None:
    mended.control("inject", fault="somebody_commits", node=None, at=None, parameters={"user": "bob"})
    mended.control("inject", fault="somebody_logs_in", node="node0", at=None, parameters={})
    told = []
    for wire in ("netconf", "ssh"):
        with open_reader(wire, mended.cluster, mended.credentials, rpc_s=20) as reader:
            told.append([(v.configured_at, v.configured_by, v.users) for v in reader.observe().views])
    assert told[0] == told[1]
    assert [by for _, by, _ in told[0]] == ["bob", "bob"]
    assert [users for _, _, users in told[0]] == [1, 0]
    assert all(at is not None for at, _, _ in told[0])


def test_our_own_sessions_are_nobody_else(mended: Lab) -> None:
    """A session at the CLI's prompt with our account, as the start's shell is, counts and is left out."""
    mended.control("inject", fault="somebody_logs_in", node="node0", at=None, parameters={})

    async def asked() -> tuple[Snapshot, tuple[Login, ...], tuple[Login, ...]]:
        reader = reader_of(mended)
        ours = await connect(mended, N1)
        terminal = await ours.create_process(term_type="vt100")
        try:
            return await reader.observe(), await reader.others(N0), await reader.others(N1)
        finally:
            terminal.close()
            ours.close()
            await reader.close()

    now, on_node0, on_node1 = asyncio.run(asked())
    assert now.node1.users == 1
    assert on_node1 == ()
    assert [(login.user, login.origin) for login in on_node0] == [("alice", "192.0.2.77")]


def test_a_commit_and_a_login_are_told_at_the_next_look(mended: Lab) -> None:
    async def watched() -> tuple[tuple[str, ...], ...]:
        reader = reader_of(mended)
        try:
            seen = Bystanders(reader, await reader.observe())
            quiet = await seen.new(await reader.observe())
            inject = {"at": None, "parameters": {"user": "carol"}}
            await asyncio.to_thread(mended.control, "inject", fault="somebody_commits", node=None, **inject)
            await asyncio.to_thread(
                mended.control, "inject", fault="somebody_logs_in", node="node1", **inject
            )
            return quiet, await seen.new(await reader.observe()), await seen.new(await reader.observe())
        finally:
            await reader.close()

    quiet, told, again = asyncio.run(watched())
    assert (quiet, again) == ((), ())
    assert [text.partition(" during")[0] for text in told] == [
        "node0: carol committed", "node1: carol is logged in",
    ]  # fmt: skip
