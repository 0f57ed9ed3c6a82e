"""What an intended action needs, in one transaction: an open upgrade, its leases, a free key."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.adapters.journal import SqlJournal, SqlLeases
from srx_issu.domain.errors import JournalError
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.journal import PERMIT_S, Hold, IntendAnswer
from tests.integration.adapters.journal.samples import NOON, make_issu_intended
from tests.integration.adapters.journal.test_sql_leases import FW, HOUR, pass_time

UPGRADE = "wave1__fw-a"
CORE = "conflict:core"
HOLD = Hold(resources=(FW, CORE), ttl_s=HOUR)


@pytest.fixture
def holding(opened: SqlJournal, leases: SqlLeases) -> SqlJournal:
    for resource in HOLD.resources:
        leases.take(resource, UPGRADE, 60)
    return opened


def test_a_closed_upgrade_intends_nothing(holding: SqlJournal) -> None:
    holding.close_upgrade(UPGRADE, Outcome.REFUSED, "rejected", NOON)
    intended = holding.intend(UPGRADE, make_issu_intended(), HOLD)
    assert intended.answer is IntendAnswer.CLOSED
    assert "closed as REFUSED" in intended.reason
    assert holding.entries(UPGRADE) == ()


def test_what_it_holds_is_extended_and_what_ran_out_is_revived(
    holding: SqlJournal, leases: SqlLeases, journal_url: str
) -> None:
    pass_time(journal_url, HOUR)
    intended = holding.intend(UPGRADE, make_issu_intended(), HOLD)
    assert intended.written
    assert abs(intended.at - holding.now()) < timedelta(seconds=30)
    for lease in leases.held_by(UPGRADE):
        assert lease.expires_at > intended.at + timedelta(seconds=HOUR - 30)


def test_one_lease_lost_to_another_refuses_and_extends_nothing(
    holding: SqlJournal, leases: SqlLeases, journal_url: str
) -> None:
    pass_time(journal_url, 61 + PERMIT_S)
    leases.take(CORE, "other", HOUR)
    before = leases.held_by(UPGRADE)
    intended = holding.intend(UPGRADE, make_issu_intended(), HOLD)
    assert intended.answer is IntendAnswer.NOT_HELD
    assert "conflict:core is held by upgrade other" in intended.reason
    assert leases.held_by(UPGRADE) == before
    leases.release(CORE, "other")
    assert holding.intend(UPGRADE, make_issu_intended(), HOLD).answer is IntendAnswer.NOT_HELD
    assert [entry.step for entry in holding.entries(UPGRADE)] == ["lease"]  # the loss, nothing intended


def test_a_worker_whose_clock_is_six_hours_ahead_takes_no_live_lease(
    holding: SqlJournal, leases: SqlLeases
) -> None:
    """Its clock is not asked: what it intends is only as late as the database says."""
    ahead = replace(make_issu_intended(), at=holding.now() + timedelta(hours=6))
    assert holding.intend(UPGRADE, ahead, HOLD).written
    (entry,) = holding.entries(UPGRADE)
    assert entry.recorded_at is not None
    assert entry.at - entry.recorded_at > timedelta(hours=5)
    held = leases.holder(FW)
    assert held is not None
    assert held.expires_at < holding.now() + timedelta(hours=2)


def test_a_hold_of_no_time_is_refused(holding: SqlJournal) -> None:
    with pytest.raises(JournalError, match="more than 0 s"):
        holding.intend(UPGRADE, make_issu_intended(), replace(HOLD, ttl_s=0))
