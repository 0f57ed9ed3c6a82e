"""Whatever is in the operator's files: faults with a place and a remedy, never an exception."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srx_issu.catalog import cluster_names, image_names, validate
from tests.integration.catalog.folders import IMAGE, Folder

FILES = (
    "inventory/fleet.yaml",
    "images/catalogue.yaml",
    "policy/limits.yaml",
    "policy/support.yaml",
    "policy/checks.yaml",
)
_KEYS = """
    defaults groups clusters images fleet platforms rules model models site node0 node1 host port hold labels
    file release sha256 size_bytes timers limits tolerances poll_s running target below within verdict reason
    in_service from_release hold_timers routing_engines c1 emea
"""
_TEXTS = ("SRX4600", "22.4R3", "17.4", "9" * 5000, "-1", "1e999", "emea", "issu", "192.0.2.1", IMAGE)
_words = st.one_of(st.text(max_size=12), st.sampled_from(_TEXTS), st.integers(), st.none())
_keys = st.sampled_from(_KEYS.split())
_values = st.recursive(
    _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=5),
    max_leaves=20,
)
_documents = st.dictionaries(_keys, _values, max_size=6)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_never_raises(folder: Folder, data: st.DataObject) -> None:
    for name in FILES:
        folder.write(name, yaml.safe_dump(data.draw(_documents), allow_unicode=True))
    found = validate(folder.path)
    for fault in (*found.faults, *found.warnings):
        assert fault.file.startswith(str(folder.path))
        assert fault.line >= 0
        assert fault.found
        assert fault.remedy
        assert len(str(fault)) < 1000
    cluster_names(folder.path)
    image_names(folder.path)
