"""A node that hears what an SSH client offers, before any key is agreed on, and hangs up."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

from srx_issu.domain.cluster.model import Address

FIELDS = (
    "kex",
    "host_keys",
    "ciphers_out",
    "ciphers_in",
    "macs_out",
    "macs_in",
    "compress_out",
    "compress_in",
)
_MARKS = ("ext-info-", "kex-strict-")  # no methods; announcements that stand among them


class Listener:
    """``offers`` holds each client's lists, by field, after its connection has ended."""

    def __init__(self) -> None:
        self.offers: list[dict[str, list[str]]] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = Address(host="127.0.0.1", port=self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client, client.makefile("rb") as sent:
                client.sendall(b"SSH-2.0-listener\r\n")
                assert sent.readline().startswith(b"SSH-2.0-")
                packet = sent.read(int.from_bytes(sent.read(4), "big"))
                self.offers.append(_lists(packet[1 + 1 + 16 :]))


def _lists(payload: bytes) -> dict[str, list[str]]:
    """RFC 4253, 7.1: name-lists, each with its length before it."""
    offered = dict[str, list[str]]()
    for field in FIELDS:
        length = int.from_bytes(payload[:4], "big")
        names = payload[4 : 4 + length].decode().split(",")
        offered[field] = [name for name in names if not name.startswith(_MARKS)]
        payload = payload[4 + length :]
    return offered
