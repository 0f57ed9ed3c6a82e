"""The guards of the decision code: each is taken out, one at a time, and the tests must notice.

A source text that is not found any more fails the run, so that the table stays true.
"""

from __future__ import annotations

from srx_issu.domain.gate.table import CONDITIONS
from tests.integration.mutants.approvals import APPROVALS_GUARDS
from tests.integration.mutants.by_plan import BY_PLAN_GUARDS
from tests.integration.mutants.gate import GATE_GUARDS
from tests.integration.mutants.mutant import Mutant
from tests.integration.mutants.others import OTHER_GUARDS
from tests.integration.mutants.routes import ROUTE_GUARDS

_TABLE = "CONDITIONS: Mapping[SendPurpose, tuple[SendCondition, ...]] = "


def _row(purpose: str, condition: str) -> Mutant:
    """The condition is taken out of the gate's table."""
    kept = f'tuple(c for c in row if (p.value, c.value) != ("{purpose}", "{condition}"))'
    return Mutant(
        name=f"table: {purpose} without {condition}",
        file="domain/gate/table.py",
        old=f"{_TABLE}MappingProxyType(",
        new=f"def _less(table):\n    return {{p: {kept} for p, row in table.items()}}\n\n\n{_TABLE}_less(",
        why="each condition of each purpose is needed",
        tests=("tests/unit/steps/gate/test_send_gate.py", "tests/unit/steps/gate/test_outages.py"),
    )


ROWS = tuple(_row(purpose.value, condition.value) for purpose, row in CONDITIONS.items() for condition in row)
MUTANTS = (*APPROVALS_GUARDS, *GATE_GUARDS, *OTHER_GUARDS, *ROUTE_GUARDS, *BY_PLAN_GUARDS, *ROWS)
