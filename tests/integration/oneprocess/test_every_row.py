"""Every row of ``failure_table.py`` against the real lab on the real wire, in one process.

``pytest tests/integration/oneprocess -k cold_sync`` plays those that are named so.
"""

from __future__ import annotations

import pytest

from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import play
from tests.stack.scenarios.failure_table import TABLE
from tests.stack.scenarios.played import keep
from tests.stack.scenarios.players import length
from tests.stack.scenarios.scenario import Scenario

pytestmark = pytest.mark.filterwarnings(
    "default"
)  # Airflow's own, which on a stack are its processes' to show


@pytest.mark.parametrize("row", sorted(TABLE, key=length), ids=lambda row: row.name)
def test_an_upgrade_of_a_cluster_with(row: Scenario, place: Place) -> None:
    """The product against both nodes, from request to outcome; what takes long waits for the lab's clock."""
    # Given a cluster of its own with this fault
    # When its upgrade is over, a person having answered where policy asks
    result = play(place, row)
    keep("oneprocess", row, result)

    # Then class, orders, both nodes, outcome and lease are those of the table, and the colour tells the truth
    assert result.ended == row.then, result.reason
    assert result.is_as_told(row)
