"""``stack``: one running stack with simulated clusters for the whole test session (about 20 s to start)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.airflow.running_stack import RunningStack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture
def cluster(stack: RunningStack) -> str:
    """A healthy simulated cluster of the test's own."""
    return stack.take_cluster()
