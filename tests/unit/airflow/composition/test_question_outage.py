"""A gate waits out an outage of the journal, and nothing else."""

from __future__ import annotations

import pytest

from srx_issu.airflow.operators.question import _is_outage
from srx_issu.domain.errors import JournalAway, JournalError


@pytest.mark.parametrize(("error", "waits"), [(JournalAway("away"), True), (JournalError("changed"), False)])
def test_only_a_journal_that_is_away_is_waited_for(error: JournalError, waits: bool) -> None:
    wrapped = RuntimeError("task failed")
    wrapped.__cause__ = error
    assert _is_outage(error) is waits
    assert _is_outage(wrapped) is waits
