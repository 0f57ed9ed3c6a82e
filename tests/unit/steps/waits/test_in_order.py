"""A task of several steps: where each try begins, and what is never done over again."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest

from srx_issu.domain.errors import TransferFailed
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.step_events import OwnWait, WaitBegan
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.waits.converge import NotYet
from srx_issu.steps.waits.in_order import BEGUN, InOrder, Part
from tests.fakes.contexts import FakeUpgrade
from tests.unit.steps.gate.worlds import command_intended

TASK = "prepare"


class Next(StrEnum):
    START = "start"


class Taken(list[str]):
    """The steps that were taken. ``answers``: what a step returns or raises, by its name."""

    def __init__(self, **answers: Any) -> None:
        super().__init__()
        self.answers = answers

    def part(self, name: str, *, sends: Sending | None = None, awaits: OwnWait | None = None) -> Part:
        def step(context: UpgradeContext) -> Any:
            self.append(context.step)
            answer = self.answers.get(name, {"done": name})
            if isinstance(answer, Exception):
                raise answer
            return answer

        return Part(name=f"prepare.{name}", step=step, sends=sends, awaits=awaits)

    def parts(self) -> tuple[Part, ...]:
        return (
            self.part("back_up", awaits=OwnWait.STATE_AFTER_ISSU),
            self.part("snapshot", sends=Sending.SNAPSHOT),
            self.part("stage", sends=Sending.UPLOAD),
        )


def begun(fake: FakeUpgrade, sending: Sending) -> None:
    fake.happened(command_intended(sending), "send")


def test_once_the_issu_was_asked_for_nothing_that_comes_before_it_is_done_and_that_is_said() -> None:
    fake, taken = FakeUpgrade().with_baseline().with_start(), Taken()
    order = InOrder(parts=taken.parts(), once_begun=Next.START)
    assert order.go_on(fake.context(TASK)) is Next.START
    assert taken == []
    assert fake.texts(EntryKind.STEP_FINISHED) == [BEGUN]


def test_what_sends_is_not_done_again_once_something_after_it_was_begun_and_what_looks_is() -> None:
    fake, taken = FakeUpgrade(), Taken()
    begun(fake, Sending.UPLOAD)
    InOrder(parts=taken.parts()).go_on(fake.context(TASK))
    assert taken == ["prepare.back_up", "prepare.stage"]


def test_what_was_begun_last_is_tried_again() -> None:
    fake, taken = FakeUpgrade(), Taken()
    begun(fake, Sending.SNAPSHOT)
    InOrder(parts=taken.parts()).go_on(fake.context(TASK))
    assert taken == ["prepare.back_up", "prepare.snapshot", "prepare.stage"]


def test_a_step_that_fails_is_known_by_name_and_nothing_after_it_is_done() -> None:
    taken = Taken(snapshot=TransferFailed("node0", "disk full"))
    order = InOrder(parts=taken.parts())
    with pytest.raises(TransferFailed):
        order.go_on(FakeUpgrade().context(TASK))
    assert order.current.name == "prepare.snapshot"
    assert taken == ["prepare.back_up", "prepare.snapshot"]


def test_after_an_outage_it_goes_on_with_the_step_in_which_it_happened() -> None:
    fake, taken = FakeUpgrade(), Taken(snapshot=TransferFailed("node0", "away"))
    order = InOrder(parts=taken.parts())
    with pytest.raises(TransferFailed):
        order.go_on(fake.context(TASK))
    taken.answers.clear()
    order.go_on(fake.context(TASK), 60.0)
    assert taken == ["prepare.back_up", "prepare.snapshot", "prepare.snapshot", "prepare.stage"]


def test_an_outage_moves_the_deadline_of_the_step_that_waits() -> None:
    fake, taken = FakeUpgrade(), Taken()
    fake.happened(WaitBegan(awaited=OwnWait.STATE_AFTER_ISSU), "waiting")
    InOrder(parts=taken.parts()).go_on(fake.context(TASK), timedelta(hours=1).total_seconds())
    assert fake.texts(EntryKind.STEP_STARTED)[-1].startswith("journal or connection was away for 3600 s")


def test_a_step_that_waits_holds_back_what_comes_after_it_and_is_gone_on_with() -> None:
    taken = Taken(snapshot=NotYet(reason="a moment", pause_s=3.0))
    order = InOrder(parts=taken.parts())
    assert isinstance(order.go_on(FakeUpgrade().context(TASK)), NotYet)
    again = InOrder.from_part(taken.parts(), order.current.name)
    taken.answers.clear()
    assert again.go_on(FakeUpgrade().context(TASK)) == {"done": "stage"}
    assert taken == ["prepare.back_up", "prepare.snapshot", "prepare.snapshot", "prepare.stage"]


def test_a_name_that_nobody_knows_begins_at_the_beginning() -> None:
    assert InOrder.from_part(Taken().parts(), "prepare.gone").place == 0
