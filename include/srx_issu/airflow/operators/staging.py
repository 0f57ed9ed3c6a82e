"""The tasks of a staging: list the sites, copy at each, say what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.airflow.composition.campaign_notices import send_notice
from srx_issu.airflow.composition.staging import open_staging
from srx_issu.airflow.operators.failures import as_airflow_failure
from srx_issu.domain.plural import many
from srx_issu.ports.journal import Json
from srx_issu.steps.staging.fleet import SiteWork, plan_staging, stage_site, summarise


class PlanStaging(BaseOperator):
    """Returns one entry a site: ``{"site": ..., "clusters": [...]}``."""

    ui_color = "#e8f4ea"

    def __init__(self, *, campaign: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campaign = campaign

    def execute(self, context: Context) -> list[dict[str, Json]]:
        with as_airflow_failure():
            sites = plan_staging(open_staging(self.campaign, context["run_id"], self.log))
        return [{"site": work.site, "clusters": list(work.clusters)} for work in sites]


class StageSite(BaseOperator):
    """Copies to one site. Red when a cluster of it was not staged; a retry goes on where it stood."""

    ui_color = "#dbe9f6"
    template_fields: Sequence[str] = ()

    def __init__(self, *, campaign: str, work: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campaign = campaign
        self.work = work

    @property
    def site(self) -> str:
        """For the name of the mapped task in the UI."""
        return str(self.work["site"])

    def execute(self, context: Context) -> dict[str, Json]:
        names = tuple(str(name) for name in self.work["clusters"])
        with as_airflow_failure():
            staging_context = open_staging(self.campaign, context["run_id"], self.log, names)
            done = stage_site(staging_context, SiteWork(site=self.site, clusters=names))
        missing = {f"{staged.cluster} {staged.node}": staged.failed for staged in done if staged.failed}
        if missing:
            context["ti"].xcom_push(key="missing", value=missing)
            raise AirflowFailException("; ".join(f"{where}: {why}" for where, why in missing.items()))
        return {"site": self.site, "clusters": len(names)}


class CloseStaging(BaseOperator):
    """Tells people. Red when an image is not where it should be: the upgrade will copy it then."""

    ui_color = "#e8f4ea"

    def __init__(self, *, campaign: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campaign = campaign

    def execute(self, context: Context) -> dict[str, Json]:
        with as_airflow_failure():
            there, missing = summarise(open_staging(self.campaign, context["run_id"], self.log))
        title = f"{self.campaign}: images staged on {many(there, 'cluster')}, missing on {len(missing)}"
        lines = "\n".join(f"- {name}: {reason}" for name, reason in missing.items())
        send_notice(self.campaign, (self.dag_id, context["run_id"]), title, lines)
        if missing:
            raise AirflowFailException(f"{title}\n{lines}")
        return {"staged": there}
