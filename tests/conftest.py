"""For every suite: property tests are the same in each run, a busy machine is no failure, and one running
stack serves all tests that need one. While those wait for their runs, the failure scenarios go on, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.tiers import begin_all, unmarked

if TYPE_CHECKING:
    from tests.stack.airflow.running_stack import RunningStack
    from tests.stack.scenarios.players import Players

# derandomize: the examples follow from the test itself, so a red run is red again on the next machine.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start stacks of their own come first: the shared one, once up, stays up to the end, and so
    do the settings of the suite that plays upgrades in its own process."""
    if found := unmarked(items):
        raise pytest.UsageError(f"on a stack, but without pytest.mark.stack: {', '.join(found)}")
    items.sort(
        key=lambda item: "stack" in getattr(item, "fixturenames", ()) or "oneprocess" in item.path.parts
    )


@pytest.fixture(scope="session")
def started_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """One running stack with simulated clusters for the whole test session (about 20 s to start)."""
    from tests.stack.airflow.running_stack import running_stack  # noqa: PLC0415 - not for unit tests

    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def players(started_stack: RunningStack, request: pytest.FixtureRequest) -> Iterator[Players]:
    """Of the failure scenarios that were selected, if any; they begin when the stack is up."""
    from tests.stack.scenarios.players import Players, selected  # noqa: PLC0415 - not for unit tests

    with Players.of(started_stack, selected(request.session.items)) as playing:
        yield playing


@pytest.fixture(scope="session")
def begun_runs(
    started_stack: RunningStack, request: pytest.FixtureRequest
) -> Iterator[Mapping[str, Future[Any]]]:
    """What the modules began whose tests are going to run: module -> its runs."""
    with ThreadPoolExecutor() as beside:
        yield begin_all(started_stack, request.session.items, beside)


@pytest.fixture(scope="session")
def stack(
    started_stack: RunningStack, players: Players, begun_runs: Mapping[str, Future[Any]]
) -> RunningStack:
    """What tests work on; all runs that need no test to begin them are under way, or about to be."""
    return started_stack


@pytest.fixture
def cluster(stack: RunningStack) -> str:
    """A healthy simulated cluster of the test's own."""
    return stack.take_cluster()
