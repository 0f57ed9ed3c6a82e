"""Which node must have booted since the baseline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified, check_versions_and_groups
from srx_issu.steps.upgrade.collect_after import look_again
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, after_reboot, both, silent, snapshot, view

DONE = replace(both(NEW, NEW), node0=after_reboot(view(N0, NEW)))  # node1 shows no new boot time


def look(before: Snapshot, purpose: Purpose) -> FakeUpgrade:
    fake = FakeUpgrade(intent=intent(purpose=purpose)).with_baseline(before)
    fake.reader.now = DONE
    look_again(fake.context("verify.collect_after"), "after the upgrade")
    return fake


@pytest.mark.parametrize("before", [both(OLD, NEW), snapshot(view(N0), silent(N1))])
def test_a_recovery_that_began_half_way_needs_no_second_boot(before: Snapshot) -> None:
    fake = look(before, Purpose.RECOVER)
    assert check_versions_and_groups(fake.context("verify"))["release"] == NEW


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_node_that_ran_the_old_release_must_have_booted(purpose: Purpose) -> None:
    with pytest.raises(NotVerified, match="node1 has not rebooted"):
        check_versions_and_groups(look(both(), purpose).context("verify"))
