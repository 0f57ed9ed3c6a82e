"""The production layout as processes on this machine: for CI, and for those who run it under systemd.

Reads ``docker-compose.yaml``: the same commands, variables and health checks, PostgreSQL from its wheel and
Redis from the distribution's package. One machine: for several, run the image.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from srx_issu.stack.processes import running
from srx_issu.stack.processes.component import Program, describe_exit, tail
from srx_issu.stack.processes.health import HealthProbe
from srx_issu.stack.processes.home import Home, repository
from srx_issu.stack.processes.in_flight import upgrades_in_flight
from srx_issu.stack.processes.ports import free_port
from srx_issu.stack.processes.readiness import wait_for_health
from srx_issu.stack.processes.supervision import Supervision
from srx_issu.stack.processes.supervisor import Supervisor
from srx_issu.stack.production.composition import ComposeService, read_services
from srx_issu.stack.production.layout import API, DATA_STORES, FLOWER, POSTGRES, REDIS, Layout, instances
from srx_issu.stack.production.native_postgres import initialise, postgres_program

COMPOSE = "docker-compose.yaml"
STORE_TIMEOUT_S = 30.0
HEALTH_TIMEOUT_S = 60.0
SERVICES_TIMEOUT_S = 300.0  # nine processes that load Airflow: 30 s on two cores that have nothing else to do


class NativeFailed(Exception):
    """The layout did not come up; the message names the service and shows its words."""


@dataclass(frozen=True, kw_only=True)
class LayoutOptions:
    """What a caller may choose."""

    variables: Mapping[str, str]  # what .env holds
    files: Path
    profiles: frozenset[str] = frozenset()
    port: int | None = None
    # Programs that live as long as the layout, started first; and what is done when the databases are ready.
    alongside: tuple[Program, ...] = ()
    before_services: Callable[[], object] = lambda: None


class Native:
    """One running layout, as a context manager."""

    def __init__(
        self, home: Home, options: LayoutOptions, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self.home, self._options, self._say = home, options, say
        self.services: dict[str, ComposeService] = {}
        self._cleanup = ExitStack()
        self._supervisor: Supervisor | None = None
        self._layout: Layout | None = None

    @property
    def supervisor(self) -> Supervisor:
        if self._supervisor is None:
            raise NativeFailed("the layout was not started")
        return self._supervisor

    @property
    def layout(self) -> Layout:
        if self._layout is None:
            raise NativeFailed("the layout was not started")
        return self._layout

    def __enter__(self) -> Native:
        try:
            self._start()
        except BaseException:
            self._cleanup.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def supervise(self) -> Supervision:
        """From here on what ends is started again, and what hangs, where one process has its service to
        itself: of two schedulers Airflow tells only that one of them beats."""
        supervision = Supervision(self.supervisor, self.layout.url, say=self._say)
        self._cleanup.callback(supervision.stop)
        return supervision

    def environment(self, service: str, instance: str | None = None) -> dict[str, str]:
        """The variables of one process of a service."""
        found = self.services[service]
        variables = self.layout.variables(found, instance or instances(found)[0], os.environ)
        return {**variables, "PATH": _path(variables.get("PATH", ""))}

    def ask_health(self, service: str, instance: str) -> subprocess.CompletedProcess[str]:
        """Carries out the compose file's own health check beside that process."""
        return subprocess.run(
            list(map(self.layout.place, self.services[service].health)),
            env=self.environment(service, instance),
            capture_output=True, text=True, check=False, timeout=HEALTH_TIMEOUT_S, cwd=self.home.root,
        )  # fmt: skip

    def _in_flight(self) -> tuple[str, ...] | None:
        """Upgrades that the journal knows to be under way; None when it does not tell."""
        url = self.environment("worker").get("SRX_ISSU_JOURNAL_URL")
        return upgrades_in_flight(url) if url else None

    def _start(self) -> None:
        self.home.create()
        lock = self._cleanup.enter_context(running.locked(self.home))
        root = repository()
        wanted = read_services(root / COMPOSE, self._options.variables)
        self.services = {
            name: service
            for name, service in wanted.items()
            if not service.profiles or self._options.profiles.intersection(service.profiles)
        }
        ports = _ports(self.services, self._options.port)
        self._layout = Layout(home=self.home, repository=root, files=self._options.files, ports=ports)
        self._supervisor = Supervisor(
            lock, say=self._say, in_flight=self._in_flight, changed=self._leave_note
        )
        self._cleanup.callback(self._supervisor.stop)
        for program in self._options.alongside:
            self._supervisor.start(program)
        self._start_stores()
        self._initialise()
        self._options.before_services()
        self._start_services()

    def _start_stores(self) -> None:
        self._say("starting PostgreSQL and Redis")
        if shutil.which("redis-server") is None:
            raise NativeFailed("found no redis-server; install it (Debian: apt-get install redis-server)")
        service = self.services[POSTGRES]
        initialise(self.home, service.environment)
        environment = {**self.environment(POSTGRES), "LC_ALL": "C.UTF-8"}
        self.supervisor.start(postgres_program(self.home, service, environment, self.layout.ports[POSTGRES]))
        self.layout.redis_folder.mkdir(mode=0o700, exist_ok=True)
        self.supervisor.start(self._program(self.services[REDIS], REDIS))
        for store in DATA_STORES:
            self._wait_for_store(store)

    def _wait_for_store(self, store: str) -> None:
        deadline = time.monotonic() + STORE_TIMEOUT_S
        while (done := self.ask_health(store, store)).returncode != 0:
            self.supervisor.check()
            if time.monotonic() > deadline:
                raise NativeFailed(f"{store}: not healthy within {STORE_TIMEOUT_S:.0f} s: {done.stderr}")
            time.sleep(0.1)

    def _initialise(self) -> None:
        self._say("preparing databases, roles and users")
        program = self._program(self.services["init"], "init")
        self.supervisor.start(program)
        status = self.supervisor.finish(program.name)
        if status != 0:
            raise NativeFailed(
                f"init ended with {describe_exit(status)}; the end of {program.log}:\n{tail(program.log)}"
            )

    def _start_services(self) -> None:
        self._say("starting Airflow")
        for service in self._long_running():
            for instance in instances(service):
                self.supervisor.start(self._program(service, instance))
        self._leave_note()
        with HealthProbe(self.layout.url) as probe:
            wait_for_health(probe, self.supervisor.check, SERVICES_TIMEOUT_S)

    def _leave_note(self) -> None:
        running.leave_note(self.home, self.layout.url, self.supervisor)

    def _long_running(self) -> Iterable[ComposeService]:
        return (s for s in self.services.values() if s.name not in (*DATA_STORES, "init"))

    def _program(self, service: ComposeService, instance: str) -> Program:
        return Program(
            name=instance,
            command=list(map(self.layout.place, service.command)),
            log=self.home.logs / f"{instance}.log",
            environment=self.environment(service.name, instance),
        )


def _ports(services: Mapping[str, ComposeService], api: int | None) -> dict[str, int]:
    names = [POSTGRES, REDIS, *instances(services["scheduler"])]
    if FLOWER in services:
        names.append(FLOWER)
    return {**{name: free_port() for name in names}, API: free_port(api)}


def _path(path: str) -> str:
    """This installation's programs first, then PostgreSQL's, then the caller's."""
    from srx_issu.stack.processes.postgres_wheel import programs  # noqa: PLC0415 - looks for the wheel

    return os.pathsep.join([str(Path(sys.executable).parent), str(programs()), path])
