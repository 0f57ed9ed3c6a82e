"""The one task of the DAG ``issu_campaign_order``."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.stores import open_stores
from srx_issu.airflow.operators.claim import requested_by
from srx_issu.catalog import check_keys
from srx_issu.domain.errors import RequestRefused
from srx_issu.ports.journal import Json
from srx_issu.steps.campaign.close import give_order


class OrderOperator(BaseOperator):
    """Params: campaign (its id), order, reason. Writes the order down; the waits of the campaign hear it."""

    def execute(self, context: Context) -> dict[str, Json]:
        run: Any = context["dag_run"]
        params, who = context["params"], requested_by(context)
        try:
            check_keys(run.conf or {}, ("campaign", "order", "reason"))
            give_order(
                params["campaign"],
                params["order"],
                params["reason"],
                who,
                open_stores().campaigns,
                SystemClock().now(),
            )
        except RequestRefused as refusal:
            context["ti"].xcom_push(key="return_value", value={"refused": str(refusal)})
            raise AirflowFailException(str(refusal)) from refusal
        self.log.info("%s: %s by %s", params["campaign"], params["order"], who)
        return {"campaign": params["campaign"], "order": params["order"], "by": who}
