"""Every event of a campaign goes into the journal and comes back as it was."""

from __future__ import annotations

import json
import random
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, get_args

import pytest

from srx_issu.adapters.journal.campaign_codec import (
    campaign_entry_to_row,
    campaign_event_from_json,
    campaign_event_in,
    campaign_event_to_json,
)
from srx_issu.campaign.entry import CampaignEntry, CampaignEntryKind
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
from srx_issu.campaign.order import UpgradeOrder, check_order
from srx_issu.domain.approvals.judge import AskedQuestion
from srx_issu.domain.errors import JournalError
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked, QuestionGivenUp
from tests.fakes.campaign_events import one_of_each
from tests.integration.adapters.journal.samples import NOON

QUESTION = AskedQuestion(purpose="hold 2.1", digest="ab" * 32, gate="hold 2.1 gate 1", try_number=3)
ORDER = UpgradeOrder(
    campaign_id="spring__1",
    cluster="fw-a",
    attempt=2,
    run_id="spring__1__fw-a__2",
    nonce="0f" * 16,
    conf={
        "cluster": "fw-a",
        "image": "junos.tgz",
        "approval": None,
        "fail_back": True,
        "plan_only": False,
        "window_start": None,
        "window_end": "2026-11-22T22:00:00+00:00",
    },
    image_sha256="ab" * 32,
    facts="cd" * 32,
)

WHOLE: tuple[tuple[str, CampaignEntryKind, CampaignEvent], ...] = (
    (
        "plan_made",
        CampaignEntryKind.PLANNED,
        PlanMade(digest="ab", campaign='{"name": "spring"}', approvals='{"needed": 2}', plan='{"waves": []}'),
    ),
    (
        "question_asked",
        CampaignEntryKind.ASKED,
        QuestionAsked(
            question=QUESTION,
            shown="ef" * 32,
            parts={"waves": "1: fw-a", "cluster fw-a": "image x"},
            assigned=("ada", "bob"),
            needed=2,
            clearings=1,
        ),
    ),
    (
        "question_given_up",
        CampaignEntryKind.ASKED,
        QuestionGivenUp(question=QUESTION, superseded_by="cd" * 32, lost="ada chose 'Approve', on try 1"),
    ),
    ("nobody_answered", CampaignEntryKind.ASKED, NobodyAnswered(gate="plan gate 1")),
    (
        "answer_given",
        CampaignEntryKind.REPLIED,
        AnswerGiven(question=QUESTION, by="ada", name="Ada", choice="Retry the failed", responded_at=NOON),
    ),
    ("plan_approved", CampaignEntryKind.APPROVED, PlanApproved(digest="ab", by="ada, bob")),
    (
        "wave_opened",
        CampaignEntryKind.OPENED,
        WaveOpened(clusters=("fw-a", "fw-b"), digest="ab", by="not asked"),
    ),
    ("upgrade_ordered", CampaignEntryKind.STARTED, UpgradeOrdered(order=ORDER)),
    ("run_proved", CampaignEntryKind.PROVED, RunProved(run_id="spring__1__fw-a", refused=True)),
    ("run_taken", CampaignEntryKind.TAKEN, RunTaken(run_id="spring__1__fw-a", attempt=3)),
    ("upgrade_ended", CampaignEntryKind.ENDED, UpgradeEnded(attempt=2, result=Result.NEEDS_OPERATOR)),
    ("wave_judged", CampaignEntryKind.JUDGED, WaveJudged(decision=WaveDecision.HOLD, round_number=2)),
    (
        "hold_answered",
        CampaignEntryKind.ANSWERED,
        HoldAnswered(
            answer="Retry the failed", by="ada", round_number=2, again=("fw-a", "fw-b"), accepted=("fw-c",)
        ),
    ),
    ("order_given", CampaignEntryKind.ORDERED, OrderGiven(order=OrderWord.ABORT, by="bob")),
    ("notice_sent", CampaignEntryKind.NOTICE, NoticeSent()),
    (
        "report_written",
        CampaignEntryKind.REPORTED,
        ReportWritten(documents={"html": "campaigns/spring__1/report.html"}),
    ),
)
"""Each with the name and the kind that it is stored with: rows that are there already have them."""

SPARE: tuple[CampaignEvent, ...] = (
    PlanMade(digest="ab", campaign="{}"),
    QuestionAsked(question=QUESTION),
    QuestionAsked(question=QUESTION, assigned=()),
    QuestionGivenUp(question=QUESTION, superseded_by="cd"),
    AnswerGiven(question=QUESTION, by="ada", name="", choice="Approve"),
    WaveOpened(clusters=(), digest=None, by="ada"),
    UpgradeOrdered(order=replace(ORDER, nonce="", conf={}, image_sha256="", facts="")),
    RunProved(run_id="spring__1__fw-a"),
    HoldAnswered(answer="Abort", by="ada", round_number=1),
    OrderGiven(order=OrderWord.PAUSE),
    ReportWritten(),
)
"""What is left out of each that can be."""


def stored(event: CampaignEvent) -> dict[str, Any]:
    """As PostgreSQL keeps it."""
    kept: dict[str, Any] = json.loads(json.dumps(campaign_event_to_json(event)))
    return kept


@pytest.mark.parametrize("event", [*(event for _, _, event in WHOLE), *SPARE], ids=repr)
def test_an_event_comes_back_as_it_was(event: CampaignEvent) -> None:
    assert campaign_event_from_json(stored(event)) == event


def test_a_judgement_of_an_older_version_is_read() -> None:
    older = {"event": "wave_judged", "way": "hold", "round_number": 2}
    assert campaign_event_from_json(older) == WaveJudged(decision=WaveDecision.HOLD, round_number=2)


def test_every_event_is_tried_here_and_in_the_random_accounts() -> None:
    classes = set(get_args(CampaignEvent))
    assert {type(event) for _, _, event in WHOLE} == classes
    assert {type(event) for event in one_of_each(random.Random(1))} == classes


@pytest.mark.parametrize(("name", "kind", "event"), WHOLE, ids=[name for name, _, _ in WHOLE])
def test_an_event_is_stored_under_its_name_and_kind(
    name: str, kind: CampaignEntryKind, event: CampaignEvent
) -> None:
    row = campaign_entry_to_row("spring__1", CampaignEntry(at=NOON, text="", event=event))
    assert (row["detail"]["event"], row["kind"]) == (name, kind.value)
    told = {field.name for field in fields(event)}
    assert row["detail"].keys() == {"event", *told}, "a field is stored under its own name"


def test_the_fields_that_sql_reads_are_where_it_looks_for_them() -> None:
    """The part about one cluster, the plan in force without the plans, and the view of commands."""
    assert stored(UpgradeEnded(attempt=1, result=Result.UPGRADED))["result"] == "UPGRADED"
    approved = stored(PlanApproved(digest="ab", by="ada"))
    assert (approved["by"], approved["digest"]) == ("ada", "ab")
    made = stored(PlanMade(digest="ab", campaign="{}", plan="{}"))
    del made["plan"]
    assert campaign_event_from_json(made) == PlanMade(digest="ab", campaign="{}")


def test_a_run_with_the_parameters_that_were_ordered_is_the_campaigns_after_it_was_stored() -> None:
    """What is None or False in them is neither lost nor anything else."""
    back = campaign_event_from_json(stored(UpgradeOrdered(order=ORDER)))
    assert isinstance(back, UpgradeOrdered)
    check_order(back.order, ORDER.whole_conf)
    assert back.order.digest == ORDER.digest
    given = {key: type(value) for key, value in back.order.conf.items()}
    assert given == {key: type(value) for key, value in ORDER.conf.items()}


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"digest": "ab", "campaign": "{}", "plan": "{}"},  # of a version that did not name its events
        {"event": "wave_closed"},
        {"event": "baseline_taken", "snapshot": "s", "state": "t"},  # of an upgrade
        {"event": "upgrade_ended", "attempt": "one", "result": "UPGRADED"},
        {"event": "upgrade_ended", "attempt": 1, "result": "WELL"},
        {"event": "upgrade_ended", "attempt": 1},
        {"event": "order_given", "order": "stop"},
        {"event": "wave_opened", "clusters": "fw-a", "digest": "ab", "by": "ada"},
    ],
    ids=str,
)
def test_what_cannot_be_read_names_the_campaign_and_what_to_do(detail: dict[str, Any]) -> None:
    with pytest.raises(JournalError, match=r"(?s)campaign spring__1: .* or start a new run"):
        campaign_event_in("spring__1", detail)


def test_a_time_without_a_zone_and_a_secret_are_not_written() -> None:
    naive = CampaignEntry(at=datetime(2026, 11, 22), text="", event=NoticeSent())  # noqa: DTZ001
    with pytest.raises(JournalError, match=r"spring__1: .* has no time zone"):
        campaign_entry_to_row("spring__1", naive)
    secret = ReportWritten(documents={"password": "hunter2"})
    with pytest.raises(JournalError, match="password"):
        campaign_entry_to_row("spring__1", CampaignEntry(at=NOON, text="", event=secret))
