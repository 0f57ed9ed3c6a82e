"""A request made in the moment in which its session ends is answered at once, not after the timeout."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.question import RequestForm
from srx_issu.domain.errors import SessionLost
from srx_issu.domain.upgrade.rpc import Rpc
from tests.fakes import replies
from tests.fakes.node import ScriptedNode

VERSION = RequestForm(rpc=Rpc("get-software-information"))


@pytest.fixture
def session() -> Iterator[tuple[NetconfSession, ScriptedNode]]:
    """Asked once, so that it is open; rather than hang, a lost request fails the test after ``rpc_s``."""
    with ScriptedNode(dict(replies.healthy())) as node:
        made = NetconfSession("node0", node.address, node.credentials(), connect_s=5, rpc_s=20)
        made.send(VERSION)
        yield made, node
        made.close()


def test_request_between_the_failure_and_its_close(session: tuple[NetconfSession, ScriptedNode]) -> None:
    asked, node = session
    under = asked._device._session  # type: ignore[union-attr]
    assert under is not None
    failed, asking = threading.Event(), threading.Event()
    close = under.close

    def close_late() -> None:
        failed.set()
        asking.wait(10)
        close()

    under.close = close_late
    node.hang_up()
    assert failed.wait(5)
    try:
        with pytest.raises(SessionLost, match="before the request was sent"):
            asked.send(VERSION)
    finally:
        asking.set()
    assert not asked.is_open
