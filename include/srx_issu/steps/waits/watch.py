"""One deferred wait, without Airflow: look at both nodes, judge the goal, say what changed.

``watch_loop`` keeps it going. A wait may run twice (two triggerers) and may start anew at any moment (a
restarted one): it reads, and its deadline counts from the first look that the journal knows of, or from the
end of an outage in which nobody could judge. How long something lasts is read from a clock that nobody sets:
a step of the machine's time, by NTP or by hand, ends no wait and stretches none.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.phase import Phase, PhaseReading, has_rebooted
from srx_issu.domain.errors import DeviceError
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.last_words import exit_status_of, has_stopped
from srx_issu.domain.failure.situation import danger
from srx_issu.domain.failure.transcript import Stopped
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import Event
from srx_issu.domain.history.state_parts import IssuStart
from srx_issu.domain.history.step_events import Awaited, WaitBegan
from srx_issu.domain.junos.job import exit_beside
from srx_issu.domain.upgrade.goals import Course, Goal, progress
from srx_issu.domain.upgrade.intent import Intent, Timers
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.clock import Clock
from srx_issu.ports.devices import AsyncWatchReader
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.observe_patiently import require_login
from srx_issu.steps.waits.bystanders import Bystanders

SHORT_S = 30.0  # an outage that lasted less, a look or so, moves no deadline
# A group that moves between the looks at the two nodes shows two primaries for a moment.
LOOKS_AT_DANGER = 3


@dataclass(frozen=True, kw_only=True)
class PollResult:
    """What one look showed. ``stopped`` says why the goal cannot be reached any more."""

    done: bool
    text: str
    detail: str
    stopped: str | None = None
    silent: tuple[NodeName, ...] = ()  # did not answer
    others: tuple[str, ...] = ()  # who else was seen at work, in sentences that were not told yet


@dataclass(frozen=True, kw_only=True)
class WaitVerdict:
    """How a wait ended: the goal was reached, or it was not and ``text`` says why."""

    reached: bool
    text: str
    elapsed_s: float


@dataclass(kw_only=True)
class Watch:
    """A wait for one goal of one upgrade."""

    intent: Intent
    goal: Goal
    step: str
    course: Course
    start: IssuStart | None
    reader: AsyncWatchReader
    clock: Clock  # for how long; nobody sets it
    wall_clock: Clock  # for the journal's lines
    began_at: datetime  # by ``clock``
    timers: Timers | None = None  # those in force, where they are not the policy's own
    bystanders: Bystanders
    _counts_from: datetime | None = field(default=None)  # of the deadline, where not from the beginning
    _last: tuple[str, str] = field(default=("", ""))
    _dangers: list[str] = field(default_factory=list)  # the same one, look after look
    _ended_at: datetime | None = field(default=None)  # since when the command is seen to have ended

    @property
    def deadline_s(self) -> float:
        """From the platform's timers (policy/limits.yaml), and the hold-downs that the nodes have."""
        return deadline_s(self.goal, self.timers or self.intent.policy.timers)

    @property
    def elapsed_s(self) -> float:
        return (self.clock.now() - self.began_at).total_seconds()

    @property
    def is_overdue(self) -> bool:
        since = self._counts_from or self.began_at
        return (self.clock.now() - since).total_seconds() > self.deadline_s

    def count_anew(self) -> None:
        """The deadline counts from now: for a while nobody could judge."""
        self._counts_from = self.clock.now()

    async def look(self) -> PollResult:
        """Observes both nodes once. Never raises for a node that does not answer.

        Raises ConnectionUnusable when there is no account, or both nodes refuse it.
        """
        now = require_login(await self.reader.observe())
        others = await self.bystanders.new(now)
        return replace(await self._judged(now), others=others)

    async def _judged(self, now: Snapshot) -> PollResult:
        seen = progress(self.goal, self.course, now)
        silent = tuple(view.node for view in now.views if not view.reachable)
        if seen.done:
            return PollResult(done=True, text=seen.text, detail=seen.detail, silent=silent)
        reading = self.course.reading(now)
        halted = await self._stopped(reading, now)
        line = f"{self.course.starter}: {halted.line}" if halted else None
        # Of a secondary that does not come back a recovery takes care; any other silence may be a moment's.
        waits = silent and (halted is None or halted.cause is not FailureClass.SECONDARY_REBOOT_FAILED)
        text = f"{line}; {seen.text}" if line and waits else seen.text
        stopped = self._danger(now) or (None if waits else line)
        return PollResult(done=False, text=text, detail=seen.detail, stopped=stopped, silent=silent)

    def news(self, look: PollResult) -> str | None:
        """The line to log when something changed since the last look; None when nothing did."""
        if (look.text, look.detail) == self._last:
            return None
        self._last = (look.text, look.detail)
        return f"{look.text}, {self.elapsed_s:.0f} s of {self.deadline_s:.0f} s [{look.detail}]"

    def verdict(self, look: PollResult) -> WaitVerdict | None:
        """What one look decides; None = go on watching."""
        if look.done:
            return WaitVerdict(reached=True, text=look.text, elapsed_s=self.elapsed_s)
        reason = look.stopped
        if reason is None and self.is_overdue:
            reason = f"not reached within {self.deadline_s:.0f} s: {look.text}"
        return WaitVerdict(reached=False, text=reason, elapsed_s=self.elapsed_s) if reason else None

    def entry(self, event: Event, text: str) -> Entry:
        """For the journal, at the time of this look."""
        return entry_of(event, text, at=self.wall_clock.now(), step=self.step)

    def _danger(self, now: Snapshot) -> str | None:
        """Two primaries, or a disabled node: nobody waits for a deadline then."""
        found = danger(now) or self.course.wrong_way_round(now)
        self._dangers = [each for each in self._dangers if found and each == found.reason]
        if found is None:
            return None
        self._dangers.append(found.reason)
        return found.reason if len(self._dangers) >= LOOKS_AT_DANGER else None

    async def _stopped(self, reading: PhaseReading, now: Snapshot) -> Stopped | None:
        """What the ISSU's job says of its end, while its node has not rebooted: that is how a healthy one
        ends, and an aborted one in an error (docs/junos.md, "How an ISSU ends")."""
        starter, phase = self.course.starter, reading.phase
        before, present = self.course.before.view(starter), now.view(starter)
        if self.start is None or self.start.transcript_path is None:
            return None
        if phase is None or phase > Phase.SWITCHED_OVER or has_rebooted(before, present):
            return None
        transcript = self.start.transcript_path
        exit_status = exit_status_of(await self._read(starter, exit_beside(transcript)))
        is_seen_again = self._ended_at is not None
        self._ended_at = None if exit_status is None else self._ended_at or self.clock.now()
        if phase is Phase.SWITCHED_OVER:
            return self._stays_up()
        stopped = has_stopped(await self._read(starter, transcript), exit_status)
        if phase is Phase.SECONDARY_UPGRADED and self._may_end_well(stopped):
            return self._stays_up()
        # Both nodes were looked at first: what they showed then may be older than the command's end.
        return stopped if is_seen_again or stopped is None or _needs_no_end(stopped) else None

    def _may_end_well(self, stopped: Stopped | None) -> bool:
        """An ICU's command, too, may end a while before its node's reboot, in whatever words."""
        has_no_words = stopped is None or stopped.cause is FailureClass.COMMAND_ENDED
        return self.course.route is Route.ICU and has_no_words

    def _stays_up(self) -> Stopped | None:
        """Behind the switchover the command ends with its node's reboot, and may end a while before it."""
        if self._ended_at is None:
            return None
        since_s = (self.clock.now() - self._ended_at).total_seconds()
        if since_s < self.intent.policy.timers.switchover_s:
            return None
        line = f"the command has ended {since_s:.0f} s ago, and its node has not rebooted"
        return Stopped(code=None, line=line, window_open=None)

    async def _read(self, node: NodeName, path: str) -> str | None:
        try:
            return await self.reader.read_text(node, path)
        except DeviceError:
            return None  # no news is no news; the deadline decides


def _needs_no_end(stopped: Stopped) -> bool:
    """Whether the words alone say so."""
    return stopped.in_so_many_words and stopped.cause is not FailureClass.COMMAND_ENDED


def deadline_s(goal: Goal, timers: Timers) -> float:
    """How long a goal may take, in seconds."""
    return {
        Goal.SECONDARY_UPGRADED: timers.secondary_upgrade_s,
        Goal.COLD_SYNCED: timers.cold_sync_s,
        Goal.SWITCHED_OVER: timers.switchover_s,
        Goal.PRIMARY_UPGRADED: timers.primary_upgrade_s,
        Goal.RESYNCED: timers.resync_s,
        Goal.GROUPS_SETTLED: timers.group_settle_s + timers.rg0_hold_down_s,
        Goal.GROUPS_HOME: timers.group_settle_s + timers.rg0_hold_down_s,
        Goal.FLAGS_CLEARED: timers.group_settle_s,
    }[goal]


def count_anew(context: UpgradeContext, awaited: Awaited, away_s: float) -> None:
    """A step that waits, run again after an outage: its deadline counts from now, for all its later tries."""
    if away_s >= SHORT_S and awaited in context.known().waiting_since:
        context.record(WaitBegan(awaited=awaited), away_words(away_s))


def away_words(away_s: float, what: str = "journal or connection") -> str:
    """For the journal, with ``WaitBegan``."""
    return f"{what} was away for {away_s:.0f} s; the deadline counts from now"
