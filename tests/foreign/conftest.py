"""One lab for all clients, which run in an environment that has nothing of this project."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.foreign.served_lab import ServedLab, served

CLIENTS = {"ncclient": "ncclient", "netmiko": "netmiko", "pyez": "jnpr", "napalm": "napalm"}
collect_ignore = [f"with_{name}" for name, module in CLIENTS.items() if find_spec(module) is None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What other people's libraries warn of is theirs."""
    for item in items:
        if "foreign" in item.path.parts:
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedLab]:
    """Clusters `mid`, `branch` and `high` to look at, `edited` to change, `old` with an old release."""
    with served(tmp_path_factory.mktemp("lab")) as serving:
        yield serving
