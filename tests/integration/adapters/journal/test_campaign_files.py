"""The files of a campaign's report: written anew, private, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_issu.adapters.journal import CampaignFiles
from srx_issu.domain.errors import JournalError


def test_a_report_is_written_anew_for_its_owner_alone(tmp_path: Path) -> None:
    files = CampaignFiles(tmp_path / "evidence")
    assert files.read("spring__1", "html") is None
    files.write("spring__1", "html", "a longer first one")
    place = Path(files.write("spring__1", "html", "ä"))
    assert files.read("spring__1", "html") == "ä"
    assert place == tmp_path / "evidence/campaigns/spring__1/report.html"
    assert (place.stat().st_mode & 0o777, place.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("name", ["", "..", ".", "../audits", "a/b"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(JournalError, match="cannot name a campaign"):
        CampaignFiles(tmp_path).read(name, "html")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be written"):
        CampaignFiles(tmp_path / "file").write("spring__1", "html", "")
