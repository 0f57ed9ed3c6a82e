"""The clean-up takes its own image away, and keeps nobody waiting who is over."""

from __future__ import annotations

from dataclasses import replace

from srx_issu.domain.errors import StopFlagUnreadable
from srx_issu.domain.history.command_events import CommandIntended, CommandSent, Sending
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.upgrade.clean_up import clean_up
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.snapshots import N0
from tests.unit.steps.gate.worlds import Shelf

IMAGE = "/var/tmp/image.tgz"
MOST_TRIES = 20


def upgraded() -> FakeUpgrade:
    """With an image that it has brought."""
    fake = FakeUpgrade()
    copy = CommandIntended(sending=Sending.UPLOAD, node=N0, command="copy", permit_id="t0", file=IMAGE)
    fake.happened(copy, "copy", step="prepare.stage_image")
    copied = CommandSent(sending=Sending.UPLOAD, node=N0, command="copy", permit_id="t0", file=IMAGE)
    fake.happened(copied, "copy", step="prepare.stage_image")
    fake.decided(Outcome.UPGRADED, "all well")
    return fake


def context(fake: FakeUpgrade, shelf: Shelf) -> UpgradeContext:
    return replace(fake.context("clean_up"), files=lambda _: shelf)


def test_an_image_that_was_brought_is_taken_away() -> None:
    fake, shelf = upgraded(), Shelf()
    assert clean_up(context(fake, shelf))["removed"] == [IMAGE]
    assert shelf.deleted == [IMAGE]


def test_a_stop_flag_that_nobody_can_read_leaves_the_file_and_does_not_hold_the_end_up() -> None:
    fake, shelf, asked = upgraded(), Shelf(), []

    def stopped() -> str | None:
        asked.append(1)
        assert len(asked) < MOST_TRIES, "it waits for ever"
        raise StopFlagUnreadable("Airflow does not tell by whom")

    clean_up(replace(context(fake, shelf), stopped=stopped))
    assert shelf.deleted == []
    assert fake.texts(EntryKind.OBSERVED) == [f"{IMAGE} could not be removed: Airflow does not tell by whom"]
