"""The environment that makes Airflow's components one stack. Pure: settings in, variables out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from srx_issu.adapters.sealed_box import public_key_of
from srx_issu.stack.embedded.secrets import ROLES, Secrets
from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.ports import LOOPBACK

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
        "CORE__EXECUTOR": "srx_issu.stack.embedded.executor.ResumingLocalExecutor",
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


# Beside each: Airflow's default, what ours buys, what it costs. "core": of one core, on an idle stack.
_TIMING = {
    # Default 1, the pause after a look that found nothing to do; it was 0.2. Buys: 2 % core, not 23. Costs:
    # a wait that ends is seen half a second later; the end of a worker is seen at once (``pace.py``).
    "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "1.0",
    # Default 300. Buys: a killed worker is noticed in a minute. Costs: a worker that is stuck for longer is
    # taken for dead; its step finds "nothing to do", or attaches.
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    # Default 300. Buys: what a killed scheduler left behind is picked up as soon as that counts as dead, 30 s
    # after its last heartbeat (Airflow's default; a busy machine needs them). Costs: a query, 0.1 % core.
    "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    # Default 5. Buys: on a busy machine nothing is asked twice; what is asked again because the answer was
    # late has been done already: the task is told that it is not the one that runs, and is tried again.
    # Costs: a task notices a dead API server later.
    "WORKERS__EXECUTION_API_TIMEOUT": "60",
    # Default 30. Buys: the five DAG files are parsed a fourth as often, 3 % core. Costs: nothing for a DAG
    # file that changes, which is read within a second, nor for a campaign file (``reparsing.py``); a campaign
    # that ran by its approved plan shows its edited file up to two minutes after it ended.
    "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "120",
    # Default 50. Must be more than two of those intervals: one parse that fails must hide no DAG, whose runs
    # would stand still then. Costs: the DAG of a deleted campaign file is shown for up to five minutes.
    "DAG_PROCESSOR__STALE_DAG_THRESHOLD": "300",
    # Default 300, and 5. Buys: a DAG file that is new is found within half a minute. Costs: four queries and
    # a directory listing each time, 0.1 % core.
    "DAG_PROCESSOR__REFRESH_INTERVAL": "30",
    "DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "15",
    # Default 30. Buys: a table in the log every ten minutes instead of twice a minute. Costs nothing.
    "DAG_PROCESSOR__PRINT_STATS_INTERVAL": "600",
}
