"""An in-band cluster upgrade against the real lab on the real wire, with and without faults."""

from __future__ import annotations

import pytest

from srx_issu.cli.run_ids import new_run_id
from srx_issu.ports.dag_names import ICU_DAG
from tests.integration.oneprocess.icu_rows import FOR_EVERY_CHANGE, ROWS, Row
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out
from tests.integration.oneprocess.rows import marked
from tests.stack.scenarios.players import set_policy
from tests.stack.scenarios.referee import ended
from tests.stack.scenarios.scenario import GIVEN_BACK, KEPT

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own


def ask_for(place: Place, cluster: str) -> str:
    run_id, image = new_run_id(cluster), place.scenery.image_for(cluster).path.name
    place.api().of(ICU_DAG).trigger(run_id, {"cluster": cluster, "image": image})
    return run_id


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
