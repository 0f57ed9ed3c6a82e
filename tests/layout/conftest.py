"""``fleet``: the production layout with one of each service and two clusters; ``campaign``: over both, ended.

Collected by ``make test-distributed`` only: not yet part of ``make test``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from srx_issu.cli.airflow_api import Run
from tests.distributed.campaign import run_campaign
from tests.distributed.fleet import Fleet, Wanted, running_fleet

collect_ignore_glob = [] if os.environ.get("SRX_ISSU_DISTRIBUTED") else ["test_*.py"]

UPGRADED, PUT_BACK = "ber-edge-01", "fra-edge-01"
EXPECTED = {"UPGRADED": 1, "ROLLED_BACK": 1}
TWO = Wanted(
    topology={
        "defaults": {"model": "SRX4600", "release": "21.4R3-S5.4", "scale": {"policies": 50}},
        "clusters": [{"name": UPGRADED, "site": "ber"}, {"name": PUT_BACK, "site": "fra"}],
    },
    campaign={
        "select": {"clusters": ["*"]}, "waves": ["rest"], "in_flight": {"campaign": 2, "per_site": 2},
        "budget": {"total": "1"}, "gates": {"plan": True},
    },
    faults={PUT_BACK: "cold_sync_never_completes"},
    keyed=(UPGRADED,),
    replicas={"scheduler": 1, "triggerer": 1, "worker": 1},
)  # fmt: skip


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("two"), TWO) as running:
        yield running


@pytest.fixture(scope="session")
def campaign(fleet: Fleet) -> Run:
    """Over, and nothing was killed."""
    return run_campaign(fleet, killed=())
