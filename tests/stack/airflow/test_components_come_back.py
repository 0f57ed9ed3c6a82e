"""kill -9 for each component in turn while an upgrade is in flight: each comes back, the upgrade goes on.

Costs two minutes on a stack of its own: the shared one has other tests' questions to answer meanwhile.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from srx_issu.stack.processes.health import HealthProbe, is_healthy
from tests.stack.airflow.running_stack import RunningStack, running_stack

pytestmark = pytest.mark.stack

COMPONENTS = ("api-server", "scheduler", "triggerer", "dag-processor", "postgres")
SPEED = 40.0  # the upgrade lasts longer than all kills
BACK_WITHIN_S = 120.0


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("comeback"), clusters=1, speed=SPEED) as running:
        yield running


def test_each_component_comes_back_and_an_upgrade_in_flight_goes_on(lonely: RunningStack) -> None:
    """Two minutes for what only whole processes show: each is killed while the same upgrade waits on it."""
    cluster = lonely.take_cluster()
    run_id = lonely.trigger(cluster)
    lonely.wait_for_task(run_id, "issu.wait_for_secondary_upgrade", ("deferred",))
    for component in COMPONENTS:
        killed = lonely.stack.sid(component)
        os.kill(killed, signal.SIGKILL)
        wait_until_back(lonely, component, killed)
    assert str(lonely.wait(run_id).outcome) == "UPGRADED"
    assert lonely.issu_starts(cluster) == 1
    assert set(COMPONENTS) <= set(lonely.stack.supervisor.histories)


def wait_until_back(running: RunningStack, component: str, killed: int) -> None:
    """Started again, and Airflow says that all are healthy."""
    deadline = time.monotonic() + BACK_WITHIN_S
    with HealthProbe(running.stack.url) as probe:
        while running.stack.sid(component) == killed or not is_healthy(probe.components()):
            running.stack.check()
            assert time.monotonic() < deadline, f"{component} is not back: {probe.components()}"
            time.sleep(0.5)
