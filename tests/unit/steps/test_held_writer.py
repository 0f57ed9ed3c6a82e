"""Nothing is sent by an upgrade that does not hold its cluster any more."""

from __future__ import annotations

import pytest

from srx_issu.domain.commands import AbortIssu, StartIssu
from srx_issu.domain.errors import LeaseHeld
from srx_issu.domain.intent import StartMethod
from srx_issu.steps.held_writer import HeldWriter
from tests.fakes.benches import FakeBench
from tests.fakes.intents import IMAGE
from tests.fakes.snapshots import N0

START = StartIssu(image_path=IMAGE.node_path)


def held_writer(fake: FakeBench) -> HeldWriter:
    return HeldWriter(writer=fake.writer, intent=fake.intent, leases=fake.leases, clock=fake.clock)


def test_sends_while_the_cluster_is_ours() -> None:
    fake = FakeBench()
    held_writer(fake).send(N0, AbortIssu())
    held_writer(fake).start_issu(N0, START, "job", StartMethod.SHELL)
    assert len(fake.writer.sent) == len(fake.writer.starts) == 1


def test_a_task_cleared_after_somebody_took_the_cluster_over_sends_nothing() -> None:
    fake = FakeBench()
    fake.leases.release("cluster:fw-1", "manual__1")
    fake.leases.take("cluster:fw-1", "recover-1", 3600)
    with pytest.raises(LeaseHeld, match="recover-1"):
        held_writer(fake).send(N0, AbortIssu())
    with pytest.raises(LeaseHeld):
        held_writer(fake).start_issu(N0, START, "job", StartMethod.SHELL)
    assert (fake.writer.sent, fake.writer.starts) == ([], [])
