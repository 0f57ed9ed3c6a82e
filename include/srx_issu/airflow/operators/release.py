"""The one task of the DAG ``issu_release``."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.stores import open_stores
from srx_issu.airflow.operators.claim import requested_by
from srx_issu.airflow.operators.run_state import REFUSED_KEY
from srx_issu.catalog import check_keys
from srx_issu.domain.errors import RequestRefused
from srx_issu.ports.journal import Json
from srx_issu.steps.upgrade.release_cluster import release_cluster


class ReleaseOperator(BaseOperator):
    """Params: cluster, reason. Sends nothing to any device."""

    def execute(self, context: Context) -> dict[str, Json]:
        run: Any = context["dag_run"]
        params, stores = context["params"], open_stores()
        who, at = requested_by(context), SystemClock().now()
        try:
            check_keys(run.conf or {}, ("cluster", "reason"))
            owner = release_cluster(
                params["cluster"] or "", params["reason"], who, stores.journal, stores.leases, at
            )
        except RequestRefused as refusal:
            context["ti"].xcom_push(key=REFUSED_KEY, value=str(refusal))
            raise AirflowFailException(str(refusal)) from refusal
        self.log.info("%s: released by %s, was held by %s", params["cluster"], who, owner)
        return {"cluster": params["cluster"], "was_held_by": owner}
