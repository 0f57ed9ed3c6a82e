"""A wait of one DAG's run neither watches nor writes for another DAG's upgrade of the same run id."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.triggers.base import BaseTrigger

from srx_issu.airflow.triggers import belonging
from srx_issu.airflow.triggers.cluster import ClusterTrigger
from srx_issu.airflow.triggers.quiet import QuietTrigger
from srx_issu.airflow.triggers.recovery import RecoveryTrigger
from srx_issu.airflow.triggers.route_wait import RouteWaitTrigger
from srx_issu.airflow.triggers.start import StartTrigger
from srx_issu.airflow.triggers.window import WindowTrigger
from srx_issu.domain.errors import RequestRefused
from srx_issu.ports.dag_names import OWNING_DAGS
from tests.fakes.intents import intent
from tests.fakes.memory import MemoryJournal
from tests.fakes.snapshots import T0

RUN = "manual__1"


@pytest.fixture(autouse=True)
def journal(monkeypatch: pytest.MonkeyPatch) -> MemoryJournal:
    found = MemoryJournal()
    found.open_upgrade(intent(upgrade_id=RUN), T0)
    watcher = SimpleNamespace(stores=SimpleNamespace(journal=found))
    monkeypatch.setattr(belonging, "watcher_of_loop", lambda: watcher)
    return found


def of_run(trigger: Any, dag_id: str) -> Any:
    trigger.task_instance = SimpleNamespace(dag_id=dag_id, task_id="wait")
    return trigger


@pytest.mark.parametrize(
    "trigger",
    [
        ClusterTrigger(RUN, "resynced", "wait"),
        QuietTrigger(RUN, "wait"),
        WindowTrigger(RUN, "wait"),
        StartTrigger(RUN, "issu.start", "issu_cluster"),
        RecoveryTrigger(RUN, "roll_back", "wait", 60.0),
        RouteWaitTrigger(RUN, "nodes_back", "wait"),
    ],
)
@pytest.mark.parametrize("other", [dag_id for dag_id in OWNING_DAGS if dag_id != "issu_cluster"])
def test_another_dags_upgrade_is_left_alone(trigger: BaseTrigger, other: str, journal: MemoryJournal) -> None:
    with pytest.raises(RequestRefused, match="belongs to a run of issu_cluster"):
        asyncio.run(anext(of_run(trigger, other).run()))
    assert journal.entries(RUN) == ()


def test_its_own_is_watched() -> None:
    own = of_run(ClusterTrigger(RUN, "resynced", "wait"), "issu_cluster")
    asyncio.run(belonging.check_belonging(own, RUN))
