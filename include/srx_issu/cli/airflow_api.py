"""Airflow's REST API as the command line needs it: the runs of each DAG, and what belongs to no DAG."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx

from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.cli.airflow_replies import Run, UnattendedCluster, run_of
from srx_issu.cli.airflow_session import AirflowSession
from srx_issu.cli.dag_runs import PAGE, DagRuns
from srx_issu.cli.login import ApiLogin


class AirflowApi:
    """One Airflow, one user."""

    def __init__(self, login: ApiLogin, *, transport: httpx.BaseTransport | None = None) -> None:
        self.session = AirflowSession(login, transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()

    @property
    def user(self) -> str:
        return self.session.login.user

    def of(self, dag_id: str) -> DagRuns:
        """The runs of one DAG."""
        return DagRuns(self.session, dag_id)

    def runs_called(self, run_id: str) -> tuple[Run, ...]:
        """The runs of that very id, of whichever DAGs."""
        # Of all ids that begin with it, the id itself comes first.
        query = {"run_id_prefix_pattern": run_id, "order_by": "run_id", "limit": PAGE}
        found = self.session.get("/dags/~/dagRuns", **query)["dag_runs"]
        return tuple(run for run in map(run_of, found) if run.run_id == run_id)

    def campaign_names(self) -> tuple[str, ...]:
        found = self.session.get("/dags", dag_id_pattern=f"{DAG_PREFIX}%", limit=PAGE)["dags"]
        ids = (str(dag["dag_id"]) for dag in found)  # the pattern also finds it in the middle of an id
        return tuple(i.removeprefix(DAG_PREFIX) for i in ids if i.startswith(DAG_PREFIX))

    def unattended(self) -> tuple[UnattendedCluster, ...]:
        """Clusters that nobody looks after, by the plugin's word, which knows the journal."""
        answer = self.session.ask_plugin("GET", "/srx-issu/unattended")
        return tuple(
            UnattendedCluster(
                cluster=str(each["cluster"]),
                upgrade_id=str(each["upgrade_id"]),
                opened=datetime.fromisoformat(each["opened_at"]),
                command=str(each["command"]),
            )
            for each in self.session.accept(answer)["unattended"]
        )

    def report_page(self, run_id: str) -> str:
        """The address of a run's report in the plugin's pages; the browser asks for a login."""
        return f"{self.session.login.url.rstrip('/')}/srx-issu/upgrades/{quote(run_id, safe='')}/report"

    def variable(self, key: str) -> str | None:
        answer = self.session.ask("GET", f"/variables/{key}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return str(self.session.accept(answer)["value"])

    def set_variable(self, key: str, value: str, description: str) -> None:
        body = {"key": key, "value": value, "description": description}
        if self.variable(key) is None:
            self.session.request("POST", "/variables", json=body)
        else:
            self.session.request("PATCH", f"/variables/{key}", json=body)

    def delete_variable(self, key: str) -> bool:
        """False when there was none."""
        answer = self.session.ask("DELETE", f"/variables/{key}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return False
        if not answer.is_success:
            self.session.accept(answer)
        return True
