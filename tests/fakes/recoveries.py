"""A recovery that policy asks about."""

from __future__ import annotations

from srx_issu.domain.history.step_events import WaitEnded
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.steps.recovery.recover_cluster import diagnose
from tests.fakes.contexts import FakeUpgrade, start_intended
from tests.fakes.snapshots import N1, NEW, OLD, both, group


def half_way() -> FakeUpgrade:
    """node1 runs the target, the old primary was never rebooted into it; the plan is made."""
    fake = FakeUpgrade().with_baseline()
    fake.happened(start_intended(), "start")
    fake.happened(WaitEnded(awaited=Goal.PRIMARY_UPGRADED, reached=False), "not reached")
    fake.reader.now = both(OLD, NEW, groups=(group(0, N1), group(1, N1)))
    diagnose(fake.context("recover.diagnose"))
    return fake
