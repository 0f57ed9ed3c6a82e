"""Devices of PyEZ."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from jnpr.junos import Device
from jnpr.junos.utils.config import Config

from tests.foreign.served_lab import LOOKED_AT, ServedLab

Connect = Callable[..., Device]


@pytest.fixture(scope="session")
def connect(lab: ServedLab) -> Connect:
    """A device that is yet to be opened."""

    def made(cluster: str, node: str = "node0") -> Device:
        login = lab.login(cluster, node)
        return Device(
            host=login.host, port=login.port, user=login.username, password=login.password,
            allow_agent=False, look_for_keys=False,
        )  # fmt: skip

    return made


@pytest.fixture(scope="module", params=LOOKED_AT)
def device(connect: Connect, request: pytest.FixtureRequest) -> Iterator[Device]:
    with connect(request.param) as opened:
        yield opened


@pytest.fixture
def editing(connect: Connect) -> Iterator[Device]:
    """A device whose edits are taken back."""
    with connect("edited") as opened:
        yield opened
        Config(opened).rollback(0)
