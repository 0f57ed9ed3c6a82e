"""``srx-issu routes``: every route with its reason, from the operator's files alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from srx_issu.cli.main import app
from tests.integration.catalog.folders import Folder

KNOWN = ("--path-beside", "--person-on-site", "--old-image", "--ha-plain")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def _routes(folder: Folder, running: str, *options: str) -> Result:
    image = ("--image", "22.4R3-S2.11", "--running", running, "--files", str(folder.path))
    return CliRunner().invoke(app, ["routes", "fra1-fw1", *image, *options])


def test_the_best_route_in_full_and_the_others_in_a_line(folder: Folder) -> None:
    shown = _routes(folder, "22.2R3", *KNOWN)
    assert shown.exit_code == 0, shown.output
    first, *rest = shown.output.splitlines()
    assert first.startswith("Route: ISSU (in-service software upgrade): allowed, because SRX4600 from 22.2R3")
    assert any(line.startswith("  dual reboot: allowed, because") for line in rest)


def test_what_is_not_said_counts_as_not_known(folder: Folder) -> None:
    shown = _routes(folder, "23.2R1")
    assert shown.exit_code == 1
    assert shown.output.startswith("Route: minimal downtime (KB17947): a person decides")
    assert "needs a person's reason" in shown.output


def test_a_downgrade_with_all_that_it_needs(folder: Folder) -> None:
    shown = _routes(folder, "23.2R1", *KNOWN)
    assert shown.exit_code == 0
    assert shown.output.startswith("Route: dual reboot: allowed")


def test_another_route_only_where_it_is_not_refused(folder: Folder) -> None:
    refused = _routes(folder, "22.2R3", *KNOWN, "--route", "icu", "--reason", "in a hurry")
    assert refused.exit_code == 1
    assert "ICU (in-band cluster upgrade) is refused" in refused.output
    asked = _routes(folder, "23.2R1", *KNOWN, "--route", "minimal_downtime", "--reason", "JTAC said so")
    assert asked.exit_code == 0
    assert "To be decided by a person: JTAC said so" in asked.output


def test_a_cluster_or_image_that_is_not_known(folder: Folder) -> None:
    unknown = CliRunner().invoke(
        app, ["routes", "nosuch", "--image", "x", "--running", "22.2R3", "--files", str(folder.path)]
    )
    assert unknown.exit_code == 2
    assert "nosuch" in unknown.output


def test_a_journal_that_does_not_answer_leaves_the_measured_unknown(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SRX_ISSU_JOURNAL_URL", "postgresql://u:hunter2@127.0.0.1:1/journal")
    shown = _routes(folder, "22.2R3", *KNOWN)
    assert shown.exit_code == 0, shown.output
    assert "Measured: not known: " in shown.output
    assert "hunter2" not in shown.output
