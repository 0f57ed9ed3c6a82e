"""``srx-issu audit``: from the database and from a file, with an exit status for scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from srx_issu.adapters.journal import SqlChain, make_key, read_signer
from srx_issu.cli.main import app
from tests.integration.adapters.journal.tampering import UPGRADE, tamper, write_upgrade
from tests.postgres import empty_url, journal_url, migrated_url, postgres_server

__all__ = ["empty_url", "journal_url", "migrated_url", "postgres_server"]


@pytest.fixture
def written(journal_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    key = tmp_path / "journal.key"
    make_key(key)
    write_upgrade(journal_url, tmp_path / "evidence", read_signer(key))
    monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", journal_url)
    monkeypatch.setenv("SRX_ISSU_JOURNAL_KEY_FILE", str(key))
    return journal_url


def audit(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


@pytest.mark.usefixtures("written")
def test_a_whole_journal_ends_with_status_0_and_its_head() -> None:
    told = audit("verify")
    assert told.exit_code == 0, told.output
    assert f"{UPGRADE}: whole; head " in told.output
    head = told.output.split("head ")[1].split()[0]
    assert audit("verify", UPGRADE, "--head", head).exit_code == 0
    assert audit("verify", UPGRADE, "--head", f"1:{'0' * 64}").exit_code == 1


def test_each_fault_is_named_and_ends_with_status_1(written: str) -> None:
    tamper(written, "UPDATE srx_issu.events SET text = 'by mallory' WHERE kind = 'approval'")
    told = audit("verify", UPGRADE)
    assert told.exit_code == 1
    assert "NOT WHOLE, 1 fault" in told.output
    assert "row 3: event" in told.output


def test_an_export_is_verified_where_there_is_no_database(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, head = tmp_path / "out.jsonl", str(SqlChain(written).head(UPGRADE))
    assert audit("export", UPGRADE, "--output", file).exit_code == 0
    assert "cannot be written" in audit("export", UPGRADE, "--output", file).output
    monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", "postgresql://nobody@127.0.0.1:1/none")
    for options in ((), ("--key", tmp_path / "journal.key.pub"), ("--head", head)):
        told = audit("verify", "--file", file, *options)
        assert told.exit_code == 0, told.output
    file.write_text(file.read_text().replace("by ada", "by eve"))
    assert audit("verify", "--file", file).exit_code == 1
    make_key(tmp_path / "another.key")
    assert "the key given is" in audit("verify", "--file", file, "--key", tmp_path / "another.key.pub").output


def test_what_cannot_be_asked_ends_with_status_2(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert written
    for arguments in (
        ("verify", "ghost"),
        ("export", "ghost"),
        ("verify", "--head", f"1:{'0' * 64}"),
        ("verify", UPGRADE, "--head", "nonsense"),
        ("verify", "--key", tmp_path / "none"),
        ("verify", "--file", tmp_path / "none"),
    ):
        assert audit(*arguments).exit_code == 2, arguments
    monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert audit("verify").exit_code == 2
