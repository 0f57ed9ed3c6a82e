"""When NetBox is asked, and what is used while it does not answer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from srx_issu.airflow.composition.inventory import newest_reading
from srx_issu.catalog.inventory.netbox import NetboxEntry, NetboxReading
from srx_issu.domain.errors import RequestRefused
from tests.fakes.audits import MemoryAudits
from tests.fakes.memory import SteppingClock

ENTRY = NetboxEntry(filters={"tag": "srx"}, fresh_for_s=600, usable_for_s=3600)


class Netbox:
    """Counts how often it is asked."""

    def __init__(self, clock: SteppingClock) -> None:
        self.clock, self.asked, self.is_away = clock, 0, False

    def read(self, entry: NetboxEntry) -> NetboxReading:
        if self.is_away:
            raise RequestRefused("NetBox does not answer")
        self.asked += 1
        return reading(self.clock.now())


def reading(at: datetime) -> NetboxReading:
    return NetboxReading(read_at=at, source="http://netbox", filters={"tag": ("srx",)}, chassis=())


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def netbox(clock: SteppingClock) -> Netbox:
    return Netbox(clock)


@pytest.fixture
def audits() -> MemoryAudits:
    return MemoryAudits()


def look(
    netbox: Netbox, audits: MemoryAudits, clock: SteppingClock, entry: NetboxEntry = ENTRY
) -> NetboxReading:
    return newest_reading(entry, audits, netbox.read, clock)


def test_a_young_reading_is_used_again(netbox: Netbox, audits: MemoryAudits, clock: SteppingClock) -> None:
    first = look(netbox, audits, clock)
    clock.sleep(599)
    assert look(netbox, audits, clock) == first
    assert netbox.asked == 1


def test_an_old_reading_is_made_anew_and_both_are_kept(
    netbox: Netbox, audits: MemoryAudits, clock: SteppingClock
) -> None:
    first = look(netbox, audits, clock)
    clock.sleep(601)
    assert look(netbox, audits, clock).read_at == first.read_at + timedelta(seconds=601)
    assert len(audits.files) == 2


def test_a_kept_reading_serves_while_netbox_is_away_and_not_for_ever(
    netbox: Netbox, audits: MemoryAudits, clock: SteppingClock
) -> None:
    first = look(netbox, audits, clock)
    netbox.is_away = True
    clock.sleep(3599)
    assert look(netbox, audits, clock) == first
    clock.sleep(2)
    with pytest.raises(
        RequestRefused, match=r"NetBox does not answer; the newest reading is of .* usable_for_s"
    ):
        look(netbox, audits, clock)


def test_nothing_starts_when_netbox_was_never_read(
    netbox: Netbox, audits: MemoryAudits, clock: SteppingClock
) -> None:
    netbox.is_away = True
    with pytest.raises(RequestRefused, match="no earlier reading is kept"):
        look(netbox, audits, clock)


def test_a_reading_by_other_filters_is_another_fleets(
    netbox: Netbox, audits: MemoryAudits, clock: SteppingClock
) -> None:
    look(netbox, audits, clock)
    look(netbox, audits, clock, NetboxEntry(filters={"tag": "other"}))
    assert netbox.asked == 2
