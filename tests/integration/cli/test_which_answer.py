"""What approve and reject mean by the answers that a question offers."""

from __future__ import annotations

import pytest

from srx_issu.cli.airflow_replies import ApiFailed, PendingApproval
from srx_issu.cli.which_answer import option_of
from srx_issu.domain.upgrade.another_route import reject_for
from srx_issu.domain.upgrade.route import Route

DUAL = reject_for(Route.DUAL_REBOOT)


def asked(*options: str) -> PendingApproval:
    return PendingApproval(task_id="approval.approve_start", subject="Start?", body="", options=options)


@pytest.mark.parametrize("options", [("Approve", "Reject", DUAL), ("Approve", DUAL, "Reject")])
def test_approve_and_the_route_that_is_offered(options: tuple[str, ...]) -> None:
    assert option_of(asked(*options), refuse=False) == "Approve"
    assert option_of(asked(*options), refuse=True, take=Route.DUAL_REBOOT) == DUAL


def test_a_plain_no_asks_for_no_route() -> None:
    assert option_of(asked("Approve", DUAL, "Reject"), refuse=True) == "Reject"
    assert option_of(asked("Done", "Stop here"), refuse=True) == "Stop here"
    assert option_of(asked("Done", "Stop here"), refuse=False) == "Done"


def test_a_route_that_is_not_offered_is_not_asked_for() -> None:
    with pytest.raises(ApiFailed, match=r"does not offer ICU .*it offers: Approve; Reject"):
        option_of(asked("Approve", "Reject"), refuse=True, take=Route.ICU)
    with pytest.raises(ApiFailed, match="cannot be answered so"):
        option_of(asked("Reject"), refuse=False)
