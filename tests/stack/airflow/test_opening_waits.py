"""What a wait does before its first look, on the loop's watcher; no stack."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, cast

from srx_issu.airflow.composition.stores import Stores
from srx_issu.airflow.watching import idle as watching
from srx_issu.airflow.watching.watcher import Watcher, watcher, watcher_of_loop
from srx_issu.domain.errors import JournalAway, SrxIssuError
from srx_issu.ports.journal import LeaseClaim
from srx_issu.steps.leases import needs_of, take_all
from tests.fakes.intents import intent
from tests.fakes.kept_reader import FakeKeptReader
from tests.fakes.memory import MemoryJournal, MemoryLeases, SteppingClock
from tests.fakes.snapshots import T0

LOG = logging.getLogger("test")
RUN = intent().upgrade_id
HOUR = 3600.0


class LeasesAwayAtFirst(MemoryLeases):
    """The first renewal finds no database."""

    def __init__(self) -> None:
        super().__init__(SteppingClock())
        self.asked = 0

    def renew_many(self, claims: Sequence[LeaseClaim]) -> Mapping[str, SrxIssuError]:
        self.asked += 1
        if self.asked == 1:
            raise JournalAway("PostgreSQL does not answer")
        return super().renew_many(claims)


def test_a_recoverys_wait_that_opens_without_the_journal_renews_its_lease_all_the_same() -> None:
    """It renews seldom, so one that was missed would be missing for long."""
    leases, journal = LeasesAwayAtFirst(), MemoryJournal()
    journal.open_upgrade(intent(), T0)
    take_all(needs_of(intent()), RUN, leases, HOUR)
    before = {name: lease.expires_at for name, lease in leases.held.items()}
    unused = cast("Any", None)
    stores = Stores(
        journal=journal,
        campaigns=unused,
        leases=leases,
        evidence=unused,
        audits=unused,
        staging=unused,
    )

    async def opened() -> None:
        here = Watcher(stores=lambda: stores, make_reader=lambda *_: FakeKeptReader())
        setattr(asyncio.get_running_loop(), watcher._ATTRIBUTE, here)
        assert watcher_of_loop() is here
        async with watching.open_quiet(RUN, "recover.wait_until_quiet", LOG):
            pass

    asyncio.run(opened())
    assert all(lease.expires_at > before[name] for name, lease in leases.held.items())
