"""One guard taken out: where, how, and which tests notice."""

from __future__ import annotations

from dataclasses import dataclass

GATE = ("tests/unit/domain/gate/test_gate.py", "tests/unit/steps/gate")
APPROVALS = ("tests/unit/domain/approvals/test_approvals.py", "tests/unit/steps/approval/test_approvals.py")
ASKED = (
    "tests/unit/steps/approval/test_approval_gate.py",
    "tests/unit/steps/approval/test_confirm_approval.py",
)
STEPS = ("tests/unit/steps",)
JOURNAL = ("tests/integration/adapters/journal/test_intend.py",)
WIRE = ("tests/integration/adapters/devices/test_permits.py",)


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """``old`` is in ``file`` exactly once. ``why``: what the guard keeps from happening. ``tests`` notice."""

    name: str
    file: str  # within the package
    old: str
    new: str
    why: str
    tests: tuple[str, ...] = GATE


JUDGE = "domain/approvals/judge.py"
READERS = "steps/gate/conditions.py"
ASK = "steps/gate/ask.py"
STATE = "domain/history/upgrade_state.py"
