"""The account of campaigns: written once, never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.errors import JournalError
from srx_issu.journal import SqlCampaigns, SqlJournal
from srx_issu.ports.campaign import CampaignEvent, CampaignEventKind, CampaignOutcome
from srx_issu.ports.journal import Outcome
from tests.journal.samples import NOON, make_intent

EVENT = CampaignEvent(at=NOON, kind=CampaignEventKind.STARTED, text="fw-a", wave=1, cluster="fw-a", key="k")


@pytest.fixture
def campaigns(journal_url: str) -> SqlCampaigns:
    found = SqlCampaigns(journal_url)
    found.open_campaign("spring__1", "spring", "ada", NOON)
    return found


def test_a_campaign_is_opened_once_and_closed_once(campaigns: SqlCampaigns) -> None:
    campaigns.open_campaign("spring__1", "other", "bob", NOON + timedelta(hours=1))
    campaigns.close_campaign("spring__1", CampaignOutcome.ABORTED, "flood", NOON)
    campaigns.close_campaign("spring__1", CampaignOutcome.COMPLETED, "all well", NOON)
    record = campaigns.campaign("spring__1")
    assert record is not None
    assert (record.name, record.requested_by, record.outcome) == ("spring", "ada", CampaignOutcome.ABORTED)
    assert record in campaigns.campaigns()
    assert campaigns.campaign("autumn") is None


def test_an_event_with_a_key_is_written_once(campaigns: SqlCampaigns) -> None:
    assert campaigns.record("spring__1", EVENT)
    assert not campaigns.record("spring__1", replace(EVENT, text="again"))
    planned = replace(EVENT, kind=CampaignEventKind.PLANNED, key=None, detail={"plan": "{}"})
    assert campaigns.record("spring__1", planned)
    assert campaigns.record("spring__1", planned)
    assert campaigns.events("spring__1") == (EVENT, planned, planned)
    assert campaigns.events("spring__1", plans=False) == (EVENT,)


def test_an_event_of_an_unknown_campaign_is_refused(campaigns: SqlCampaigns) -> None:
    with pytest.raises(JournalError):
        campaigns.record("never opened", EVENT)


def test_a_cluster_runs_what_its_last_good_upgrade_installed(
    campaigns: SqlCampaigns, journal: SqlJournal
) -> None:
    for number, outcome in enumerate((Outcome.UPGRADED, Outcome.ROLLED_BACK)):
        intent = make_intent(f"rel__{number}")
        journal.open_upgrade(intent, journal.now() - timedelta(hours=number + 1))
        journal.close_upgrade(intent.upgrade_id, outcome, "", NOON)
    assert campaigns.durations()[intent.cluster.model] == pytest.approx(3600, abs=30)
    assert campaigns.releases()[intent.cluster.name] == intent.image.release
