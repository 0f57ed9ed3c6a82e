"""Sessions of ncclient."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from ncclient import manager

from tests.foreign.served_lab import LOOKED_AT, ServedLab

Connect = Callable[..., manager.Manager]


def done(reply: object) -> bool:
    """Whether a reply is `<ok/>`; for Junos ncclient hands out elements, which have no such attribute."""
    return "<ok/>" in str(reply)


@pytest.fixture(scope="session")
def connect(lab: ServedLab) -> Connect:
    """Opens a session to a cluster's node; `device` is how ncclient is to take it."""

    def opened(cluster: str, node: str = "node0", device: str = "junos") -> manager.Manager:
        login = lab.login(cluster, node)
        return manager.connect(
            host=login.host, port=login.port, username=login.username, password=login.password,
            hostkey_verify=False, device_params={"name": device}, allow_agent=False, look_for_keys=False,
            timeout=60,
        )  # fmt: skip

    return opened


@pytest.fixture(scope="module", params=LOOKED_AT)
def session(connect: Connect, request: pytest.FixtureRequest) -> Iterator[manager.Manager]:
    with connect(request.param) as connected:
        yield connected


@pytest.fixture(scope="module")
def plain(connect: Connect) -> Iterator[manager.Manager]:
    """ncclient that knows nothing of Junos: replies must be NETCONF's."""
    with connect("mid", device="default") as connected:
        yield connected


@pytest.fixture
def editing(connect: Connect) -> Iterator[manager.Manager]:
    with connect("edited") as connected:
        yield connected
        if connected.connected:
            connected.discard_changes()
