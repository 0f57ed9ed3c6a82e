from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from srx_issu.domain.cluster.model import GroupState, NodeName, Snapshot
from srx_issu.domain.cluster.rows import Login
from srx_issu.domain.errors import DeviceUnreachable
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import Event, Observed
from srx_issu.domain.history.state_parts import IssuStart
from srx_issu.domain.history.step_events import StepFailed, WaitBegan, WaitEnded
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.upgrade.goals import Course, Goal
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.steps.waits.bystanders import Bystanders
from srx_issu.steps.waits.watch import Watch, deadline_s
from tests.fakes.intents import intent
from tests.fakes.memory import SteppingClock
from tests.fakes.snapshots import N0, N1, NEW, OLD, T0, after_reboot, both, group, silent, snapshot, view

ABORTED = "error: [Oct  6 12:30:16]: ISSU Aborted! Backup node maybe in inconsistent state"


@dataclass
class AsyncScript:
    now: Snapshot = field(default_factory=both)
    transcript: str | Exception | None = None
    exit_status: str | None = None  # of the command, in a file of its own

    async def observe(self) -> Snapshot:
        return self.now

    async def read_text(self, node: NodeName, path: str) -> str | None:
        if path.endswith("/exit"):
            return self.exit_status
        if isinstance(self.transcript, Exception):
            raise self.transcript
        return self.transcript

    async def others(self, node: NodeName) -> tuple[Login, ...]:
        return ()

    async def close(self) -> None:
        return None


def watch(reader: AsyncScript, goal: Goal = Goal.SECONDARY_UPGRADED, *, by_rpc: bool = False) -> Watch:
    begun = IssuStart(starter=N0, at=T0, by_rpc=by_rpc, transcript_path=None if by_rpc else "/t")
    return Watch(
        intent=intent(),
        goal=goal,
        step="issu.wait",
        course=Course(before=both(), starter=N0, target=NEW),
        start=begun,
        reader=reader,
        clock=SteppingClock(),
        wall_clock=SteppingClock(),
        began_at=T0,
        bystanders=Bystanders(reader, both()),
    )


def test_an_aborted_transcript_ends_the_wait_before_its_deadline() -> None:
    look = asyncio.run(watch(AsyncScript(transcript=ABORTED)).look())
    assert not look.done
    assert "ISSU Aborted" in (look.stopped or "")


def test_words_that_only_name_a_reason_count_once_the_command_has_returned() -> None:
    """A process that was not ready and was tried again prints an error, too, and the ISSU goes on."""
    reader = AsyncScript(
        transcript="[Oct  6 12:30:16]: error: chassisd not ready, retry 1\n[..]: ISSU: going on"
    )
    waiting = watch(reader)
    assert asyncio.run(waiting.look()).stopped is None
    reader.exit_status = "1\n"
    assert asyncio.run(waiting.look()).stopped is None  # what the nodes showed may be older than the end
    assert "chassisd not ready" in (asyncio.run(waiting.look()).stopped or "")


def test_a_command_that_has_ended_ends_the_wait_whatever_it_said_and_not_before_a_second_look() -> None:
    """The nodes are looked at before the file: what they showed may be older than the command's end."""
    reader = AsyncScript(transcript="Contact your representative.")
    waiting = watch(reader)
    assert asyncio.run(waiting.look()).stopped is None
    reader.exit_status = "1\n"
    assert asyncio.run(waiting.look()).stopped is None
    stopped = asyncio.run(waiting.look()).stopped or ""
    assert "ended with exit status 1" in stopped
    assert "Contact your representative" in stopped


@pytest.mark.parametrize("content", ["", "node0:\n-----\nerror: there is no file of that name\n"])
def test_an_exit_file_without_a_status_ends_no_wait(content: str) -> None:
    waiting = watch(AsyncScript(transcript="ISSU: Validating Image", exit_status=content))
    assert [asyncio.run(waiting.look()).stopped for _ in range(3)] == [None] * 3


def test_a_question_ends_the_wait_though_the_command_has_not() -> None:
    words = "Do you want to continue with these actions being taken ? [yes,no] (no) "
    assert "Do you want to continue" in (
        asyncio.run(watch(AsyncScript(transcript=words)).look()).stopped or ""
    )


def test_an_end_that_came_with_its_nodes_reboot_is_none() -> None:
    rebooted = snapshot(after_reboot(view(N0)), view(N1))
    waiting = watch(AsyncScript(now=rebooted, transcript="x", exit_status="143"))
    assert [asyncio.run(waiting.look()).stopped for _ in range(3)] == [None] * 3


def test_behind_the_switchover_an_end_without_a_reboot_is_given_time() -> None:
    on_node1 = (group(0, N1), group(1, N1))
    reader = AsyncScript(now=snapshot(view(N0, groups=on_node1), view(N1, NEW, groups=on_node1)))
    waiting = watch(reader, Goal.PRIMARY_UPGRADED)
    reader.exit_status = "0"
    assert asyncio.run(waiting.look()).stopped is None
    waiting.clock.sleep(Timers().switchover_s - 1)
    assert asyncio.run(waiting.look()).stopped is None
    waiting.clock.sleep(2)
    assert "has not rebooted" in (asyncio.run(waiting.look()).stopped or "")


def test_a_moments_silence_is_waited_out_though_the_issu_has_stopped() -> None:
    """It says what it knows; what can be done about it is judged with both nodes' answers."""
    reader = AsyncScript(now=snapshot(view(N0), silent(N1)), transcript=ABORTED)
    waiting = watch(reader)
    look = asyncio.run(waiting.look())
    assert waiting.verdict(look) is None
    assert "ISSU Aborted" in look.text
    assert "node1 does not answer" in look.text
    reader.now = both()
    found = waiting.verdict(asyncio.run(waiting.look()))
    assert found is not None
    assert not found.reached
    assert "ISSU Aborted" in found.text


def test_a_secondary_that_does_not_come_back_is_a_recoverys_business_at_once() -> None:
    """Error 4.1: the plan begins with waiting for the node, and people hear of it now."""
    words = "error: [Oct  6 12:30:16]: Reboot secondary node failed (error-code: 4.1)"
    look = asyncio.run(watch(AsyncScript(now=snapshot(view(N0), silent(N1)), transcript=words)).look())
    assert "error-code: 4.1" in (look.stopped or "")


def test_words_of_an_abort_do_not_count_once_the_switchover_is_done() -> None:
    switched = snapshot(silent(N0), view(N1, NEW, groups=()))
    assert asyncio.run(watch(AsyncScript(now=switched, transcript=ABORTED)).look()).stopped is None


def test_a_transcript_that_cannot_be_read_is_no_news() -> None:
    for transcript in (None, DeviceUnreachable("node0", "gone")):
        assert asyncio.run(watch(AsyncScript(transcript=transcript)).look()).stopped is None
    assert asyncio.run(watch(AsyncScript(transcript=ABORTED), by_rpc=True).look()).stopped is None


def test_says_only_what_changed_with_the_time_that_is_left() -> None:
    reader = AsyncScript()
    waiting = watch(reader)
    first = waiting.news(asyncio.run(waiting.look()))
    assert first is not None
    assert "0 s of 5400 s" in first
    assert waiting.news(asyncio.run(waiting.look())) is None
    reader.now = snapshot(view(N0), silent(N1))
    assert "node1 does not answer" in (waiting.news(asyncio.run(waiting.look())) or "")


def test_is_overdue_after_its_goals_deadline() -> None:
    waiting = watch(AsyncScript())
    assert not waiting.is_overdue
    waiting.clock.sleep(5401)
    assert waiting.is_overdue


SPLIT = snapshot(view(N0), view(N1, groups=(group(0, N1), group(1, N1))))
DISABLED = both(groups=(group(0, states={N1: GroupState.DISABLED}),))
INELIGIBLE = both(groups=(group(0, states={N1: GroupState.INELIGIBLE}),))


@pytest.mark.parametrize(("now", "words"), [(SPLIT, "both call themselves primary"), (DISABLED, "disabled")])
def test_danger_that_is_seen_three_times_ends_the_wait_before_its_deadline(now: Snapshot, words: str) -> None:
    waiting = watch(AsyncScript(now=now))
    looks = [asyncio.run(waiting.look()) for _ in range(3)]
    assert [look.stopped is not None for look in looks] == [False, False, True]
    assert words in (looks[-1].stopped or "")


def test_a_moment_of_danger_and_a_node_that_may_still_come_back_end_no_wait() -> None:
    reader = AsyncScript()
    waiting = watch(reader)
    for now in (SPLIT, SPLIT, both(), SPLIT, SPLIT, INELIGIBLE, INELIGIBLE, INELIGIBLE):
        reader.now = now
        assert asyncio.run(waiting.look()).stopped is None


def test_a_reached_goal_is_done() -> None:
    assert asyncio.run(watch(AsyncScript(now=both(OLD, NEW))).look()).done


def test_the_deadline_counts_from_the_first_look_of_the_present_try() -> None:
    def entry(event: Event, minutes: int) -> Entry:
        return entry_of(event, "", at=T0 + timedelta(minutes=minutes), step="issu.wait")

    def began_at(*entries: Entry) -> datetime | None:
        return known(entries).waiting_since.get(goal)

    goal = Goal.SECONDARY_UPGRADED
    begun = (entry(WaitBegan(awaited=goal), 1), entry(Observed(), 2))
    assert began_at(*begun) == T0 + timedelta(minutes=1)
    for end in (WaitEnded(awaited=goal, reached=False), StepFailed(task="issu.wait", awaited=goal)):
        assert began_at(*begun, entry(end, 3)) is None
    assert began_at() is None


def test_a_time_of_day_that_is_set_ends_no_wait_and_stands_in_the_journals_lines() -> None:
    waiting = watch(AsyncScript())
    waiting.wall_clock.sleep(12 * 3600)
    assert (waiting.is_overdue, waiting.elapsed_s) == (False, 0.0)
    assert waiting.entry(Observed(), "a line").at == T0 + timedelta(hours=12)
    waiting.clock.sleep(waiting.deadline_s + 1)
    assert waiting.is_overdue


def test_every_goal_has_a_deadline() -> None:
    assert all(deadline_s(goal, Timers()) > 0 for goal in Goal)
