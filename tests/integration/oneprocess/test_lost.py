"""Not everything is back after an upgrade: what is missing is named; policy says whether a person acts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import yaml

from srx_issu.adapters.journal import SqlJournal
from srx_issu.domain.history.events import FindingMade
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out, states
from tests.stack.scenarios.lost import LOST, PEER, POLICIES, POLICIES_LOST, SERVICE, Faults

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own
LOAD = ("node0: routing engine load", "node1: routing engine load")  # has a spike now and then


def upgrade_without(place: Place, faults: Faults, rules: Mapping[str, object]) -> str:
    """Of a cluster of its own, with the operator's ``rules``; the faults act from the switchover on."""
    cluster = place.take_cluster("node0")
    for fault, parameters in faults.items():
        place.lab.inject(fault, cluster, **parameters)
    policy = place.scenery.home.root / "files" / "policy" / "checks.yaml"
    policy.write_text(yaml.safe_dump({"clusters": {cluster: dict(rules)} if rules else {}}))
    return place.trigger(cluster)


def findings(place: Place, run_id: str) -> list[str]:
    entries = SqlJournal(place.environment["SRX_ISSU_JOURNAL_URL"]).entries(run_id)
    return sorted(entry.text for entry in entries if isinstance(entry.event, FindingMade))


def test_what_does_not_return_is_named_and_nothing_else(place: Place) -> None:
    run_id = upgrade_without(place, LOST, {})
    end = carry_out(place, run_id)
    assert (str(end.outcome), end.is_green) == ("UPGRADED_WITH_FINDINGS", True), end.reason
    found = [text for text in findings(place, run_id) if not text.startswith(LOAD)]
    rto = [text for text in found if text.startswith(f"RTO service {SERVICE}: 0 sent, 0 received")]
    assert len(rto) == 1, found
    assert [text for text in found if text not in rto] == sorted((*POLICIES, *PEER))


def test_what_policy_says_must_not_be_lost_waits_for_a_person(place: Place) -> None:
    run_id = upgrade_without(place, POLICIES_LOST, {"tables": {"policies": {"severity": "block"}}})
    end = carry_out(place, run_id)
    assert str(end.outcome) == "NEEDS_OPERATOR", end.reason
    assert all(text in str(end.reason) for text in POLICIES), end.reason
    assert states(place, run_id)["verify"] == "failed"
    assert states(place, run_id)["collect_evidence"] == "skipped"
    assert end.archive is not None, "nobody has taken evidence by then: close does"
    found = [text for text in findings(place, run_id) if not text.startswith(LOAD)]
    assert found == sorted(POLICIES)
