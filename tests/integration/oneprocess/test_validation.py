"""The node's own validation: asked for where policy says so, left out where people say so."""

from __future__ import annotations

import pytest

from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out
from tests.stack.scenarios.orders import UPGRADE
from tests.stack.scenarios.players import set_policy
from tests.stack.scenarios.referee import ended

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own


@pytest.fixture
def cluster(place: Place) -> str:
    """Its configuration does not fit the new release."""
    cluster = place.take_cluster("node0")
    place.lab.inject("validation_fails", cluster)
    return cluster


def rule(place: Place, cluster: str, validate_image: str) -> None:
    set_policy(place.scenery.home.root / "files", cluster, {"validate_image": validate_image})


def test_a_no_of_the_node_ends_the_upgrade_before_anything_is_started(place: Place, cluster: str) -> None:
    rule(place, cluster, "block")
    end = carry_out(place, run_id := place.trigger(cluster))
    assert (str(end.outcome), end.is_green) == ("NOT_READY", False), end.reason
    assert "configuration check-out failed" in end.reason
    (sent,) = ended(place, cluster, run_id, None).sent
    assert "software validate" in sent


def test_a_start_without_validation_is_approved_and_sent_as_it_was_asked_for(
    place: Place, cluster: str
) -> None:
    run_id = place.trigger(cluster, approval=True, no_validate=True)
    end = carry_out(place, run_id, "Approve", user="approver")
    assert str(end.outcome) == "UPGRADED", end.reason
    first, *rest = ended(place, cluster, run_id, None).sent
    assert first.endswith("reboot no-validate")
    assert tuple(rest) == UPGRADE[1:]
