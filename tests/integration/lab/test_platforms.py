"""The file of models: each has all it needs, and a wrong entry is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import srx_lab
from srx_lab.platforms import PLATFORMS, BadPlatforms, Platform, parse_image_name, read_platforms
from srx_lab.rehearsal import example_image

SHIPPED = Path(srx_lab.__file__).with_name("platforms.yaml")
SOUND = {
    "like": "SRX4600",
    "node1_slot": 8,
    "image_tokens": ["srxnew"],
    "image_template": "junos-srxnew-x86-64-{release}.tgz",
}


def read(folder: Path, **models: object) -> dict[str, Platform]:
    raw = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    raw["models"] |= models
    path = folder / "platforms.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return read_platforms(path)


def test_a_new_model_is_data(tmp_path: Path) -> None:
    new = read(tmp_path, SRX4900=SOUND)["SRX4900"]
    assert (new.model, new.fabric_ports, new.spus) == ("SRX4900", ("xe-0/0/2", "xe-8/0/2"), 1)
    assert new.image_name("24.2R1.9") == "junos-srxnew-x86-64-24.2R1.9.tgz"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"like": "SRX9999"}, "SRX4900 is like 'SRX9999'"),
        ({"like": "SRX4900"}, "SRX4900 is like 'SRX4900'"),
        ({"colour": "red"}, "SRX4900: unknown key 'colour'"),
        ({"like": None}, "has no 'first_issu'"),
        ({"first_issu": "soon"}, "SRX4900: "),
        ({"upgrade": "magic"}, "SRX4900: 'magic' is not a valid UpgradeMethod"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, change: dict[str, object], words: str) -> None:
    with pytest.raises(BadPlatforms) as caught:
        read(tmp_path, SRX4900={**SOUND, **change})
    assert words in str(caught.value)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("model", PLATFORMS)
def test_every_models_image_is_one_of_its_own(model: str) -> None:
    image = parse_image_name(example_image(model, "24.2R1.9").path.rpartition("/")[2])
    assert image is not None
    assert image.token in PLATFORMS[model].image_tokens
