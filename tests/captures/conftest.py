"""Where the captured Junos output is. Without it the tests skip; in CI they fail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from srx_issu.adapters.devices.parse.reply import Element, parse_reply

_DEFAULT = Path(__file__).parents[3] / "shared" / "reference" / "captures"


@pytest.fixture(scope="session")
def captures() -> Path:
    folder = Path(os.environ.get("SRX_ISSU_CAPTURES", _DEFAULT))
    if folder.is_dir():
        return folder
    words = f"no captured Junos output in {folder}; set SRX_ISSU_CAPTURES to its folder"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


class Captures:
    """Reads one capture as the parser gets it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def xml(self, name: str) -> Element:
        return parse_reply("node0", self.text(name))


@pytest.fixture(scope="session")
def capture(captures: Path) -> Captures:
    return Captures(captures)
