"""Each route has a demonstration, or a sentence that says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_demo.lab import LabFailed, models_of
from srx_demo.routes import DEMOS, demo_of
from srx_issu.domain.upgrade.route import Route


def test_every_route_can_be_named_and_has_a_cluster() -> None:
    assert {demo.route for demo in DEMOS.values()} == set(Route)
    assert all(models_of(demo.path) for demo in DEMOS.values())


def test_a_route_without_a_dag_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LabFailed, match="route icu cannot be shown: this version has no DAG icu_cluster"):
        demo_of("icu", tmp_path)
    (tmp_path / "icu_cluster.py").write_text("")
    assert demo_of("icu", tmp_path).dag_id == "icu_cluster"


def test_a_route_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(LabFailed, match="no route 'fast': there are issu, icu, reboot, downgrade"):
        demo_of("fast")
