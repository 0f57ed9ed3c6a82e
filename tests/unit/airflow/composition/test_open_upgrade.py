"""The context of a step is made of the journal alone, and only for the DAG that the upgrade belongs to."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from srx_issu.airflow.composition import upgrade
from srx_issu.airflow.composition.identity import purpose_of
from srx_issu.airflow.composition.later import later
from srx_issu.airflow.composition.stores import Stores
from srx_issu.domain.errors import JournalError, RequestRefused
from srx_issu.domain.upgrade.intent import Purpose
from tests.fakes.audits import MemoryAudits
from tests.fakes.campaigns import MemoryCampaigns
from tests.fakes.intents import intent
from tests.fakes.memory import MemoryEvidence, MemoryJournal, MemoryLeases
from tests.fakes.snapshots import T0


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> Stores:
    journal = MemoryJournal()
    journal.open_upgrade(intent(upgrade_id="manual__1"), T0 - timedelta(hours=1))
    found = Stores(
        journal=journal,
        campaigns=MemoryCampaigns(),
        leases=MemoryLeases(),
        evidence=MemoryEvidence(),
        audits=MemoryAudits(),
        staging=None,  # type: ignore[arg-type]
    )
    monkeypatch.setattr(upgrade, "open_stores", lambda: found)
    return found


@pytest.mark.usefixtures("stores")
def test_no_operator_file_and_no_connection_is_needed_to_open_an_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "all.yaml").write_text("clusters: [\n")
    monkeypatch.setenv("SRX_ISSU_FILES", str(tmp_path))
    with upgrade.open_upgrade("manual__1", "close", None, purpose=Purpose.UPGRADE) as context:
        assert context.intent.support is not None


@pytest.mark.usefixtures("stores")
def test_a_recovery_with_the_run_id_of_an_upgrade_cannot_touch_it() -> None:
    assert upgrade.is_open("manual__1", Purpose.UPGRADE)
    assert not upgrade.is_open("manual__1", Purpose.RECOVER)
    with (
        pytest.raises(RequestRefused, match="manual__1 belongs to a run of issu_cluster"),
        upgrade.open_upgrade("manual__1", "close", None, purpose=Purpose.RECOVER),
    ):
        pytest.fail("it was opened")


@pytest.mark.usefixtures("stores")
def test_a_run_that_was_never_claimed_has_no_context() -> None:
    with (
        pytest.raises((JournalError, KeyError)),
        upgrade.open_upgrade("manual__2", "close", None, purpose=Purpose.UPGRADE),
    ):
        pytest.fail("it was opened")


def test_only_the_two_dags_that_upgrade_have_a_purpose() -> None:
    assert purpose_of("issu_recover") is Purpose.RECOVER
    with pytest.raises(RequestRefused, match="runs of issu_audit are not upgrades"):
        purpose_of("issu_audit")


def test_what_is_made_later_is_made_once_and_only_when_used() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("text")
        return "text"

    text = later(make)
    assert made == []
    assert (text.upper(), text.title(), made) == ("TEXT", "Text", ["text"])
