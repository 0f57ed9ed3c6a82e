"""Starts, watches and ends one stack. The order of things, and nothing about how each is done."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from srx_issu.embedded import guard, running
from srx_issu.embedded.component import Component, Program, in_words, tail
from srx_issu.embedded.databases import installed_schema, prepare_journal
from srx_issu.embedded.environment import Wiring, variables
from srx_issu.embedded.health import HealthProbe
from srx_issu.embedded.home import Home, repository
from srx_issu.embedded.ports import free_port
from srx_issu.embedded.postgres import JOURNAL_WRITER, Postgres
from srx_issu.embedded.readiness import HealthWatch, report_dags, wait_for_health
from srx_issu.embedded.secrets import load_or_create, passwords
from srx_issu.embedded.sessions import end_all

STOP_GRACE_S = 8.0
AIRFLOW = (sys.executable, "-m", "airflow")
PRELOAD = (sys.executable, "-m", "srx_issu.embedded.preload")
# What tasks would each load for themselves: decision 022. The scheduler forks the processes that run tasks,
# the DAG processor those that parse. Code edited since needs a restart.
PARSE_MODULES = (
    "airflow.providers.standard.operators.trigger_dagrun",
    "airflow.sdk.definitions.timetables.trigger",
    "airflow.serialization.definitions.assets",
    "srx_issu.dag_factory.campaign_files",
    "srx_issu.dag_factory.trigger_form",
    "srx_issu.dag_factory.upgrade",
    "srx_issu.operators.claim",
    "srx_issu.operators.close",
    "srx_issu.report.task",
    "srx_issu.steps.hold_for_operator",
)
TASK_MODULES = (
    "airflow.sdk.execution_time.task_runner",
    "airflow.providers.ssh.hooks.ssh",
    "great_expectations.expectations",
    "psycopg",
    "srx_issu.checks.runner",
    "srx_issu.devices.collecting",
    "srx_issu.devices.pyez",
    "srx_issu.devices.transfer",
    "srx_issu.devices.writer",
    "srx_issu.steps.kept_values",
    "srx_issu.triggers.cluster",
    "srx_issu.triggers.recovery",
    *PARSE_MODULES,
)
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
class Options:
    """What a caller may choose."""

    files: Path | None = None  # the operator's files; None = include/ of the checkout
    dags: Path | None = None  # None = dags/ of the checkout
    port: int | None = None  # None = the one of the last run, or any
    parallelism: int = field(default_factory=default_parallelism)
    # Programs that live as long as the stack, started first: they get ready while PostgreSQL does.
    alongside: tuple[Program, ...] = ()
    # Called when the databases are ready; gives more variables for Airflow, such as AIRFLOW_CONN_...
    before_airflow: Callable[[], Mapping[str, str]] = dict


class Stack:
    """One running stack, as a context manager: up when entered, everything ended when left."""

    def __init__(
        self, home: Home, options: Options | None = None, *, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self.home = home
        self.users_are_new = False
        self.environment: dict[str, str] = {}  # for programs that are to work on this stack
        self._options = options or Options()
        self._say = say
        self._components: list[Component] = []
        self._cleanup = ExitStack()
        self._guard: subprocess.Popen[bytes] | None = None
        self._wiring: Wiring | None = None
        self._health = HealthWatch()

    @property
    def url(self) -> str:
        if self._wiring is None:
            raise StackFailed("the stack was not started")
        return self._wiring.url

    def sid(self, component: str) -> int:
        """The session id of a component, which is its process id."""
        return next(c.session.sid for c in self._components if c.name == component)

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
        """Raises ComponentDied when a component is no longer there. Costs nothing; call it often."""
        for component in self._components:
            component.check()

    def check_health(self) -> None:
        """Raises Unhealthy when a component lives, but has not beaten for long. Asks Airflow."""
        with HealthProbe(self.url) as probe:
            self._health.look(probe.components())

    def stop(self) -> None:
        """Ends every process, PostgreSQL last. Does nothing the second time."""
        if self._components:
            self._say("stopping")
        end_all((component.session for component in self._components), STOP_GRACE_S)
        for component in self._components:
            component.wait()
        self._components.clear()
        self._dismiss_guard()
        self._cleanup.close()

    def _start(self) -> None:
        self.home.create()
        lock = self._cleanup.enter_context(running.locked(self.home))
        self._guard = self._post_guard(lock)
        secrets, self.users_are_new = load_or_create(self.home)

        for program in self._options.alongside:
            self._add(Component(program))
        self._say("starting PostgreSQL")
        postgres = Postgres(self.home)
        self._cleanup.callback(postgres.forget)
        self._add(postgres.start())
        postgres.wait(self.check)

        self._wiring = self._wire(postgres)
        self.home.remember(journal=self._wiring.journal_database)  # without a password; for the command line
        self.environment = variables(self._wiring, secrets, os.environ)
        self._migrate(postgres)
        self.environment.update(self._options.before_airflow())
        self._start_airflow(self._wiring)

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
        """Brings both databases to the schema of the installed software."""
        if self.home.remembered().get("schema") != installed_schema():
            self._say("preparing Airflow's database")
            migration = self._component("db-migrate", "db", "migrate")
            status = migration.wait()
            self._components.remove(migration)
            if status != 0:
                raise StackFailed(
                    f"'airflow db migrate' ended with {in_words(status)}; the end of {migration.log}:\n"
                    f"{tail(migration.log)}"
                )
            self.home.remember(schema=installed_schema())
        prepare_journal(postgres.uri("journal", "+psycopg"), JOURNAL_WRITER)

    def _start_airflow(self, wiring: Wiring) -> None:
        self._say("starting Airflow")
        since = datetime.now(UTC)
        for name, command in AIRFLOW_COMPONENTS.items():
            self._component(name, *command)
        running.write(
            self.home,
            running.Running(
                pid=os.getpid(), url=wiring.url, sessions={c.name: c.session.sid for c in self._components}
            ),
        )
        with HealthProbe(wiring.url, "admin", passwords(self.home)["admin"]) as probe:
            wait_for_health(probe, self.check)
            report_dags(probe, wiring.dags, since, self.check, self._say)

    def _component(self, name: str, *command: str) -> Component:
        log = self.home.logs / f"{name}.log"
        preload = (*PRELOAD, *modules, "--") if (modules := PRELOADED.get(name)) else AIRFLOW
        program = Program(name=name, command=[*preload, *command], log=log, environment=self.environment)
        return self._add(Component(program))

    def _add(self, component: Component) -> Component:
        self._components.append(component)
        self._tell_guard(guard.line_for(component.session))
        return component

    def _post_guard(self, lock: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "srx_issu.embedded.guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=(lock,),  # the folder stays locked until the guard is done
        )

    def _tell_guard(self, line: str) -> None:
        if self._guard is None or self._guard.stdin is None or self._guard.poll() is not None:
            raise StackFailed(
                "the guard process ended; without it nothing would end the stack if we were killed"
            )
        self._guard.stdin.write(f"{line}\n".encode())
        self._guard.stdin.flush()

    def _dismiss_guard(self) -> None:
        if self._guard is None:
            return
        self._guard.communicate(f"{guard.RELEASED}\n".encode())
        self._guard = None
