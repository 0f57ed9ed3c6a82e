"""A recovery that policy asks about."""

from __future__ import annotations

from srx_issu.ports.journal import EntryKind
from srx_issu.steps.recovery.recover_cluster import diagnose
from tests.fakes.benches import FakeBench
from tests.fakes.snapshots import N0, N1, NEW, OLD, both, group


def half_way() -> FakeBench:
    """node1 runs the target, the old primary was never rebooted into it; the plan is made."""
    fake = FakeBench().with_baseline()
    event = fake.bench("issu.start").event(EntryKind.ACTION_INTENDED, "start", node=N0, key="start_issu")
    fake.journal.intend("manual__1", event)
    fake.told(EntryKind.STEP_FAILED, "issu.wait_for_primary_upgrade", "not reached")
    fake.reader.now = both(OLD, NEW, groups=(group(0, N1), group(1, N1)))
    diagnose(fake.bench("recover.diagnose"))
    return fake
