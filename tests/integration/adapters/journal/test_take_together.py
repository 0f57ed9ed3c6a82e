"""Several leases at once: all or nothing, and of a refused attempt nothing at all."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from srx_issu.adapters.journal import (
    JournalQueries,
    SqlChain,
    SqlJournal,
    SqlLeases,
    make_key,
    read_signer,
    verify_stored,
)
from srx_issu.adapters.journal.sql_leases import LeaseChangeKind
from srx_issu.domain.errors import LeaseHeld
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.journal import WantedLeases
from tests.integration.adapters.journal.samples import NOON, make_intent
from tests.integration.adapters.journal.test_sql_leases import HOUR, pass_time

PLACES = tuple(f"site:ber#{number}" for number in range(1, 4))


def wanted(name: str, *conflicts: str) -> WantedLeases:
    alone = (f"cluster:{name}", *(f"conflict:{conflict}" for conflict in conflicts))
    return WantedLeases(alone=alone, places=(PLACES,))


def rows(url: str) -> Counter[str]:
    """How many rows each table has that an attempt could write to."""
    tables = ("leases", "lease_changes", "chain", "events", "signatures")
    with psycopg.connect(url) as connection:
        return Counter(
            {
                table: int(connection.execute(f"SELECT count(*) FROM srx_issu.{table}").fetchone()[0])  # type: ignore[index]
                for table in tables
            }
        )


def test_all_of_it_is_taken_and_a_second_time_renewed(leases: SqlLeases, ledger: JournalQueries) -> None:
    first = leases.take_together(wanted("a", "core"), "run-a", 60)
    assert [each.lease.resource for each in first] == ["cluster:a", "conflict:core", "site:ber#1"]
    assert [each.before for each in first] == [None, None, None]
    again = leases.take_together(wanted("a", "core"), "run-a", HOUR)
    assert [each.before for each in again] == [each.lease for each in first]
    assert all(each.lease.taken_at == old.lease.taken_at for each, old in zip(again, first, strict=True))
    assert [change.what for change in ledger.lease_changes("cluster:a")] == [LeaseChangeKind.TAKEN]


@pytest.mark.parametrize("held", ["cluster:a", "conflict:core"])
def test_a_refused_attempt_writes_nothing(journal_url: str, leases: SqlLeases, held: str) -> None:
    leases.take(held, "run-b", HOUR)
    before = rows(journal_url)
    with pytest.raises(LeaseHeld, match=f"{held} is held by upgrade run-b since"):
        leases.take_together(wanted("a", "core"), "run-a", HOUR)
    assert rows(journal_url) == before
    assert leases.held_by("run-a") == ()


def test_without_a_free_place_nothing_is_written(journal_url: str, leases: SqlLeases) -> None:
    for name in "bcd":
        leases.take_together(wanted(name), f"run-{name}", HOUR)
    before = rows(journal_url)
    with pytest.raises(
        LeaseHeld, match="site:ber: all 3 places are taken: site:ber#3 is held by upgrade run-d"
    ):
        leases.take_together(wanted("a"), "run-a", HOUR)
    assert rows(journal_url) == before
    leases.release("site:ber#2", "run-c")
    assert [t.lease.resource for t in leases.take_together(wanted("a"), "run-a", HOUR)][-1] == "site:ber#2"


def test_one_that_ran_out_is_taken_over_and_one_that_waits_for_an_operator_is_not(
    journal_url: str, journal: SqlJournal, leases: SqlLeases, ledger: JournalQueries
) -> None:
    leases.take_together(wanted("a"), "dead", HOUR)
    journal.open_upgrade(make_intent("kept"), NOON)
    leases.take_together(wanted("b"), "kept", HOUR)
    journal.close_upgrade("kept", Outcome.NEEDS_OPERATOR, "look at it", NOON)
    pass_time(journal_url, 2 * HOUR)
    taken = leases.take_together(wanted("a"), "run-a", HOUR)
    assert [each.before and each.before.owner for each in taken] == ["dead", "dead"]
    assert ledger.lease_changes("cluster:a")[-1].previous_owner == "dead"
    with pytest.raises(LeaseHeld, match="kept by upgrade kept, which needs an operator: look at it"):
        leases.take_together(wanted("b"), "run-b", HOUR)


def test_of_many_at_once_as_many_win_as_there_are_places(journal_url: str) -> None:
    together = Barrier(12)

    def attempt(number: int) -> bool:
        leases = SqlLeases(journal_url)
        together.wait(10)
        try:
            leases.take_together(wanted(f"fw-{number}", f"pair-{number // 2}"), f"run-{number}", HOUR)
        except LeaseHeld:
            return False
        return True

    with ThreadPoolExecutor(12) as threads:
        won = [number for number, is_mine in enumerate(threads.map(attempt, range(12))) if is_mine]
    assert len(won) == len(PLACES)
    assert len({number // 2 for number in won}) == len(won)


def test_what_is_taken_over_is_signed_in_both_chains(journal_url: str, tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    signer = read_signer(tmp_path / "key")
    journal, leases = SqlJournal(journal_url, signer), SqlLeases(journal_url, signer)
    for upgrade_id in ("run-1", "run-2"):
        journal.open_upgrade(make_intent(upgrade_id), NOON)
    leases.take_together(wanted("a", "core"), "run-1", HOUR)
    pass_time(journal_url, 2 * HOUR)
    leases.take_together(wanted("a", "core"), "run-2", HOUR)
    for upgrade_id in ("run-1", "run-2"):
        stored = SqlChain(journal_url).stored(upgrade_id)
        assert sum("taken_over" in link.payload for link in stored.links) == 3
        assert verify_stored(stored, signer.verifier).faults == ()
