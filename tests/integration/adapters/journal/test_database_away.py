from __future__ import annotations

import pytest
from sqlalchemy.exc import DataError, InterfaceError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from srx_issu.adapters.journal import SqlJournal
from srx_issu.adapters.journal.database import Database, is_away
from srx_issu.domain.errors import JournalAway


class Said(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(f"sqlstate {sqlstate}")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "state",
    [None, "57P01", "57P02", "57P03", "57014", "08006", "53300", "53100", "40P01", "40001", "55P03"],
)
def test_a_database_that_cannot_answer_now_is_away(state: str | None) -> None:
    """Never connected, cut off, shut down, crashed, starting up, in recovery, too slow, full, deadlocked."""
    assert is_away(OperationalError("select", None, Said(state)))


def test_a_standby_that_is_not_promoted_yet_and_a_cut_connection_are_away() -> None:
    assert is_away(InternalError("insert", None, Said("25006")))
    assert is_away(InterfaceError("select", None, Said(None)))
    assert is_away(ProgrammingError("select", None, Said(None), connection_invalidated=True))
    assert is_away(PoolTimeout("no connection"))


@pytest.mark.parametrize("state", ["42P01", "42501", "22001", "23505"])
def test_a_database_that_said_no_is_not_away(state: str) -> None:
    assert not is_away(ProgrammingError("insert", None, Said(state)))
    assert not is_away(DataError("insert", None, Said(state)))


def test_nobody_at_the_address_is_away() -> None:
    url = "postgresql://nobody@127.0.0.1:1/journal"
    with pytest.raises(JournalAway, match="does not answer"):
        SqlJournal(url).entries("run")
    with pytest.raises(JournalAway), Database(url).transaction():
        pass
