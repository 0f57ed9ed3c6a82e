"""The backup of the running software on each node."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.errors import CommandRefused, NotOnThisPlatform, UnknownCommand
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import WhenRefused
from srx_issu.steps.approval.facts import in_force
from srx_issu.steps.upgrade.snapshot_software import snapshot_software
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1
from tests.unit.steps.gate.test_start_again import RULES

STEP = "prepare.snapshot_software"
SNAPSHOT = "request system snapshot"


def test_a_node_that_will_not_is_not_passed_over() -> None:
    fake = FakeUpgrade(intent=intent(support=RULES)).with_baseline()
    fake.writer.refuse = CommandRefused("node0", "disk full")
    with pytest.raises(CommandRefused):
        snapshot_software(fake.context(STEP))


def test_both_nodes_are_asked_once_in_an_upgrade_however_often_the_task_is_tried() -> None:
    fake = FakeUpgrade(intent=intent(support=RULES)).with_baseline()
    for _ in range(2):
        assert snapshot_software(fake.context(STEP)) == {"node0": "ok", "node1": "ok"}
    assert [node for node, _ in fake.writer.sent] == [N0, N1]


def test_a_platform_that_has_none_is_not_asked() -> None:
    fake = FakeUpgrade().with_baseline()
    assert snapshot_software(fake.context(STEP)) == {"supported": False}
    assert fake.writer.sent == []
    assert fake.texts(EntryKind.STEP_FINISHED) == ["this platform makes no snapshot of its software"]


def refusing(refusal: CommandRefused, snapshot_refused: WhenRefused = WhenRefused.WARN) -> FakeUpgrade:
    given = intent(support=RULES)
    fake = FakeUpgrade(
        intent=replace(given, policy=replace(given.policy, snapshot_refused=snapshot_refused))
    ).with_baseline()
    fake.writer.refuse = refusal
    return fake


REFUSALS = (
    NotOnThisPlatform("node0", "command is not supported on this platform"),
    UnknownCommand("node0", "syntax error (request-snapshot)"),
)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.message)
def test_a_platform_that_refuses_is_a_finding_told_once(refusal: CommandRefused) -> None:
    fake = refusing(refusal)
    for _ in range(2):
        assert snapshot_software(fake.context(STEP)) == {"node0": None, "node1": None}
    words = f"no snapshot of the software: '{SNAPSHOT}' was refused: {refusal.message}"
    assert fake.texts(EntryKind.FINDING) == [f"node0: {words}", f"node1: {words}"]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.message)
def test_a_policy_that_wants_a_snapshot_blocks(refusal: CommandRefused) -> None:
    fake = refusing(refusal, WhenRefused.BLOCK)
    with pytest.raises(CommandRefused):
        snapshot_software(fake.context(STEP))
    assert [node for node, _ in fake.writer.sent] == [N0]


def test_what_was_refused_is_part_of_what_is_approved() -> None:
    fake = refusing(REFUSALS[0]).ready_and_approved()
    before = in_force(fake.context(STEP).known(), fake.intent, "start")
    snapshot_software(fake.context(STEP))
    after = in_force(fake.context(STEP).known(), fake.intent, "start")
    assert before is not None
    assert after is not None
    assert before.digest != after.digest
    assert "node1: no snapshot of the software" in str(after.parts["findings"])


def test_a_vmhost_takes_its_own_form() -> None:
    given = replace(intent(support=RULES), software=SoftwareFamily.VMHOST)
    fake = FakeUpgrade(intent=given).with_baseline()
    snapshot_software(fake.context(STEP))
    assert fake.writer.sent == [(N0, "request vmhost snapshot"), (N1, "request vmhost snapshot")]
