"""Relays pass everything until they hang; then nothing, on open connections and on new ones."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from srx_demo.hanging_relays import HangingRelays
from srx_demo.lab import LabNode


@pytest.fixture
def echo() -> Iterator[LabNode]:
    """A server that says what it is told, to one client after the other."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    while data := client.recv(100):
                        client.sendall(data)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield LabNode(host="127.0.0.1", port=server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_relay_passes_both_ways_and_then_nothing(echo: LabNode) -> None:
    with HangingRelays({7: echo}) as relays:
        with socket.create_connection(("127.0.0.1", relays.ports[7]), timeout=5) as client:
            client.sendall(b"before")
            assert client.recv(100) == b"before"
            relays.hang()
            client.sendall(b"after")
            client.settimeout(0.2)
            with pytest.raises(TimeoutError):
                client.recv(100)
        with socket.create_connection(("127.0.0.1", relays.ports[7]), timeout=5) as client:
            client.sendall(b"anew")
            client.settimeout(0.2)
            with pytest.raises(TimeoutError):
                client.recv(100)
