from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.rows import PolicySync as Row
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.steps.upgrade.check_policies import RESYNC_KEY, check_policies, resync_policies
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.collect_after import look_again
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.snapshots import N0, NEW
from tests.fakes.snapshots import both as both_nodes
from tests.unit.checks.healthy import both

STEP = "verify.resync_policies"
RESYNC = (N0, "request security policies resync")


def with_policies(fake: FakeUpgrade, *, in_sync: bool) -> FakeUpgrade:
    words = f"fpc0 {'in-sync' if in_sync else 'out-of-sync'}"
    row = Row(pfe="fpc0", in_sync=in_sync, words=words)
    fake.state = replace(fake.state, policy_sync=both(row))
    return fake


def after_upgrade(*, in_sync: bool) -> FakeUpgrade:
    fake = with_policies(FakeUpgrade().with_baseline().with_start(), in_sync=in_sync)
    fake.reader.now = both_nodes(NEW, NEW)
    look_again(fake.context("verify.collect_after"), "after the upgrade")
    return fake


def test_policies_out_of_sync_that_a_resync_does_not_heal_go_to_a_person() -> None:
    fake = after_upgrade(in_sync=False)
    with pytest.raises(NotVerified, match=r"still out of sync on node0\.fpc0, node1\.fpc0"):
        resync_policies(fake.context(STEP))
    assert fake.writer.sent == [RESYNC]


def test_a_later_try_only_looks_whether_the_resync_has_helped() -> None:
    fake = after_upgrade(in_sync=False)
    intended = CommandIntended(
        sending=Sending.RESYNC_POLICIES,
        node=N0,
        command="request security policies resync",
        permit_id=None,
        once=RESYNC_KEY,
        key=RESYNC_KEY,
    )
    fake.happened(intended, "request security policies resync", step=STEP)
    with_policies(fake, in_sync=True)
    assert resync_policies(fake.context(STEP)) == {"words": "sent before"}
    assert fake.writer.sent == []


def test_policies_in_sync_are_left_alone() -> None:
    fake = after_upgrade(in_sync=True)
    assert check_policies(fake.context("verify.check_policies")) == {}
    assert fake.writer.sent == []


def test_policies_out_of_sync_are_resynced_once_under_a_name_of_its_own() -> None:
    fake = after_upgrade(in_sync=False)
    for _ in range(2):
        with pytest.raises(NotVerified, match="still out of sync"):
            check_policies(fake.context("verify.check_policies"))
    assert fake.writer.sent == [RESYNC]
    sent = [e for e in fake.journal.entries("manual__1") if isinstance(e.event, CommandIntended)]
    assert sent[-1].step == STEP
