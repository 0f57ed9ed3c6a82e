"""What the campaigns' waits of one event loop share: one look at the journal for all of them, each second.

It decides nothing. It reads what is new in every campaign that somebody waits for, which leases are held and
which upgrades have ended, and calls those waits for which that means something (``steps.campaign.turns``).
It may die and be born again at any time, and two may look side by side.

Whether a run died without a word in the journal is asked of Airflow once a minute, for all of them together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from srx_issu.adapters.clock import SteadyClock
from srx_issu.airflow.composition.runs import states_of_ended
from srx_issu.airflow.composition.stop import stopped
from srx_issu.airflow.composition.stores import Stores, open_stores
from srx_issu.airflow.watching.waiter import Call, Waiter
from srx_issu.campaign.entry import CampaignEntry
from srx_issu.campaign.model import Campaign
from srx_issu.campaign.plan import CampaignPlan
from srx_issu.campaign.state import CampaignState, StateReader
from srx_issu.domain.errors import JournalAway, StopFlagUnreadable
from srx_issu.ports.campaign import CampaignLook
from srx_issu.ports.clock import Clock
from srx_issu.ports.dag_names import UPGRADE_DAG, UPGRADE_DAGS
from srx_issu.steps.campaign.turns import End, Room, Turn, is_refused, obstacles, wants_attention
from srx_issu.steps.outage import Outage

LOOK_S = 1.0
STALE_S = 30.0  # without a look for so long, a wait asks for itself
ASK_STOPPED_EVERY_S = 10.0  # whoever is called asks again before anything starts
ASK_AIRFLOW_EVERY_S = 60.0
ASK_REFUSED_EVERY_S = 5.0  # their runs end at once
AFTER_FAILURE_S = 5.0

_ATTRIBUTE = "_srx_issu_campaign_watch"
_log = logging.getLogger(__name__)

EndedRuns = Callable[[Sequence[str], str], Mapping[str, str]]  # run ids of one DAG


@dataclass
class _Followed:
    """One campaign, as far as it was read."""

    read_to: int = 0
    reader: StateReader = field(default_factory=StateReader)
    state: CampaignState = field(default_factory=CampaignState)

    def read(self, entries: Sequence[CampaignEntry], read_to: int) -> None:
        self.read_to = read_to
        if entries:
            for entry in entries:
                self.reader.take(entry)
            self.state = self.reader.state()


@dataclass(frozen=True, kw_only=True)
class _CampaignsSeen:
    look: CampaignLook
    followed: dict[str, _Followed]
    states: Mapping[str, CampaignState]
    stopped: str | None
    run_states: Mapping[str, str]


class CampaignWatch:
    """Use it from its loop alone."""

    def __init__(
        self,
        *,
        stores: Callable[[], Stores] = open_stores,
        is_stopped: Callable[[], str | None] = stopped,
        ended_runs: EndedRuns = states_of_ended,
        clock: Clock | None = None,
        interval_s: float = LOOK_S,
        stale_s: float = STALE_S,
    ) -> None:
        self._open_stores = stores
        self._is_stopped = is_stopped
        self._ended_runs = ended_runs
        self._clock = clock or SteadyClock()
        self._interval_s = interval_s
        self._stale_s = stale_s
        self._stores: Stores | None = None
        self._waiters: dict[Waiter, None] = {}
        self._followed: dict[str, _Followed] = {}
        self._plans: dict[str, tuple[CampaignPlan, Campaign]] = {}
        self._outage = Outage(clock=self._clock, log=_log, meanwhile="nothing begins and nothing ends")
        self._running: asyncio.Task[None] | None = None
        self._looked_at = 0.0
        self._failed_s = 0.0  # for how long no look has come to its end, though the journal answers
        self._asked_at: dict[str, float] = {}  # by question to Airflow
        self._stopped: str | None = None

    @property
    def stores(self) -> Stores:
        """Opened once, after the fork, by the process that waits. May be called from threads. While the
        journal is away, one of the waits asks for it: hundreds would fill the loop's few threads."""
        from srx_issu.airflow.watching.watcher.shared_outage import (  # noqa: PLC0415 - its siblings bring asyncssh
            SharedOutage,
            sharing,
        )

        if self._stores is None:
            self._stores = sharing(self._open_stores(), SharedOutage())
        return self._stores

    @property
    def is_stale(self) -> bool:
        return asyncio.get_running_loop().time() - self._looked_at > self._stale_s

    def plan(
        self, campaign_id: str, read: Callable[[], tuple[CampaignPlan, Campaign]]
    ) -> tuple[CampaignPlan, Campaign]:
        """One copy for all waits of a campaign: a plan in which something has begun does not change."""
        if campaign_id not in self._plans:
            self._plans[campaign_id] = read()
        return self._plans[campaign_id]

    @contextmanager
    def waiting(self, campaign_id: str, about: Turn | End | None = None) -> Iterator[Waiter]:
        waiter = Waiter(campaign_id=campaign_id, about=about)
        self._waiters[waiter] = None
        self.ensure_running()
        try:
            yield waiter
        finally:
            del self._waiters[waiter]
            if not any(other.campaign_id == campaign_id for other in self._waiters):
                self._plans.pop(campaign_id, None)

    def ensure_running(self) -> None:
        """A look that hangs or died is begun anew."""
        if self._running is not None and self.is_stale:
            self._running.cancel()
            self._running, self._followed = None, {}  # its thread may still hold what was read
        if self._running is None or self._running.done():
            self._looked_at = asyncio.get_running_loop().time()
            self._running = asyncio.create_task(self._run(), name="campaign watch")

    async def _run(self) -> None:
        while self._waiters:
            pause_s = await self._look_once()
            self._looked_at = asyncio.get_running_loop().time()
            await asyncio.sleep(pause_s)
        self._followed.clear()
        self._plans.clear()

    async def _look_once(self) -> float:
        """Returns the pause before the next one."""
        waiters = tuple(self._waiters)
        try:
            seen = await asyncio.to_thread(self._read, waiters, self._followed)
            self._followed = seen.followed
            self._outage.over()
            self._tell(waiters, seen)
            self._failed_s = 0.0
        except JournalAway as error:
            for waiter in waiters:
                waiter.notify(trouble=error)
            return max(self._interval_s, self._outage.begun(error))
        except Exception:  # noqa: BLE001 - logged; thousands of waits depend on the next look
            _log.exception("the look at the campaigns failed; it is repeated")
            self._failed(waiters)
            return AFTER_FAILURE_S
        return self._interval_s

    def _failed(self, waiters: Sequence[Waiter]) -> None:
        """What one campaign makes it stumble over holds up no other: they ask for themselves then."""
        self._failed_s += AFTER_FAILURE_S
        if self._failed_s >= self._stale_s:
            self._failed_s = 0.0
            for waiter in waiters:
                waiter.call(Call())

    def _read(self, waiters: Sequence[Waiter], before: Mapping[str, _Followed]) -> _CampaignsSeen:
        """In a thread. What nobody waits for any more is forgotten."""
        names = sorted({waiter.campaign_id for waiter in waiters})
        ends = [waiter.about for waiter in waiters if isinstance(waiter.about, End)]
        followed = {name: before.get(name) or _Followed() for name in names}
        read_to = {name: each.read_to for name, each in followed.items()}
        look = self.stores.campaigns.look(read_to, {end.upgrade for end in ends})
        for name in names:
            if (why := look.unreadable.get(name)) is not None:
                _log.error("%s: its journal is read from the beginning: %s", name, why)
                del followed[name]  # the others are not held up by it
            else:
                followed[name].read(look.entries[name], look.read_to[name])
        states = {name: each.state for name, each in followed.items()}
        if self._is_due("stopped", ASK_STOPPED_EVERY_S):
            self._stopped = self._stop_flag()
        run_states = self._run_states(ends, states)
        return _CampaignsSeen(
            look=look, followed=followed, states=states, stopped=self._stopped, run_states=run_states
        )

    def _stop_flag(self) -> str | None:
        """Nobody is called while Airflow does not tell."""
        try:
            return self._is_stopped()
        except StopFlagUnreadable as error:
            return str(error)

    def _run_states(self, ends: Sequence[End], states: Mapping[str, CampaignState]) -> Mapping[str, str]:
        """Of runs that are over, or gone; those that are asked for now and are not."""
        asked: dict[str, str] = {}  # run -> its DAG
        known = [end for end in ends if end.campaign_id in states]
        if self._is_due("refused", ASK_REFUSED_EVERY_S):
            refused = [end for end in known if is_refused(end, states[end.campaign_id])]
            asked |= {end.upgrade: _dag_of(end, states) for end in refused}
        if self._is_due("runs", ASK_AIRFLOW_EVERY_S):
            asked |= {end.upgrade: _dag_of(end, states) for end in known}
        if not asked:
            return {}
        try:
            return {**dict.fromkeys(asked, "running"), **self._ended(asked)}
        except Exception as error:  # noqa: BLE001 - its API may be away like anything else
            _log.warning("Airflow did not report the state of %d runs (%s)", len(asked), error)
            return {}

    def _ended(self, asked: Mapping[str, str]) -> dict[str, str]:
        """``asked``: run -> its DAG."""
        found: dict[str, str] = {}
        for dag_id in sorted({*asked.values()}):
            found |= self._ended_runs(sorted(run for run, dag in asked.items() if dag == dag_id), dag_id)
        return found

    def _is_due(self, question: str, every_s: float) -> bool:
        now = self._clock.now().timestamp()
        if now - self._asked_at.get(question, 0.0) < every_s:
            return False
        self._asked_at[question] = now
        return True

    def _tell(self, waiters: Sequence[Waiter], seen: _CampaignsSeen) -> None:
        call = partial(Call, stopped=seen.stopped)
        turns: dict[Turn, Waiter] = {}
        for waiter in waiters:
            waiter.notify(trouble=None)
            state, about = seen.states.get(waiter.campaign_id), waiter.about
            if state is None:
                waiter.notify(reason="the campaign's journal cannot be read")
            elif isinstance(about, Turn):
                turns[about] = waiter
            elif isinstance(about, End):
                run_state = seen.run_states.get(about.upgrade)
                known = seen.look.upgrades.get(about.upgrade)
                if wants_attention(about, state, known, run_state, seen.look.at):
                    waiter.call(call(state=state, run_state=run_state))
            elif state.aborted is not None:
                waiter.call(call(state=state))
        room = Room(seen.look.held)
        for turn, obstacle in obstacles(turns, seen.states, seen.stopped, room, seen.look.at):
            waiter = turns[turn]
            if obstacle is None:
                waiter.call(call(state=seen.states[waiter.campaign_id]))
            else:
                waiter.notify(reason=obstacle)


def campaign_watch_of_loop() -> CampaignWatch:
    """The running loop's own. It is kept on the loop and ends with it."""
    loop = asyncio.get_running_loop()
    found: CampaignWatch | None = getattr(loop, _ATTRIBUTE, None)
    if found is None:
        found = CampaignWatch()
        setattr(loop, _ATTRIBUTE, found)
    return found


def _dag_of(end: End, states: Mapping[str, CampaignState]) -> str:
    """The DAG that was asked for the run."""
    order = states[end.campaign_id].orders_given.get(end.cluster)
    return UPGRADE_DAGS[order.route] if order else UPGRADE_DAG
