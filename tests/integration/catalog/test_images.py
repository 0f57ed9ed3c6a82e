"""The image catalogue: entries, file names and files must agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_issu.catalog import verify_image
from srx_issu.domain.verdict import Status
from tests.integration.catalog.folders import CONTENT, DIGEST, IMAGE, Folder


def _entry(folder: Folder, **keys: str) -> list[str]:
    given = {
        "file": IMAGE,
        "release": "22.4R3-S2.11",
        "models": "[SRX4600]",
        "sha256": DIGEST,
        "size_bytes": str(len(CONTENT)),
    } | keys
    lines = [f"{k}: {v}" for k, v in given.items()]
    folder.write("images/catalogue.yaml", "images:\n  - " + "\n    ".join(lines) + "\n")
    return folder.faults()


@pytest.mark.parametrize(
    ("keys", "line", "words"),
    [
        ({"release": "22.4R3-S3"}, 3, f"release is 22.4R3-S3, but {IMAGE} is 22.4R3-S2.11"),
        ({"release": "22.4"}, 3, "release '22.4' is not a Junos release name"),
        ({"release": "23.4R2-EVO"}, 3, "Junos OS Evolved"),
        ({"models": "[SRX1500]"}, 4, "SRX4600, not for SRX1500"),
        ({"models": "[SRX4600, SRX345]"}, 4, "SRX4600, not for SRX345"),
        ({"models": "[]"}, 4, "images[1].models"),
        ({"models": "SRX4600"}, 4, "write a list"),
        ({"sha256": "abc"}, 5, "'abc' is not a valid SHA-256 (3 characters)"),
        ({"sha256": "z" * 64}, 5, "is not a valid SHA-256 (64 characters)"),
        ({"size_bytes": "17"}, 6, f"{IMAGE} has {len(CONTENT)} bytes, the catalogue says 17"),
        ({"size_bytes": "0"}, 6, "images[1].size_bytes is '0'"),
        ({"size_bytes": "1 GB"}, 6, "write a whole number"),
        ({"file": "junos-srxhe-x86-64-22.4R3-S2.12.tgz", "release": "22.4R3-S2.12"}, 2, "no file '"),
        ({"file": "junos-srxhe-x86-64-22.4R3-S2.11.img"}, 2, "is a disk image"),
        ({"file": "junos-install-media-usb-srxhe-x86-64-22.4R3-S2.11.tgz"}, 2, "is for booting from USB"),
        ({"file": '"junos-srxhe-x86-64-22.4R3-S2.11.tgz\\0"'}, 2, "is not named like an SRX install package"),
        ({"chekcsum": "x"}, 7, "unknown key 'chekcsum' in images[1]"),
    ],
)
def test_an_entry_that_does_not_agree(folder: Folder, keys: dict[str, str], line: int, words: str) -> None:
    faults = _entry(folder, **keys)
    matching = [fault for fault in faults if words in fault]
    assert matching, faults
    assert matching[0].startswith(f"images/catalogue.yaml:{line}:")


def test_a_vmhost_image_for_a_platform_without_vmhost(folder: Folder) -> None:
    name = "junos-vmhost-install-other-x86-64-22.4R3.tgz".replace("other", "srx9")
    folder.image(name)
    (fault,) = _entry(folder, file=name, release="22.4R3")
    assert "is a vmhost image, which SRX4600 does not take" in fault


def test_the_same_image_twice_with_both_places(folder: Folder) -> None:
    path = folder.path / "images" / "catalogue.yaml"
    folder.write("images/more.yaml", path.read_text())
    assert folder.faults() == [
        f"images/more.yaml:2: image '{IMAGE}' is defined twice; "
        "also defined in images/catalogue.yaml:2; keep one"
    ]


def test_the_spin_may_be_left_out(folder: Folder) -> None:
    assert _entry(folder, release="22.4R3-S2") == []


def test_an_image_of_a_family_nobody_knows_is_the_operators_word(folder: Folder) -> None:
    name = "junos-vmhost-install-srx1k6-x86-64-23.4R1.tgz"
    folder.image(name)
    assert _entry(folder, file=name, release="23.4R1", models="[SRX1600]") == []


def test_a_model_nobody_knows_is_left_to_the_judgement(folder: Folder) -> None:
    name = "junos-srx9k-x86-64-25.2R1.tgz"
    folder.image(name)
    assert _entry(folder, file=name, release="25.2R1", models="[SRX4700]") == []


def test_an_absolute_path(folder: Folder, tmp_path: Path) -> None:
    elsewhere = tmp_path / IMAGE
    elsewhere.write_bytes(CONTENT)
    assert _entry(folder, file=str(elsewhere)) == []
    assert folder.catalog().images[IMAGE].file == str(elsewhere)


def test_a_sound_entry_becomes_an_image(folder: Folder) -> None:
    image = folder.catalog().images[IMAGE]
    assert image.file == str(folder.path / "images" / IMAGE)
    assert (image.release, image.models, image.size_bytes) == (
        "22.4R3-S2.11",
        frozenset({"SRX4600"}),
        len(CONTENT),
    )
    assert image.node_path == f"/var/tmp/{IMAGE}"


class TestVerifyImage:
    def test_passes_for_the_very_content(self, folder: Folder) -> None:
        assert verify_image(folder.catalog().images[IMAGE]).passed

    def test_fails_for_other_content_of_the_same_size(self, folder: Folder) -> None:
        image = folder.catalog().images[IMAGE]
        folder.image(IMAGE, CONTENT[::-1])
        verdict = verify_image(image)
        assert verdict.status is Status.FAIL
        assert "do not use it" in verdict.reason

    def test_cannot_tell_when_the_file_is_gone(self, folder: Folder) -> None:
        image = folder.catalog().images[IMAGE]
        Path(image.file).unlink()
        assert verify_image(image).status is Status.ERROR
