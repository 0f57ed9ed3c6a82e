"""A file is read at one sitting."""

from __future__ import annotations

import pytest

from tests.places import ROOT

MOST_LINES = {"include": 300, "dags": 300, "plugins": 300, "tools": 300, "tests": 500}


@pytest.mark.parametrize(("folder", "most"), MOST_LINES.items())
def test_no_file_is_longer_than_one_sitting(folder: str, most: int) -> None:
    lines = {p.relative_to(ROOT): len(p.read_text().splitlines()) for p in (ROOT / folder).rglob("*.py")}
    assert lines
    assert {str(path): n for path, n in lines.items() if n > most} == {}
