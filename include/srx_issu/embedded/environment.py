"""The environment that makes Airflow's components one stack. Pure: settings in, variables out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from srx_issu.embedded.home import Home
from srx_issu.embedded.ports import LOOPBACK
from srx_issu.embedded.secrets import ROLES, Secrets
from srx_issu.hooks.sealed_box import public_key_of

_SIMPLE_AUTH = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
DROPPED = ("PYTHONDONTWRITEBYTECODE",)  # five processes compiling Airflow again at each start: 20 s


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """Where the parts of one stack find each other."""

    home: Home
    repository: Path
    dags: Path
    files: Path  # the operator's files: inventory, images, campaigns, policy
    port: int  # API server, on loopback
    airflow_database: str
    journal_database: str  # as the role that may add to the journal
    parallelism: int  # LocalExecutor's worker processes

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


def variables(wiring: Wiring, secrets: Secrets, base: Mapping[str, str]) -> dict[str, str]:
    """``base`` (connections and other settings of the caller's pass through) plus what the stack needs."""
    kept = {name: value for name, value in base.items() if name not in DROPPED}
    direct = ",".join(
        dict.fromkeys(filter(None, [*kept.get("NO_PROXY", "").split(","), LOOPBACK, "localhost"]))
    )
    return {
        **kept,
        "AIRFLOW_HOME": str(wiring.home.airflow),
        "NO_PROXY": direct,
        "no_proxy": direct,
        "SRX_ISSU_HOME": str(wiring.home.root),
        "SRX_ISSU_FILES": str(wiring.files),
        "SRX_ISSU_JOURNAL_URL": wiring.journal_database,
        "SRX_ISSU_JOURNAL_KEY_FILE": str(wiring.home.journal_key_file),
        "SRX_ISSU_SEAL_PUBLIC_KEY": public_key_of(secrets.seal_private_key),
        "SRX_ISSU_EVIDENCE": wiring.home.evidence.as_uri(),
        **{f"AIRFLOW__{name}": value for name, value in _airflow(wiring, secrets).items()},
    }


def _airflow(wiring: Wiring, secrets: Secrets) -> dict[str, str]:
    return {
        "CORE__EXECUTOR": "srx_issu.embedded.executor.ResumingLocalExecutor",
        "CORE__PARALLELISM": str(wiring.parallelism),
        "CORE__DAGS_FOLDER": str(wiring.dags),
        "CORE__PLUGINS_FOLDER": str(wiring.repository / "plugins"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",  # a paused DAG queues its runs for ever
        "CORE__FERNET_KEY": secrets.fernet_key,
        "CORE__EXECUTION_API_SERVER_URL": f"{wiring.url}/execution/",
        "CORE__AUTH_MANAGER": _SIMPLE_AUTH,
        "CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{user}:{role}" for user, role in ROLES.items()),
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(wiring.home.users_file),
        "DATABASE__SQL_ALCHEMY_CONN": wiring.airflow_database,
        "API__HOST": LOOPBACK,
        "API__PORT": str(wiring.port),
        "API__BASE_URL": wiring.url,
        "API__SECRET_KEY": secrets.api_secret_key,
        "API_AUTH__JWT_SECRET": secrets.jwt_secret,
        "LOGGING__COLORED_CONSOLE_LOG": "False",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
        **_TIMING,
    }


# Measured with 35 tasks of which 14 defer, on 2 cores: 28 s of Airflow's own time with its defaults, 2 s so.
_TIMING = {
    "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",  # default 1: the pause between two looks at the tasks
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",  # default 300: a killed worker is noticed in a minute
    # default 300. What a killed stack left behind is picked up as soon as its scheduler counts as dead: that
    # and the triggerer are given 30 s without a heartbeat, Airflow's default; a busy machine needs them.
    "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    # default 5. What is asked again because the answer was late has been done already: the task is then told
    # that it is not the one that runs, ends, is tried again, and makes a busy machine busier.
    "WORKERS__EXECUTION_API_TIMEOUT": "60",
    "DAG_PROCESSOR__REFRESH_INTERVAL": "15",  # default 300: a new campaign file shows soon
    "DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "2",
}
