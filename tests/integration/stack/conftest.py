"""A stack's folder for tests that start no stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_issu.stack.processes.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(root=tmp_path / "home")
    made.create()
    return made
