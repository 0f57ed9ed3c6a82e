"""The suite has the clients it is made for, each of them found where it was looked for."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

from tests.foreign.conftest import CLIENTS


@pytest.mark.parametrize("module", CLIENTS.values())
def test_client_is_installed(module: str) -> None:
    """Elsewhere than in `make test-foreign` its tests are left out, which this says; in CI it fails."""
    if find_spec(module) is None and os.environ.get("CI", "").lower() != "true":
        pytest.skip(
            f"{module} is not installed here: 'make test-foreign' has it in an environment of its own"
        )
    assert find_spec(module) is not None
