"""The captures as the parsers get them."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_issu.adapters.devices.parse.reply import Element, parse_reply
from tests import places


@pytest.fixture(scope="session")
def captures() -> Path:
    """The folder, where there is one."""
    return places.captures()[0].parent


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
