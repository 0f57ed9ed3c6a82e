"""The Evidence port: files and their index."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import IO, Any
from uuid import uuid4

import pytest
from upath import UPath

from srx_issu.adapters.journal import JournalQueries, SqlJournal, StoredEvidence
from srx_issu.adapters.journal.file_store import numbered, safe_name
from srx_issu.domain.errors import JournalError
from tests.integration.adapters.journal.samples import NOON, make_intent

UPGRADE = "wave1__fw-a"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "state" / "evidence"


@pytest.fixture
def evidence(opened: SqlJournal, journal_url: str, base: Path) -> StoredEvidence:
    return StoredEvidence(journal_url, base)


def test_a_changed_file_is_not_handed_out(evidence: StoredEvidence, base: Path) -> None:
    evidence_id = evidence.write(UPGRADE, "node0.txt", "as it was")
    (base / evidence_id).write_text("as it should have been")
    with pytest.raises(JournalError, match=r"SHA-256 is .* changed or cut short"):
        evidence.read(evidence_id)


def test_a_missing_file_says_where_it_was_looked_for(evidence: StoredEvidence, base: Path) -> None:
    evidence_id = evidence.write(UPGRADE, "node0.txt", "x")
    (base / evidence_id).unlink()
    with pytest.raises(JournalError, match=f"cannot be read below {base}.*share the evidence folder"):
        evidence.read(evidence_id)


@pytest.mark.parametrize("evidence_id", ["", "../../etc/passwd", "/etc/passwd", f"{UPGRADE}/../x", "a/b"])
def test_only_what_is_in_the_index_can_be_read(evidence: StoredEvidence, evidence_id: str) -> None:
    with pytest.raises(JournalError, match="not in the index"):
        evidence.read(evidence_id)


@pytest.mark.parametrize(
    ("wanted", "stored"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("node0/show version.xml", "node0_show_version.xml"),
        (".bashrc", "bashrc"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("ü\0\n.txt", "_.txt"),
        ("x" * 300 + ".json", "x" * 115 + ".json"),
    ],
)
def test_names_cannot_leave_the_folder(
    evidence: StoredEvidence, base: Path, wanted: str, stored: str
) -> None:
    assert evidence.write(UPGRADE, wanted, b"x") == f"{UPGRADE}/{stored}"
    assert [path.name for path in (base / UPGRADE).iterdir()] == [stored]


def test_an_upgrade_that_was_never_opened_gets_no_file(evidence: StoredEvidence, base: Path) -> None:
    with pytest.raises(JournalError, match="open it first"):
        evidence.write("ghost", "x.txt", "x")
    assert not base.exists()


def test_a_folder_that_cannot_be_written_is_named(
    opened: SqlJournal, journal_url: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    evidence = StoredEvidence(journal_url, tmp_path / "file")
    with pytest.raises(JournalError, match=r"cannot be written below .*free space"):
        evidence.write(UPGRADE, "x.txt", "x")
    assert evidence.names(UPGRADE) == ()


def test_a_store_that_fails_in_its_own_way_is_a_journal_error(opened: SqlJournal, journal_url: str) -> None:
    class NoSuchStore(PurePosixPath):
        """As ObjectStoragePath does for a scheme whose provider is not installed."""

        def mkdir(self, mode: int = 0, parents: bool = False, exist_ok: bool = False) -> None:
            raise ValueError("No filesystem registered for scheme s3")

        def exists(self) -> bool:
            raise AssertionError("not reached")

        def open(self, mode: str = "r") -> IO[Any]:
            raise ValueError("No filesystem registered for scheme s3")

    evidence = StoredEvidence(journal_url, NoSuchStore("bucket"))
    with pytest.raises(JournalError, match=r"No filesystem registered for scheme s3.*provider"):
        evidence.write(UPGRADE, "x.txt", "x")
    assert evidence.names(UPGRADE) == ()


def test_a_second_file_of_one_name_is_numbered(evidence: StoredEvidence) -> None:
    ids = [evidence.write(UPGRADE, "readiness.json", str(n)) for n in range(3)]
    assert ids == [f"{UPGRADE}/{name}" for name in ("readiness.json", "readiness-2.json", "readiness-3.json")]
    assert [evidence.read(evidence_id) for evidence_id in ids] == [b"0", b"1", b"2"]
    assert evidence.names(UPGRADE) == tuple(ids)


def test_writers_at_once_never_overwrite_each_other(evidence: StoredEvidence) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda n: evidence.write(UPGRADE, "poll.xml", str(n)), range(8)))
    assert len(set(ids)) == 8
    assert sorted(evidence.read(evidence_id) for evidence_id in ids) == [b"%d" % n for n in range(8)]


def test_a_stray_file_of_a_crashed_writer_is_left_alone(evidence: StoredEvidence, base: Path) -> None:
    (base / UPGRADE).mkdir(parents=True)
    (base / UPGRADE / "poll.xml").write_text("stray")
    assert evidence.write(UPGRADE, "poll.xml", "new") == f"{UPGRADE}/poll-2.xml"
    assert (base / UPGRADE / "poll.xml").read_text() == "stray"


def test_only_the_owner_can_read_the_files(evidence: StoredEvidence, base: Path) -> None:
    evidence_id = evidence.write(UPGRADE, "config.txt", "system { }")
    assert stat.S_IMODE((base / evidence_id).stat().st_mode) == 0o600
    assert stat.S_IMODE((base / UPGRADE).stat().st_mode) == 0o700
    assert stat.S_IMODE(base.stat().st_mode) == 0o700


def test_run_ids_that_are_no_file_names_keep_apart(journal_url: str, opened: SqlJournal, base: Path) -> None:
    evidence = StoredEvidence(journal_url, base)
    runs = ("manual__2026-11-22T12:00:00+00:00", "manual__2026-11-22T12_00_00+00_00")
    for run in runs:
        opened.open_upgrade(make_intent(run), NOON)
        assert evidence.read(evidence.write(run, "x.txt", run)) == run.encode()
    assert len(list(base.iterdir())) == 2


@pytest.mark.parametrize("scheme", ["file", "memory"])
def test_stores_other_than_a_plain_path_work_the_same(
    opened: SqlJournal, journal_url: str, tmp_path: Path, scheme: str
) -> None:
    base = UPath(f"file://{tmp_path}/e") if scheme == "file" else UPath(f"memory://{uuid4()}/e")
    evidence = StoredEvidence(journal_url, base)
    ids = [evidence.write(UPGRADE, "x.txt", n) for n in ("a", "b")]
    assert [evidence.read(evidence_id) for evidence_id in ids] == [b"a", b"b"]
    if scheme == "file":
        assert stat.S_IMODE((tmp_path / "e" / ids[0]).stat().st_mode) == 0o600


def test_the_ledger_lists_hashes_and_sizes(evidence: StoredEvidence, ledger: JournalQueries) -> None:
    evidence.write(UPGRADE, "x.txt", "ü")
    (entry,) = ledger.evidence(UPGRADE)
    assert (entry.evidence_id, entry.name, entry.size_bytes) == (f"{UPGRADE}/x.txt", "x.txt", 2)
    assert len(entry.sha256) == 64


def test_numbers_go_before_the_suffix() -> None:
    assert numbered("a.txt", 1) == "a.txt"
    assert numbered("a.txt", 12) == "a-12.txt"
    assert numbered("transcript", 2) == "transcript-2"
    assert safe_name("a.txt") == "a.txt"
