"""The DAG of one campaign: plan, approval, waves, report, close. Also the DAG that only says a file's faults.

A wave decides by the campaign's journal, not by the colours before it: so the joins run
whatever became of the tasks in front of them, and a cleared task finds its way again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, NoReturn

from airflow.sdk import DAG, BaseOperator, CronTriggerTimetable, TaskGroup, chain
from airflow.sdk.exceptions import AirflowFailException

from srx_issu.airflow.dags.priority import campaign_weight, weigh
from srx_issu.airflow.dags.tasks import ALWAYS, JOIN, ending
from srx_issu.airflow.dags.trigger_form import give_form, plan_only_param
from srx_issu.airflow.operators.approval import GATES
from srx_issu.airflow.operators.campaign import (
    CampaignGate,
    CampaignOperator,
    CloseCampaign,
    JudgeWave,
    OpenWave,
)
from srx_issu.airflow.operators.campaign_upgrade import UpgradeCluster
from srx_issu.airflow.reports.campaign import CampaignReportOperator
from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.model import Campaign
from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.campaign.plan import wave_sizes
from srx_issu.campaign.rounds import Answer, most_rounds
from srx_issu.catalog import CampaignDocument
from srx_issu.domain.approvals.judge import APPROVE, REJECT
from srx_issu.domain.plural import many
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.plan import approval_question, confirm_plan, make_plan
from srx_issu.steps.campaign.plan_question import PLAN
from srx_issu.steps.campaign.questions import CampaignQuestion
from srx_issu.steps.campaign.wave import (
    about_hold,
    about_wave,
    hear_answer,
    hold_question,
    open_wave,
    wave_question,
)

_TAGS = ["srx", "campaign"]
_HOLD_OPTIONS = [answer.value for answer in Answer]


def campaign_dag_id(name: str) -> str:
    """Also of a file whose name cannot name a campaign: its faults are to be seen."""
    return f"{DAG_PREFIX}{_as_id(name)}"


def campaign_dag(document: CampaignDocument) -> DAG:
    """The DAG of a sound file; for a faulty one a DAG that says the faults and can do nothing."""
    if document.campaign is None:
        return _faulty(document)
    campaign = document.campaign
    with DAG(
        dag_id=campaign_dag_id(document.name),
        dag_display_name=f"Campaign: {document.name}",
        description=f"Upgrades {_models(campaign)} in waves, as campaigns/{document.path.name} says",
        doc_md=_doc(document, campaign),
        schedule=CronTriggerTimetable(document.schedule, timezone="UTC") if document.schedule else None,
        catchup=False,
        max_active_runs=1,
        max_active_tasks=128,
        tags=_TAGS,
        default_args={"retries": 2, "retry_delay": timedelta(seconds=5)},
    ) as dag:
        plan, confirmed = _planning(document.name)
        before: list[BaseOperator] = [confirmed]
        for number, _ in enumerate(wave_sizes(campaign), start=1):
            before = _wave(document.name, number, most_rounds(campaign), before)
        report = CampaignReportOperator(task_id="report", campaign=document.name, trigger_rule=ALWAYS)
        chain(before, report, CloseCampaign(task_id="close", campaign=document.name, trigger_rule=ALWAYS))
        chain(plan, report)
        give_form(dag, {"plan_only": plan_only_param()})
        weigh(dag, campaign_weight)
    return dag


def _planning(name: str) -> tuple[BaseOperator, BaseOperator]:
    plan = CampaignOperator(task_id="plan", campaign=name, step=make_plan)
    names = ["approve_plan", *(f"approve_plan_{number}" for number in range(2, GATES + 1))]
    gates = _gates(name, PLAN, names, approval_question, [APPROVE, REJECT])
    confirm = CampaignOperator(
        task_id="confirm_plan", campaign=name, step=confirm_plan, retries=0, trigger_rule=JOIN
    )
    chain(plan, gates[0])
    chain(gates, confirm)
    return plan, confirm


def _gates(
    campaign: str,
    about: str,
    names: Sequence[str],
    question: Callable[[CampaignContext], CampaignQuestion | None],
    options: list[str],
) -> list[BaseOperator]:
    """In a row. Those that are not needed are skipped by the one before them, so what follows is a JOIN."""
    gates: list[CampaignGate] = []
    for number, task_id in reversed([*enumerate(names, start=1)]):
        gate = CampaignGate(
            task_id=task_id,
            campaign=campaign,
            about=about,
            number=number,
            question=question,
            options=options,
            spares=[behind.task_id for behind in gates],
        )
        gates.insert(0, gate)
    chain(*gates)
    return [*gates]


def _wave(name: str, number: int, rounds: int, before: list[BaseOperator]) -> list[BaseOperator]:
    """Returns what the next wave comes after."""
    group = f"wave_{number}"
    with TaskGroup(group, tooltip=f"Wave {number}"):
        opened = OpenWave(task_id="open", campaign=name, wave=number, trigger_rule=ALWAYS)
        question = partial(wave_question, number=number)
        gates = _gates(name, about_wave(number), ["approve", "approve_again"], question, [APPROVE, REJECT])
        clusters = CampaignOperator(
            task_id="confirm",
            campaign=name,
            step=partial(open_wave, number=number),
            retries=0,
            trigger_rule=JOIN,
        )
        chain(before, opened, gates[0])
        chain(gates, clusters)
        after: list[BaseOperator] = []
        for round_number in range(1, rounds + 1):
            clusters, ended = _round(name, number, round_number, clusters)
            after += ended
    return [*after, clusters]


def _round(
    name: str, number: int, round_number: int, clusters: BaseOperator
) -> tuple[CampaignOperator, list[BaseOperator]]:
    """One try at some clusters of the wave, its judgement, and a person's answer when it is held."""
    again = "" if round_number == 1 else f"_{round_number}"
    upgrade = UpgradeCluster.partial(
        task_id=f"upgrade{again}", campaign=name, wave=number, map_index_template="{{ task.cluster }}"
    ).expand(cluster=clusters.output)
    group = f"wave_{number}"
    branches = {
        WaveDecision.PROMOTE: f"{group}.promote{again}",
        WaveDecision.HOLD: f"{group}.hold{again}",
        WaveDecision.ABORT: f"{group}.abort{again}",
    }
    judged = JudgeWave(
        task_id=f"judge{again}",
        campaign=name,
        wave=number,
        round_number=round_number,
        branches=branches,
        trigger_rule=ALWAYS,
    )
    promoted, aborted = ending(f"promote{again}"), ending(f"abort{again}")
    names = [f"hold{again}", f"hold{again}_again"]
    question = partial(hold_question, number=number, round_number=round_number)
    holds = _gates(name, about_hold(number, round_number), names, question, _HOLD_OPTIONS)
    answer = CampaignOperator(
        task_id=f"answer{again}",
        campaign=name,
        step=partial(hear_answer, number=number, round_number=round_number),
        retries=0,
        trigger_rule=JOIN,
    )
    chain(upgrade, judged, [promoted, holds[0], aborted])
    chain(holds, answer)
    return answer, [promoted, aborted]


def _models(campaign: Campaign) -> str:
    return ", ".join(f"{model} to {image}" for model, image in campaign.target.items())


def _doc(document: CampaignDocument, campaign: Campaign) -> str:
    return f"""# Campaign {document.name}

Upgrades {_models(campaign)}, as `{document.path}` says. See the plan first: `srx-issu plan {document.name}`.

- **Needs an answer**: `approve_plan`, and `hold` of a wave whose failures exceed the budget (tab *Required
  Actions*). No answer in time means no.
- **Pause, resume, abort**: `srx-issu campaign pause|resume|abort RUN`, or the DAG *Campaign: give an order*.
  What runs always goes on to its end.
- **A red cluster** in a wave is one that was not upgraded; its own run of `issu_cluster` says why.
"""


def _faulty(document: CampaignDocument) -> DAG:
    """In the UI under its own name, so that nobody wonders where it went; the others are not affected."""
    lines = "\n".join(f"- `{fault}`" for fault in document.faults)
    with DAG(
        dag_id=campaign_dag_id(document.name),
        dag_display_name=f"Campaign: {document.name} (has faults)",
        description=f"campaigns/{document.path.name} has {many(len(document.faults), 'fault')}",
        doc_md=f"# Faults in {document.path}\n\n{lines}\n",
        schedule=None,
        catchup=False,
        tags=[*_TAGS, "faulty"],
    ) as dag:
        _Faults(task_id="faults", text="\n".join(str(fault) for fault in document.faults))
    return dag


def _as_id(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-.") else "_" for c in name)[:200]


class _Faults(BaseOperator):
    """Fails with the faults."""

    def __init__(self, *, text: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.text = text

    def execute(self, context: Any) -> NoReturn:  # noqa: ARG002
        raise AirflowFailException(self.text)
