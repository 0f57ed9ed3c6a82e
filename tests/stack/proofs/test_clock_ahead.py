"""The proof about a worker whose clock is wrong: one task, run by Airflow's command line, no scheduler."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from srx_issu.cli.run_ids import new_run_id
from tests.stack.proofs.people import UPGRADE, People, RunOf
from tests.stack.proofs.proof_stack import ProofStack

pytestmark = pytest.mark.stack

FAST_CLOCK = Path(__file__).with_name("ahead")
LEASE = "SELECT owner FROM srx_issu.leases WHERE resource = %s"


@pytest.mark.begins("leased")
def test_9_a_clock_that_is_ahead_takes_no_live_lease(
    proofs: ProofStack, people: People, runs: dict[str, RunOf]
) -> None:
    """9. A worker whose clock was six hours ahead took the cluster from the upgrade that held its lease."""
    holder = runs["leased"]
    people.question(holder)
    resource = f"cluster:{holder.cluster}"
    before = people.journal(LEASE, resource)
    later = (datetime.now(UTC) + timedelta(hours=12)).isoformat()  # so that no other worker does it
    conf = {"cluster": holder.cluster, "image": proofs.running.image, "approval": True}
    other = people.begin(UPGRADE, new_run_id(holder.cluster), holder.cluster, conf, run_after=later)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "airflow", "tasks", "test", UPGRADE, "claim", other.run_id],
        env={**proofs.running.environment, "PYTHONPATH": str(FAST_CLOCK)},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    after = people.journal(LEASE, resource)
    people.end(holder, other)
    claimed = people.journal("SELECT cluster FROM srx_issu.upgrades WHERE upgrade_id = %s", other.run_id)
    assert claimed or "claim" in done.stdout + done.stderr, f"the task did not run: {done.stderr[-2000:]}"
    assert after == before, f"{holder.run_id} works on {holder.cluster}; {done.stdout[-500:]}"
