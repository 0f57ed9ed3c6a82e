"""What a gate of the DAG may be answered: Airflow refuses whatever its operator does not list."""

from __future__ import annotations

from srx_issu.airflow.operators.approval import ApprovalGate
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.upgrade.another_route import EVERY_ROUTE
from srx_issu.steps.approval.request import recovery_request, start_request


def test_a_start_may_be_answered_with_every_route_that_a_question_may_offer() -> None:
    gate = ApprovalGate(
        task_id="approve_start", purpose=ApprovalPurpose.START, request=start_request, number=1, spares=()
    )
    assert gate.options == ["Approve", "Reject", *EVERY_ROUTE]


def test_a_recovery_is_approved_or_not() -> None:
    gate = ApprovalGate(
        task_id="approve", purpose=ApprovalPurpose.RECOVERY, request=recovery_request, number=1, spares=()
    )
    assert gate.options == ["Approve", "Reject"]
