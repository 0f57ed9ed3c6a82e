"""How many workers a run starts, how it ends when it is refused, and what is cleared when it is too late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from srx_issu.adapters.journal import SqlJournal
from srx_issu.ports.dag_names import UPGRADE_DAG
from srx_issu.steps.waits.in_order import BEGUN
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out, states
from tests.stack.scenarios.orders import UPGRADE, move, reset
from tests.stack.scenarios.referee import ended

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own


def clear(place: Place, run_id: str, task_id: str) -> None:
    """With what is behind it, as people do it in the grid."""
    body = {
        "dry_run": False,
        "dag_run_id": run_id,
        "only_failed": False,
        "reset_dag_runs": True,
        "task_ids": [task_id],
        "include_downstream": True,
    }
    place.api().session.request("POST", f"/dags/{UPGRADE_DAG}/clearTaskInstances", json=body)


@dataclass
class Workers(list[str]):
    """The tasks for which a worker was started, in order; what happens ``after`` one of them, once."""

    after: dict[str, Callable[[], None]] = field(default_factory=dict)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    from tests.integration.oneprocess import scheduling  # noqa: PLC0415 - brings Airflow

    started, run = Workers(), scheduling.run_task_in_process

    def counted(task: Any, *others: Any) -> Any:
        started.append(task.task_id)
        result = run(task, *others)
        started.after.pop(task.task_id, lambda: None)()
        return result

    monkeypatch.setattr(scheduling, "run_task_in_process", counted)
    return started


def test_a_refused_request_ends_at_its_claim_and_nothing_else_is_run(place: Place, workers: Workers) -> None:
    run_id = place.trigger(place.take_cluster("node0"), image="no-such-image.tgz")
    end = carry_out(place, run_id)
    assert str(end.outcome) == "REFUSED"
    assert "no-such-image.tgz" in end.reason
    assert workers == ["claim"]
    found = states(place, run_id)
    assert found.pop("claim") == "failed"
    assert set(found.values()) == {"upstream_failed"}


def test_a_healthy_upgrade_starts_ten_workers_and_cleared_when_it_is_over_it_does_nothing(
    place: Place, workers: Workers
) -> None:
    cluster = place.take_cluster("node0")
    run_id = place.trigger(cluster)
    end = carry_out(place, run_id)
    assert str(end.outcome) == "UPGRADED", end.reason
    assert len(workers) == 10, workers
    before = states(place, run_id)
    assert before["collect_evidence"] == "skipped"

    workers.clear()
    clear(place, run_id, "claim")
    end = carry_out(place, run_id)
    assert workers == ["claim"]
    assert (str(end.outcome), place.api().of(UPGRADE_DAG).run(run_id).state) == ("UPGRADED", "success")
    assert set(before) == set(states(place, run_id))
    assert ended(place, cluster, run_id, None).sent == UPGRADE


def test_rg0_stays_on_the_other_node_when_the_run_wants_it_to(place: Place) -> None:
    cluster = place.take_cluster("node0")
    run_id = place.trigger(cluster, fail_back_rg0=False)
    end = carry_out(place, run_id)
    assert str(end.outcome) == "UPGRADED", end.reason
    result = ended(place, cluster, run_id, end.outcome)
    assert result.cluster.primaries == ("node1", "node0", "node1")
    assert result.sent == tuple(order for order in UPGRADE if order not in (move(0, 0), reset(0, 0)))


def test_a_person_who_is_asked_costs_three_workers_more(place: Place, workers: Workers) -> None:
    """The gate asks, the gate hears, the guard confirms. A whole upgrade, so that the count is of one."""
    run_id = place.trigger(place.take_cluster("node0"), approval=True)
    end = carry_out(place, run_id, "Approve", user="approver")
    assert str(end.outcome) == "UPGRADED", end.reason
    asked = [task for task in workers if task.startswith("approval.")]
    assert asked == [*(["approval.approve_start"] * 2), "approval.confirm_approval"]
    assert len(workers) == 13, workers


def test_what_is_cleared_in_mid_issu_prepares_nothing_and_attaches(place: Place, workers: Workers) -> None:
    cluster = place.take_cluster("node0")
    run_id = place.trigger(cluster)
    workers.after["issu.start"] = lambda: clear(place, run_id, "assess.check_readiness")
    end = carry_out(place, run_id)
    assert str(end.outcome) == "UPGRADED", end.reason
    assert workers[:8] == [*(first := ["claim", "assess.check_readiness", "prepare", "issu.start"]), *first]
    assert ended(place, cluster, run_id, None).sent == UPGRADE
    entries = SqlJournal(place.environment["SRX_ISSU_JOURNAL_URL"]).entries(run_id)
    assert [e.step for e in entries if e.text == BEGUN] == ["assess.check_readiness", "prepare"]
