"""One cluster of a wave, as a mapped task: start its upgrade or attach to it, and wait for its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NoReturn, assert_never

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from srx_issu.airflow.composition.campaign import task_of
from srx_issu.airflow.composition.runs import start_run
from srx_issu.airflow.operators.campaign import LONGEST_WAIT, campaign_context_of, waited_out
from srx_issu.airflow.triggers.campaign import EndTrigger, TurnTrigger
from srx_issu.campaign.admit import MustWait
from srx_issu.campaign.model import Result
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.dag_names import UPGRADE_DAGS
from srx_issu.ports.journal import Json
from srx_issu.steps.campaign.cluster_task import AttachToRun, ClusterEnded, ClusterTask, StartRun
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.ends import deadline_s, refuse_start
from srx_issu.steps.campaign.upgrade import next_step, note_made, note_start


class UpgradeCluster(BaseOperator):
    """Green, red or skipped as the cluster's own run ended, or did not begin.

    Holds no worker: it waits for its turn and for the end in the triggerer, and the triggerer ends it.
    """

    ui_color = "#dbe9f6"

    def __init__(self, *, campaign: str, wave: int, cluster: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campaign = campaign
        self.wave = wave
        self.cluster = cluster

    def execute(self, context: Context, event: Any = None) -> dict[str, Json]:  # noqa: ARG002
        """Also called again when its turn has come: what it needs is taken then."""
        campaign_context = campaign_context_of(self, self.campaign, context)
        task = waited_out(lambda: task_of(campaign_context, self.cluster, self.wave), self.log)
        step = waited_out(lambda: next_step(campaign_context, task), self.log)
        match step:
            case MustWait():
                self.log.info("%s waits: %s", self.cluster, step.reason)
                trigger = TurnTrigger(**self._trigger_facts(context, campaign_context))
                self.defer(trigger=trigger, method_name="execute", timeout=LONGEST_WAIT)
            case ClusterEnded():
                return _ended(context, step)
            case AttachToRun():
                self._start(campaign_context, task, step.run_id, step.conf, step.route)
                self._await_end(context, campaign_context, task, step.run_id)
            case StartRun():
                order = waited_out(lambda: note_start(campaign_context, task, step.order), self.log)
                self._start(campaign_context, task, order.run_id, order.whole_conf, order.route)
                self._await_end(context, campaign_context, task, order.run_id)
            case _:
                assert_never(step)
        raise AssertionError("a deferred task does not come here")

    def _start(
        self,
        campaign_context: CampaignContext,
        task: ClusterTask,
        upgrade: str,
        conf: Mapping[str, Any] | None,
        route: Route,
    ) -> None:
        if conf is None:
            return
        try:
            is_new = start_run(upgrade, conf, UPGRADE_DAGS[route])
        except RequestRefused as refusal:
            self.log.exception("%s", self.cluster)
            reason = str(refusal)
            over = waited_out(lambda: refuse_start(campaign_context, task, upgrade, reason), self.log)
            raise AirflowFailException(f"{over.result}: {refusal}") from refusal
        if is_new:
            waited_out(lambda: note_made(campaign_context, task, upgrade), self.log)
        self.log.info("%s: run %s %s", self.cluster, upgrade, "started" if is_new else "is there already")

    def _await_end(
        self, context: Context, campaign_context: CampaignContext, task: ClusterTask, upgrade: str
    ) -> NoReturn:
        wait = timedelta(seconds=deadline_s(task.cluster))
        trigger = EndTrigger(
            **self._trigger_facts(context, campaign_context),
            upgrade=upgrade,
            give_up_at=(campaign_context.clock.now() + wait).isoformat(),
        )
        self.defer(trigger=trigger, method_name="execute", timeout=wait + timedelta(hours=1))
        raise AssertionError("defer raises")

    def _trigger_facts(self, context: Context, campaign_context: CampaignContext) -> dict[str, Any]:
        return {
            "name": self.campaign,
            "run_id": context["run_id"],
            "cluster": self.cluster,
            "wave": self.wave,
            "plan_only": campaign_context.plan_only,
        }


def _ended(context: Context, over: ClusterEnded) -> dict[str, Json]:
    """What a cleared task, or the try after the triggerer's red end, finds when everything is over."""
    facts: dict[str, Json] = {"result": over.result.value, "reason": over.reason}
    if over.result.is_success:
        return facts
    context["ti"].xcom_push(key="return_value", value=facts)
    if over.result is Result.NOT_STARTED:
        raise AirflowSkipException(over.reason)
    raise AirflowFailException(f"{over.result}: {over.reason}")
