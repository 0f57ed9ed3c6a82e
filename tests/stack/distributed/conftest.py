"""``fleet``: the production layout with its simulated fleet; ``campaign``: its campaign, over. Both end with
this folder's tests: seven idle processes of Airflow cost those behind them a quarter of the machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from srx_issu.cli.airflow_replies import Run
from tests.stack.distributed.campaign import run_campaign
from tests.stack.distributed.fleet import WHOLE, Fleet, running_fleet
from tests.tiers import begun


@pytest.fixture(scope="package")
def fleet(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Fleet]:
    whole = WHOLE in begun(request.session.items, request.node.nodeid)
    with running_fleet(tmp_path_factory.mktemp("fleet"), whole=whole) as running:
        yield running


@pytest.fixture(scope="package")
def campaign(fleet: Fleet) -> Run:
    """The campaign, over."""
    return run_campaign(fleet)
