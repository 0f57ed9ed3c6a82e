"""Whether anybody still drives an ISSU: in doubt somebody does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import DeviceUnreachable
from srx_issu.domain.history.state_parts import IssuStart
from srx_issu.steps.waits.idle import QuietWatch, Stillness
from tests.fakes.intents import intent
from tests.fakes.memory import SteppingClock
from tests.fakes.snapshots import (
    N0,
    N1,
    NEW,
    OLD,
    SYNCING,
    T0,
    after_reboot,
    both,
    group,
    silent,
    snapshot,
    view,
)
from tests.unit.steps.waits.test_watch import AsyncScript

TIMERS = intent().policy.timers


def quiet_watch(reader: AsyncScript) -> QuietWatch:
    begun = IssuStart(starter=N0, at=T0, by_rpc=False, transcript_path="/t")
    return QuietWatch(intent=intent(), start=begun, reader=reader, clock=SteppingClock())


def look(watch: QuietWatch, after_s: float = 0.0) -> Stillness:
    assert isinstance(watch.clock, SteppingClock)
    watch.clock.time += timedelta(seconds=after_s)
    return asyncio.run(watch.look())


def test_half_way_is_not_quiet_before_nothing_has_moved_for_long() -> None:
    watch = quiet_watch(AsyncScript(now=both(OLD, NEW)))
    assert not look(watch).over
    assert not look(watch, TIMERS.switchover_s - 1).over
    assert look(watch, 1) == Stillness(
        over=True, quiet=True, reason=f"nothing has moved for {TIMERS.switchover_s:.0f} s"
    )


def test_whatever_moves_begins_the_count_again() -> None:
    reader = AsyncScript(now=both(OLD, NEW, cold_sync=SYNCING), transcript="a")
    watch = quiet_watch(reader)
    look(watch)
    reader.now = both(OLD, NEW)
    assert not look(watch, TIMERS.switchover_s).over
    reader.transcript = "a longer one"
    assert not look(watch, TIMERS.switchover_s).over


def test_gives_up_on_a_cluster_that_never_rests() -> None:
    reader = AsyncScript(now=both(OLD, NEW), transcript="x")
    watch = quiet_watch(reader)
    seen = look(watch)
    while not seen.over:
        reader.transcript = f"{reader.transcript}x"
        seen = look(watch, 600)
    assert (seen.quiet, "may be under way" in seen.reason) == (False, True)


def test_the_issus_own_last_words_are_enough() -> None:
    words = "timeout waiting for secondary node node1 to sync(error-code: 6.1)"
    assert look(quiet_watch(AsyncScript(now=both(OLD, NEW), transcript=words))).quiet


def test_words_that_only_name_a_reason_are_enough_once_the_command_has_returned() -> None:
    """What was tried again prints an error, too, and a plan would be carried out on a live ISSU."""
    script = AsyncScript(
        now=both(OLD, NEW), transcript="error: chassisd not ready, retry 1\n[..]: ISSU: going on"
    )
    assert not look(quiet_watch(script)).over
    script.exit_status = "1\n"
    assert look(quiet_watch(script)).quiet


def test_the_commands_end_alone_says_nothing_here() -> None:
    """A healthy ISSU's comes with the reboot of its node, which is still to be waited for."""
    script = AsyncScript(now=both(OLD, NEW), transcript="ISSU: going on", exit_status="143")
    assert not look(quiet_watch(script)).over


def test_so_is_a_cluster_at_rest() -> None:
    assert look(quiet_watch(AsyncScript())).quiet


def test_a_transcript_that_cannot_be_read_is_no_news() -> None:
    lost = DeviceUnreachable(NodeName.NODE0.value, "timed out")
    assert not look(quiet_watch(AsyncScript(now=both(OLD, NEW), transcript=lost))).over


def test_an_answer_that_is_lost_now_and_then_is_no_movement() -> None:
    half_way = both(OLD, NEW)
    script = AsyncScript(now=half_way)
    watch = quiet_watch(script)
    look(watch)
    script.now = replace(half_way, node1=silent(N1))
    look(watch, 400)
    script.now = replace(half_way, node1=replace(half_way.node1, groups=(), error="status: no answer"))
    look(watch, 400)
    script.now = half_way
    assert look(watch, TIMERS.switchover_s - 800).quiet


def test_lasting_silence_is_a_movement_and_so_is_a_boot() -> None:
    half_way = both(OLD, NEW)
    script = AsyncScript(now=half_way)
    watch = quiet_watch(script)
    look(watch)
    script.now = replace(half_way, node1=silent(N1))
    for _ in range(3):
        assert not look(watch, TIMERS.switchover_s / 3).over
    script.now = replace(half_way, node1=after_reboot(half_way.node1))
    assert not look(watch, TIMERS.switchover_s - 1).over
    assert look(watch, TIMERS.switchover_s).quiet


def test_a_node_that_an_issu_may_have_rebooted_gets_the_time_of_a_boot() -> None:
    flagged = (group(0), group(1, priorities={N0: 255}, manual=True))
    watch = quiet_watch(AsyncScript(now=snapshot(view(N0, groups=flagged), silent(N1))))
    for _ in range(4):
        look(watch, 1)
    assert not look(watch, TIMERS.secondary_upgrade_s - 60).over
    assert look(watch, 120).quiet
