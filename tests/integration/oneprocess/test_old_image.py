"""Where no rollback leads back (SRX300 line into 24.4R1), on the wire: the old image first, or no start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from srx_demo.lab import make_image
from srx_demo.operator_files import ImageFile, image_entry
from srx_issu.cli.outcome import Ending
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out
from tests.integration.oneprocess.test_dual_reboot import BOTH, ask_for, check_order, events
from tests.stack.airflow.other_clusters import OTHER_KINDS
from tests.stack.scenarios.referee import ended
from tests.stack.scenarios.scenario import Ended

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own
KIND = OTHER_KINDS["NO_WAY_BACK"]


@contextmanager
def old_image(place: Place, folder: Path) -> Iterator[str]:
    """In the catalogue while it lasts; its file's name."""
    path = make_image(KIND.model, KIND.release, 2, folder)
    entry = image_entry(ImageFile(path=path, release=KIND.release, models=(KIND.model,)))
    catalogue = place.scenery.home.root / "files" / "images" / "old.yaml"
    catalogue.write_text(yaml.safe_dump({"images": [entry]}), encoding="utf-8")
    try:
        yield path.name
    finally:
        catalogue.unlink()


def play(place: Place, cluster: str) -> tuple[Ended, Ending]:
    run_id = ask_for(place, cluster)
    end = carry_out(place, run_id, "Approve", user="approver")
    return ended(place, cluster, run_id, end.outcome), end


def test_without_the_old_image_nothing_is_started(place: Place) -> None:
    cluster = place.take_cluster("NO_WAY_BACK")
    seen, end = play(place, cluster)
    assert seen.outcome == "NOT_READY"
    assert f"no image of {KIND.release} for {KIND.model} is in images/*.yaml" in end.reason
    assert check_order(place, cluster) == ()


def test_a_cluster_that_does_not_synchronise_goes_back_by_the_old_image(place: Place, tmp_path: Path) -> None:
    cluster = place.take_cluster("NO_WAY_BACK")
    place.lab.inject("cold_sync_slow", cluster, factor="2000")
    with old_image(place, tmp_path):
        run_id = ask_for(place, cluster)
        end = carry_out(
            place, run_id, "Approve", user="approver", before_recovery=lambda: place.lab.clear(cluster)
        )
    seen = ended(place, cluster, run_id, end.outcome)
    assert (seen.outcome, seen.failure) == ("ROLLED_BACK", "not_in_sync"), end.reason
    releases = [event["release"] for event in events(place, cluster) if event["event"] == "release_pending"]
    assert releases == [KIND.target, KIND.target, KIND.release, KIND.release]
    order = check_order(place, cluster)
    assert order[:2] == BOTH
    assert sorted(order[2:]) == sorted(BOTH)  # who leads by then may be either
    assert not any(event["event"] == "mixed_releases_heard" for event in events(place, cluster))


@pytest.mark.release
def test_with_it_on_both_nodes_the_cluster_comes_to_the_target(place: Place, tmp_path: Path) -> None:
    cluster = place.take_cluster("NO_WAY_BACK")
    with old_image(place, tmp_path) as name:
        seen, end = play(place, cluster)
    assert seen.outcome == "UPGRADED", end.reason
    for node in ("node0", "node1"):
        assert (place.lab.state / "nodes" / cluster / node / "var" / "tmp" / name).is_file()
