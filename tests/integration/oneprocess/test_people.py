"""What people do, in one process: they approve, refuse, stop the fleet, and recover what somebody left."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from srx_issu.adapters.journal import SqlJournal
from srx_issu.domain.history.approval_events import AnswerGiven
from srx_issu.domain.upgrade.another_route import reject_for
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.dag_names import STOP_VARIABLE
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out, states
from tests.stack.airflow.by_hand import start_issu
from tests.stack.scenarios.orders import TAKEN_BACK, UPGRADE, resets, start
from tests.stack.scenarios.referee import ended, status

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own
DEADLINE_S = 60.0


@pytest.fixture
def cluster(place: Place) -> str:
    return place.take_cluster("node0")


@pytest.fixture
def stopped_fleet(place: Place) -> Iterator[None]:
    place.api().set_variable(STOP_VARIABLE, '{"by": "operator", "at": "03:00", "why": "a storm"}', "")
    yield
    place.api().delete_variable(STOP_VARIABLE)


def sent(place: Place, cluster: str, run_id: str) -> tuple[str, ...]:
    return ended(place, cluster, run_id, None).sent


def test_an_approved_start_goes_on_and_the_journal_says_who_approved(place: Place, cluster: str) -> None:
    run_id = place.trigger(cluster, approval=True)
    end = carry_out(place, run_id, "Approve", user="approver")
    assert str(end.outcome) == "UPGRADED", end.reason
    assert sent(place, cluster, run_id) == UPGRADE
    entries = SqlJournal(place.environment["SRX_ISSU_JOURNAL_URL"]).entries(run_id)
    (answer,) = [entry.event for entry in entries if isinstance(entry.event, AnswerGiven)]
    assert (answer.by, answer.choice) == ("approver", "Approve")


def test_a_refused_start_sends_nothing(place: Place, cluster: str) -> None:
    run_id = place.trigger(cluster, approval=True)
    end = carry_out(place, run_id, "Reject")
    assert (str(end.outcome), end.is_green) == ("REFUSED", False), end.reason
    assert sent(place, cluster, run_id) == ()


def test_who_wants_another_route_is_told_its_command_and_nothing_is_sent(place: Place, cluster: str) -> None:
    run_id = place.trigger(cluster, approval=True)
    end = carry_out(place, run_id, reject_for(Route.DUAL_REBOOT))
    assert (str(end.outcome), end.is_green) == ("REFUSED", False), end.reason
    assert f"srx-issu upgrade {cluster} --image" in str(end.reason)
    assert "--route dual_reboot; nothing was sent" in str(end.reason)
    assert sent(place, cluster, run_id) == ()


def test_who_asks_for_a_plan_gets_a_plan_and_no_later_run_does(place: Place, cluster: str) -> None:
    planned = carry_out(place, place.trigger(cluster, plan_only=True))
    assert (str(planned.outcome), planned.is_green) == ("PLANNED", True), planned.reason
    refused = carry_out(place, run_id := place.trigger(cluster, approval=True), "Reject")
    assert str(refused.outcome) == "REFUSED", refused.reason
    assert sent(place, cluster, run_id) == ()


def test_nothing_new_starts_while_the_fleet_is_stopped(
    place: Place, cluster: str, stopped_fleet: None
) -> None:
    run_id = place.trigger(cluster)
    end = carry_out(place, run_id)
    assert str(end.outcome) == "REFUSED"
    assert "a storm" in end.reason
    assert sent(place, cluster, run_id) == ()


def test_an_issu_begun_by_hand_that_failed_is_put_back(place: Place, cluster: str) -> None:
    place.lab.inject("cold_sync_never_completes", cluster)
    start_issu(place, cluster)
    until_phase(place, cluster, "aborted")
    run_id = place.recover(cluster)
    end = carry_out(place, run_id, "Approve")
    assert str(end.outcome) == "ROLLED_BACK", (end.reason, states(place, run_id))
    # Where RG2 was before the ISSU gathered it, nobody has written down: it stays, and flags are reset.
    assert sent(place, cluster, run_id) == (start(), *TAKEN_BACK, *resets(0, (1, 2)))


def until_phase(place: Place, cluster: str, phase: str) -> None:
    """In the simulator's words."""
    deadline = time.monotonic() + DEADLINE_S
    while status(place.lab.state, cluster)["phase"] != phase:
        assert time.monotonic() < deadline, f"{cluster} is not {phase}"
        time.sleep(0.2)
