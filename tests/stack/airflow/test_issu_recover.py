"""Whole runs of ``issu_recover`` on a real scheduler, triggerer and PostgreSQL: clusters whose ISSU a
colleague started at the command line of a node, or whose own run is gone.

What was sent is read from the simulator's event log, not from our journal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

import pytest

from srx_issu.adapters.journal import SqlJournal, SqlLeases
from srx_issu.domain.outcome import Outcome
from tests.stack.airflow.by_hand import start_issu
from tests.stack.airflow.rest import end_run
from tests.stack.airflow.running_stack import RunningStack

pytestmark = pytest.mark.stack

BEGINS_BESIDE = True  # a dead controller is one that was half way
STOPPED = ("aborted",)  # phases of the simulator
OLD = "21.4R3-S5.4"
# What changes a cluster, by RPC; everything else only looks.
CHANGES = {
    "request-package-in-service-upgrade": "start",
    "request-chassis-cluster-in-service-upgrade": "abort",
    "request-package-rollback": "roll back",
    "request-reboot": "reboot",
    "request-chassis-cluster-failover": "fail over",
    "request-chassis-cluster-failover-reset": "reset",
    "recover-security-policy": "resync",
}


@dataclass(frozen=True)
class Scene:
    """A cluster, and the recovery that was asked for."""

    cluster: str
    run_id: str


def changes(stack: RunningStack, cluster: str) -> list[tuple[str, str]]:
    """Node and what it was told, in order, whoever told it."""
    events = [e for e in stack.lab.events() if e.get("cluster") == cluster and e["event"] == "command"]
    return [(str(e["node"]), CHANGES[e["rpc"]]) for e in events if e["rpc"] in CHANGES]


def holder(stack: RunningStack, cluster: str) -> str | None:
    held = SqlLeases(stack.environment["SRX_ISSU_JOURNAL_URL"]).holder(f"cluster:{cluster}")
    return held.owner if held else None


def until_phase(stack: RunningStack, cluster: str, *phases: str) -> None:
    stack.until(
        lambda: stack.seen(cluster)["phase"] in phases or None, f"phase {phases} of {cluster}", "none"
    )


def begin(stack: RunningStack, wanted: Collection[str]) -> dict[str, Scene]:
    """Every cluster brought into its state; every recovery started."""
    clusters = {name: stack.take_cluster() for name in wanted}

    def some(*names: str) -> list[tuple[str, str]]:
        return [(name, clusters[name]) for name in names if name in clusters]

    for _, cluster in some("approved", "refused", "dead"):
        stack.lab.inject("cold_sync_never_completes", cluster)
    for _, cluster in some("stale"):
        stack.lab.inject("issu_already_in_progress", cluster)
    for _, cluster in some("approved", "refused", "running"):
        start_issu(stack, cluster)
    upgrades = {name: stack.trigger(cluster) for name, cluster in some("dead")}
    scenes = {name: Scene(cluster, stack.recover(cluster)) for name, cluster in some("fine", "stale")}
    for name, cluster in some("running"):
        # On a busy machine the ISSU may be over before the first look; then only its target can be told.
        scenes[name] = Scene(cluster, stack.recover(cluster, image=stack.image))
    for name, cluster in some("approved", "refused"):
        until_phase(stack, cluster, *STOPPED)
        scenes[name] = Scene(cluster, stack.recover(cluster))
    for name, upgrade in upgrades.items():
        stack.wait_for_task(upgrade, "issu.wait_for_secondary_upgrade", ["deferred", "success"])
        end_run(stack, upgrade)
        scenes[name] = Scene(clusters[name], upgrade)
    return scenes


@pytest.fixture(scope="module")
def scenes(begun_runs: Mapping[str, Future[dict[str, Scene]]]) -> dict[str, Scene]:
    return begun_runs[__name__].result()


@pytest.mark.release
@pytest.mark.begins("fine")
def test_a_cluster_that_is_fine_is_left_alone_and_called_so(
    stack: RunningStack, scenes: dict[str, Scene]
) -> None:
    scene = scenes["fine"]
    end = stack.wait(scene.run_id)
    assert str(end.outcome) == "ALREADY_CURRENT", end.reason
    assert "nothing to recover" in str(end.reason)
    assert changes(stack, scene.cluster) == []
    assert holder(stack, scene.cluster) is None


@pytest.mark.release  # tests/integration/oneprocess puts it back, too
@pytest.mark.begins("approved")
def test_an_issu_that_failed_at_cold_sync_is_put_back_when_a_person_approves(
    stack: RunningStack, scenes: dict[str, Scene]
) -> None:
    scene = scenes["approved"]
    body = stack.answer(scene.run_id, "Approve")
    end = stack.wait(scene.run_id)
    assert str(end.outcome) == "ROLLED_BACK", end.reason
    for words in (f"node0: runs {OLD}", "node1: runs 22.4R3-S2.11", "rollback node 1 reboot"):
        assert words in body, body
    assert set(stack.releases(scene.cluster).values()) == {OLD}
    sent = [each for each in changes(stack, scene.cluster) if each[1] != "reset"]
    assert sent == [
        ("node0", "start"),  # the colleague's
        ("node1", "roll back"),
        ("node0", "abort"),
        ("node1", "abort"),
        ("node1", "reboot"),
    ]
    assert_at_rest(stack, scene.cluster)
    assert holder(stack, scene.cluster) is None


def assert_at_rest(stack: RunningStack, cluster: str) -> None:
    """By the simulator's own word: up, no window, in sync, no flag, no priority 255."""
    seen = stack.seen(cluster)
    assert not any(group["manual"] for group in seen["groups"].values()), seen["groups"]
    for node in seen["nodes"].values():
        assert (node["power"], node["in_issu_window"], node["cold_sync"]) == ("up", False, "complete"), node
        assert all(group["priority"] in (100, 200) for group in node["groups"].values()), node


@pytest.mark.release
@pytest.mark.begins("refused")
def test_a_refused_recovery_sends_nothing_more_and_keeps_the_cluster(
    stack: RunningStack, scenes: dict[str, Scene]
) -> None:
    scene = scenes["refused"]
    stack.answer(scene.run_id, "Reject")
    end = stack.wait(scene.run_id)
    assert str(end.outcome) == "NEEDS_OPERATOR", end.reason
    assert "refused the recovery" in str(end.reason)
    assert stack.task_states(scene.run_id)["recover.hold_for_operator"] == "success"
    assert changes(stack, scene.cluster) == [("node0", "start")]
    assert holder(stack, scene.cluster) == scene.run_id


@pytest.mark.release
@pytest.mark.begins("running")
def test_an_issu_that_still_runs_is_left_alone_and_then_verified(
    stack: RunningStack, scenes: dict[str, Scene]
) -> None:
    scene = scenes["running"]
    end = stack.wait(scene.run_id)
    assert str(end.outcome) in ("UPGRADED", "UPGRADED_WITH_FINDINGS"), end.reason
    assert set(stack.releases(scene.cluster).values()) == {stack.scenery.image.release}
    sent = changes(stack, scene.cluster)
    assert sent[0] == ("node0", "start")
    assert {what for _, what in sent[1:]} <= {"reset", "fail over"}, sent
    assert_at_rest(stack, scene.cluster)


@pytest.mark.release
@pytest.mark.begins("stale")
def test_a_stale_issu_in_progress_is_cleared_when_a_person_approves(
    stack: RunningStack, scenes: dict[str, Scene]
) -> None:
    scene = scenes["stale"]
    stack.answer(scene.run_id, "Approve")
    end = stack.wait(scene.run_id)
    assert str(end.outcome) == "ABORTED_CLEAN", end.reason
    assert [each for each in changes(stack, scene.cluster) if each[1] == "abort"] == [
        ("node0", "abort"),
        ("node1", "abort"),
    ]
    assert_at_rest(stack, scene.cluster)


@pytest.mark.begins("dead")
def test_a_dead_controllers_upgrade_is_taken_over_only_on_somebodys_word_and_put_back(
    stack: RunningStack, scenes: dict[str, Scene]
) -> None:
    """A whole recovery: the only one on a scheduler whose upgrade another controller began."""
    scene = scenes["dead"]
    assert holder(stack, scene.cluster) == scene.run_id, "the dead run should have left its lease"
    refused = stack.wait(stack.recover(scene.cluster))
    assert str(refused.outcome) == "REFUSED"
    assert scene.run_id in str(refused.reason)
    recovery = stack.recover(scene.cluster, take_over=True)
    end = stack.wait(recovery)
    assert str(end.outcome) == "ROLLED_BACK", end.reason
    assert "cold sync failed" in str(end.reason), "the dead run's transcript should explain it"
    assert stack.issu_starts(scene.cluster) == 1
    assert set(stack.releases(scene.cluster).values()) == {OLD}
    assert_at_rest(stack, scene.cluster)
    dead = SqlJournal(stack.environment["SRX_ISSU_JOURNAL_URL"]).upgrade(scene.run_id)
    assert dead is not None
    assert dead.outcome is Outcome.NEEDS_OPERATOR
    assert recovery in str(dead.reason)
