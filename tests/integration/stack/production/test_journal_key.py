"""The key that signs the journal: private in .env and for its writers, public beside it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from srx_issu.adapters.journal import read_signer, read_verifier
from srx_issu.domain.errors import JournalError
from srx_issu.stack.production import secrets
from srx_issu.stack.production.journal_key import install, key_fault, new_key
from srx_issu.stack.production.preparing import KEY_FILE, refuse_examples
from tests.places import ROOT

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def test_what_a_writer_signs_the_file_beside_env_verifies(tmp_path: Path) -> None:
    secrets.write(tmp_path / ".env", EXAMPLE)
    key, file = secrets.read(tmp_path / ".env")[secrets.JOURNAL_KEY], tmp_path / "volume" / "journal.key"
    install(key, file)
    signed = read_signer(file).sign("upgrade", 1, "ab")
    verifier = read_verifier(tmp_path / secrets.JOURNAL_PUBLIC_FILE)
    assert verifier.accepts(signed, "upgrade", 1, "ab")
    assert not verifier.accepts(signed, "upgrade", 2, "ab")


def test_the_private_half_is_read_by_its_owner_alone_and_is_not_in_the_public_file(tmp_path: Path) -> None:
    secrets.write(tmp_path / ".env", EXAMPLE)
    key, file = secrets.read(tmp_path / ".env")[secrets.JOURNAL_KEY], tmp_path / "volume" / "journal.key"
    install(key, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    public = (tmp_path / secrets.JOURNAL_PUBLIC_FILE).read_text()
    assert key not in public
    assert "PRIVATE" not in public
    for name in ("journal.key", secrets.JOURNAL_PUBLIC_FILE):
        assert f"/{name}\n" in (ROOT / ".gitignore").read_text()


def test_init_is_repeated_and_a_new_key_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "journal.key"
    first, second = new_key(), new_key()
    for key in (first, first, second):
        install(key, file)
    assert second in file.read_text()
    assert [each.name for each in tmp_path.iterdir()] == ["journal.key"]


def test_a_key_that_is_none_leaves_the_one_that_is_there(tmp_path: Path) -> None:
    file = tmp_path / "journal.key"
    install(new_key(), file)
    before = file.read_text()
    with pytest.raises(JournalError, match="not a private key"):
        install("bm90LWEta2V5", file)
    assert file.read_text() == before


def test_a_volume_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match=r"file/journal\.key: cannot be written"):
        install(new_key(), tmp_path / "file" / "journal.key")


def test_a_new_key_does_not_overwrite_what_verifies_the_old_ones_rows(tmp_path: Path) -> None:
    path, public = tmp_path / ".env", tmp_path / secrets.JOURNAL_PUBLIC_FILE
    secrets.write(path, EXAMPLE)
    kept = [line for line in path.read_text().splitlines() if not line.startswith(f"{secrets.JOURNAL_KEY}=")]
    path.write_text("\n".join(kept) + "\n")
    before = (path.read_text(), public.read_text())
    with pytest.raises(secrets.SecretsRefused, match="move the file away and keep it"):
        secrets.add_missing(path)
    assert (path.read_text(), public.read_text()) == before
    public.rename(tmp_path / "older.pub")
    assert secrets.add_missing(path) == (secrets.JOURNAL_KEY,)
    assert public.read_text() != before[1]


def test_a_public_key_that_is_there_is_not_overwritten_by_a_first_env(tmp_path: Path) -> None:
    (tmp_path / secrets.JOURNAL_PUBLIC_FILE).write_text("precious\n")
    with pytest.raises(secrets.SecretsRefused, match=r"journal\.key\.pub is there already"):
        secrets.write(tmp_path / ".env", EXAMPLE)
    assert [each.name for each in tmp_path.iterdir()] == [secrets.JOURNAL_PUBLIC_FILE]


def test_init_wants_the_key_where_it_is_to_write_the_file() -> None:
    for told, wanted in (({KEY_FILE: "/somewhere"}, True), ({}, False)):
        with pytest.raises(secrets.SecretsRefused) as refused:
            refuse_examples(told)
        assert ("JOURNAL_KEY is not set" in str(refused.value)) is wanted


def test_a_fault_does_not_show_the_key() -> None:
    assert key_fault(new_key()) is None
    spoiled = new_key()[:-4]
    fault = key_fault(spoiled)
    assert fault is not None
    assert spoiled not in fault
