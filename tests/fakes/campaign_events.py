"""Accounts of campaigns by dice: orders, ends, taken names, holds and their answers, in any order.

An attempt is ordered, taken and ended once, as its key sees to.
"""

from __future__ import annotations

import random

from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import (
    CampaignEvent,
    HoldAnswered,
    NobodyAnswered,
    NoticeSent,
    OrderGiven,
    OrderWord,
    PlanApproved,
    PlanMade,
    ReportWritten,
    RunProved,
    RunTaken,
    UpgradeEnded,
    UpgradeOrdered,
    WaveJudged,
    WaveOpened,
)
from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.model import Result
from srx_issu.campaign.order import UpgradeOrder
from srx_issu.domain.approvals.judge import AskedQuestion
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked, QuestionGivenUp
from tests.fakes.snapshots import T0

CLUSTERS = ("a", "b", "c", "d", "e")
QUESTION = AskedQuestion(purpose="plan", digest="d", gate="plan gate 1", try_number=1)


def random_entries(dice: random.Random, number: int) -> list[CampaignEntry]:
    """At most ``number``."""
    written: dict[str, CampaignEntry] = {}
    for each in range(number):
        entry = _entry(dice, each)
        written.setdefault(str(entry.key), entry)
    return [*written.values()]


def an_order(cluster: str, attempt: int = 1) -> UpgradeOrder:
    """Its run's parameters include what is left open and what is not wanted."""
    return UpgradeOrder(
        campaign_id="spring__1",
        cluster=cluster,
        attempt=attempt,
        run_id=f"spring__1__{cluster}",
        nonce="n",
        conf={"cluster": cluster, "approval": None, "fail_back": True, "plan_only": False},
        image_sha256="ab" * 32,
        facts="f",
    )


def one_of_each(dice: random.Random, name: str = "a", attempt: int = 1) -> tuple[CampaignEvent, ...]:
    """Every event there is. ``name``: the cluster, of those that are about one."""
    run_id = f"spring__1__{name}"
    return (
        PlanMade(digest="d", campaign="{}", approvals="{}", plan="{}"),
        QuestionAsked(question=QUESTION),
        QuestionGivenUp(question=QUESTION, superseded_by="e"),
        NobodyAnswered(gate=QUESTION.gate),
        AnswerGiven(question=QUESTION, by="ada", name="Ada", choice="Approve"),
        PlanApproved(digest="d", by="ada"),
        WaveOpened(clusters=tuple(dice.sample(CLUSTERS, k=3)), digest="d", by="ada"),
        UpgradeOrdered(order=an_order(name, attempt)),
        RunProved(run_id=run_id, refused=dice.random() < 0.3),
        RunTaken(run_id=run_id, attempt=attempt),
        UpgradeEnded(attempt=attempt, result=dice.choice(tuple(Result))),
        WaveJudged(decision=dice.choice((WaveDecision.PROMOTE, WaveDecision.HOLD)), round_number=1),
        HoldAnswered(
            answer="Promote",
            by="ada",
            round_number=1,
            again=tuple(dice.sample(CLUSTERS, k=2)),
            accepted=tuple(dice.sample(CLUSTERS, k=1)),
        ),
        OrderGiven(order=dice.choice((OrderWord.PAUSE, OrderWord.RESUME, OrderWord.RESUME)), by="bob"),
        NoticeSent(),
        ReportWritten(documents={"html": "report.html"}),
    )


def _entry(dice: random.Random, number: int) -> CampaignEntry:
    name, attempt = dice.choice(CLUSTERS), dice.choice((1, 1, 1, 2))
    event = dice.choice(one_of_each(dice, name, attempt))
    wave, cluster, key = 0, None, f"{number}"
    match event:
        case UpgradeOrdered() | RunTaken() | UpgradeEnded():
            cluster, key = name, f"{type(event).__name__}:{name}:{attempt}"
        case RunProved():
            cluster = name
        case WaveOpened() | WaveJudged() | HoldAnswered():
            wave = dice.randint(1, 3)
        case _:
            pass
    return CampaignEntry(at=T0, text=f"{number}", event=event, wave=wave, cluster=cluster, key=key)
