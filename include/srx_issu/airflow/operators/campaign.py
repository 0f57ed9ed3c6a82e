"""The tasks of a campaign around its clusters: plan, gates, guards, judgements, end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from airflow.sdk import BaseBranchOperator, BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.campaign import open_campaign
from srx_issu.airflow.operators.claim import requested_by
from srx_issu.airflow.operators.failures import as_airflow_failure
from srx_issu.airflow.operators.question import QuestionOperator, assigned_users, response_of, skip
from srx_issu.airflow.triggers.campaign import BakeTrigger
from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.rounds import BakeUntil, SkipWave
from srx_issu.catalog import check_keys
from srx_issu.ports.campaign import CampaignOutcome
from srx_issu.ports.journal import Json
from srx_issu.steps.approval.gate_task import AskPerson, Enough, NextGate
from srx_issu.steps.approval.lost_answer import LostAnswer
from srx_issu.steps.campaign.close import close_campaign
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.questions import (
    CampaignGateTask,
    CampaignQuestion,
    approach,
    hear,
    is_unanswered,
    unanswered,
)
from srx_issu.steps.campaign.wave import judge, prepare_wave
from srx_issu.steps.outage import LIMIT_S, Outage, wait_out

R = TypeVar("R")
LONGEST_WAIT = timedelta(days=60)


def campaign_context_of(operator: BaseOperator, name: str, context: Context) -> CampaignContext:
    """Raises RequestRefused for a run whose configuration has a key that means nothing."""
    run: Any = context["dag_run"]
    check_keys(run.conf or {}, ("plan_only",))
    return open_campaign(
        name,
        context["run_id"],
        requested_by=requested_by(context),
        plan_only=bool(context["params"].get("plan_only", False)),
        log=operator.log,
    )


class CampaignOperator(BaseOperator):
    """Runs one step of a campaign."""

    ui_color = "#e8f4ea"

    def __init__(self, *, campaign: str, step: Callable[[CampaignContext], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campaign = campaign
        self.step = step

    def execute(self, context: Context) -> Any:
        return waited_out(lambda: self.step(campaign_context_of(self, self.campaign, context)), self.log)


class OpenWave(BaseOperator):
    """Waits for the pause after the last wave, deferred; skipped when the wave has nothing to do."""

    ui_color = "#dbe9f6"

    def __init__(self, *, campaign: str, wave: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campaign = campaign
        self.wave = wave

    def execute(self, context: Context, event: Any = None) -> None:  # noqa: ARG002 - what ended the wait
        found = waited_out(
            lambda: prepare_wave(campaign_context_of(self, self.campaign, context), self.wave), self.log
        )
        if isinstance(found, SkipWave):
            raise AirflowSkipException(found.reason)
        if isinstance(found, BakeUntil):
            until = found.until.isoformat()
            self.log.info("next wave not before %s", until)
            trigger = BakeTrigger(self.campaign, context["run_id"], until)
            self.defer(trigger=trigger, method_name="execute", timeout=LONGEST_WAIT)


class CampaignGate(QuestionOperator):
    """Asks what ``question`` says, and writes the answer down; passes by when that is None.

    ``about`` as the question has it; ``number`` of the gates in a row, from 1; ``spares``: the tasks of those
    behind it, for further approvers and for a question that has changed.
    """

    def __init__(
        self,
        *,
        campaign: str,
        about: str,
        number: int,
        question: Callable[[CampaignContext], CampaignQuestion | None],
        options: list[str],
        spares: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(subject="", options=options, **kwargs)
        self.campaign = campaign
        self.about = about
        self.number = number
        self.question = question
        self.spares = tuple(spares)

    def execute(self, context: Context, event: dict[str, Any] | None = None) -> Any:
        campaign_context = campaign_context_of(self, self.campaign, context)
        gate = self._gate(context)
        if (
            event is None
            and gate.try_number > 1
            and self.patiently(lambda: self._is_unanswered(campaign_context, gate))
        ):
            self.look_for_answer(context)
        lost = LostAnswer.from_event(event)
        found, asked = self.patiently(lambda: self._approach(campaign_context, gate, lost))
        if not isinstance(found, AskPerson) or asked is None:
            return self._go_on(found)
        self.subject, self.body, self.options = found.subject, found.body, list(asked.options)
        self.assigned_users = assigned_users(found.assigned)  # type: ignore[assignment]
        self.response_timeout = timedelta(seconds=found.within_s)
        campaign_context.announce(f"ask:{self.task_id}", found.subject, found.body)
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        super().execute_complete(context, event)
        campaign_context, gate, response = (
            campaign_context_of(self, self.campaign, context),
            self._gate(context),
            response_of(event),
        )

        def write_down() -> Enough | NextGate:
            with as_airflow_failure():
                return hear(campaign_context, gate, response)

        return self._go_on(self.patiently(write_down))

    def nobody_answered(self, context: Context) -> None:
        campaign_context, gate = campaign_context_of(self, self.campaign, context), self._gate(context)

        def write_down() -> str:
            with as_airflow_failure():
                return unanswered(campaign_context, gate, self.question(campaign_context))

        raise AirflowFailException(self.patiently(write_down))

    def _is_unanswered(self, campaign_context: CampaignContext, gate: CampaignGateTask) -> bool:
        with as_airflow_failure():
            return is_unanswered(campaign_context, gate)

    def _approach(
        self, campaign_context: CampaignContext, gate: CampaignGateTask, lost: LostAnswer | None
    ) -> tuple[AskPerson | Enough | NextGate, CampaignQuestion | None]:
        with as_airflow_failure():
            asked = None if campaign_context.plan_only else self.question(campaign_context)
            return approach(campaign_context, gate, asked, lost), asked

    def _go_on(self, found: AskPerson | Enough | NextGate) -> None:
        if isinstance(found, Enough | NextGate):
            self.log.info("%s", found.reason)
        if isinstance(found, Enough) and self.spares:
            skip(self.spares)

    def _gate(self, context: Context) -> CampaignGateTask:
        return CampaignGateTask(
            about=self.about,
            number=self.number,
            try_number=context["ti"].try_number,
            spares=len(self.spares),
        )


class JudgeWave(BaseBranchOperator):
    """After a round: promote, hold or abort. Skipped when there was no such round."""

    ui_color = "#f6efd9"

    def __init__(
        self, *, campaign: str, wave: int, round_number: int, branches: dict[WaveDecision, str], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.campaign = campaign
        self.wave = wave
        self.round_number = round_number
        self.branches = branches

    def choose_branch(self, context: Context) -> str | Iterable[str]:
        campaign_context = campaign_context_of(self, self.campaign, context)
        decision = waited_out(lambda: judge(campaign_context, self.wave, self.round_number), self.log)
        if decision is None:
            raise AirflowSkipException("there was no such round")
        return self.branches[decision]


class CloseCampaign(BaseOperator):
    """The run's only leaf: outcome, notice, colour."""

    ui_color = "#e8f4ea"

    def __init__(self, *, campaign: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.campaign = campaign

    def execute(self, context: Context) -> dict[str, Json]:
        facts = waited_out(
            lambda: close_campaign(campaign_context_of(self, self.campaign, context)), self.log
        )
        if not CampaignOutcome(str(facts["outcome"])).is_success:
            context["ti"].xcom_push(key="return_value", value=facts)
            raise AirflowFailException(f"{facts['outcome']}: {facts['reason']}")
        return facts


def waited_out(work: Callable[[], R], log: Any) -> R:
    """What ``work`` returns, asked again while the journal is away; its errors become Airflow's."""
    with as_airflow_failure():
        return wait_out(work, Outage(clock=SystemClock(), log=log), limit_s=LIMIT_S)
