"""What is said when a node cannot be reached."""

from __future__ import annotations

import socket

import pytest

from srx_issu.devices.login import open_socket
from srx_issu.domain.errors import DeviceUnreachable
from srx_issu.domain.model import Address


def test_a_refused_connection_is_not_told_as_a_wait() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        port = taken.getsockname()[1]
        with pytest.raises(DeviceUnreachable) as refused:
            open_socket("node1", Address(host="127.0.0.1", port=port), 30.0)
    assert str(refused.value).endswith(f"no TCP connection to 127.0.0.1 port {port}: Connection refused")
