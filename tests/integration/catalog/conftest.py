"""Fixtures of the catalogue's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.catalog.folders import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """One SRX4600 cluster, one image for it, and the shipped policy."""
    return Folder(tmp_path / "files")
