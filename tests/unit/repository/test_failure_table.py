"""The table speaks of every fault there is."""

from __future__ import annotations

from collections import Counter

import pytest

from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.transcript import CLASS_OF_CODE, REASON_PATTERNS, REFUSAL_PATTERNS
from srx_issu.domain.outcome import Outcome
from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.fault_spec import Route
from srx_lab.machine.faults import make_fault
from srx_lab.machine.words import NodeId
from tests.integration.oneprocess import icu_rows
from tests.stack.scenarios.failure_table import ON_A_STACK_TOO, TABLE
from tests.stack.scenarios.scenario import Scenario, mirrored

each_row = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)


def test_every_fault_of_the_simulator_has_a_scenario() -> None:
    played = {row.fault for row in TABLE} | {row.besides for row in TABLE if row.besides}
    assert played == {name for name, spec in FAULTS.items() if spec.route is Route.ISSU}


NOT_PLAYED = {
    FailureClass.STALE_IN_PROGRESS: "readiness refuses a cluster with an open window before anything is sent",
    FailureClass.POLICIES_OUT_OF_SYNC: "a check's finding; its plan is in tests/unit/domain",
}


def test_every_class_that_the_devices_words_name_is_played() -> None:
    named = {failure for failure, _ in (*REFUSAL_PATTERNS, *REASON_PATTERNS)} | set(CLASS_OF_CODE.values())
    played = {row.then.failure for row in TABLE} | {row.failure for row in icu_rows.ROWS}
    missing = sorted(failure for failure in named - set(NOT_PLAYED) if failure.value not in played)
    names = ", ".join(missing)
    assert not missing, (
        f"no row of tests/stack/scenarios/failure_table.py ends as {names}: add one (an ICU's stand in "
        "tests/integration/oneprocess/icu_rows.py), with the fault 'issu_refused' and the words where "
        "nothing else shows it"
    )


def test_what_a_stack_plays_for_every_change_ends_in_different_ways() -> None:
    outcomes = [row.then.outcome for row in ON_A_STACK_TOO]
    assert sorted(outcomes) == ["ABORTED_CLEAN", "ROLLED_BACK", "UPGRADED", "UPGRADED_WITH_FINDINGS"]


def test_no_two_rows_are_the_same() -> None:
    assert [name for name, count in Counter(row.name for row in TABLE).items() if count > 1] == []


@each_row
def test_a_row_speaks_of_what_there_is(row: Scenario) -> None:
    make_fault(
        row.fault, node=NodeId(row.node) if row.node else None, at=row.at, parameters={**row.parameters}
    )
    assert row.then.outcome in {outcome.value for outcome in Outcome}
    assert row.then.failure is None or row.then.failure in {failure.value for failure in FailureClass}


@each_row
def test_no_row_has_two_starts_and_whoever_is_put_back_is_named(row: Scenario) -> None:
    sent = row.then.sent
    assert sum("in-service-upgrade IMAGE" in order for order in sent) <= 1
    assert not [order for order in sent if "rollback" in order and "rollback node" not in order]
    assert max(Counter(order for order in sent if "reboot node" in order).values(), default=0) <= 1


@each_row
def test_mirroring_twice_gives_the_row_itself(row: Scenario) -> None:
    assert mirrored(mirrored(row)) == row
