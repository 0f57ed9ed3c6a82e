"""The account of campaigns: written once, never changed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql

from srx_issu.adapters.journal import SqlCampaigns, SqlJournal
from srx_issu.domain.errors import JournalError
from srx_issu.ports.campaign import CampaignEntry, CampaignEntryKind, CampaignOutcome, is_about
from srx_issu.ports.journal import Outcome
from tests.fakes.campaign_events import random_events
from tests.journal.samples import NOON, make_intent

EVENT = CampaignEntry(at=NOON, kind=CampaignEntryKind.STARTED, text="fw-a", wave=1, cluster="fw-a", key="k")


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


def test_a_refused_campaign_whose_plan_is_made_anew_is_open_and_closes_again(campaigns: SqlCampaigns) -> None:
    campaigns.open_campaign("asked__1", "asked", "ada", NOON)
    campaigns.close_campaign("asked__1", CampaignOutcome.REFUSED, "the plan was not approved", NOON)
    campaigns.open_campaign("asked__1", "asked", "bob", NOON + timedelta(hours=1))
    record = campaigns.campaign("asked__1")
    assert record is not None
    assert (record.outcome, record.reason, record.closed_at) == (None, None, None)
    assert (record.requested_by, record.opened_at) == ("ada", NOON)
    campaigns.close_campaign("asked__1", CampaignOutcome.COMPLETED, "all well", NOON)
    campaigns.open_campaign("asked__1", "asked", "ada", NOON)
    record = campaigns.campaign("asked__1")
    assert record is not None
    assert record.outcome is CampaignOutcome.COMPLETED


def test_a_refused_campaign_that_ordered_an_upgrade_stays_closed(
    campaigns: SqlCampaigns, journal_url: str
) -> None:
    campaigns.open_campaign("begun__1", "begun", "ada", NOON)
    campaigns.record("begun__1", EVENT)
    campaigns.close_campaign("begun__1", CampaignOutcome.REFUSED, "an older version closed it so", NOON)
    campaigns.open_campaign("begun__1", "begun", "ada", NOON)
    record = campaigns.campaign("begun__1")
    assert record is not None
    assert record.outcome is CampaignOutcome.REFUSED
    set_to = (
        "UPDATE srx_issu.campaigns SET outcome = NULL, reason = {}, closed_at = NULL WHERE campaign_id = {}"
    )
    campaigns.open_campaign("asked__2", "asked", "ada", NOON)
    campaigns.close_campaign("asked__2", CampaignOutcome.REFUSED, "the plan was not approved", NOON)
    url = journal_url.replace("postgresql+psycopg:", "postgresql:")
    for reason, campaign_id in (("NULL", "'begun__1'"), ("'kept'", "'asked__2'")):
        with (
            psycopg.connect(url) as connection,
            pytest.raises(psycopg.Error, match="can be closed once, and nothing else"),
        ):
            connection.execute(sql.SQL(set_to).format(sql.SQL(reason), sql.SQL(campaign_id)))


def test_what_runs_by_an_approved_plan_is_the_newest_run_of_each_name(campaigns: SqlCampaigns) -> None:
    def tell(campaign_id: str, kind: CampaignEntryKind, digest: str) -> None:
        detail = {"digest": digest, "by": "ada", "plan": "{}", "campaign": f"planned {digest}"}
        campaigns.record(campaign_id, CampaignEntry(at=NOON, kind=kind, text="", detail={**detail}))

    name = "approvals-of-one"
    campaigns.open_campaign(f"{name}__1", name, "ada", NOON)
    tell(f"{name}__1", CampaignEntryKind.PLANNED, "one")
    assert campaigns.approved(name) == ()
    tell(f"{name}__1", CampaignEntryKind.APPROVED, "one")
    (found,) = campaigns.approved(name)
    assert (found.campaign_id, found.name, found.campaign) == (f"{name}__1", name, "planned one")
    assert found in campaigns.approved()
    tell(f"{name}__1", CampaignEntryKind.PLANNED, "two")  # asked for again: not approved yet
    assert campaigns.approved(name) == ()
    tell(f"{name}__1", CampaignEntryKind.APPROVED, "two")
    campaigns.open_campaign(f"{name}__2", name, "ada", NOON + timedelta(hours=1))  # the first run was deleted
    assert campaigns.approved(name) == ()
    tell(f"{name}__2", CampaignEntryKind.PLANNED, "three")
    tell(f"{name}__2", CampaignEntryKind.APPROVED, "three")
    assert [each.campaign for each in campaigns.approved(name)] == ["planned three"]
    tell(
        f"{name}__2", CampaignEntryKind.PLANNED, "four"
    )  # in the moment in which a wave of the third is opened
    tell(f"{name}__2", CampaignEntryKind.OPENED, "three")
    assert [each.campaign for each in campaigns.approved(name)] == ["planned three"]
    campaigns.close_campaign(f"{name}__2", CampaignOutcome.COMPLETED, "all well", NOON)
    assert campaigns.approved(name) == ()


def test_an_event_with_a_key_is_written_once(campaigns: SqlCampaigns) -> None:
    assert campaigns.record("spring__1", EVENT)
    assert not campaigns.record("spring__1", replace(EVENT, text="again"))
    planned = replace(EVENT, kind=CampaignEntryKind.PLANNED, key=None, detail={"plan": "{}"})
    assert campaigns.record("spring__1", planned)
    assert campaigns.record("spring__1", planned)
    assert campaigns.entries("spring__1") == (EVENT, planned, planned)
    assert campaigns.entries("spring__1", plans=False) == (EVENT,)


def test_the_part_about_some_clusters_is_that_of_the_rule(campaigns: SqlCampaigns) -> None:
    written = random_events(random.Random(7), 150)
    for event in written:
        campaigns.record("spring__1", event)
    for about in (("a",), ("b", "c"), ("nobody",), ()):
        expected = tuple(event for event in written if is_about(event, about))
        assert 0 < len(expected) < len(written)
        assert campaigns.entries("spring__1", about=about) == expected


def test_the_plan_in_force_is_found_alone(campaigns: SqlCampaigns) -> None:
    def told(kind: CampaignEntryKind, digest: str) -> None:
        event = CampaignEntry(at=NOON, kind=kind, text="", detail={"digest": digest})
        campaigns.record("spring__1", event)

    assert campaigns.plan("spring__1") is None
    told(CampaignEntryKind.PLANNED, "first")
    told(CampaignEntryKind.PLANNED, "second")
    campaigns.record("spring__1", EVENT)
    assert campaigns.plan("spring__1") == {"digest": "second"}
    told(CampaignEntryKind.OPENED, "second")
    told(CampaignEntryKind.PLANNED, "behind it")
    assert campaigns.plan("spring__1") == {"digest": "second"}


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
