"""A downgrade by dual reboot, on the real wire: approved twice, or nothing is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from srx_demo.lab import make_image
from srx_demo.operator_files import ImageFile, image_entry
from srx_issu.cli.outcome import Ending, ending
from srx_issu.cli.run_dags import dag_of
from srx_issu.cli.run_ids import new_run_id
from srx_issu.ports.dag_names import REBOOT_DAG
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.test_dual_reboot import BOTH, check_order
from tests.stack.airflow.other_clusters import OTHER_KINDS

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own
KIND, OLDER = OTHER_KINDS["DUAL"], "20.4R3.8"


@contextmanager
def older_image(place: Place, folder: Path) -> Iterator[str]:
    """In the catalogue while it lasts; its file's name."""
    path = make_image(KIND.model, OLDER, 2, folder)
    entry = image_entry(ImageFile(path=path, release=OLDER, models=(KIND.model,)))
    catalogue = place.scenery.home.root / "files" / "images" / "older.yaml"
    catalogue.write_text(yaml.safe_dump({"images": [entry]}), encoding="utf-8")
    try:
        yield path.name
    finally:
        catalogue.unlink()


def play(place: Place, cluster: str, image: str, to_downgrade: str) -> tuple[list[str], Ending]:
    """What was asked, in order. The start is approved, the downgrade answered with ``to_downgrade``."""
    run_id, asked = new_run_id(cluster), list[str]()
    place.api().of(REBOOT_DAG).trigger(run_id, {"cluster": cluster, "image": image})
    runs = dag_of(place.api("approver"), run_id)

    def answer() -> bool:
        found = runs.questions(run_id)
        for question in found:
            asked.append(question.task_id)
            choice = to_downgrade if "downgrade" in question.task_id else "Approve"
            runs.answer(run_id, question.task_id, choice)
        return bool(found)

    place.scheduler.carry_out(runs.run(run_id).dag_id, run_id, answer)
    return asked, ending(runs, runs.run(run_id))


TWICE = ["approval.approve_start", "approval.approve_downgrade"]


def test_it_is_approved_twice_and_carried_out(place: Place, tmp_path: Path) -> None:
    cluster = place.take_cluster("DUAL")
    with older_image(place, tmp_path) as image:
        asked, end = play(place, cluster, image, "Approve")
    assert (asked, end.outcome) == (TWICE, "UPGRADED"), end.reason
    assert check_order(place, cluster) == BOTH


@pytest.mark.release
def test_a_no_to_the_second_question_ends_it_before_anything_is_installed(
    place: Place, tmp_path: Path
) -> None:
    cluster = place.take_cluster("DUAL")
    with older_image(place, tmp_path) as image:
        asked, end = play(place, cluster, image, "Reject")
    assert (asked, end.outcome) == (TWICE, "REFUSED"), end.reason
    assert check_order(place, cluster) == ()
