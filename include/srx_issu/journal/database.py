"""One short transaction at a time on the journal's PostgreSQL, with every failure turned into JournalError.

No pool: the callers are Airflow tasks that live for seconds, forked workers, and threads of the triggerer;
a connection a transaction costs a few milliseconds and can be shared with nobody by mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from srx_issu.domain.errors import JournalAway, JournalError

CONNECT_TIMEOUT_S = 10
STATEMENT_TIMEOUT_S = 30
MIGRATE_COMMAND = "python -m srx_issu.journal migrate"

_UNDEFINED_TABLE, _UNDEFINED_SCHEMA, _UNDEFINED_COLUMN = "42P01", "3F000", "42703"
_NOT_MIGRATED = (_UNDEFINED_TABLE, _UNDEFINED_SCHEMA, _UNDEFINED_COLUMN)
# What passes by itself or once the server is looked after, by SQLSTATE or its class (first two characters):
# connection lost, resources short, shutdown, crash, start-up, time-outs, deadlocks, a standby in fail-over.
_AWAY_CLASSES = ("08", "53", "57", "58", "40")
_AWAY_STATES = ("55P03", "25006", "25P03", "25P04")


class Database:
    """The journal's database. Safe to share between threads and across a fork."""

    def __init__(self, url: str) -> None:
        """``url`` as SQLAlchemy takes it; raises JournalError when it is not one of PostgreSQL."""
        self._url = _postgres_url(url)
        self._engine = create_engine(
            self._url,
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_S,
                "application_name": "srx-issu journal",
                "tcp_user_timeout": STATEMENT_TIMEOUT_S * 1000,  # a network gone silent ends the wait
                "prepare_threshold": None,  # works behind pgbouncer
            },
        )

    @property
    def name(self) -> str:
        """The URL without its password, for messages."""
        return self._url.render_as_string(hide_password=True)

    @contextmanager
    def transaction(self, *, statement_timeout_s: int = STATEMENT_TIMEOUT_S) -> Iterator[Connection]:
        """Commits at the end, rolls back on any exception; raises JournalError for the database's own."""
        try:
            with self._engine.begin() as connection:
                connection.execute(text(f"SET LOCAL statement_timeout = '{int(statement_timeout_s)}s'"))
                yield connection
        except SQLAlchemyError as error:
            raise self._explained(error) from error

    def _explained(self, error: SQLAlchemyError) -> JournalError:
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = " ".join(str(cause).split()) or type(cause).__name__
        if isinstance(error, ProgrammingError) and getattr(cause, "sqlstate", None) in _NOT_MIGRATED:
            return JournalError(
                f"journal {self.name}: its tables are missing or older than this software ({said}); "
                f"run '{MIGRATE_COMMAND}' once, then retry the task"
            )
        if is_away(error):
            return JournalAway(
                f"journal {self.name}: PostgreSQL does not answer ({said}); check that it runs and that "
                "SRX_ISSU_JOURNAL_URL is right"
            )
        return JournalError(
            f"journal {self.name}: PostgreSQL refused to write or read ({said}); "
            "look at the server's log, then retry the task"
        )


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
