"""The key that signs the journal: missing or unreadable, it never stops an upgrade that is under way."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_issu.adapters.journal import make_key
from srx_issu.airflow.composition.settings import JOURNAL_KEY_FILE, journal_signer


def test_signs_with_the_key_that_the_setting_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_key(tmp_path / "journal.key")
    monkeypatch.setenv(JOURNAL_KEY_FILE, str(tmp_path / "journal.key"))
    signer = journal_signer()
    assert signer is not None
    assert signer.verifier.key_id == made.key_id


def test_goes_on_unsigned_and_says_so_when_the_key_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(JOURNAL_KEY_FILE, str(tmp_path / "gone.key"))
    assert journal_signer() is None
    assert "gone.key: cannot be read" in caplog.text
    assert "unsigned" in caplog.text


def test_without_the_setting_nothing_is_signed_or_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv(JOURNAL_KEY_FILE, raising=False)
    assert journal_signer() is None
    assert caplog.text == ""
