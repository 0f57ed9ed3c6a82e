"""``make demo-campaign FLEET=mixed``: clusters of three routes in one campaign, as the demo plays it."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from srx_demo.campaign import DEFAULT_SPEED, demonstrate
from srx_demo.campaign_judge import rows_of
from srx_demo.campaign_scenery import CampaignScenery
from srx_demo.fleets import fleet_of
from srx_demo.lab import Lab
from srx_issu.cli.outcome import EXIT_GREEN
from srx_issu.stack.processes.home import Home

pytestmark = [pytest.mark.stack, pytest.mark.release]


@dataclass(frozen=True)
class Shown:
    """The demo, over: how it ended, what it has said, and its folder."""

    status: int
    said: str
    scenery: CampaignScenery

    @property
    def words(self) -> str:
        """Without the ends of lines, which depend on the terminal's width."""
        return " ".join(self.said.split())


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    demo, home = fleet_of("mixed"), Home(root=tmp_path_factory.mktemp("mixed") / "home")
    lab = Lab(state=home.root / "lab", topology=demo.path, speed=DEFAULT_SPEED)
    scenery = CampaignScenery.showing(home, lab, demo)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = demonstrate(scenery, demo, keep=False)
    return Shown(status, said.getvalue(), scenery)


def test_every_cluster_is_upgraded_by_its_own_route(shown: Shown) -> None:
    """The simulator's account and the journal are among what the demo itself judges by."""
    assert shown.status == EXIT_GREEN, shown.said
    found = {row["cluster"]: (row["route"], row["outage"]) for row in rows_of(shown.scenery)}
    assert found == {
        "muc-edge-01": ("issu", "no figure is known"),
        "muc-edge-02": ("issu", "no figure is known"),
        "ulm-branch-01": ("icu", "about 30 s"),
        "ulm-branch-02": ("icu", "about 30 s"),
        "ulm-kiosk": ("dual_reboot", "about 900 s"),
        "muc-ahead": ("dual_reboot", "about 900 s"),
    }


def test_the_approval_has_said_route_and_cost_and_who_is_asked_again(shown: Shown) -> None:
    for words in (
        "At once: 4, of them by a route that stops all traffic: 1.",
        "ulm-kiosk (dual reboot: about 900 s)",
        "A person decides in its own run: muc-ahead (dual reboot from 23.2R2.21): a downgrade;",
        "A person decides in its own run: ulm-kiosk (dual reboot from 24.2R2.17): the page names KB85650",
        "Start the dual reboot of ulm-kiosk to 24.4R1.9?",
    ):
        assert words in shown.words
    assert "Not judged yet" not in shown.words


def test_nothing_is_left_running(shown: Shown) -> None:
    root = str(shown.scenery.home.root)
    lines = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert [line for line in lines if root in line] == []


def test_the_report_is_one_file_that_names_the_routes(shown: Shown) -> None:
    (page,) = Path(shown.scenery.home.evidence / "campaigns").glob("*/report.html")
    text = page.read_text()
    assert (
        text.count('<td class="node">dual reboot</td><td class="wrap">about 900 s; sessions: all are lost')
        == 2
    )
