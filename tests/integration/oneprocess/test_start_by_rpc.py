"""A start over NETCONF, where policy has chosen it: the session outlives the task that asked for the ISSU."""

from __future__ import annotations

import pytest
import yaml

from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out, states
from tests.stack.scenarios.orders import UPGRADE, start
from tests.stack.scenarios.referee import ended

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own


def upgrade_by_rpc(place: Place, fault: str, **parameters: str) -> tuple[str, str]:
    cluster = place.take_cluster("node0")
    place.lab.inject(fault, cluster, **parameters)
    limits = place.scenery.home.root / "files" / "policy" / "limits.yaml"
    policy = yaml.safe_load(limits.read_text())
    chosen = {**policy.get("clusters", {}), cluster: {"start_method": "rpc"}}
    limits.write_text(yaml.safe_dump({**policy, "clusters": chosen}, sort_keys=False))
    return cluster, place.trigger(cluster)


def test_an_issu_that_ends_with_its_session_comes_to_its_end(place: Place) -> None:
    cluster, run_id = upgrade_by_rpc(place, "issu_dies_with_session")
    end = carry_out(place, run_id)
    assert (str(end.outcome), end.is_green) == ("UPGRADED", True), end.reason
    assert ended(place, cluster, run_id, None).sent == UPGRADE
    started = [e for e in place.lab.events() if e["event"] == "issu_requested" and e["cluster"] == cluster]
    assert [each["via"] for each in started] == ["netconf"]


def test_a_refusal_is_the_tasks_end_and_nothing_is_sent_again(place: Place) -> None:
    words = "error: ISSU cannot be carried out"
    cluster, run_id = upgrade_by_rpc(place, "issu_refused", words=words)
    end = carry_out(place, run_id)
    assert str(end.outcome) == "ABORTED_CLEAN", end.reason
    assert "node0 refused the ISSU: ISSU cannot be carried out" in str(end.reason)
    assert states(place, run_id)["issu.start"] == "failed"
    assert ended(place, cluster, run_id, None).sent == (start(),)
