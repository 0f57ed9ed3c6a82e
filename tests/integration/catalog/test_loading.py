"""The folder as a whole: where it is, what it may lack, names for the form, schemas and samples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from srx_issu.catalog import VARIABLE, cluster_names, files_folder, image_names, load, validate
from srx_issu.catalog.folder import SHIPPED
from srx_issu.domain.errors import OperatorFileError
from tests.integration.catalog.folders import IMAGE, Folder


class TestFolder:
    def test_a_folder_that_does_not_exist_says_which_setting_names_it(self, tmp_path: Path) -> None:
        with pytest.raises(OperatorFileError, match=f"inventory: cannot be read: No such file.*{VARIABLE}"):
            load(tmp_path / "nowhere")

    def test_folders_without_files(self, tmp_path: Path) -> None:
        for kind in ("inventory", "images"):
            (tmp_path / kind).mkdir()
            (tmp_path / kind / ".hidden.yaml").write_text("not: read\n")
            (tmp_path / kind / "README.md").write_text("not read\n")
        assert [fault.found for fault in validate(tmp_path).faults] == ["has no .yaml file"] * 2

    def test_the_setting_names_the_folder(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv(VARIABLE, str(tmp_path))
        assert files_folder() == tmp_path
        monkeypatch.setenv(VARIABLE, "")
        assert files_folder() == SHIPPED
        monkeypatch.delenv(VARIABLE)
        assert files_folder() == SHIPPED

    def test_paths_are_absolute_however_the_folder_is_named(
        self, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(folder.path.parent)
        assert Path(load(Path("files")).images[IMAGE].file).is_absolute()

    def test_an_operators_folder_without_policy_takes_the_shipped_one(self, folder: Folder) -> None:
        assert folder.faults() == []
        assert "SRX4600" in folder.catalog().support_rules.platforms

    @pytest.mark.parametrize(
        ("name", "meant"), [("limit.yaml", "limits.yaml"), ("support.yml", "support.yaml")]
    )
    def test_a_policy_file_that_would_not_be_read(self, folder: Folder, name: str, meant: str) -> None:
        folder.write(f"policy/{name}", "fleet: {}\n")
        assert folder.faults() == [f"policy/{name}: is not read; call it {meant}"]

    def test_an_unreadable_policy_file_is_not_replaced_by_the_shipped_one(self, folder: Folder) -> None:
        (folder.path / "policy").mkdir()
        (folder.path / "policy" / "limits.yaml").symlink_to("gone.yaml")
        (fault,) = folder.faults()
        assert fault.startswith("policy/limits.yaml: cannot be read: No such file")


class TestNames:
    def test_of_all_files_sorted(self, folder: Folder) -> None:
        folder.write("inventory/more.yml", "clusters: {ber1: {}, aaa: }\n")
        assert cluster_names(folder.path) == ("aaa", "ber1", "fra1-fw1")
        assert image_names(folder.path) == (IMAGE,)

    def test_are_there_while_other_files_have_faults(self, folder: Folder) -> None:
        folder.write("inventory/broken.yaml", "clusters: [\n")
        folder.write("images/broken.yaml", "images: [{file: [a]}, {}, x, {file: /a/b.tgz}]\n")
        assert cluster_names(folder.path) == ("fra1-fw1",)
        assert image_names(folder.path) == ("b.tgz", IMAGE)

    def test_of_nothing_are_nothing(self, tmp_path: Path) -> None:
        assert cluster_names(tmp_path) == ()
        assert image_names(tmp_path) == ()

    def test_follow_the_files(self, folder: Folder) -> None:
        assert cluster_names(folder.path) == ("fra1-fw1",)
        folder.write("inventory/fleet.yaml", "clusters: {other-name: {}}\n")
        assert cluster_names(folder.path) == ("other-name",)


class TestShipped:
    def test_the_samples_are_sound_and_describe_no_device(self) -> None:
        catalog = load(SHIPPED)
        assert catalog.clusters == {}
        assert catalog.images == {}

    @pytest.mark.parametrize("name", ["inventory/example.yaml", "images/catalogue.yaml"])
    def test_the_commented_examples_are_sound_too(self, name: str, folder: Folder) -> None:
        lines = (SHIPPED / name).read_text().splitlines()
        start = next(i for i, line in enumerate(lines) if line.rstrip() == "#") + 3
        shown = [line.removeprefix("#").removeprefix(" ") for line in lines[start:] if line.startswith("#")]
        folder.write(name.replace("example", "fleet"), "\n".join(shown) + "\n")
        if name.startswith("images"):
            assert [f for f in folder.faults() if "bytes, the catalogue says" not in f] == []
        else:
            assert folder.faults() == []
            assert folder.catalog().clusters["fra1-fw1"].region == "emea"

    @pytest.mark.parametrize(
        "name",
        ["inventory/example.yaml", "images/catalogue.yaml", "policy/limits.yaml", "policy/support.yaml"],
    )
    def test_every_sample_names_its_schema(self, name: str) -> None:
        path = SHIPPED / name
        first = path.read_text(encoding="utf-8").splitlines()[0]
        target = first.removeprefix("# yaml-language-server: $schema=")
        assert json.loads((path.parent / target).read_text())["additionalProperties"] is False
