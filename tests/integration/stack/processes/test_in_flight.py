"""What the supervisor asks before it ends anything."""

from __future__ import annotations

from srx_issu.adapters.journal import SqlJournal, SqlLeases
from srx_issu.domain.outcome import Outcome
from srx_issu.stack.processes.in_flight import upgrades_in_flight
from tests.integration.adapters.journal.samples import NOON, make_intent
from tests.postgres import empty_url, journal_url, migrated_url, postgres_server

__all__ = ["empty_url", "journal_url", "migrated_url", "postgres_server"]  # fixtures


def test_names_each_upgrade_that_holds_its_cluster_until_it_is_closed(journal_url: str) -> None:
    journal, upgrade = SqlJournal(journal_url), make_intent()
    assert upgrades_in_flight(journal_url) == ()
    journal.open_upgrade(upgrade, NOON)
    SqlLeases(journal_url).take(f"cluster:{upgrade.cluster.name}", upgrade.upgrade_id, 60)
    assert upgrades_in_flight(journal_url) == (f"{upgrade.cluster.name} ({upgrade.upgrade_id})",)
    journal.close_upgrade(upgrade.upgrade_id, Outcome.UPGRADED, "done", NOON)
    assert upgrades_in_flight(journal_url) == ()


def test_silence_of_the_journal_is_not_nothing() -> None:
    assert upgrades_in_flight("postgresql+psycopg://nobody@/journal?host=/nonexistent") is None
