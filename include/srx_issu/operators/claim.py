"""The first task: from the run's parameters to a journalled Intent and the cluster's lease."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.domain.errors import LeaseHeld, OperatorFileError, RequestRefused
from srx_issu.hooks.claiming import claim_cluster
from srx_issu.ports.journal import Json

REFUSED_KEY = "refused"  # XCom: why no upgrade was opened at all


class ClaimOperator(BaseOperator):
    """Reads the operator's files and the parameters; nothing is sent to any device."""

    ui_color = "#e8f4ea"

    def execute(self, context: Context) -> dict[str, Json]:
        try:
            intent = claim_cluster(context["run_id"], dict(context["params"]), requested_by(context))
        except (RequestRefused, OperatorFileError, LeaseHeld) as refusal:
            context["ti"].xcom_push(key=REFUSED_KEY, value=str(refusal))
            raise AirflowFailException(str(refusal)) from refusal
        return {"cluster": intent.cluster.name, "image": intent.image.name, "release": intent.image.release}


def requested_by(context: Context) -> str:
    """The person or system that triggered the run."""
    run: Any = context["dag_run"]
    return str(getattr(run, "triggering_user_name", None) or run.run_type)
