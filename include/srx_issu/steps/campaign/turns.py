"""Whose turn it is in a campaign, and which upgrades want attention, by one look at the journal. Pure.

A filter, not a decision: whoever is named here still asks ``next_step`` or ``collect``, which look at the
journal themselves. Whoever is not named would have been told to wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from srx_issu.campaign.admit import MustWait, WillNotStart, start_obstacle
from srx_issu.campaign.naming import upgrade_id
from srx_issu.campaign.state import CampaignState
from srx_issu.campaign.window import next_start
from srx_issu.domain.upgrade.intent import SharedLimit
from srx_issu.ports.campaign import OrderedUpgrade
from srx_issu.steps.campaign.cluster_task import ClusterTask
from srx_issu.steps.campaign.ends import CLAIM_WITHIN_S
from srx_issu.steps.campaign.holds import needs_in
from srx_issu.steps.campaign.upgrade import MOST_TAKEN, over_budget
from srx_issu.steps.leases import Needs, place_names


class Room:
    """What is free by one look, less what was given away since. ``held``: by resource, who has it."""

    def __init__(self, held: Mapping[str, str]) -> None:
        self._held = dict(held)
        self._own: dict[str, set[str]] = {}
        for resource, owner in held.items():
            self._own.setdefault(owner, set()).add(resource.partition("#")[0])
        self._free: dict[SharedLimit, int] = {}

    def has_any(self, owner: str) -> bool:
        return owner in self._own

    def obstacle(self, needs: Needs, owner: str) -> str | None:
        """The first thing that ``owner`` cannot have; None = there is room."""
        for resource in needs.alone:
            if (holder := self._held.get(resource, owner)) != owner:
                return f"{resource} is held by upgrade {holder}"
        for limit in needs.shared:
            if limit.resource not in self._own.get(owner, ()) and self._free_places(limit) < 1:
                return f"{limit.resource}: all {limit.places} places are taken"
        return None

    def give(self, needs: Needs, owner: str) -> None:
        """Those who are asked about next find it taken."""
        mine = self._own.setdefault(owner, set())
        for limit in needs.shared:
            if limit.resource not in mine:
                self._free[limit] = self._free_places(limit) - 1
                mine.add(limit.resource)
        self._held.update(dict.fromkeys(needs.alone, owner))

    def _free_places(self, limit: SharedLimit) -> int:
        if limit not in self._free:
            self._free[limit] = sum(place not in self._held for place in place_names(limit))
        return self._free[limit]


@dataclass(frozen=True, kw_only=True, eq=False)
class Turn:
    """A cluster that waits for its turn."""

    campaign_id: str
    task: ClusterTask
    needs: Needs
    position: int  # in the plan: who is first there goes first

    @classmethod
    def of(cls, campaign_id: str, task: ClusterTask) -> Turn:
        return cls(
            campaign_id=campaign_id,
            task=task,
            needs=needs_in(campaign_id, task),
            position=task.plan.position(task.cluster.name),
        )


def obstacles(
    turns: Iterable[Turn], states: Mapping[str, CampaignState], stopped: str | None, room: Room, now: datetime
) -> Iterator[tuple[Turn, str | None]]:
    """Each turn with what it waits for; None = it should ask now, because it may start or never will.

    Of each thing that is free one is told; the others see it taken.
    """
    opens: dict[tuple[int, float], datetime | None] = {}  # by calendar: those of a campaign are shared
    over: dict[tuple[str, int], str | None] = {}
    for turn in sorted(turns, key=lambda turn: turn.position):
        state, task = states[turn.campaign_id], turn.task
        if (budget := (turn.campaign_id, task.wave)) not in over:
            over[budget] = over_budget(task, state)
        calendar, need_s = task.campaign.calendar_of(task.cluster.site), task.cluster.worst_case_s
        if (window := (id(calendar), need_s)) not in opens:
            opens[window] = next_start(calendar, now, need_s)
        found = start_obstacle(task.cluster, state.orders(stopped), over[budget], opens[window], now)
        yield turn, _obstacle(turn, state, found, room)


def _obstacle(
    turn: Turn, state: CampaignState, found: MustWait | WillNotStart | None, room: Room
) -> str | None:
    name = turn.task.cluster.name
    if name in state.results or name in state.in_flight or state.taken.get(name, 0) >= MOST_TAKEN:
        return None
    upgrade = upgrade_id(turn.campaign_id, name, state.attempt(name))
    if isinstance(found, WillNotStart):
        return None
    if isinstance(found, MustWait):  # what it was given already goes back
        return None if room.has_any(upgrade) else found.reason
    if (obstacle := room.obstacle(turn.needs, upgrade)) is None:
        room.give(turn.needs, upgrade)
    return obstacle


@dataclass(frozen=True, kw_only=True)
class End:
    """A cluster whose upgrade has been ordered and is waited for."""

    campaign_id: str
    cluster: str
    upgrade: str


def wants_attention(
    end: End, state: CampaignState, seen: OrderedUpgrade | None, run_state: str | None, now: datetime
) -> bool:
    """Whether there is something to collect. ``seen``: None while it has claimed nothing; ``run_state``:
    Airflow's word for its run, None when it was not asked lately."""
    order = state.orders_given.get(end.cluster)
    if order is None or order.run_id != end.upgrade:
        return True
    is_over = run_state in ("success", "failed")
    if seen is not None:
        return seen.outcome is not None or seen.nonce != order.nonce or is_over or run_state == "gone"
    waited_s = (now - state.ordered_at[end.cluster]).total_seconds()
    is_proved = end.upgrade in state.proved or not order.nonce
    return is_over or (run_state is not None and not is_proved and waited_s > CLAIM_WITHIN_S)


def is_refused(end: End, state: CampaignState) -> bool:
    """Its claim has said no: its run is about to end without an outcome in the journal."""
    return end.upgrade in state.denied
