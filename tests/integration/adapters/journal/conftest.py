"""PostgreSQL, and the journal's adapters on it."""

from __future__ import annotations

import pytest

from srx_issu.adapters.journal import JournalQueries, SqlJournal, SqlLeases
from tests.integration.adapters.journal.samples import NOON, make_intent
from tests.postgres import empty_url, journal_url, migrated_url, postgres_server

__all__ = ["empty_url", "journal_url", "migrated_url", "postgres_server"]


@pytest.fixture
def journal(journal_url: str) -> SqlJournal:
    return SqlJournal(journal_url)


@pytest.fixture
def opened(journal: SqlJournal) -> SqlJournal:
    """With the upgrade of ``make_intent()`` open."""
    journal.open_upgrade(make_intent(), NOON)
    return journal


@pytest.fixture
def leases(journal_url: str) -> SqlLeases:
    return SqlLeases(journal_url)


@pytest.fixture
def ledger(journal_url: str) -> JournalQueries:
    return JournalQueries(journal_url)
