"""A wait and everything that may be away while it watches. Looks are 20 s apart by the test's clock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.rows import Login
from srx_issu.domain.errors import ConnectionUnusable, JournalAway, JournalError, LeaseHeld
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.state_parts import IssuStart
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.upgrade.goals import Course, Goal
from srx_issu.steps.late_journal import LateJournal
from srx_issu.steps.outage import WATCHING, Outage
from srx_issu.steps.waits.bystanders import Bystanders
from srx_issu.steps.waits.watch import WaitVerdict, Watch
from srx_issu.steps.waits.watch_loop import LeaseKeeper, WatchLoop
from tests.fakes.intents import intent
from tests.fakes.memory import SteppingClock
from tests.fakes.outages import Away, AwayJournal
from tests.fakes.snapshots import N0, N1, NEW, OLD, T0, both, silent, snapshot, view

LOG = logging.getLogger("test.watch")
STEP = "issu.wait_for_secondary_upgrade"
LIMIT_S = intent().policy.timers.secondary_upgrade_s
RUN = intent().upgrade_id
HALF_WAY = both(OLD, OLD)
REBOOTING = snapshot(view(N0), silent(N1))
REACHED = both(OLD, NEW)
SHUT_OUT = snapshot(silent(N0, "Permission denied"), silent(N1, "Permission denied"))


def refusing(now: Snapshot) -> Snapshot:
    return replace(
        now, node0=replace(now.node0, refused_login=True), node1=replace(now.node1, refused_login=True)
    )


@dataclass
class World:
    """The nodes by the clock: from each moment on, what a look shows or raises."""

    clock: SteppingClock
    course: list[tuple[float, Snapshot | Exception]]
    looks: list[float] = field(default_factory=list)

    async def observe(self) -> Snapshot:
        passed_s = (self.clock.now() - T0) / timedelta(seconds=1)
        self.looks.append(passed_s)
        now = [found for begin, found in self.course if begin <= passed_s][-1]
        if isinstance(now, Exception):
            raise now
        return now

    async def read_text(self, node: NodeName, path: str) -> str | None:
        return None

    async def others(self, node: NodeName) -> tuple[Login, ...]:
        return (Login(user="alice", tty="pts/1", origin=None, idle=None, command=None),)

    async def close(self) -> None:
        return None


@dataclass
class Wait:
    """One loop over fakes."""

    course: list[tuple[float, Snapshot | Exception]]
    away: list[tuple[float, float]] = field(default_factory=list)
    renewals: Callable[[float], None] = field(default=lambda _: None)

    def __post_init__(self) -> None:
        self.clock = SteppingClock()
        self.world = World(self.clock, self.course)
        self.journal = AwayJournal(Away(self.clock, self.away))
        self.journal.clock = self.clock
        self.journal.open_upgrade(intent(), T0)
        watch = Watch(
            intent=intent(),
            goal=Goal.SECONDARY_UPGRADED,
            step=STEP,
            course=Course(before=both(), starter=N0, target=NEW),
            start=IssuStart(starter=N0, at=T0, by_rpc=True, transcript_path=None),
            reader=self.world,
            clock=self.clock,
            wall_clock=self.clock,
            began_at=T0,
            bystanders=Bystanders(self.world, both()),
        )
        outage = Outage(clock=self.clock, log=LOG, meanwhile=WATCHING)
        self.loop = WatchLoop(
            watch=watch,
            lines=LateJournal(journal=self.journal, upgrade_id=RUN, outage=outage),
            lease=LeaseKeeper(renew=self.renew, every_s=3600, clock=self.clock, outage=outage, log=LOG),
            account=Outage(clock=self.clock, log=LOG, what="account of connection srx_default"),
            log=LOG,
            pause=self.pause,
        )

    async def pause(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    async def renew(self) -> None:
        self.renewals((self.clock.now() - T0) / timedelta(seconds=1))

    def decided(self) -> WaitVerdict:
        return asyncio.run(self.loop.until_decided())

    @property
    def passed_s(self) -> float:
        return (self.clock.now() - T0) / timedelta(seconds=1)

    def lines(self, kind: EntryKind) -> list[str]:
        return [entry.text for entry in self.journal.written[RUN] if entry.kind is kind]


def test_without_an_outage_one_line_a_change_and_one_verdict() -> None:
    wait = Wait([(0, HALF_WAY), (100, REBOOTING), (600, REACHED)])
    assert wait.decided().reached
    assert len(wait.lines(EntryKind.OBSERVED)) == 3
    assert len(wait.lines(EntryKind.STEP_FINISHED)) == 1
    assert wait.lines(EntryKind.STEP_STARTED) == []


def test_a_deadline_that_passes_ends_the_wait_with_its_reason_in_the_journal() -> None:
    wait = Wait([(0, HALF_WAY)])
    verdict = wait.decided()
    assert not verdict.reached
    assert wait.lines(EntryKind.STEP_FAILED) == [verdict.text]
    assert f"not reached within {LIMIT_S:.0f} s" in verdict.text


def test_an_outage_in_which_nothing_is_to_be_written_is_not_even_noticed() -> None:
    wait = Wait([(0, HALF_WAY), (900, REACHED)], away=[(100, 700)])
    assert wait.decided().reached
    assert wait.journal.away.asked == 0


def test_what_changed_in_the_dark_is_written_late_with_the_time_it_was_seen(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wait = Wait([(0, HALF_WAY), (200, REBOOTING), (900, REACHED)], away=[(100, 700)])
    with caplog.at_level(logging.INFO, logger=LOG.name):
        assert wait.decided().reached
    said = [r.getMessage() for r in caplog.records if "journal away since" in r.getMessage()]
    assert 7 <= len(said) <= 9  # once a minute
    assert all(f"; {WATCHING}" in words for words in said)
    assert len([at for at in wait.world.looks if 200 <= at < 700]) >= 500 / 20 - 1
    seen = [e for e in wait.journal.written[RUN] if "node1 does not answer" in e.text]
    assert [(e.at - T0).total_seconds() for e in seen] == [200.0]


def test_a_goal_reached_in_the_dark_is_told_only_after_a_look_in_the_light() -> None:
    wait = Wait([(0, HALF_WAY), (200, REACHED)], away=[(100, 700)])
    assert wait.decided().reached
    assert wait.passed_s >= 700
    assert wait.world.looks[-1] >= 700
    finished = [e for e in wait.journal.written[RUN] if e.kind is EntryKind.STEP_FINISHED]
    assert [(e.at - T0).total_seconds() >= 700 for e in finished] == [True]


def test_a_goal_that_was_there_in_the_dark_and_is_gone_again_is_not_told() -> None:
    wait = Wait([(0, HALF_WAY), (200, REACHED), (650, REBOOTING), (1500, REACHED)], away=[(100, 700)])
    assert wait.decided().reached
    assert wait.passed_s >= 1500


def test_a_deadline_that_passes_in_the_dark_counts_from_the_journals_return() -> None:
    end = LIMIT_S + 600
    wait = Wait([(0, HALF_WAY), (200, REBOOTING), (end + 300, REACHED)], away=[(100, end)])
    assert wait.decided().reached
    assert any("the deadline counts from now" in text for text in wait.lines(EntryKind.STEP_STARTED))
    late = Wait([(0, HALF_WAY), (200, REBOOTING)], away=[(100, end)])
    assert not late.decided().reached
    assert end + LIMIT_S <= late.passed_s <= end + LIMIT_S + 120


def test_a_restarted_triggerer_finds_the_later_beginning_in_the_journal() -> None:
    wait = Wait([(0, HALF_WAY), (200, REBOOTING), (5000, REACHED)], away=[(100, 4000)])
    beginnings = []

    async def pause(seconds: float) -> None:
        wait.clock.sleep(seconds)
        so_far = known(wait.journal.written[RUN])
        beginnings.append(so_far.waiting_since.get(Goal.SECONDARY_UPGRADED))

    wait.loop.pause = pause
    wait.decided()
    assert beginnings[-1] is not None
    assert (beginnings[-1] - T0).total_seconds() >= 4000


def test_a_journal_that_was_away_for_a_moment_moves_no_deadline() -> None:
    wait = Wait([(0, HALF_WAY), (200, REBOOTING)], away=[(200, 201)])
    assert not wait.decided().reached
    assert wait.passed_s <= LIMIT_S + 60
    assert wait.lines(EntryKind.STEP_STARTED) == []


def test_an_answer_that_was_lost_leaves_no_line_twice() -> None:
    wait = Wait([(0, HALF_WAY), (600, REACHED)])
    wait.journal.lose_answers = 1
    assert wait.decided().reached
    assert len(wait.lines(EntryKind.OBSERVED)) == 2


def test_without_an_account_it_waits_says_so_and_no_deadline_passes(caplog: pytest.LogCaptureFixture) -> None:
    gone = ConnectionUnusable("connection srx_default: no user name (Login)")
    wait = Wait([(0, HALF_WAY), (100, gone), (LIMIT_S * 3, HALF_WAY), (LIMIT_S * 3 + 500, REACHED)])
    with caplog.at_level(logging.WARNING, logger=LOG.name):
        assert wait.decided().reached
    said = [r for r in caplog.records if "account of connection srx_default away since" in r.getMessage()]
    assert len(said) == pytest.approx((LIMIT_S * 3 - 100) / 60, rel=0.1)


def test_an_account_that_both_nodes_refuse_is_waited_out_and_one_that_one_refuses_is_not() -> None:
    wait = Wait([(0, refusing(SHUT_OUT)), (LIMIT_S * 2, REACHED)])
    assert wait.decided().reached
    one = refusing(SHUT_OUT)
    one = snapshot(view(N0), one.node1)
    missing = Wait([(0, one)])
    assert not missing.decided().reached
    assert missing.passed_s <= LIMIT_S + 60


def test_a_lease_that_cannot_be_renewed_is_no_reason_to_fail() -> None:
    def renewals(_: float) -> None:
        raise JournalError("cluster:fw-1: upgrade holds no lease any more")

    wait = Wait([(0, HALF_WAY), (4000, REACHED)], renewals=renewals)
    assert wait.decided().reached

    def away(passed_s: float) -> None:
        if passed_s < 600:
            raise JournalAway("PostgreSQL does not answer")

    assert Wait([(0, HALF_WAY), (4000, REACHED)], renewals=away).decided().reached


def test_without_an_account_the_cluster_stays_ours() -> None:
    """Nobody puts a connection right at night, and a lease lasts for hours."""
    renewed: list[float] = []
    gone = ConnectionUnusable("connection srx_default: no user name (Login)")
    wait = Wait([(0, gone), (20_000, HALF_WAY), (20_500, REACHED)], renewals=renewed.append)
    assert wait.decided().reached
    assert [at for at in renewed if at < 20_000] == pytest.approx(
        [0, 3600, 7200, 10800, 14400, 18000], abs=60
    )


def test_a_lease_that_another_has_taken_ends_the_wait() -> None:
    def renewals(passed_s: float) -> None:
        if passed_s > 1000:
            raise LeaseHeld("cluster:fw-1 is held by upgrade other")

    wait = Wait([(0, HALF_WAY)], renewals=renewals)
    verdict = wait.decided()
    assert not verdict.reached
    assert "held by upgrade other" in verdict.text
    assert 3600 <= wait.passed_s <= 3700
    assert wait.lines(EntryKind.STEP_FAILED) == [verdict.text]


def test_somebody_at_work_is_a_finding_and_a_warning_and_changes_no_verdict(
    caplog: pytest.LogCaptureFixture,
) -> None:
    half_way, reached = (
        replace(now, node0=replace(now.node0, users=1), node1=replace(now.node1, users=0))
        for now in (HALF_WAY, REACHED)
    )
    wait = Wait([(0, half_way), (60, reached)])
    told: list[tuple[str, str]] = []
    wait.loop.tell = lambda title, text: told.append((title, text))
    with caplog.at_level(logging.WARNING):
        assert wait.decided().reached
    words = "node0: alice is logged in during the ISSU (pts/1)"
    assert wait.lines(EntryKind.FINDING) == [words]
    assert [record.message for record in caplog.records].count(f"fw-1: {words}") == 1
    assert told == [("fw-1: somebody else is at work during the ISSU", words)], "once, at the first look"
