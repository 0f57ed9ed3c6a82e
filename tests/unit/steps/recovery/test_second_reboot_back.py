"""The way back by the old image: between its two reboots the worker looks without a pause, in time or not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import GroupState, NextBoot
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.recovery.recover_cluster import carry_out, diagnose
from srx_issu.steps.routes.stored_plan import plan_route
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import IMAGE, POLICY, intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, SYNCING, both, group, silent, snapshot, view
from tests.unit.steps.gate.worlds import NO_ROLLBACK, AfterSending, command_intended

RUNNING, HELD = NextBoot(is_other=False), NextBoot(is_other=True, release=OLD)
ALONE = (group(0, states={N1: GroupState.LOST}), group(1, states={N1: GroupState.LOST}))
BOTH_HOLD_IT = both(NEW, NEW, next_boot=HELD, cold_sync=SYNCING)
NODE1_DOWN = snapshot(view(N0, NEW, next_boot=HELD, groups=ALONE), silent(N1))
BOTH_DOWN = snapshot(silent(N0), silent(N1))


def approved() -> FakeUpgrade:
    """Both nodes run the target, are not in sync, and have got the old image; the way back is approved."""
    old = replace(IMAGE, name="old.tgz", release=OLD)
    asked = intent(
        route=Route.DUAL_REBOOT,
        image=replace(IMAGE, release=NEW),
        support=NO_ROLLBACK,
        old_images=(old,),
    )
    fake = FakeUpgrade(intent=asked, writer=AfterSending()).with_baseline(both(next_boot=RUNNING))
    plan_route(fake.context("assess.plan_route"))
    fake.ready_and_approved()
    fake.happened(command_intended(Sending.REBOOT, N1, route_command="reboot_node1"), "rebooted")
    fake.reader.now = both(NEW, NEW, next_boot=RUNNING, cold_sync=SYNCING)
    diagnose(fake.context("recover.diagnose"))
    fake.reader.now = BOTH_HOLD_IT
    return fake.approved("recovery")


def test_the_second_goes_down_within_seconds_of_the_first() -> None:
    fake = approved()
    shown = iter((NODE1_DOWN, BOTH_DOWN))

    def goes_down() -> None:
        fake.reader.now = next(shown)

    assert isinstance(fake.writer, AfterSending)
    fake.writer.then = goes_down
    began = fake.clock.now()
    for name in (ActionName.REBOOT_SECONDARY, ActionName.REBOOT_PRIMARY):
        assert isinstance(carry_out(fake.context(f"recover.{name}"), name), dict)  # over, and not to wait
    assert [node for node, _ in fake.writer.sent] == [N1, N0]
    assert (fake.clock.now() - began).total_seconds() < POLICY.timers.shortest_boot_s / 4


def test_one_that_does_not_go_down_is_given_up_before_it_could_be_back() -> None:
    fake = approved()
    began = fake.clock.now()
    with pytest.raises(NotVerified, match="not done within 120 s"):
        carry_out(fake.context("recover.reboot_secondary"), ActionName.REBOOT_SECONDARY)
    assert {node for node, _ in fake.writer.sent} == {N1}  # asked again, and never its peer
    assert (fake.clock.now() - began).total_seconds() < 2 * POLICY.timers.shortest_boot_s
    assert fake.outcome is Outcome.NEEDS_OPERATOR
    ((_, text),) = fake.pager.calls
    assert "its peer is not known to be down" in text
