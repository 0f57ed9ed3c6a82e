"""What Airflow says of itself over its REST API: components' health, and which DAG files are parsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

TIMEOUT_S = 10.0
COMPONENTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")
UNREACHABLE = "no answer"


class ApiServerSilent(Exception):
    """The API server did not answer, not in time, or not as one does. It says nothing of the others."""


@dataclass(frozen=True, kw_only=True)
class ImportFailure:
    """A DAG file that Airflow could not load."""

    file: str
    trace: str


@dataclass(frozen=True, kw_only=True)
class Health:
    """One answer. ``words``: component -> ``healthy`` or another word of Airflow's; ``beats``: component ->
    the time of its last heartbeat, as text, for those that have one."""

    words: Mapping[str, str]
    beats: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def translated() -> Iterator[None]:
    """The one place where what httpx raises, and an answer of another shape, becomes ApiServerSilent."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise ApiServerSilent(f"the API server does not answer ({type(error).__name__}: {error})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ApiServerSilent(f"the API server's answer is not Airflow's ({error!r})") from error


class HealthProbe:
    """Asks one API server; on loopback, so no proxy is used. Raises ApiServerSilent, and nothing else."""

    def __init__(self, url: str, user: str = "", password: str = "", timeout_s: float = TIMEOUT_S) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout_s, trust_env=False)
        self._user, self._password = user, password

    def __enter__(self) -> HealthProbe:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def health(self) -> Health:
        with translated():
            answer = self._client.get("/api/v2/monitor/health")
            answer.raise_for_status()
            said = {name: answer.json().get(name) or {} for name in COMPONENTS}
            return Health(
                words={name: str(each.get("status")) for name, each in said.items()},
                beats={name: str(each.get(f"latest_{name}_heartbeat")) for name, each in said.items()},
            )

    def components(self) -> dict[str, str]:
        """Component -> ``healthy``, another word of Airflow's, or UNREACHABLE for all when nobody answers."""
        try:
            return dict(self.health().words)
        except ApiServerSilent:
            return dict.fromkeys(COMPONENTS, UNREACHABLE)

    def log_in(self) -> None:
        with translated():
            credentials = {"username": self._user, "password": self._password}
            answer = self._client.post("/auth/token", json=credentials)
            answer.raise_for_status()
            self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def parsed_since(self, since: datetime) -> frozenset[str]:
        """DAG files, relative to the DAGs folder, with a DAG that was parsed after ``since``."""
        with translated():
            found = self._get("/api/v2/dags", limit=100)["dags"]
            return frozenset(
                str(dag["relative_fileloc"])
                for dag in found
                if dag.get("last_parsed_time") and datetime.fromisoformat(dag["last_parsed_time"]) >= since
            )

    def import_failures(self) -> tuple[ImportFailure, ...]:
        with translated():
            found = self._get("/api/v2/importErrors", limit=100)["import_errors"]
            return tuple(
                ImportFailure(file=Path(e["filename"]).name, trace=str(e["stack_trace"])) for e in found
            )

    def request_parse(self, dag_id: str) -> None:
        """Has the DAG processor read the file of a DAG now."""
        with translated():
            token = self._get(f"/api/v2/dags/{dag_id}")["file_token"]
            self._client.put(f"/api/v2/parseDagFile/{token}").raise_for_status()

    def _get(self, path: str, **query: int) -> Any:
        answer = self._client.get(path, params=query)
        answer.raise_for_status()
        return answer.json()


def is_healthy(components: Mapping[str, str]) -> bool:
    return all(status == "healthy" for status in components.values())
