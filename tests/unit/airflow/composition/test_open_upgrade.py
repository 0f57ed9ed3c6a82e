"""The context of a step is made of the journal alone, and only for the DAG that the upgrade belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from srx_issu.airflow.composition import upgrade
from srx_issu.airflow.composition.identity import check_owns
from srx_issu.airflow.composition.later import later
from srx_issu.airflow.composition.stores import Stores
from srx_issu.domain.errors import JournalError, RequestRefused
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.dag_names import OWNING_DAGS, UPGRADE_DAGS
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
    with upgrade.open_upgrade("manual__1", "close", None, dag_id="issu_cluster") as context:
        assert context.intent.support is not None


@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize("other", [dag_id for dag_id in OWNING_DAGS if dag_id != "issu_cluster"])
def test_a_run_of_another_dag_with_the_run_id_of_an_upgrade_cannot_touch_it(other: str) -> None:
    assert upgrade.is_open("manual__1", "issu_cluster")
    assert not upgrade.is_open("manual__1", other)
    assert not upgrade.is_running("manual__1", other)
    assert not upgrade.is_under_way("manual__1", other)
    with (
        pytest.raises(RequestRefused, match="manual__1 belongs to a run of issu_cluster"),
        upgrade.open_upgrade("manual__1", "close", None, dag_id=other),
    ):
        pytest.fail("it was opened")


@pytest.mark.parametrize("route", Route)
def test_an_upgrade_belongs_to_the_dag_of_its_route(stores: Stores, route: Route) -> None:
    stores.journal.open_upgrade(replace(intent(upgrade_id="manual__3"), route=route), T0)
    assert [dag for dag in OWNING_DAGS if upgrade.is_open("manual__3", dag)] == [UPGRADE_DAGS[route]]


@pytest.mark.parametrize("route", Route)
def test_a_recovery_belongs_to_the_dag_that_recovers_whatever_the_route(stores: Stores, route: Route) -> None:
    recovery = replace(intent(upgrade_id="recover-1"), route=route, purpose=Purpose.RECOVER)
    stores.journal.open_upgrade(recovery, T0)
    assert [dag for dag in OWNING_DAGS if upgrade.is_open("recover-1", dag)] == ["issu_recover"]


@pytest.mark.usefixtures("stores")
def test_a_run_that_was_never_claimed_has_no_context() -> None:
    with (
        pytest.raises((JournalError, KeyError)),
        upgrade.open_upgrade("manual__2", "close", None, dag_id="issu_cluster"),
    ):
        pytest.fail("it was opened")


def test_runs_of_other_dags_are_no_upgrades() -> None:
    assert check_owns("issu_recover") == "issu_recover"
    with pytest.raises(RequestRefused, match="runs of issu_audit are not upgrades"):
        check_owns("issu_audit")


def test_what_is_made_later_is_made_once_and_only_when_used() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("text")
        return "text"

    text = later(make)
    assert made == []
    assert (text.upper(), text.title(), made) == ("TEXT", "Text", ["text"])
