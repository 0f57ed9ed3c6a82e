"""The account of campaigns: written once, never changed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from srx_issu.adapters.journal import SqlCampaigns, SqlJournal
from srx_issu.campaign.entry import CampaignEntry, is_about
from srx_issu.campaign.events import (
    CampaignEvent,
    PlanApproved,
    PlanMade,
    UpgradeOrdered,
    WaveOpened,
)
from srx_issu.campaign.model import UsualCourse
from srx_issu.domain.errors import JournalError
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.campaign import CampaignOutcome
from tests.fakes.campaign_events import an_order, random_entries
from tests.integration.adapters.journal.samples import NOON, make_intent

ORDERED = UpgradeOrdered(order=an_order("fw-a"))
ENTRY = CampaignEntry(at=NOON, text="fw-a", event=ORDERED, wave=1, cluster="fw-a", key="k")


def planned(digest: str) -> PlanMade:
    return PlanMade(digest=digest, campaign=f"planned {digest}", plan="{}")


def approved(digest: str) -> PlanApproved:
    return PlanApproved(digest=digest, by="ada")


def opened(digest: str) -> WaveOpened:
    return WaveOpened(clusters=("fw-a",), digest=digest, by="ada")


def as_written(entries: Iterable[CampaignEntry]) -> list[CampaignEntry]:
    """Without the time at which the database wrote them."""
    return [replace(entry, recorded_at=None) for entry in entries]


def write_as_before(url: str, campaign_id: str, kind: str, detail: Mapping[str, str]) -> None:
    """A row of a version that did not name its events."""
    statement = (
        "INSERT INTO srx_issu.campaign_events (campaign_id, at, kind, text, wave, detail) "
        "VALUES (%s, now(), %s, '', 0, %s)"
    )
    with psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:")) as connection:
        connection.execute(statement, (campaign_id, kind, Jsonb({**detail})))


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
    campaigns.record("begun__1", ENTRY)
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
    def tell(campaign_id: str, event: CampaignEvent) -> None:
        campaigns.record(campaign_id, CampaignEntry(at=NOON, text="", event=event))

    name = "approvals-of-one"
    campaigns.open_campaign(f"{name}__1", name, "ada", NOON)
    tell(f"{name}__1", planned("one"))
    assert campaigns.approved(name) == ()
    tell(f"{name}__1", approved("one"))
    (found,) = campaigns.approved(name)
    assert (found.campaign_id, found.name, found.campaign) == (f"{name}__1", name, "planned one")
    assert found in campaigns.approved()
    tell(f"{name}__1", planned("two"))  # asked for again: not approved yet
    assert campaigns.approved(name) == ()
    tell(f"{name}__1", approved("two"))
    campaigns.open_campaign(f"{name}__2", name, "ada", NOON + timedelta(hours=1))  # the first run was deleted
    assert campaigns.approved(name) == ()
    tell(f"{name}__2", planned("three"))
    tell(f"{name}__2", approved("three"))
    assert [each.campaign for each in campaigns.approved(name)] == ["planned three"]
    tell(f"{name}__2", planned("four"))  # in the moment in which a wave of the third is opened
    tell(f"{name}__2", opened("three"))
    assert [each.campaign for each in campaigns.approved(name)] == ["planned three"]
    campaigns.close_campaign(f"{name}__2", CampaignOutcome.COMPLETED, "all well", NOON)
    assert campaigns.approved(name) == ()


def test_an_entry_with_a_key_is_written_once(campaigns: SqlCampaigns) -> None:
    assert campaigns.record("spring__1", ENTRY)
    assert not campaigns.record("spring__1", replace(ENTRY, text="again"))
    plan = replace(ENTRY, event=planned("one"), key=None)
    assert campaigns.record("spring__1", plan)
    assert campaigns.record("spring__1", plan)
    assert as_written(campaigns.entries("spring__1")) == [ENTRY, plan, plan]
    assert as_written(campaigns.entries("spring__1", plans=False)) == [ENTRY]


def test_an_entry_is_read_back_with_the_time_of_the_database(campaigns: SqlCampaigns) -> None:
    """That of its writer says nothing: its clock may be wrong."""
    campaigns.record("spring__1", ENTRY)
    (read,) = campaigns.entries("spring__1")
    assert read.at == NOON
    assert read.recorded_at is not None
    assert abs((read.known_at - datetime.now(UTC)).total_seconds()) < 60


def test_a_campaign_of_a_version_that_named_no_events_is_not_carried_on_and_holds_up_no_other(
    campaigns: SqlCampaigns, journal_url: str
) -> None:
    for name in ("before", "since"):
        campaigns.open_campaign(f"{name}__1", name, "ada", NOON)
        for event in (planned("one"), approved("one")):
            campaigns.record(f"{name}__1", CampaignEntry(at=NOON, text="", event=event))
    write_as_before(journal_url, "before__1", "planned", {"digest": "two", "campaign": "{}", "plan": "{}"})
    for read in (campaigns.entries, campaigns.plan):
        with pytest.raises(JournalError, match="campaign before__1: one of its events does not fit"):
            read("before__1")
    assert [found.name for found in campaigns.approved() if found.name in ("before", "since")] == ["since"]
    assert campaigns.approved("before") == ()


def test_the_part_about_some_clusters_is_that_of_the_rule(campaigns: SqlCampaigns) -> None:
    written = random_entries(random.Random(7), 150)
    for entry in written:
        campaigns.record("spring__1", entry)
    for about in (("a",), ("b", "c"), ("nobody",), ()):
        expected = [entry for entry in written if is_about(entry, about)]
        assert 0 < len(expected) < len(written)
        assert as_written(campaigns.entries("spring__1", about=about)) == expected


def test_the_plan_in_force_is_found_alone(campaigns: SqlCampaigns) -> None:
    def told(event: CampaignEvent) -> None:
        campaigns.record("spring__1", CampaignEntry(at=NOON, text="", event=event))

    assert campaigns.plan("spring__1") is None
    told(planned("first"))
    told(planned("second"))
    campaigns.record("spring__1", ENTRY)
    assert campaigns.plan("spring__1") == planned("second")
    told(opened("second"))
    told(planned("behind it"))
    assert campaigns.plan("spring__1") == planned("second")


def test_an_entry_of_an_unknown_campaign_is_refused(campaigns: SqlCampaigns) -> None:
    with pytest.raises(JournalError):
        campaigns.record("never opened", ENTRY)


def test_a_cluster_runs_what_its_last_good_upgrade_installed(
    campaigns: SqlCampaigns, journal: SqlJournal
) -> None:
    for number, outcome in enumerate((Outcome.UPGRADED, Outcome.ROLLED_BACK)):
        intent = make_intent(f"rel__{number}")
        journal.open_upgrade(intent, journal.now() - timedelta(hours=number + 1))
        journal.close_upgrade(intent.upgrade_id, outcome, "", NOON)
    assert campaigns.durations()[UsualCourse(model=intent.cluster.model)] == pytest.approx(3600, abs=30)
    assert campaigns.releases()[intent.cluster.name] == intent.image.release
    ended = journal.now()
    assert campaigns.releases(since=ended - timedelta(minutes=1)) == campaigns.releases()
    assert campaigns.releases(since=ended) == {}
