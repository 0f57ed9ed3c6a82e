"""Where the services of the compose file find each other when they run as processes on one machine.

Pure: a service as the compose file has it, in; what to run and with which variables, out. What differs
from the containers stands here, and only here:

    host names of services     this machine's loopback, on ports the kernel picked
    folders in the container   folders of the deployment
    one port in each container one port a process
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.ports import LOOPBACK
from srx_issu.stack.production.composition import ComposeService

POSTGRES, REDIS, API, FLOWER = "postgres", "redis", "api-server", "flower"
DATA_STORES = (POSTGRES, REDIS)
CODE, AIRFLOW_HOME, EVIDENCE, FILES, JOURNAL_KEY = (
    "/opt/srx-issu", "/opt/airflow", "/var/lib/srx-issu/evidence", "/srv/srx-issu/files",
    "/var/lib/srx-issu/journal-key",
)  # fmt: skip
# Of the surroundings a process without a container has to have; nothing else of the caller's passes through.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Places on this machine. ``ports``: one for each of POSTGRES, REDIS, API, and each scheduler by name."""

    home: Home
    repository: Path
    files: Path
    ports: Mapping[str, int]

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports[API]}"

    @property
    def redis_folder(self) -> Path:
        return self.home.root / "redis"

    def place(self, text: str) -> str:
        """A value of the compose file with names of services and folders replaced by those here."""
        for theirs, ours in self._replacements():
            text = text.replace(theirs, ours)
        return text

    def variables(self, service: ComposeService, instance: str, base: Mapping[str, str]) -> dict[str, str]:
        """The whole environment of one process."""
        inherited = {name: base[name] for name in INHERITED if name in base}
        given = {name: self.place(value) for name, value in service.environment.items()}
        return {**inherited, **given, **self.added(service, instance)}

    def added(self, service: ComposeService, instance: str) -> dict[str, str]:
        """What a container has without being told, or does not need to be told."""
        match service.name:
            case "postgres":
                return {"PGPORT": str(self.ports[POSTGRES])}
            case "redis":
                place = {"REDIS_PORT": str(self.ports[REDIS]), "REDIS_BIND": LOOPBACK}
                return {**place, "REDIS_DIR": str(self.redis_folder)}
            case _:
                pass
        mine = {
            # What it would be asked of: without Docker no image is used.
            **({"SRX_ISSU_ALLOW_UNPINNED_IMAGES": "1"} if service.name == "init" else {}),
            "HOSTNAME": instance,
            "AIRFLOW_HOME": str(self.home.airflow),
            "NO_PROXY": f"{LOOPBACK},localhost",
            "no_proxy": f"{LOOPBACK},localhost",
        }
        if service.name == API:
            mine |= {"AIRFLOW__API__HOST": LOOPBACK, "AIRFLOW__API__PORT": str(self.ports[API])}
        if service.name == FLOWER:
            port = str(self.ports[FLOWER])
            mine |= {"AIRFLOW__CELERY__FLOWER_HOST": LOOPBACK, "AIRFLOW__CELERY__FLOWER_PORT": port}
        if instance in self.ports and service.name == "scheduler":
            mine["AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT"] = str(self.ports[instance])
        return mine

    def _replacements(self) -> tuple[tuple[str, str], ...]:
        return (
            (f"@{POSTGRES}:5432/", f"@{LOOPBACK}:{self.ports[POSTGRES]}/"),
            (f"@{REDIS}:6379/", f"@{LOOPBACK}:{self.ports[REDIS]}/"),
            (f"http://{API}:8080", self.url),
            ("http://localhost:8080", self.url),
            (CODE, str(self.repository)),
            (AIRFLOW_HOME, str(self.home.airflow)),
            (EVIDENCE, str(self.home.evidence)),
            (FILES, str(self.files)),
            (JOURNAL_KEY, str(self.home.root / "journal-key")),
        )


def instances(service: ComposeService) -> tuple[str, ...]:
    """Names of the processes of a service: ``worker-1``, ``worker-2``, or ``init``."""
    if service.replicas == 1:
        return (service.name,)
    return tuple(f"{service.name}-{number}" for number in range(1, service.replicas + 1))
