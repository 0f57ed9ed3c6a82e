"""The backup of the running software on each node."""

from __future__ import annotations

import pytest

from srx_issu.domain.errors import CommandRefused
from srx_issu.domain.history.kinds import EntryKind
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
