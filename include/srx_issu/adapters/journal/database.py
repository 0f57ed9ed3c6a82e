"""One short transaction at a time on the journal's PostgreSQL, with every failure turned into JournalError.

Connections are the process's (``adapters.journal.engines``). One that died while it rested, as after a
restart of the server, is replaced before the caller's first statement: that costs a statement of ours, and
nobody notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, TextClause, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from srx_issu.adapters.journal.engines import engine_of, single_use_engine
from srx_issu.domain.errors import JournalAway, JournalError

STATEMENT_TIMEOUT_S = 30
# A process that is stopped or cut off in mid-transaction keeps its locks for so long, not for the hours that
# PostgreSQL takes to notice a dead machine: an upgrade's other processes wait for them.
IDLE_S = 60
MIGRATE_COMMAND = "python -m srx_issu.adapters.journal migrate"

_UNDEFINED_TABLE, _UNDEFINED_SCHEMA, _UNDEFINED_COLUMN = "42P01", "3F000", "42703"
_NOT_MIGRATED = (_UNDEFINED_TABLE, _UNDEFINED_SCHEMA, _UNDEFINED_COLUMN)
# What passes by itself or once the server is looked after, by SQLSTATE or its class (first two characters):
# connection lost, resources short, shutdown, crash, start-up, time-outs, deadlocks, a standby in fail-over.
_AWAY_CLASSES = ("08", "53", "57", "58", "40")
_AWAY_STATES = ("55P03", "25006", "25P03", "25P04")


class Database:
    """The journal's database. Safe to share between threads and across a fork."""

    def __init__(self, url: str, *, single_use: bool = False) -> None:
        """``url`` as SQLAlchemy takes it; raises JournalError when it is not one of PostgreSQL.

        ``single_use``: a connection a transaction, none is kept.
        """
        self._url = _postgres_url(url)
        self._single_use = single_use

    @property
    def name(self) -> str:
        """The URL without its password, for messages."""
        return self._url.render_as_string(hide_password=True)

    @contextmanager
    def transaction(self, *, statement_timeout_s: int = STATEMENT_TIMEOUT_S) -> Iterator[Connection]:
        """Commits at the end, rolls back on any exception; raises JournalError for the database's own."""
        try:
            with self._begun(statement_timeout_s) as connection, _given_up_when_away(connection):
                yield connection
                connection.commit()
        except SQLAlchemyError as error:
            raise self._explained(error) from error

    def _begun(self, statement_timeout_s: int) -> Connection:
        """In a transaction; on a new connection where the kept one turns out to be dead: the pool has thrown
        away all that are older than the failure."""
        engine = single_use_engine(self._url) if self._single_use else engine_of(self._url)
        try:
            return _begin(engine, statement_timeout_s)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return _begin(engine, statement_timeout_s)

    def _explained(self, error: SQLAlchemyError) -> JournalError:
        cause = error.orig if isinstance(error, DBAPIError) else error
        message = " ".join(str(cause).split()) or type(cause).__name__
        if isinstance(error, ProgrammingError) and getattr(cause, "sqlstate", None) in _NOT_MIGRATED:
            return JournalError(
                f"journal {self.name}: its tables are missing or older than this software ({message}); "
                f"run '{MIGRATE_COMMAND}' once, then retry the task"
            )
        if is_away(error):
            return JournalAway(
                f"journal {self.name}: PostgreSQL does not answer ({message}); check that it runs and that "
                "SRX_ISSU_JOURNAL_URL is right"
            )
        return JournalError(
            f"journal {self.name}: PostgreSQL refused to write or read ({message}); "
            "look at the server's log, then retry the task"
        )


def _begin(engine: Engine, statement_timeout_s: int) -> Connection:
    connection = engine.connect()
    try:
        connection.execute(_limits(statement_timeout_s))
    except BaseException:
        connection.close()
        raise
    return connection


def _limits(statement_timeout_s: int) -> TextClause:
    """For this transaction alone, in one message; no query, so that its isolation may still be set. Whoever
    may take long (a file is copied in mid-transaction) may also be idle for long."""
    return text(
        f"SET LOCAL statement_timeout = '{statement_timeout_s}s'; "
        f"SET LOCAL idle_in_transaction_session_timeout = '{max(IDLE_S, 2 * statement_timeout_s)}s'"
    )


@contextmanager
def _given_up_when_away(connection: Connection) -> Iterator[None]:
    """A connection that failed so is not used again: it may lead to a standby, or to a server in trouble."""
    try:
        yield
    except SQLAlchemyError as error:
        if is_away(error):
            connection.invalidate()
        raise


def is_away(error: SQLAlchemyError) -> bool:
    """Whether the database did not answer, rather than said no: asking later may succeed."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # no word from the server: never connected, or cut off
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return state in _AWAY_STATES or state[:2] in _AWAY_CLASSES or error.connection_invalidated


def _postgres_url(url: str) -> URL:
    """psycopg 3 whatever driver was named: it is the one that is installed and tested with this software."""
    expected = "expected postgresql://user:password@host:port/database in SRX_ISSU_JOURNAL_URL"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise JournalError(f"the journal's URL cannot be read; {expected}") from error  # may hold a password
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise JournalError(f"the journal's URL names {parsed.get_backend_name()!r}; {expected}")
    return parsed.set(drivername="postgresql+psycopg")
