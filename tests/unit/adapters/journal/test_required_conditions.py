"""Which conditions the journal of a command must show: none of the gate's purposes is forgotten."""

from __future__ import annotations

from srx_issu.adapters.journal.conditions import REQUIRED
from srx_issu.domain.gate.table import CONDITIONS, SendPurpose


def test_every_purpose_of_the_gate_has_conditions_that_its_journal_must_show() -> None:
    assert set(REQUIRED) == {purpose.value for purpose in SendPurpose}


def test_nothing_is_wanted_of_a_journal_that_the_gate_does_not_ask() -> None:
    for purpose in SendPurpose:
        assert REQUIRED[purpose] <= {condition.value for condition in CONDITIONS[purpose]}
