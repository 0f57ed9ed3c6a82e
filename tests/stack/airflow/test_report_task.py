"""The report on real stores: what it keeps."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from srx_issu.adapters.journal import (
    SqlAudits,
    SqlCampaigns,
    SqlJournal,
    SqlLeases,
    SqlStaging,
    StoredEvidence,
)
from srx_issu.airflow.composition.stores import Stores
from srx_issu.airflow.reports.upgrade import write_report
from srx_issu.domain.history.step_events import StepFinished
from tests.integration.adapters.journal.samples import make_intent
from tests.integration.report.samples import START, good, prepared, started
from tests.postgres import journal_url, migrated_url, postgres_server

__all__ = ["journal_url", "migrated_url", "postgres_server"]

UPGRADE = "wave1__fw-a"


@pytest.fixture
def stores(journal_url: str, tmp_path: Path) -> Stores:
    stores = Stores(
        journal=SqlJournal(journal_url),
        campaigns=SqlCampaigns(journal_url),
        leases=SqlLeases(journal_url),
        evidence=StoredEvidence(journal_url, tmp_path / "evidence"),
        audits=SqlAudits(journal_url, tmp_path / "evidence"),
        staging=SqlStaging(journal_url),
    )
    stores.journal.open_upgrade(make_intent(), START)
    for entry in (*prepared(), *started()):
        if entry.key:
            stores.journal.intend(UPGRADE, entry)
        else:
            stores.journal.record(UPGRADE, entry)
    return stores


def test_a_tampered_document_is_told_and_costs_only_itself(stores: Stores, tmp_path: Path) -> None:
    for name, content in good().documents.items():
        stores.evidence.write(UPGRADE, name, content)
    (tmp_path / "evidence" / UPGRADE / "transcript.txt").write_text("nothing happened")
    written = write_report(stores, UPGRADE, "report")
    html = stores.evidence.read(str(written["html"])).decode()
    assert "was changed or cut short" in " ".join(html.split())
    assert "8.8 % fewer sessions" in html


def test_keeps_both_forms_and_says_so_in_the_journal(stores: Stores) -> None:
    first, second = (write_report(stores, UPGRADE, "report") for _ in range(2))
    assert first == {"html": f"{UPGRADE}/report.html", "json": f"{UPGRADE}/report.json"}
    assert second == {"html": f"{UPGRADE}/report-2.html", "json": f"{UPGRADE}/report-2.json"}
    last = stores.journal.entries(UPGRADE)[-1]
    assert (last.event, last.text) == (StepFinished(documents=second), "report written")
    assert last.at > START - timedelta(days=3650)


def test_a_run_that_was_never_claimed_has_nothing_to_report(stores: Stores) -> None:
    assert write_report(stores, "ghost", "report") == {}
