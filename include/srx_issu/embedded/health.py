"""What Airflow says of itself over its REST API: components' health, and which DAG files are parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

COMPONENTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")
UNREACHABLE = "no answer"


@dataclass(frozen=True, kw_only=True)
class ImportFailure:
    """A DAG file that Airflow could not load."""

    file: str
    trace: str


class HealthProbe:
    """Asks one API server; on loopback, so no proxy is ever used."""

    def __init__(self, url: str, user: str = "", password: str = "") -> None:
        self._client = httpx.Client(base_url=url, timeout=10.0, trust_env=False)
        self._user, self._password = user, password

    def __enter__(self) -> HealthProbe:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def components(self) -> dict[str, str]:
        """Component -> ``healthy``, another word of Airflow's, or UNREACHABLE for all when nobody answers."""
        try:
            answer = self._client.get("/api/v2/monitor/health")
            answer.raise_for_status()
            said: Mapping[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError):
            return dict.fromkeys(COMPONENTS, UNREACHABLE)
        return {name: str((said.get(name) or {}).get("status")) for name in COMPONENTS}

    def log_in(self) -> None:
        answer = self._client.post("/auth/token", json={"username": self._user, "password": self._password})
        answer.raise_for_status()
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def parsed_since(self, since: datetime) -> frozenset[str]:
        """DAG files, relative to the DAGs folder, with a DAG that was parsed after ``since``."""
        found = self._get("/api/v2/dags", limit=100)["dags"]
        return frozenset(
            str(dag["relative_fileloc"])
            for dag in found
            if dag.get("last_parsed_time") and datetime.fromisoformat(dag["last_parsed_time"]) >= since
        )

    def import_failures(self) -> tuple[ImportFailure, ...]:
        found = self._get("/api/v2/importErrors", limit=100)["import_errors"]
        return tuple(ImportFailure(file=Path(e["filename"]).name, trace=str(e["stack_trace"])) for e in found)

    def _get(self, path: str, **query: int) -> Any:
        answer = self._client.get(path, params=query)
        answer.raise_for_status()
        return answer.json()


def is_healthy(components: Mapping[str, str]) -> bool:
    return all(status == "healthy" for status in components.values())
