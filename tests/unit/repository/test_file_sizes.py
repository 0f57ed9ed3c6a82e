"""A file is read at one sitting."""

from __future__ import annotations

import pytest

from tests.places import ROOT

MOST_LINES = 300


@pytest.mark.parametrize("folder", ["include", "dags", "plugins", "tools"])
def test_no_file_is_longer_than_one_sitting(folder: str) -> None:
    lines = {p.relative_to(ROOT): len(p.read_text().splitlines()) for p in (ROOT / folder).rglob("*.py")}
    assert lines
    assert {str(path): n for path, n in lines.items() if n > MOST_LINES} == {}
