"""The lab's healthy cluster, looked at once; fresh ones for whoever breaks them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from srx_issu.domain.comparison.difference import Observation
from tests.integration.checks.judging import intent
from tests.integration.checks.lab_nodes import LabNodes
from tests.integration.checks.recording import Recording
from tests.places import DEMO_TOPOLOGY


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], LabNodes]:
    """A healthy cluster of one's own, as often as it is called."""
    made: list[LabNodes] = []

    def make() -> LabNodes:
        made.append(LabNodes.start(tmp_path / f"lab{len(made)}", DEMO_TOPOLOGY))
        return made[-1]

    return make


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Every answer of the healthy cluster."""
    nodes = LabNodes.start(tmp_path_factory.mktemp("recorded"), DEMO_TOPOLOGY)
    return Recording.of(nodes, intent().image.node_path)


@pytest.fixture(scope="session")
def healthy(recording: Recording) -> Observation:
    return recording.again().look(intent().image.node_path)
