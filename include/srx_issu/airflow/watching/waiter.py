"""Whoever waits for news of a campaign, and what it is called for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from srx_issu.campaign.state import CampaignState
from srx_issu.domain.errors import JournalAway
from srx_issu.steps.campaign.turns import End, Turn


@dataclass(frozen=True, kw_only=True)
class Call:
    """There may be something to do. Fields that are None were not looked at."""

    state: CampaignState | None = None
    stopped: str | None = None
    run_state: str | None = None


@dataclass(eq=False, kw_only=True)
class Waiter:
    """One wait. ``about`` None: it only wants to hear that its campaign was aborted."""

    campaign_id: str
    about: Turn | End | None = None
    reason: str = ""  # why it waits, as of the last look
    trouble: JournalAway | None = None  # of the last look
    _call: Call | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def news(self, within_s: float) -> bool:
        """Whether anything changed for this wait in that time."""
        try:
            async with asyncio.timeout(within_s):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True

    def take_call(self) -> Call | None:
        call, self._call = self._call, None
        return call

    def call(self, call: Call) -> None:
        self._call = call
        self._news.set()

    def notify(self, *, reason: str | None = None, trouble: JournalAway | None = None) -> None:
        if reason is not None and reason != self.reason:
            self.reason = reason
            self._news.set()
        if (trouble is None) != (self.trouble is None):
            self.trouble = trouble
            self._news.set()
