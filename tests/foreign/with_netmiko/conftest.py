"""Sessions of netmiko."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import netmiko
import pytest

from tests.foreign.served_lab import LOOKED_AT, ServedLab

Connect = Callable[..., Any]


@pytest.fixture(scope="session")
def connect(lab: ServedLab) -> Connect:
    """Opens a terminal on a cluster's node."""

    def opened(cluster: str, node: str = "node0") -> Any:
        login = lab.login(cluster, node)
        # In haste (fast_cli) it asks for the prompt twice, and takes the second for the next answer.
        return netmiko.ConnectHandler(
            device_type="juniper_junos", host=login.host, port=login.port, username=login.username,
            password=login.password, fast_cli=False, read_timeout_override=30,
        )  # fmt: skip

    return opened


@pytest.fixture(scope="module", params=LOOKED_AT)
def session(connect: Connect, request: pytest.FixtureRequest) -> Iterator[Any]:
    connected = connect(request.param)
    yield connected
    connected.disconnect()


@pytest.fixture(scope="module")
def editing(connect: Connect) -> Iterator[Any]:
    connected = connect("edited")
    yield connected
    connected.disconnect()


@pytest.fixture
def candidate(editing: Any) -> Iterator[Any]:
    """A terminal whose edits are taken back."""
    yield editing
    editing.config_mode()
    editing.send_command_timing("rollback 0")
    editing.exit_config_mode()
