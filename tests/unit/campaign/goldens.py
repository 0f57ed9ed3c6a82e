"""Recorded texts that people can read. ``UPDATE_GOLDEN=1 pytest ...`` writes them; read the diff."""

from __future__ import annotations

import os
from collections.abc import Iterable

from tests.places import ROOT

FOLDER = ROOT / "tests" / "golden"


def assert_as_recorded(name: str, lines: Iterable[str]) -> None:
    text = "\n".join(lines) + "\n"
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()
