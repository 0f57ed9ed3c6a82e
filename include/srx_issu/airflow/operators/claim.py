"""The first task: from the run's parameters to a journalled Intent and the cluster's lease."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn

from airflow.sdk import BaseOperator, Context
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.claiming import Asked, claim_cluster
from srx_issu.airflow.operators.question import skip
from srx_issu.airflow.operators.run_state import is_at_work, own_dag
from srx_issu.domain.errors import LeaseHeld, OperatorFileError, RequestRefused, UpgradeClosed
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.journal import Json
from srx_issu.steps.outage import LIMIT_S, Outage, wait_out

Claim = Callable[[str, Mapping[str, Any], Asked], Intent]


class ClaimOperator(BaseOperator):
    """Reads the operator's files and the parameters; nothing is sent to any device.

    It is the run's setup: where it fails, nothing behind it is run, so a refused request ends here, with its
    outcome and its one reason. A try that was lost is made again: the journal keeps the first one's intent,
    and a holder may take its lease anew.
    """

    ui_color = "#e8f4ea"

    def __init__(self, *, claim: Claim = claim_cluster, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.claim = claim
        self.is_setup = True

    def execute(self, context: Context) -> dict[str, Json]:
        run: Any = context["dag_run"]
        asked = Asked(
            requested_by=requested_by(context),
            dag_id=own_dag(context),
            is_at_work=partial(is_at_work, context),
            conf=run.conf or {},
        )
        outage = Outage(clock=SystemClock(), log=self.log)
        try:
            intent = wait_out(
                lambda: self.claim(context["run_id"], dict(context["params"]), asked), outage, limit_s=LIMIT_S
            )
        except UpgradeClosed as closed:
            self._end_again(context, Outcome(closed.outcome), str(closed))
        except (RequestRefused, OperatorFileError, LeaseHeld) as refusal:
            self._refuse(context, Outcome.REFUSED, str(refusal))
        return {"cluster": intent.cluster.name, "image": intent.image.name, "release": intent.image.release}

    def _end_again(self, context: Context, outcome: Outcome, reason: str) -> NoReturn:
        """A run that was cleared when it was over ends in the colour that it had."""
        if not outcome.is_success:
            self._refuse(context, outcome, reason)
        self.log.info("%s", reason)
        skip(task.task_id for task in self.get_flat_relatives(upstream=False))

    def _refuse(self, context: Context, outcome: Outcome, reason: str) -> NoReturn:
        facts: dict[str, Json] = {"outcome": outcome.value, "reason": reason}
        context["ti"].xcom_push(key=BaseXCom.XCOM_RETURN_KEY, value=facts)
        raise AirflowFailException(reason)


def requested_by(context: Context) -> str:
    """The person or system that triggered the run."""
    run: Any = context["dag_run"]
    return str(getattr(run, "triggering_user_name", None) or run.run_type)
