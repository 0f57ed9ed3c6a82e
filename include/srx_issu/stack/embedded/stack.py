"""Starts, watches and ends one stack. The order of things, and nothing about how each is done."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from srx_issu.stack.embedded.databases import installed_schema, prepare_journal
from srx_issu.stack.embedded.environment import Wiring, variables
from srx_issu.stack.embedded.postgres import JOURNAL_WRITER, Postgres
from srx_issu.stack.embedded.reparsing import Reparsing
from srx_issu.stack.embedded.secrets import load_or_create, passwords
from srx_issu.stack.processes import running
from srx_issu.stack.processes.component import Program, describe_exit, tail
from srx_issu.stack.processes.health import HealthProbe
from srx_issu.stack.processes.home import Home, repository
from srx_issu.stack.processes.in_flight import upgrades_in_flight
from srx_issu.stack.processes.loaded import PARSE_MODULES, TASK_MODULES
from srx_issu.stack.processes.ports import free_port
from srx_issu.stack.processes.readiness import report_dags, wait_for_health
from srx_issu.stack.processes.restarts import STARTING_LIMIT
from srx_issu.stack.processes.saying import where_possible
from srx_issu.stack.processes.supervision import Supervision
from srx_issu.stack.processes.supervisor import Supervisor

AIRFLOW: tuple[str, ...] = (sys.executable, "-m", "airflow")
PRELOAD = (sys.executable, "-m", "srx_issu.stack.embedded.preload")
PRELOADED = {"scheduler": TASK_MODULES, "dag-processor": PARSE_MODULES}
AIRFLOW_COMPONENTS = {
    # No log servers: tasks, triggers and API server share this machine's log folder.
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "api-server": ("api-server",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}


class StackFailed(Exception):
    """The stack did not come up."""


def default_parallelism() -> int:
    """Tasks compute; what waits is deferred. More of them at once only makes each of them late."""
    return max(4, 2 * (os.cpu_count() or 1))


@dataclass(frozen=True, kw_only=True)
class StackOptions:
    """What a caller may choose."""

    files: Path | None = None  # the operator's files; None = include/ of the checkout
    dags: Path | None = None  # None = dags/ of the checkout
    port: int | None = None  # None = the one of the last run, or any
    parallelism: int = field(default_factory=default_parallelism)
    # Programs that live as long as the stack, started first: they get ready while PostgreSQL does.
    alongside: tuple[Program, ...] = ()
    # Called when PostgreSQL is up; gives more variables for Airflow, such as AIRFLOW_CONN_...
    before_airflow: Callable[[], Mapping[str, str]] = dict


class Stack:
    """One running stack, as a context manager: up when entered, everything ended when left."""

    def __init__(
        self, home: Home, options: StackOptions | None = None, *, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self.home = home
        self.users_are_new = False
        self.environment: dict[str, str] = {}  # for programs that are to work on this stack
        self._options = options or StackOptions()
        self._say = where_possible(say)
        self._cleanup = ExitStack()
        self._supervisor: Supervisor | None = None
        self._supervision: Supervision | None = None
        self._wiring: Wiring | None = None

    @property
    def url(self) -> str:
        if self._wiring is None:
            raise StackFailed("the stack was not started")
        return self._wiring.url

    @property
    def supervisor(self) -> Supervisor:
        if self._supervisor is None:
            raise StackFailed("the stack was not started")
        return self._supervisor

    def sid(self, component: str) -> int:
        """The session id of a component's newest start, which is its process id."""
        return self.supervisor.sessions[component]

    def __enter__(self) -> Stack:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def check(self) -> None:
        """Raises ComponentDied when a component is no longer there for good: the others are started again
        while the stack is up. Costs nothing; call it often."""
        if self._supervision is not None:
            self._supervision.check()
        else:
            self.supervisor.tend(STARTING_LIMIT)

    def leave_alone(self) -> None:
        """Nothing is started again from here on, as if the supervisor had been killed."""
        if self._supervision is not None:
            self._supervision.stop()

    def stop(self) -> None:
        """Ends every process. Does nothing the second time."""
        self.leave_alone()
        if self._supervisor is not None:
            self._supervisor.stop()
            self._supervisor = self._supervision = None
        self._cleanup.close()

    def _in_flight(self) -> tuple[str, ...] | None:
        """Upgrades that the journal knows to be under way; None when it does not tell. Before there is a
        journal nothing of this stack works on any."""
        return upgrades_in_flight(self._wiring.journal_database) if self._wiring else ()

    def _start(self) -> None:
        self.home.create()
        lock = self._cleanup.enter_context(running.locked(self.home))
        self._supervisor = Supervisor(
            lock, say=self._say, in_flight=self._in_flight, changed=self._leave_note
        )
        secrets, self.users_are_new = load_or_create(self.home)

        for program in self._options.alongside:
            self.supervisor.start(program)
        self._say("starting PostgreSQL")
        postgres = Postgres(self.home)
        self._cleanup.callback(postgres.forget)
        self.supervisor.start(postgres.program())
        postgres.wait(self.check)

        self._wiring = self._wire(postgres)
        # For the command line; the journal's address has no password.
        self.home.remember(journal=self._wiring.journal_database, files=str(self._wiring.files))
        self.environment = variables(self._wiring, secrets, os.environ)
        self.environment.update(self._options.before_airflow())
        self._start_airflow(self._wiring, postgres)
        reparsing = Reparsing(self._wiring.files, self._request_parse)
        self._supervision = Supervision(self.supervisor, self.url, say=self._say, chore=reparsing.look)

    def _wire(self, postgres: Postgres) -> Wiring:
        root = repository()
        remembered = self.home.remembered().get("port")
        wanted = self._options.port or (int(remembered) if remembered else None)
        port = free_port(wanted)
        if self._options.port and port != self._options.port:
            raise StackFailed(f"port {self._options.port} is taken; see 'ss -tlnp', or leave out the port")
        self.home.remember(port=str(port))
        return Wiring(
            home=self.home,
            repository=root,
            dags=(self._options.dags or root / "dags").resolve(),
            files=(self._options.files or root / "include").resolve(),
            port=port,
            airflow_database=postgres.uri("airflow", "+psycopg2"),
            journal_database=postgres.uri("journal", "+psycopg", JOURNAL_WRITER),
            parallelism=self._options.parallelism,
        )

    def _migrate(self, postgres: Postgres) -> None:
        """Brings both databases to the schema of the installed software, side by side."""
        migration = self._start_migration()
        prepare_journal(postgres.uri("journal", "+psycopg"), JOURNAL_WRITER)
        if migration and (status := self.supervisor.finish(migration.name)) != 0:
            raise StackFailed(
                f"'airflow db migrate' ended with {describe_exit(status)}; the end of {migration.log}:\n"
                f"{tail(migration.log)}"
            )
        self.home.remember(schema=installed_schema())

    def _start_migration(self) -> Program | None:
        """Of Airflow's database; None where it was done by the same software."""
        if self.home.remembered().get("schema") == installed_schema():
            return None
        self._say("preparing Airflow's database")
        migration = self._program("db-migrate", "db", "migrate")
        self.supervisor.start(migration)
        return migration

    def _start_airflow(self, wiring: Wiring, postgres: Postgres) -> None:
        """Those that load much begin with that, and wait for the databases then (``preload.py``)."""
        self._say("starting Airflow")
        since = datetime.now(UTC)
        self.home.databases_ready_file.unlink(missing_ok=True)
        for name in PRELOADED:
            self.supervisor.start(self._program(name, *AIRFLOW_COMPONENTS[name]))
        self._migrate(postgres)
        self.home.databases_ready_file.touch()
        for name in (each for each in AIRFLOW_COMPONENTS if each not in PRELOADED):
            self.supervisor.start(self._program(name, *AIRFLOW_COMPONENTS[name]))
        self._leave_note()
        with HealthProbe(wiring.url, "admin", passwords(self.home)["admin"]) as probe:
            wait_for_health(probe, self.check)
            report_dags(probe, wiring.dags, since, self.check, self._say)

    def _request_parse(self, dag_id: str) -> None:
        with HealthProbe(self.url, "admin", passwords(self.home)["admin"]) as probe:
            probe.log_in()
            probe.request_parse(dag_id)

    def _program(self, name: str, *command: str) -> Program:
        log, airflow = self.home.logs / f"{name}.log", AIRFLOW
        if modules := PRELOADED.get(name):
            airflow = (*PRELOAD, str(self.home.databases_ready_file), *modules, "--")
        return Program(name=name, command=[*airflow, *command], log=log, environment=self.environment)

    def _leave_note(self) -> None:
        """For ``status``, ``down`` and the command line."""
        if self._wiring is None:  # no address yet that anybody could use
            return
        running.leave_note(self.home, self.url, self.supervisor)
