"""Both nodes installed and rebooted together, on the real wire: to the end, and with each of its faults."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from srx_issu.adapters.journal import SqlJournal
from srx_issu.cli.outcome import Ending
from srx_issu.cli.run_dags import dag_of
from srx_issu.cli.run_ids import new_recovery_id, new_run_id
from srx_issu.domain.history.route_events import CalledFor, PersonCalled
from srx_issu.ports.dag_names import REBOOT_DAG
from tests.integration.oneprocess.chat import chat
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out
from tests.integration.oneprocess.rows import marked
from tests.stack.scenarios.referee import ended
from tests.stack.scenarios.scenario import KEPT, Ended

__all__ = ["chat"]
pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault, and how the upgrade ends. node0 is primary of RG0. ``rebooted``: who was told to."""

    fault: str
    outcome: str
    failure: str | None = None
    node: str | None = None
    besides: tuple[str, str | None] | None = None  # another fault, and its node
    parameters: Mapping[str, str] = field(default_factory=dict)
    rebooted: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        where = f" on {self.node}" if self.node else ""
        also = f" besides {self.besides[0]}" if self.besides else ""
        return f"{self.fault}{where}{also}"


BOTH = ("node1", "node0")
ROWS = (
    Row(fault="var_tmp_full", outcome="NOT_READY"),
    Row(fault="install_refused", node="node1", failure="validation_failed", outcome="ABORTED_CLEAN"),
    Row(fault="install_refused", node="node0", failure="validation_failed", outcome="ABORTED_CLEAN"),
    Row(fault="install_fails", node="node0", failure="image_refused", outcome="ABORTED_CLEAN"),
    Row(fault="image_wrong_platform", node="node1", failure="wrong_platform", outcome="ABORTED_CLEAN"),
    Row(fault="validation_fails", node="node1", failure="validation_failed", outcome="ABORTED_CLEAN"),
    Row(fault="install_leaves_nothing_pending", failure="image_refused", outcome="ABORTED_CLEAN"),
    Row(
        fault="install_leaves_nothing_pending",
        node="node0",
        failure="pending_on_one_node",
        outcome="ABORTED_CLEAN",
    ),
    # Its install log names what it boots next, then.
    Row(fault="pending_unnamed", node="node1", outcome="UPGRADED", rebooted=BOTH),
    Row(
        fault="install_refused",
        node="node0",
        besides=("rollback_refused", None),
        failure="validation_failed",
        outcome="NEEDS_OPERATOR",
    ),
    Row(fault="reboot_lost", failure="releases_together", outcome="NEEDS_OPERATOR", rebooted=BOTH),
    Row(fault="boots_old_release", failure="releases_together", outcome="NEEDS_OPERATOR", rebooted=BOTH),
    Row(
        fault="boots_old_release",
        besides=("boot_slow", "node0"),
        failure="node_back_on_old",
        outcome="NEEDS_OPERATOR",
        rebooted=BOTH,
    ),
    Row(
        fault="node_never_comes_back",
        node="node1",
        failure="node_not_back",
        outcome="NEEDS_OPERATOR",
        rebooted=BOTH,
    ),
    # Five times the boot of these clusters is more than its deadline.
    Row(fault="boot_slow", failure="node_not_back", outcome="NEEDS_OPERATOR", rebooted=BOTH),
)


FOR_EVERY_CHANGE = (
    "install_refused on node0",
    "install_leaves_nothing_pending on node0",
    "boots_old_release",
    "node_never_comes_back on node1",
)


def ask_for(place: Place, cluster: str) -> str:
    run_id, image = new_run_id(cluster), place.scenery.image_for(cluster).path.name
    place.api().of(REBOOT_DAG).trigger(run_id, {"cluster": cluster, "image": image})
    return run_id


def events(place: Place, cluster: str) -> Iterator[Mapping[str, Any]]:
    with (place.lab.state / "events.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            if f'"cluster": "{cluster}"' in line:
                yield json.loads(line)


def play(place: Place, row: Row | None) -> tuple[str, Ended, Ending]:
    cluster = place.take_cluster("DUAL")
    if row is not None:
        place.lab.inject(row.fault, cluster, node=row.node, **row.parameters)
        if row.besides:
            place.lab.inject(row.besides[0], cluster, node=row.besides[1])
    run_id = ask_for(place, cluster)
    end = carry_out(place, run_id, "Approve", user="approver")
    return cluster, ended(place, cluster, run_id, end.outcome), end


def check_order(place: Place, cluster: str) -> tuple[str, ...]:
    """Nothing reboots before both nodes show the same pending release; who was told to reboot, in order."""
    pending: dict[str, str] = {}
    told: list[str] = []
    for event in events(place, cluster):
        match event.get("event"):
            case "release_pending":
                pending[event["node"]] = event["release"]
            case "pending_dropped":
                pending.pop(event["node"], None)
            case "reboot_ordered":
                told.append(event["node"])
                assert len(told) > 1 or (len(pending) == 2 and len(set(pending.values())) == 1), pending
    return tuple(told)


def test_both_nodes_come_to_the_target(place: Place) -> None:
    cluster, seen, end = play(place, None)
    assert seen.outcome == "UPGRADED", end.reason
    assert check_order(place, cluster) == BOTH


@pytest.mark.parametrize("row", marked(ROWS, for_every_change=FOR_EVERY_CHANGE))
def test_a_dual_reboot_of_a_cluster_with(row: Row, place: Place) -> None:
    cluster, seen, end = play(place, row)
    assert (seen.outcome, seen.failure) == (row.outcome, row.failure), end.reason
    assert check_order(place, cluster) == row.rebooted
    heard = any(event.get("event") == "mixed_releases_heard" for event in events(place, cluster))
    assert not heard or seen.outcome == "NEEDS_OPERATOR"
    assert (seen.lease == KEPT) is (seen.outcome == "NEEDS_OPERATOR")


def test_a_person_is_called_when_the_second_reboot_is_lost(
    place: Place, chat: list[tuple[str, bool]]
) -> None:
    """While the first node is down, not at the end of the run."""
    cluster = place.take_cluster("DUAL")
    place.lab.inject("reboot_lost", cluster, node="node0")
    place.lab.inject("boot_slow", cluster, node="node1")
    run_id = ask_for(place, cluster)
    end = carry_out(place, run_id, "Approve", user="approver")
    assert end.outcome is not None
    calls = [text for text, _ in chat if text.startswith(f"{cluster}: a person is needed now")]
    assert len(calls) >= 1, chat
    assert "node0 must be down before that" in calls[0]
    called = [
        e
        for e in SqlJournal(place.environment["SRX_ISSU_JOURNAL_URL"]).entries(run_id)
        if isinstance(e.event, PersonCalled)
    ]
    assert called[0].event.why is CalledFor.SECOND_REBOOT


@pytest.mark.release  # tests/properties/routes/test_taken_over.py has its steps for every change
def test_what_a_dual_reboot_has_left_is_taken_over_and_put_back_by_its_plan(place: Place) -> None:
    row = next(row for row in ROWS if row.besides and row.besides[0] == "rollback_refused")
    cluster, seen, _ = play(place, row)
    assert (seen.outcome, seen.lease) == ("NEEDS_OPERATOR", KEPT)
    place.lab.clear(cluster)
    run_id = new_recovery_id(cluster)
    asked = {"cluster": cluster, "reason": "the fault is mended", "take_over": True}
    dag_of(place.api(), run_id).trigger(run_id, asked)
    end = carry_out(place, run_id)
    assert str(end.outcome) == "ABORTED_CLEAN", end.reason
    dropped = [event for event in events(place, cluster) if event.get("event") == "pending_dropped"]
    assert [event["node"] for event in dropped] == ["node1"]
    assert check_order(place, cluster) == ()
