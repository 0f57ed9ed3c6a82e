"""An in-band cluster upgrade against the real lab on the real wire, with and without faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from srx_issu.cli.run_ids import new_run_id
from srx_issu.ports.dag_names import ICU_DAG
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out
from tests.integration.oneprocess.rows import marked
from tests.stack.scenarios.players import set_policy
from tests.stack.scenarios.referee import ended
from tests.stack.scenarios.scenario import GIVEN_BACK, KEPT

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own

START = "node0: request system software in-service-upgrade IMAGE no-sync"
ABORT_1 = "node1: request system software abort in-service-upgrade"
BACK_0 = "node0: request system software rollback node 0"
BACK_1 = "node1: request system software rollback node 1"
REBOOT_1 = "node1: request system reboot node 1"


@dataclass(frozen=True, kw_only=True)
class Row:
    """``faults``: by name, on which node. ``then``: the outcome and the failure's class; ``nodes`` as the
    simulator sees them at the end; ``sent`` behind the start and before flags and groups."""

    name: str
    faults: Mapping[str, str | None] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    outcome: str
    failure: str | None = None
    nodes: tuple[str, str]
    start: str = START
    sent: tuple[str, ...] = ()


OLD, NEW = ("old", "old"), ("new", "new")
PUT_BACK = (ABORT_1, BACK_1, REBOOT_1, BACK_0)
ROWS = (
    Row(name="healthy", outcome="UPGRADED", nodes=NEW),
    Row(
        name="syn_check_off",
        policy={"no_tcp_syn_check": True},
        outcome="UPGRADED",
        nodes=NEW,
        start=f"{START} no-tcp-syn-check",
    ),
    Row(
        name="validation_fails",
        faults={"validation_fails": None},
        outcome="ABORTED_CLEAN",
        failure="validation_failed",
        nodes=OLD,
    ),
    Row(
        name="image_corrupt",
        faults={"image_corrupt": None},
        outcome="ABORTED_CLEAN",
        failure="image_corrupt",
        nodes=OLD,
    ),
    Row(
        name="image_wrong_platform",
        faults={"image_wrong_platform": None},
        outcome="ABORTED_CLEAN",
        failure="wrong_platform",
        nodes=OLD,
    ),
    Row(
        name="push_fails",
        faults={"push_fails": None},
        outcome="ABORTED_CLEAN",
        failure="icu_install_failed",
        nodes=OLD,
    ),
    Row(
        name="secondary_install_fails",
        faults={"secondary_install_fails": None},
        outcome="ABORTED_CLEAN",
        failure="icu_install_failed",
        nodes=OLD,
    ),
    Row(
        name="pending_on_the_secondary_only",
        faults={"primary_upgrade_fails": None},
        outcome="ABORTED_CLEAN",
        failure="icu_install_failed",
        nodes=OLD,
        sent=(BACK_1,),
    ),
    Row(
        name="groups_do_not_gather",
        faults={"rg_failover_error": None},
        outcome="ABORTED_CLEAN",
        failure="group_failover_failed",
        nodes=OLD,
        sent=(BACK_0, BACK_1),
    ),
    Row(
        name="secondary_back_too_late",
        faults={"secondary_reboot_fails": None},
        outcome="ROLLED_BACK",
        failure="icu_secondary_not_back",
        nodes=OLD,
        sent=PUT_BACK,
    ),
    Row(
        name="secondary_never_back",
        faults={"node_never_comes_back": None},
        outcome="NEEDS_OPERATOR",
        failure="icu_secondary_not_back",
        nodes=("old", "old, off"),
    ),
    Row(
        name="primary_does_not_reboot",
        faults={"primary_reboot_fails": None},
        outcome="ROLLED_BACK",
        failure="icu_ended_half_way",
        nodes=OLD,
        sent=PUT_BACK,
    ),
    Row(
        name="rollback_refused",
        faults={"primary_reboot_fails": None, "rollback_refused": "node1"},
        outcome="NEEDS_OPERATOR",
        failure="icu_ended_half_way",
        nodes=("old", "new"),
        sent=(ABORT_1, BACK_1),
    ),
    Row(
        name="secondary_boots_the_old_release",
        faults={"boots_old_release": None},
        outcome="NEEDS_OPERATOR",
        failure="releases_together",
        nodes=("new", "old"),
    ),
    Row(
        name="session_lost",
        faults={"issu_dies_with_session": None},
        outcome="UPGRADED",
        nodes=NEW,
    ),
)


def ask_for(place: Place, cluster: str) -> str:
    run_id, image = new_run_id(cluster), place.scenery.image_for(cluster).path.name
    place.api().of(ICU_DAG).trigger(run_id, {"cluster": cluster, "image": image})
    return run_id


FOR_EVERY_CHANGE = (
    "healthy",
    "validation_fails",
    "pending_on_the_secondary_only",
    "secondary_back_too_late",
    "secondary_boots_the_old_release",
)


@pytest.mark.parametrize("row", marked(ROWS, for_every_change=FOR_EVERY_CHANGE))
def test_an_icu_with(row: Row, place: Place) -> None:
    """Approved by a person; whatever happens, both nodes decide how it ended."""
    cluster = place.take_cluster("ICU")
    set_policy(place.scenery.home.root / "files", cluster, row.policy)
    for fault, node in row.faults.items():
        place.lab.inject(fault, cluster, **({"node": node} if node else {}))
    run_id = ask_for(place, cluster)
    end = carry_out(place, run_id, "Approve", user="approver")
    found = ended(place, cluster, run_id, end.outcome)
    print(found)  # shown where the row fails

    assert (str(end.outcome), found.failure) == (row.outcome, row.failure), end.reason
    assert end.is_green is (row.outcome == "UPGRADED")
    assert (found.cluster.node0, found.cluster.node1) == row.nodes
    assert found.lease == (KEPT if row.outcome == "NEEDS_OPERATOR" else GIVEN_BACK)
    upgrades = [order for order in found.sent if "software" in order or "reboot" in order]
    assert tuple(upgrades) == (row.start, *row.sent)
    if row.outcome != "NEEDS_OPERATOR":
        assert found.cluster.left == ()
