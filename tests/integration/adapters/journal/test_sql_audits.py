"""Audits in PostgreSQL: their files are kept and checked like evidence, and the newest one is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from srx_issu.adapters.journal import SqlAudits
from srx_issu.domain.errors import JournalError

NOW = datetime(2026, 5, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def audits(journal_url: str, tmp_path: Path) -> SqlAudits:
    return SqlAudits(journal_url, tmp_path)


def test_an_audit_that_was_not_opened_keeps_nothing(audits: SqlAudits) -> None:
    with pytest.raises(JournalError, match="audit audit__never is not in the journal"):
        audits.write("audit__never", "matrix.json", "{}")


def test_files_are_kept_numbered_and_read_back(audits: SqlAudits) -> None:
    audits.open_audit("audit__files", NOW)
    audits.open_audit("audit__files", NOW)
    ids = [audits.write("audit__files", "batch.json", text) for text in ("one", "two")]
    assert ids == ["audit__files/batch.json", "audit__files/batch-2.json"]
    assert audits.names("audit__files") == tuple(ids)
    assert audits.read(ids[1]) == b"two"


def test_the_newest_matrix_of_another_audit(audits: SqlAudits) -> None:
    for day, audit_id in enumerate(("audit__new1", "audit__new2", "audit__new3")):
        audits.open_audit(audit_id, NOW + timedelta(days=100 + day))
    audits.write("audit__new1", "matrix.json", "1")
    audits.write("audit__new2", "matrix.json", "2")
    second = audits.write("audit__new2", "matrix.json", "2 again")
    audits.write("audit__new2", "matrix.html", "no matrix.json")
    audits.write("audit__new3", "matrix.json", "3")
    assert audits.newest("matrix.json", besides="audit__new3") == (second,)
    assert audits.newest("matrix.json", limit=2) == ("audit__new3/matrix.json", second)
