"""The first task: from the run's parameters to a journalled Intent and the cluster's lease."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.domain.errors import LeaseHeld, OperatorFileError, RequestRefused
from srx_issu.domain.intent import Intent
from srx_issu.hooks.claiming import Asked, claim_cluster
from srx_issu.hooks.clock import SystemClock
from srx_issu.operators.run_state import REFUSED_KEY, is_at_work
from srx_issu.ports.journal import Json
from srx_issu.steps.outage import LIMIT_S, Outage, wait_out

Claim = Callable[[str, Mapping[str, Any], Asked], Intent]


class ClaimOperator(BaseOperator):
    """Reads the operator's files and the parameters; nothing is sent to any device.

    A try that was lost is made again: the journal keeps the first one's intent, and a holder may take its
    lease anew.
    """

    ui_color = "#e8f4ea"

    def __init__(self, *, claim: Claim = claim_cluster, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.claim = claim

    def execute(self, context: Context) -> dict[str, Json]:
        run: Any = context["dag_run"]
        asked = Asked(
            requested_by=requested_by(context), is_at_work=partial(is_at_work, context), conf=run.conf or {}
        )
        outage = Outage(clock=SystemClock(), log=self.log)
        try:
            intent = wait_out(
                lambda: self.claim(context["run_id"], dict(context["params"]), asked), outage, limit_s=LIMIT_S
            )
        except (RequestRefused, OperatorFileError, LeaseHeld) as refusal:
            context["ti"].xcom_push(key=REFUSED_KEY, value=str(refusal))
            raise AirflowFailException(str(refusal)) from refusal
        return {"cluster": intent.cluster.name, "image": intent.image.name, "release": intent.image.release}


def requested_by(context: Context) -> str:
    """The person or system that triggered the run."""
    run: Any = context["dag_run"]
    return str(getattr(run, "triggering_user_name", None) or run.run_type)
