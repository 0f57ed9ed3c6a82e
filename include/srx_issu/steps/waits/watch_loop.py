"""Watching until a wait is decided, whatever is away meanwhile.

The nodes are looked at all the time. A verdict is given only after its line is in the journal, and comes
from a look that is newer than the end of any outage: what was reached or missed in the dark is seen again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from srx_issu.domain.errors import ConnectionUnusable, JournalAway, JournalError, LeaseHeld
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.events import FindingMade, FoundBy, Observed
from srx_issu.domain.history.step_events import WaitBegan, WaitEnded
from srx_issu.ports.clock import Clock
from srx_issu.steps.late_journal import LateJournal
from srx_issu.steps.outage import WATCHING, Outage
from srx_issu.steps.waits.watch import SHORT_S, PollResult, WaitVerdict, Watch, away_words

RENEWALS = 4  # of a lease in its lifetime


@dataclass(kw_only=True)
class LeaseKeeper:
    """Renews what the upgrade holds from time to time. ``renew`` may block."""

    renew: Callable[[], Awaitable[None]]
    every_s: float
    clock: Clock
    outage: Outage  # of the journal; its end is taken in by who writes
    log: Any  # a logger, or Airflow's
    _at: datetime | None = field(default=None)

    async def keep(self) -> str | None:
        """Why the cluster is not ours any more: another has it. Not to be able to renew is no such reason."""
        now = self.clock.now()
        if self._at is not None and (now - self._at).total_seconds() < self.every_s:
            return None
        if self.outage.is_on and not self.outage.is_due:
            return None
        try:
            await self.renew()
        except LeaseHeld as held:
            return str(held)
        except JournalAway as error:
            self.outage.begun(error)
            return None
        except JournalError as gone:
            self.log.warning("%s; %s", gone, WATCHING)
        self._at = now
        return None


@dataclass(kw_only=True)
class WatchLoop:
    """One wait with everything around it. ``pause`` sleeps until the next look; ``counted`` takes metrics;
    ``tell`` returns at once and raises nothing."""

    watch: Watch
    lines: LateJournal
    lease: LeaseKeeper
    account: Outage  # of the connection with the nodes' account
    log: Any  # a logger, or Airflow's
    pause: Callable[[float], Awaitable[None]]
    counted: Callable[[PollResult], None] = field(default=lambda _: None)
    tell: Callable[[str, str], None] = field(default=lambda _, __: None)  # people, of others: title and text

    async def until_decided(self) -> WaitVerdict:
        while True:
            verdict = await self._round()
            if verdict is not None and await self._is_written(verdict):
                return verdict
            await self.pause(self.watch.intent.policy.timers.poll_s)

    async def _round(self) -> WaitVerdict | None:
        """One look at both nodes and what it decides; None = look again."""
        look = await self._look()
        if look is None:  # for however long: the cluster stays ours meanwhile
            return self._lost(await self.lease.keep())
        news = self.watch.news(look)
        if news:
            self.log.info("%s: %s", self.watch.intent.cluster.name, news)
        lines = [self.watch.entry(Observed(), news)] if news else []
        lines += self._told_of_others(look)
        away_since = self.lines.outage.since
        if not await self.lines.write(*lines):
            return None
        if lost := self._lost(await self.lease.keep()):
            return lost
        if away_since is not None:
            await self._back("journal", self.lines.outage.over())
            look = await self._look()
        return self.watch.verdict(look) if look else None

    def _told_of_others(self, look: PollResult) -> list[Entry]:
        """Findings: they are read with the outcome, and change none."""
        name = self.watch.intent.cluster.name
        for text in look.others:
            self.log.warning("%s: %s", name, text)
        if look.others:
            self.tell(f"{name}: somebody else is at work during the ISSU", "\n".join(look.others))
        return [self.watch.entry(FindingMade(by=FoundBy.BYSTANDERS), text) for text in look.others]

    def _lost(self, why: str | None) -> WaitVerdict | None:
        return WaitVerdict(reached=False, text=why, elapsed_s=self.watch.elapsed_s) if why else None

    async def _look(self) -> PollResult | None:
        """None: there is no account to log in with."""
        try:
            look = await self.watch.look()
        except ConnectionUnusable as error:
            self.account.begun(error)
            return None
        await self._back(self.account.what, self.account.over())
        self.counted(look)
        return look

    async def _back(self, what: str, lasted_s: float | None) -> None:
        """After an outage the deadline counts from now, and a restarted triggerer finds it in the journal."""
        if lasted_s is None or lasted_s < SHORT_S:
            return
        self.watch.count_anew()
        counted_anew = WaitBegan(awaited=self.watch.goal)
        await self.lines.write(self.watch.entry(counted_anew, away_words(lasted_s, what)))

    async def _is_written(self, verdict: WaitVerdict) -> bool:
        ended = WaitEnded(awaited=self.watch.goal, reached=verdict.reached)
        text = f"{verdict.text}, after {verdict.elapsed_s:.0f} s" if verdict.reached else verdict.text
        line = self.watch.entry(ended, text)
        if await self.lines.write(line):
            return True
        self.lines.withdraw(line)  # by the time the journal answers another look may say otherwise
        return False
