"""Two workers at one step of a recovery: what is sent once arrives once, whoever looks when."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.procedure.action import ActionName
from srx_issu.ports.journal import Hold, Intended
from srx_issu.steps.recovery.recover_cluster import carry_out
from tests.fakes.contexts import FakeUpgrade, ScriptedReader
from tests.fakes.memory import MemoryJournal
from tests.fakes.recoveries import half_way


class MeanwhileReader(ScriptedReader):
    """At the look of the gate, which is the second one, the other worker does the whole step."""

    looks = 0
    fake: FakeUpgrade

    def observe(self) -> Snapshot:
        self.looks += 1
        if self.looks == 2:
            carry_out(self.fake.context("recover.reboot_old_primary"), ActionName.REBOOT_OLD_PRIMARY)
        return self.now


def test_the_old_primary_is_rebooted_once() -> None:
    fake = half_way().approved("recovery")
    reader = MeanwhileReader(now=fake.reader.now)
    fake.reader, reader.fake = reader, fake
    carry_out(fake.context("recover.reboot_old_primary"), ActionName.REBOOT_OLD_PRIMARY)
    assert reader.looks > 2
    assert len(fake.writer.sent) == 1


@dataclass
class MeanwhileJournal:
    """Right before the first intent is written, the other worker does the whole step."""

    kept: MemoryJournal
    fake: FakeUpgrade
    is_first: bool = True

    def __getattr__(self, name: str) -> object:
        return getattr(self.kept, name)

    def intend(self, upgrade_id: str, event: Entry, hold: Hold | None = None) -> Intended:
        if self.is_first:
            self.is_first = False
            carry_out(self.fake.context("recover.reboot_old_primary"), ActionName.REBOOT_OLD_PRIMARY)
        return self.kept.intend(upgrade_id, event, hold)


def test_nor_when_the_other_worker_is_a_moment_faster() -> None:
    fake = half_way().approved("recovery")
    fake.journal = MeanwhileJournal(fake.journal, fake)  # type: ignore[assignment]
    carry_out(fake.context("recover.reboot_old_primary"), ActionName.REBOOT_OLD_PRIMARY)
    assert len(fake.writer.sent) == 1
