"""A ProxyCommand: leaves a mark, and leads to the host as if it were not there. MARK HOST PORT."""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path


def main(mark: str, host: str, port: str) -> None:
    Path(mark).touch()
    with socket.create_connection((host, int(port))) as node:

        def answers() -> None:
            while data := node.recv(65536):
                os.write(1, data)

        threading.Thread(target=answers, daemon=True).start()
        while data := os.read(0, 65536):
            node.sendall(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
