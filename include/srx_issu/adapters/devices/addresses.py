"""Which of a node's addresses is tried next: those that take a TCP connection, found out all at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from srx_issu.adapters.devices.login import open_socket
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import DeviceUnreachable


@dataclass(kw_only=True)
class Addresses:
    """All that lead to one node; ``management`` first. What is asked costs nobody more than one wait for a
    connection, however many there are."""

    node: str
    all: tuple[Address, ...]
    _newest: int = 0  # place of the one that was used last

    @property
    def management(self) -> Address:
        return self.all[0]

    def used(self, address: Address) -> None:
        self._newest = self.all.index(address)

    def leave(self) -> None:
        """The one that was used last has led to nothing: the next one is tried first."""
        self._newest = (self._newest + 1) % len(self.all)

    def to_try(self, connect_s: float) -> Sequence[Address]:
        """In turn, from the one that was used last on. Raises DeviceUnreachable where none answers."""
        if len(self.all) == 1:
            return self.all
        in_turn = (*self.all[self._newest :], *self.all[: self._newest])
        with ThreadPoolExecutor(max_workers=len(in_turn), thread_name_prefix="address") as pool:
            faults = list(pool.map(lambda address: self._fault(address, connect_s), in_turn))
        if all(faults):
            raise DeviceUnreachable(self.node, "; ".join(filter(None, faults)))
        return [address for address, fault in zip(in_turn, faults, strict=True) if fault is None]

    def _fault(self, address: Address, connect_s: float) -> str | None:
        try:
            open_socket(self.node, address, connect_s).close()
        except DeviceUnreachable as error:
            return error.message
        return None
