"""Names are offered by the command line, out of the files as they are now."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from srx_issu.cli.main import app
from srx_issu.cli.names import complete_cluster, complete_image


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for part, text in (
        ("inventory", "clusters:\n  ber1: {}\n  ber2: {}\n  fra1: {}\n"),
        ("images", "images:\n  - file: store/one.tgz\n"),
    ):
        (tmp_path / part).mkdir()
        (tmp_path / part / "all.yaml").write_text(text)
    monkeypatch.setenv("SRX_ISSU_FILES", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("files")
def test_names_are_completed() -> None:
    assert complete_cluster("ber") == ["ber1", "ber2"]
    assert complete_image("") == ["one.tgz"]


def test_broken_files_and_netbox_offer_nothing(files: Path) -> None:
    (files / "inventory" / "all.yaml").write_text("netbox: {}\n")
    assert complete_cluster("") == []
    (files / "inventory" / "all.yaml").write_text("clusters: [\n")
    assert complete_cluster("") == []


def test_names_are_listed(files: Path) -> None:
    told = CliRunner().invoke(app, ["names", str(files)])
    assert told.exit_code == 0
    assert told.output.split() == ["Clusters:", "ber1", "ber2", "fra1", "Images:", "one.tgz"]


@pytest.mark.parametrize("command", ["names", "validate"])
def test_a_folder_is_given_as_the_other_commands_take_it(command: str, files: Path, tmp_path: Path) -> None:
    as_argument = CliRunner().invoke(app, [command, str(files)])
    as_option = CliRunner().invoke(app, [command, "--files", str(files)])
    assert (as_option.exit_code, as_option.output) == (as_argument.exit_code, as_argument.output)
    both = CliRunner().invoke(app, [command, str(files), "--files", str(tmp_path / "other")])
    assert (both.exit_code, "two folders were given" in both.output) == (2, True)
