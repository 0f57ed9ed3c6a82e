"""The Leases port on a real PostgreSQL."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import psycopg
import pytest

from srx_issu.adapters.journal import JournalQueries, SqlJournal, SqlLeases
from srx_issu.adapters.journal.sql_leases import BUSY_S, LeaseChangeKind
from srx_issu.domain.errors import JournalAway, JournalError, LeaseHeld
from srx_issu.domain.history.events import Decided, FindingMade, FoundBy
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.journal import PERMIT_S, LeaseClaim
from tests.integration.adapters.journal.samples import NOON, make_intent

FW = "cluster:fw-a"
HOUR = 3600.0


def pass_time(url: str, seconds: float) -> None:
    """As if every lease had been taken that much earlier: only the database's clock counts."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE srx_issu.leases SET taken_at = taken_at - make_interval(secs => %(s)s), "
            "expires_at = expires_at - make_interval(secs => %(s)s)",
            {"s": seconds},
        )


def test_of_twenty_takers_exactly_one_wins(journal_url: str, leases: SqlLeases) -> None:
    assert _winners(journal_url, 20) == 1
    assert leases.holder(FW) is not None


def test_of_twenty_takers_of_a_dead_lease_exactly_one_wins(
    journal_url: str, leases: SqlLeases, ledger: JournalQueries
) -> None:
    leases.take(FW, "dead", HOUR)
    pass_time(journal_url, 2 * HOUR)
    assert _winners(journal_url, 20) == 1
    changes = ledger.lease_changes(FW)
    assert [c.what for c in changes] == [LeaseChangeKind.TAKEN, LeaseChangeKind.TAKEN_OVER]
    assert changes[-1].previous_owner == "dead"


def test_names_the_owner_until_when_and_what_to_do(leases: SqlLeases) -> None:
    leases.take(FW, "run-1", HOUR)
    with pytest.raises(LeaseHeld, match=r"held by upgrade run-1 since .* UTC \(for another 60 min\); let"):
        leases.take(FW, "run-2", HOUR)


def test_renew_is_refused_to_anybody_but_the_owner(leases: SqlLeases) -> None:
    with pytest.raises(JournalError, match="holds no lease any more"):
        leases.renew(FW, "run-1", HOUR)
    leases.take(FW, "run-2", HOUR)
    with pytest.raises(LeaseHeld, match="run-2"):
        leases.renew(FW, "run-1", HOUR)


def claim(owner: str, *resources: str) -> LeaseClaim:
    return LeaseClaim(owner=owner, resources=resources, ttl_s=HOUR)


def test_renewing_many_tells_each_loser_and_renews_the_others(journal_url: str, leases: SqlLeases) -> None:
    leases.take("cluster:mine", "run-1", 10)
    leases.take("site:fra1#2", "run-1", 10)  # renewed though it is not claimed
    leases.take("cluster:theirs", "run-9", 10)
    pass_time(journal_url, HOUR)
    lost = leases.renew_many(
        [claim("run-1", "cluster:mine"), claim("run-2", "cluster:theirs"), claim("run-3", "cluster:gone")]
    )
    assert set(lost) == {"run-2", "run-3"}
    assert isinstance(lost["run-2"], LeaseHeld)
    assert "run-9" in str(lost["run-2"])
    assert not isinstance(lost["run-3"], LeaseHeld)
    now = SqlJournal(journal_url).now()
    for lease in leases.held_by("run-1"):
        assert timedelta(minutes=59) < lease.expires_at - now <= timedelta(hours=1)
    theirs = leases.holder("cluster:theirs")
    assert theirs is not None
    assert theirs.expires_at < now  # nobody renews what is another's


def test_renewing_many_waits_only_for_what_somebody_writes_to(journal_url: str, leases: SqlLeases) -> None:
    leases.take("cluster:busy", "run-1", 10)
    leases.take("cluster:free", "run-2", 10)
    with psycopg.connect(journal_url) as other, ThreadPoolExecutor(1) as pool:
        other.execute("SELECT 1 FROM srx_issu.leases WHERE resource = 'cluster:busy' FOR UPDATE")
        waiting = pool.submit(
            leases.renew_many, [claim("run-1", "cluster:busy"), claim("run-2", "cluster:free")]
        )
        renewed = leases.holder("cluster:free")
        while renewed is not None and renewed.expires_at - renewed.taken_at < timedelta(minutes=59):
            renewed = leases.holder("cluster:free")
        assert not waiting.done()
        other.rollback()
        assert waiting.result(30) == {}
    busy = leases.holder("cluster:busy")
    assert busy is not None
    assert busy.expires_at - busy.taken_at > timedelta(minutes=59)


def test_a_row_that_a_dead_machine_has_locked_is_its_own_upgrades_trouble(
    journal_url: str, leases: SqlLeases
) -> None:
    for number in range(3):
        leases.take(f"cluster:busy{number}", f"busy-{number}", 10)
    leases.take("cluster:free", "free", 10)
    claims = [claim(f"busy-{number}", f"cluster:busy{number}") for number in range(3)]
    with psycopg.connect(journal_url) as dead:
        dead.execute("SELECT 1 FROM srx_issu.leases WHERE resource LIKE 'cluster:busy%' FOR UPDATE")
        began = time.monotonic()
        lost = leases.renew_many([*claims, claim("free", "cluster:free")])
        assert time.monotonic() - began < 2 * BUSY_S
    assert set(lost) == {"busy-0", "busy-1", "busy-2"}
    assert all(isinstance(error, JournalAway) for error in lost.values())
    assert leases.renew_many(claims) == {}


def test_renewing_nothing_asks_nobody(leases: SqlLeases) -> None:
    assert leases.renew_many([]) == {}


def test_a_lease_that_ran_out_is_taken_over_only_after_the_last_permit_died(
    journal_url: str, leases: SqlLeases
) -> None:
    leases.take(FW, "slow", 10)
    pass_time(journal_url, 10 + PERMIT_S / 2)
    with pytest.raises(LeaseHeld, match="though its lease ran out"):
        leases.take(FW, "fast", HOUR)
    pass_time(journal_url, PERMIT_S / 2 + 1)
    assert leases.take(FW, "fast", HOUR).owner == "fast"


def test_ones_own_lease_that_ran_out_and_that_nobody_took_is_revived(
    journal_url: str, leases: SqlLeases
) -> None:
    leases.take(FW, "slow", 10)
    pass_time(journal_url, HOUR)
    assert leases.renew(FW, "slow", HOUR).expires_at > SqlJournal(journal_url).now()


def test_an_owner_that_lost_its_lease_cannot_renew_or_release_it(journal_url: str, leases: SqlLeases) -> None:
    leases.take(FW, "slow", 10)
    pass_time(journal_url, 11 + PERMIT_S)
    leases.take(FW, "fast", HOUR)
    with pytest.raises(LeaseHeld, match="fast"):
        leases.renew(FW, "slow", HOUR)
    leases.release(FW, "slow")
    holder = leases.holder(FW)
    assert holder is not None
    assert holder.owner == "fast"


def test_a_cluster_that_needs_an_operator_is_never_taken_over(
    opened: SqlJournal, journal_url: str, leases: SqlLeases
) -> None:
    leases.take(FW, "wave1__fw-a", HOUR)
    opened.close_upgrade("wave1__fw-a", Outcome.NEEDS_OPERATOR, "node1 does not answer", NOON)
    pass_time(journal_url, 30 * 24 * HOUR)
    with pytest.raises(LeaseHeld, match=r"operator: node1 does not answer; .*'srx-issu release fw-a'"):
        leases.take(FW, "run-2", HOUR)
    leases.release(FW, "wave1__fw-a")
    assert leases.take(FW, "run-2", HOUR).owner == "run-2"


def test_a_takeover_is_written_into_both_journals(
    opened: SqlJournal, journal_url: str, leases: SqlLeases
) -> None:
    opened.open_upgrade(make_intent("wave2__fw-a"), NOON)
    leases.take(FW, "wave1__fw-a", 60)
    pass_time(journal_url, 120)
    ran_out = leases.held_by("wave1__fw-a")[0].expires_at
    leases.take(FW, "wave2__fw-a", HOUR)
    (lost,), (took,) = opened.entries("wave1__fw-a"), opened.entries("wave2__fw-a")
    assert (lost.event, took.event) == (FindingMade(by=FoundBy.LEASE), Decided())
    assert "lost cluster:fw-a to wave2__fw-a" in lost.text
    assert f"from wave1__fw-a, whose lease ran out at {ran_out:%Y-%m-%d %H:%M:%S} UTC" in took.text


def test_the_owner_takes_again_as_a_renewal(
    journal_url: str, leases: SqlLeases, ledger: JournalQueries
) -> None:
    first = leases.take(FW, "run-1", HOUR)
    pass_time(journal_url, 1800)
    again = leases.take(FW, "run-1", HOUR)
    assert again.taken_at == first.taken_at - timedelta(seconds=1800)
    assert again.expires_at >= first.expires_at
    assert leases.renew(FW, "run-1", HOUR) == leases.holder(FW)
    assert len(ledger.lease_changes(FW)) == 1


def test_a_released_lease_is_free_at_once(leases: SqlLeases, ledger: JournalQueries) -> None:
    leases.take(FW, "run-1", HOUR)
    leases.release(FW, "run-1")
    leases.release(FW, "run-1")
    assert leases.holder(FW) is None
    assert leases.take(FW, "run-2", HOUR).owner == "run-2"
    whats = [change.what for change in ledger.lease_changes(FW)]
    assert whats == [LeaseChangeKind.TAKEN, LeaseChangeKind.RELEASED, LeaseChangeKind.TAKEN]


def test_taking_while_the_holder_releases_never_fails_otherwise(journal_url: str) -> None:
    def take_and_release(number: int) -> int:
        leases, taken = SqlLeases(journal_url), 0
        for _ in range(5):
            try:
                leases.take(FW, f"run-{number}", HOUR)
            except LeaseHeld:
                continue
            taken += 1
            leases.release(FW, f"run-{number}")
        return taken

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take_and_release, range(8))) >= 1


@pytest.mark.parametrize("ttl_s", [0.0, -1.0, float("nan")])
def test_refuses_a_lease_that_lasts_no_time(leases: SqlLeases, ttl_s: float) -> None:
    with pytest.raises(JournalError, match="more than 0 s"):
        leases.take(FW, "run-1", ttl_s)


def _winners(url: str, takers: int) -> int:
    barrier = Barrier(takers)

    def take(number: int) -> bool:
        leases = SqlLeases(url)
        barrier.wait()
        try:
            return leases.take(FW, f"run-{number}", HOUR).owner == f"run-{number}"
        except LeaseHeld:
            return False

    with ThreadPoolExecutor(takers) as pool:
        return sum(pool.map(take, range(takers)))
