"""The form in which a node is asked over NETCONF."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rpc:
    """An RPC by name; a leaf with value None is an empty element such as ``<reboot/>``."""

    name: str
    leaves: tuple[tuple[str, str | None], ...] = ()
