"""On the real scheduler: what an operator does to the files, and to run ids, leaves a running upgrade alone.

A stack of its own: its files are broken on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from srx_issu.adapters.journal import SqlJournal
from tests.stack.airflow.running_stack import RunningStack, running_stack

pytestmark = [pytest.mark.stack, pytest.mark.release]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    with running_stack(tmp_path_factory.mktemp("files"), clusters=4) as running:
        yield running


def asking(stack: RunningStack) -> tuple[str, str]:
    """A cluster and the run that waits for an approval of its upgrade."""
    cluster = stack.take_cluster()
    run_id = stack.trigger(cluster, approval=True)
    stack.wait_for_task(run_id, "approval.approve_start", ["awaiting_input"])
    return cluster, run_id


def test_what_means_nothing_is_refused_before_anything_is_opened(own: RunningStack) -> None:
    cluster = own.take_cluster()
    unknown, misspelt = own.trigger("no-such-cluster"), own.trigger(cluster, plan_olny=True)
    refused = own.wait(unknown)
    assert (str(refused.outcome), "is not in the inventory" in refused.reason) == ("REFUSED", True)
    refused = own.wait(misspelt)
    assert (str(refused.outcome), "did you mean 'plan_only'" in refused.reason) == ("REFUSED", True)
    assert own.issu_starts(cluster) == 0


def test_an_upgrade_goes_on_with_broken_files_beside_a_recovery_of_its_run_id(own: RunningStack) -> None:
    cluster, run_id = asking(own)
    journal = SqlJournal(own.environment["SRX_ISSU_JOURNAL_URL"])
    before = journal.entries(run_id)
    recovery = own.api().of("issu_recover")
    recovery.trigger(run_id, {"cluster": cluster, "reason": "mistaken"})
    own.until(lambda: recovery.run(run_id).is_over, "end of the recovery", run_id)
    assert recovery.run(run_id).state == "failed"
    assert journal.entries(run_id) == before
    record = journal.upgrade(run_id)
    assert record is not None
    assert record.closed_at is None
    for folder in ("inventory", "images", "policy"):
        for path in (own.files / folder).glob("*.yaml"):
            path.write_text("clusters: [typo\n")
    own.answer(run_id, "Approve")
    ended = own.wait(run_id)
    assert (str(ended.outcome), own.issu_starts(cluster)) == ("UPGRADED", 1), ended.reason
