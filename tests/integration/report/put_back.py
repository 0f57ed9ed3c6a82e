"""An upgrade that was rolled back, with the diagnosis and the plan that are made for it."""

from __future__ import annotations

from srx_issu.domain.failure.naming import diagnose
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.recovery.planner import recover
from srx_issu.ports import codec
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, NEW, SYNCING, after_reboot, both, group, snapshot, view
from tests.integration.report.samples import Sample, prepared, record, started


def put_back() -> Sample:
    """Rolled back after 6.1, by the plan that is made for it."""
    flagged = (group(0), group(1, priorities={N0: 255}, manual=True))
    half = snapshot(view(N0, groups=flagged), after_reboot(view(N1, NEW, groups=flagged, cold_sync=SYNCING)))
    words = "(error-code: 6.1)\nISSU aborted. But, both nodes are in ISSU window."
    diagnosis = diagnose(both(), half, N0, NEW, transcript=words, overdue=False)
    documents = {
        "baseline-snapshot.json": codec.dumps(both()).encode(),
        "after-snapshot.json": codec.dumps(both()).encode(),
        "diagnosis.json": codec.dumps(diagnosis).encode(),
        "recovery-plan.json": codec.dumps(recover(half, both(), intent(), diagnosis)).encode(),
    }
    return Sample(
        record=record(Outcome.ROLLED_BACK, "cold sync failed: put back"),
        entries=(*prepared(), *started()),
        documents=documents,
    )
