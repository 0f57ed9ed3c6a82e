"""Devices of NAPALM."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import napalm
import pytest

from tests.foreign.served_lab import LOOKED_AT, ServedLab

Connect = Callable[..., Any]


@pytest.fixture(scope="session")
def connect(lab: ServedLab) -> Connect:
    """A driver that is yet to be opened."""

    def made(cluster: str, **options: Any) -> Any:
        login = lab.login(cluster)
        driver = napalm.get_network_driver("junos")
        return driver(
            login.host, login.username, login.password, optional_args={"port": login.port, **options}
        )

    return made


@pytest.fixture(scope="module", params=LOOKED_AT)
def device(connect: Connect, request: pytest.FixtureRequest) -> Iterator[Any]:
    with connect(request.param) as opened:
        yield opened


@pytest.fixture
def editing(connect: Connect) -> Iterator[Any]:
    """A device whose edits are taken back."""
    with connect("edited") as opened:
        yield opened
        opened.discard_config()
