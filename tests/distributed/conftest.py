"""``fleet``: the production layout with its simulated fleet, once for the tests here (about a minute).

Collected by ``make test-distributed`` only: not yet part of ``make test``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.distributed.fleet import Fleet, running_fleet

collect_ignore_glob = [] if os.environ.get("SRX_ISSU_DISTRIBUTED") else ["test_*.py"]


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("fleet")) as running:
        yield running
