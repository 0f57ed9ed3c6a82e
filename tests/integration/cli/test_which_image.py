"""An upgrade without an image is told which there are for its cluster, before Airflow is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from srx_issu.cli.main import app
from tests.integration.catalog.folders import IMAGE, Folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setenv("SRX_ISSU_FILES", str(tmp_path))
    return Folder(tmp_path)


def upgrade(*words: str) -> str:
    done = CliRunner().invoke(app, ["upgrade", *words])
    assert done.exit_code == 2, done.output
    return done.output


def test_the_images_for_its_model_are_named(folder: Folder) -> None:
    shown = upgrade("fra1-fw1")
    assert shown.startswith("which image? Give --image with a release or a file name. For fra1-fw1 (SRX4600)")
    assert shown.endswith(f"newest first:\n  22.4R3-S2.11  {IMAGE}\n")
    folder.write("images/catalogue.yaml", "images: []\n")
    assert "is for fra1-fw1 (SRX4600): put one there first" in upgrade("fra1-fw1", "--image", " ")


def test_what_keeps_them_from_being_named_is_said(folder: Folder) -> None:
    assert "did you mean 'fra1-fw1'?" in upgrade("fra1-fw")
    folder.write("inventory/box.yaml", "netbox: {}\n")
    assert "The model of ber1 is in NetBox, not known here" in upgrade("ber1")
    folder.write("inventory/fleet.yaml", "clusters: 7\n")
    assert f"have faults: 'srx-issu validate {folder.path}' says which" in upgrade("fra1-fw1")
