"""Who did what, when, under which approval: answerable for every command."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg

from srx_issu.adapters.journal import SqlCampaigns, SqlJournal
from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.events import PlanApproved
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.history.approval_events import ApprovalConfirmed
from srx_issu.domain.history.entry import entry_of
from tests.integration.adapters.journal.samples import NOON, issu_intended, make_intent

COLUMNS = (
    "cluster, node, command, requested_by, approved_by, campaign_id, campaign_approved_by, campaign_plan"
)


def told(url: str, upgrade_id: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        question = f"SELECT {COLUMNS} FROM srx_issu.commands WHERE upgrade_id = %s ORDER BY event_id"
        return connection.execute(question.encode(), (upgrade_id,)).fetchall()


def intend(journal: SqlJournal, upgrade_id: str, text: str) -> None:
    journal.record(upgrade_id, entry_of(issu_intended(key=None), text, at=NOON, step="issu.start"))


def approve(journal: SqlJournal, upgrade_id: str, who: str) -> None:
    event = ApprovalConfirmed(purpose=ApprovalPurpose.START, by=who, digest=None)
    journal.record(upgrade_id, entry_of(event, f"start approved by {who}", at=NOON, step="approval"))


def test_a_command_stands_under_the_newest_approval_before_it(journal_url: str) -> None:
    journal = SqlJournal(journal_url)
    journal.open_upgrade(make_intent("manual__1"), NOON)
    intend(journal, "manual__1", "reset")
    approve(journal, "manual__1", "eve")
    intend(journal, "manual__1", "upgrade")
    approve(journal, "manual__1", "adam")
    intend(journal, "manual__1", "roll back")
    assert told(journal_url, "manual__1") == [
        ("fw-a", "node0", "reset", "anna", None, None, None, None),
        ("fw-a", "node0", "upgrade", "anna", "eve", None, None, None),
        ("fw-a", "node0", "roll back", "anna", "adam", None, None, None),
    ]


def test_a_command_of_a_campaign_stands_under_its_plans_approval(journal_url: str) -> None:
    journal, campaigns = SqlJournal(journal_url), SqlCampaigns(journal_url)
    for name, who in (("spring", "eve"), ("spring__2", "adam")):
        campaigns.open_campaign(name, "spring", "operator", NOON)
        approved = CampaignEntry(at=NOON, text="approved", event=PlanApproved(digest=f"d-{who}", by=who))
        campaigns.record(name, approved)
        upgrade_id = f"{name}__fw-a"
        journal.open_upgrade(replace(make_intent(upgrade_id), requested_by="campaign"), NOON)
        intend(journal, upgrade_id, "upgrade")
    later = PlanApproved(digest="x", by="z")
    campaigns.record("spring", replace(approved, at=NOON + timedelta(hours=1), event=later))
    assert told(journal_url, "spring__fw-a")[0][5:] == ("spring", "eve", "d-eve")
    assert told(journal_url, "spring__2__fw-a")[0][5:] == ("spring__2", "adam", "d-adam")
