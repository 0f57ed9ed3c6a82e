"""Which campaigns run is known while DAGs are parsed, and never a reason why a file does not parse."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_issu.airflow.composition import approved_campaigns as module
from srx_issu.airflow.composition.approved_campaigns import KEPT, approved_campaigns
from srx_issu.domain.errors import JournalError
from srx_issu.ports.campaign import ApprovedCampaign

SPRING, AUTUMN = (
    ApprovedCampaign(campaign_id=f"{name}__1", name=name, campaign="{}") for name in ("spring", "autumn")
)


class Campaigns:
    """Of the journal; None = it is away."""

    found: tuple[ApprovedCampaign, ...] | None = ()

    def __init__(self, url: str) -> None:
        self.url = url

    def approved(self, name: str | None = None) -> tuple[ApprovedCampaign, ...]:
        if Campaigns.found is None:
            raise JournalError("the journal does not answer")
        return tuple(each for each in Campaigns.found if name in (None, each.name))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", "postgresql://x/y")
    monkeypatch.setattr(module, "SqlCampaigns", Campaigns)
    return tmp_path


def test_without_the_journal_the_last_answer_counts(home: Path) -> None:
    Campaigns.found = (AUTUMN, SPRING)
    assert approved_campaigns() == (AUTUMN, SPRING)
    Campaigns.found = None
    assert approved_campaigns() == (AUTUMN, SPRING)
    assert approved_campaigns("spring") == (SPRING,)
    (home / KEPT).write_text("{")
    assert approved_campaigns() == ()


def test_an_answer_about_one_name_leaves_the_others(home: Path) -> None:
    Campaigns.found = (AUTUMN, SPRING)
    approved_campaigns()
    Campaigns.found = (AUTUMN,)
    assert approved_campaigns("spring") == ()
    Campaigns.found = None
    assert approved_campaigns() == (AUTUMN,)
    assert [path.name for path in home.iterdir()] == [KEPT]


def test_where_no_journal_is_set_the_files_alone_count(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SRX_ISSU_JOURNAL_URL")
    assert approved_campaigns() == ()
    assert list(home.iterdir()) == []
