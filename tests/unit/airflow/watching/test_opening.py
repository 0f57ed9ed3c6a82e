"""When a wait that is taken up again began, whatever clocks were set meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from srx_issu.airflow.composition.stores import Stores
from srx_issu.airflow.watching.opening import PendingWait, begin_wait
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.upgrade.goals import Goal
from tests.fakes.intents import intent
from tests.fakes.memory import MemoryJournal, SteppingClock
from tests.fakes.snapshots import T0

RUN = "manual__1"
WAIT = PendingWait(upgrade_id=RUN, awaited=Goal.COLD_SYNCED, step="issu.wait")


class OneJournal:
    """``Stores`` as far as this asks for them."""

    def __init__(self, journal: MemoryJournal) -> None:
        self.journal = journal


@pytest.mark.parametrize(("database_s", "waited_s"), [(600, 600), (-3600, 0)])
def test_a_wait_taken_up_again_began_by_the_databases_time_and_never_later_than_now(
    database_s: int, waited_s: int
) -> None:
    database, here = SteppingClock(), SteppingClock(T0 - timedelta(hours=7))
    journal = MemoryJournal(database)
    journal.open_upgrade(intent(), T0)
    stores = cast("Stores", cast("Any", OneJournal(journal)))
    begun = begin_wait(stores, WAIT, known(()), "waiting", here)
    assert begun == here.now()
    database.sleep(database_s)
    again = begin_wait(stores, WAIT, known(journal.entries(RUN)), "waiting", here)
    assert here.now() - again == timedelta(seconds=waited_s)
