"""Renewals of many upgrades' leases, gathered for a moment and made in one statement."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from srx_issu.domain.errors import SrxIssuError
from srx_issu.ports.journal import LeaseClaim, Leases

# After a triggerer's start every wait renews at its first look: a thousand come within seconds.
GATHER_S = 0.2


class LeaseRound:
    """For one event loop. Only who waits for a cluster renews its leases."""

    def __init__(self, leases: Callable[[], Leases]) -> None:
        self._leases = leases
        self._claims: list[LeaseClaim] = []
        self._round: asyncio.Task[Mapping[str, SrxIssuError]] | None = None

    async def renew(self, claim: LeaseClaim) -> None:
        """Raises LeaseHeld when another has something of it, JournalError when it is gone or nobody knows."""
        self._claims.append(claim)
        if self._round is None:
            self._round = asyncio.create_task(self._carry_out(), name="renewal of leases")
        lost = await asyncio.shield(self._round)  # who gives up waiting takes nobody's renewal away
        if (error := lost.get(claim.owner)) is not None:
            raise error

    async def _carry_out(self) -> Mapping[str, SrxIssuError]:
        await asyncio.sleep(GATHER_S)
        claims, self._claims, self._round = self._claims, [], None
        return await asyncio.to_thread(self._renew, claims)

    def _renew(self, claims: list[LeaseClaim]) -> Mapping[str, SrxIssuError]:
        return self._leases().renew_many(claims)
