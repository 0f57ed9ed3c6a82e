"""The waits of recovery, window and campaign while the journal is away; no stack, and nothing sleeps."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from airflow.triggers.base import BaseTrigger

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.triggers.cluster import ClusterTrigger
from srx_issu.airflow.triggers.guarded import GIVE_UP_S, guarded
from srx_issu.airflow.triggers.quiet import QuietTrigger
from srx_issu.airflow.triggers.recovery import RecoveryTrigger
from srx_issu.airflow.triggers.route_wait import RouteWaitTrigger
from srx_issu.airflow.triggers.window import WindowTrigger
from srx_issu.airflow.watching.campaign import ClusterWatch
from srx_issu.airflow.watching.idle import OpenQuiet
from srx_issu.airflow.watching.recovery import PlanOf, PlanWatch
from srx_issu.airflow.watching.waiter import Call
from srx_issu.airflow.watching.window import OpenWindow
from srx_issu.campaign.events import UpgradeOrdered
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.errors import ConnectionUnusable, JournalAway, LeaseHeld, RequestRefused
from srx_issu.domain.history.events import NothingMoved, OutcomeDecided
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.steps.late_journal import LateJournal
from srx_issu.steps.outage import Outage
from srx_issu.steps.waits.idle import QuietWatch, Stillness
from srx_issu.steps.waits.watch_loop import LeaseKeeper
from tests.fakes.campaign_events import an_order
from tests.fakes.intents import intent
from tests.fakes.memory import SteppingClock
from tests.fakes.outages import Away, AwayJournal
from tests.fakes.snapshots import T0, both
from tests.unit.steps.campaign.spring import approved, task

LOG = logging.getLogger("test")
RUN = intent().upgrade_id


def journal(*spans: tuple[float, float]) -> AwayJournal:
    found = AwayJournal(Away(SteppingClock(), list(spans)))
    found.open_upgrade(intent(), T0)
    return found


def lines(behind: AwayJournal) -> LateJournal:
    return LateJournal(journal=behind, upgrade_id=RUN, outage=Outage(clock=behind.away.clock, log=LOG))


class Nodes:
    """Both nodes, or no account to ask them with."""

    def __init__(self, *answers: Snapshot | Exception) -> None:
        self.answers = list(answers)

    async def observe(self) -> Snapshot:
        now = self.answers.pop(0)
        if isinstance(now, Exception):
            raise now
        return now

    async def read_text(self, node: NodeName, path: str) -> str | None:
        return None

    async def close(self) -> None:
        return None


def quiet(behind: AwayJournal, *answers: Snapshot | Exception) -> OpenQuiet:
    clock = behind.away.clock
    watch = QuietWatch(intent=intent(), start=None, reader=Nodes(*answers), clock=clock)
    late = lines(behind)
    return OpenQuiet(
        cluster="fw-1",
        step="wait_until_quiet",
        watch=watch,
        poll_s=20,
        lines=late,
        lease=keeper(late, lambda: None),
        account=Outage(clock=clock, log=LOG, what="account"),
    )


def keeper(late: LateJournal, renew: Callable[[], None]) -> LeaseKeeper:
    async def renewed() -> None:
        renew()

    return LeaseKeeper(renew=renewed, every_s=600, clock=late.outage.clock, outage=late.outage, log=LOG)


STILL = Stillness(over=True, quiet=True, reason="nothing has moved for 900 s")


def test_stillness_is_told_only_once_it_is_written_and_after_an_outage_seen_again() -> None:
    behind = journal((0, 60))
    wait = quiet(behind)
    assert not asyncio.run(wait.record(STILL))
    behind.away.clock.sleep(70)
    assert not asyncio.run(wait.record(STILL))  # it is back: look once more
    assert asyncio.run(wait.record(STILL))
    assert [(e.text, e.event) for e in behind.written[RUN]] == [(STILL.reason, NothingMoved())]


def test_without_an_account_nothing_counts_as_still() -> None:
    behind = journal()
    half_way = both("21.4R3-S5.4", "22.4R3-S2.11")
    wait = quiet(behind, half_way, ConnectionUnusable("no user name"), half_way, half_way)
    look = wait.look
    assert (first := asyncio.run(look())) is not None
    assert not first.over
    behind.away.clock.sleep(3000)
    assert asyncio.run(look()) is None
    assert (back := asyncio.run(look())) is not None
    assert not back.over
    behind.away.clock.sleep(intent().policy.timers.switchover_s)
    assert (still := asyncio.run(look())) is not None
    assert still.quiet


def window(behind: AwayJournal, renew: Callable[[], None] = lambda: None) -> OpenWindow:
    ended = (SystemClock().now() - timedelta(hours=1)).isoformat()
    late = lines(behind)
    return OpenWindow(
        intent=replace(intent(), window_end=ended),
        timers=intent().policy.timers,
        step="wait_for_window",
        lines=late,
        lease=keeper(late, renew),
    )


def recovering(behind: AwayJournal, renew: Callable[[], None]) -> PlanWatch:
    unused, late = cast("Any", None), lines(behind)
    return PlanWatch(
        upgrade_id=RUN,
        intent=intent(),
        step="recover.abort",
        of=PlanOf.RECOVERY,
        action=ActionName.ABORT_ISSU,
        plan=unused,
        reader=unused,
        stores=unused,
        lines=late,
        lease=keeper(late, renew),
        account=unused,
        began_at=T0,
        taken=(),
        clock=behind.away.clock,
    )


def test_a_recoverys_wait_keeps_its_cluster_however_long_it_lasts() -> None:
    """What is away moves its deadline, and the lease it began with runs out meanwhile."""
    behind, renewed = journal((1000, 4000)), list[float]()

    def renew() -> None:
        behind.away.ask()
        renewed.append((behind.away.clock.now() - T0).total_seconds())

    for wait in (recovering(behind, renew), replace(quiet(behind), lease=keeper(lines(behind), renew))):
        behind.away.clock.time = T0
        renewed.clear()
        for _ in range(300):
            asyncio.run(wait.keep_cluster())
            behind.away.clock.sleep(20)
        assert renewed == pytest.approx([0, 600, 4000, 4600, 5200, 5800], abs=40)


def test_a_recoverys_wait_ends_where_another_has_the_cluster() -> None:
    def renew() -> None:
        raise LeaseHeld("cluster:fw-1 is held by upgrade other")

    with pytest.raises(LeaseHeld):
        asyncio.run(recovering(journal(), renew).keep_cluster())


def test_an_outage_that_only_the_renewal_met_moves_the_deadline_by_no_more_than_it_lasted() -> None:
    behind = journal((0, 5))
    wait = recovering(behind, behind.away.ask)
    asyncio.run(wait.keep_cluster())
    behind.away.clock.sleep(20)
    asyncio.run(wait.keep_cluster())
    assert not wait.lines.outage.is_on
    assert wait.began_at == T0


def test_a_window_that_is_too_short_is_refused_when_the_journal_can_say_so() -> None:
    behind = journal((0, 60))
    wait = window(behind)
    objection = asyncio.run(wait.objection())
    assert objection is not None
    assert not asyncio.run(wait.refuse(objection))
    assert not asyncio.run(wait.journal_answers())
    behind.away.clock.sleep(70)
    assert asyncio.run(wait.journal_answers())
    assert asyncio.run(wait.refuse(objection))
    ended = known(behind.entries(RUN)).conclusion
    assert ended is not None
    assert (ended.outcome, ended.reason) == (Outcome.REFUSED, objection)
    assert [e.event for e in behind.written[RUN]] == [OutcomeDecided(outcome=Outcome.REFUSED)]


def test_a_lease_that_another_has_by_then_is_the_objection() -> None:
    def renew() -> None:
        raise LeaseHeld("cluster:fw-1 is held by upgrade other")

    assert asyncio.run(window(journal(), renew).objection()) == "cluster:fw-1 is held by upgrade other"


def guard(wait: Callable[[], Any], clock: SteppingClock) -> Any:
    async def tried() -> Any:
        return wait()

    async def sleep(seconds: float) -> None:
        clock.sleep(seconds)

    return asyncio.run(guarded(tried, "the wait", LOG, clock=clock, sleep=sleep))


def test_an_error_that_nobody_foresaw_opens_the_wait_again() -> None:
    clock, tries = SteppingClock(), list[int]()

    def wait() -> str:
        tries.append(1)
        if len(tries) < 4:
            raise KeyError("redundancy-group")
        return "reached"

    assert guard(wait, clock) == "reached"
    assert len(tries) == 4


def test_one_that_does_not_pass_ends_the_wait_and_the_run_looks_itself() -> None:
    clock = SteppingClock()

    def wait() -> str:
        raise KeyError("redundancy-group")

    with pytest.raises(KeyError):
        guard(wait, clock)
    assert (clock.now() - T0).total_seconds() >= GIVE_UP_S


def test_errors_with_hours_of_good_watching_between_them_do_not_add_up() -> None:
    clock, tries = SteppingClock(), list[int]()

    def wait() -> str:
        tries.append(1)
        clock.sleep(3600)
        if len(tries) < 20:
            raise JournalAway("gone")
        return "reached"

    assert guard(wait, clock) == "reached"


@pytest.mark.parametrize("final", [LeaseHeld("held by another"), RequestRefused("there is no plan")])
def test_what_asking_again_would_not_change_is_said_at_once(final: Exception) -> None:
    def wait() -> str:
        raise final

    clock = SteppingClock()
    with pytest.raises(type(final)):
        guard(wait, clock)
    assert clock.now() == T0


def watched(behind: AwayJournal) -> ClusterWatch:
    """Cluster a of a campaign, whose upgrade has begun."""
    fake = approved()
    order = replace(an_order("a"), run_id=RUN, nonce="")  # as the upgrade below is opened: without one
    fake.context().record(UpgradeOrdered(order=order), "", cluster="a")
    fake.upgrades, fake.clock = behind, behind.away.clock
    found = task(fake, "a")
    return ClusterWatch(
        campaign_context=fake.context(),
        task=found,
        outage=Outage(clock=behind.away.clock, log=LOG, meanwhile="waiting"),
    )


def test_the_end_of_a_campaigns_upgrade_is_collected_when_the_journal_is_back() -> None:
    behind = journal((0, 60))
    behind.records[RUN] = replace(behind.records[RUN], outcome=Outcome.UPGRADED, reason="verified")
    watch = watched(behind)
    assert asyncio.run(watch.collect(RUN, Call())) is None
    assert watch.outage.is_on
    behind.away.clock.sleep(70)
    over = asyncio.run(watch.collect(RUN, Call()))
    assert over is not None
    assert over.result.value == "UPGRADED"
    assert not watch.outage.is_on


@pytest.mark.parametrize(
    "trigger",
    [
        ClusterTrigger(RUN, Goal.RESYNCED.value, "issu.wait_for_resync"),
        ClusterTrigger(RUN, Goal.GROUPS_SETTLED.value, "fail_back.fail_back_rg0", is_retried=True),
        QuietTrigger(RUN, "wait_until_quiet"),
        RecoveryTrigger(RUN, "abort", "recover.abort", 900.0),
        RouteWaitTrigger(RUN, "nodes_back", "both.nodes_back", is_resumed=True),
        WindowTrigger(RUN, "wait_for_window"),
    ],
)
def test_a_trigger_is_the_same_after_it_was_stored(trigger: BaseTrigger) -> None:
    _, kwargs = trigger.serialize()
    again = type(trigger)(**kwargs)
    assert again.serialize() == trigger.serialize()
    assert json.loads(json.dumps(kwargs)) == kwargs
