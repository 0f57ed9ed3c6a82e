"""A lab of one's own, whose nodes' clocks are this machine's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.lab.conftest import ServedLab, serve


@pytest.fixture
def serve_lab(tmp_path: Path) -> Iterator[Callable[..., ServedLab]]:
    """Stopped at the end of the test."""
    started: list[ServedLab] = []

    def start(**options: Any) -> ServedLab:
        folder = tmp_path / f"lab{len(started)}"
        folder.mkdir()
        started.append(serve(folder, speed=1, **options))
        return started[-1]

    yield start
    for each in started:
        each.stop()
