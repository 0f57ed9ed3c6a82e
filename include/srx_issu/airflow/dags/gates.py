"""The gates in front of a start or a recovery, and where each answer leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow.sdk import BaseOperator, chain

from srx_issu.airflow.operators.approval import GATES, ApprovalGate
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.steps.approval.ask_for_start import BeforeStart
from srx_issu.steps.approval.request import ApprovalRequest
from srx_issu.steps.context import UpgradeContext

WINDOW = "wait_for_window"


def before_start(start: str, *, downgrades: bool) -> dict[BeforeStart, str | None]:
    """``start``: the task with which the route begins; ``downgrades``: whether it leads to older releases."""
    second: dict[BeforeStart, str | None] = {BeforeStart.DOWNGRADE: "approval.approve_downgrade"}
    return {
        BeforeStart.ASK: "approval.approve_start",
        **(second if downgrades else {}),
        BeforeStart.WAIT: WINDOW,
        BeforeStart.START: start,
    }


def approval_gates(
    name: str,
    purpose: ApprovalPurpose,
    request: Callable[[UpgradeContext], ApprovalRequest],
    **first: Any,
) -> list[BaseOperator]:
    """In a row: ``name``, ``name_2``, and so on. Each knows which gates behind it to skip. ``first``: for
    the first of them alone."""
    names = [name, *(f"{name}_{number}" for number in range(2, GATES + 1))]
    gates: list[ApprovalGate] = []
    for number, gate_name in reversed([*enumerate(names, start=1)]):
        spares = [gate.task_id for gate in gates]
        gate = ApprovalGate(
            task_id=gate_name,
            purpose=purpose,
            request=request,
            number=number,
            spares=spares,
            **(first if number == 1 else {}),
        )
        gates.insert(0, gate)
    chain(*gates)
    return [*gates]
