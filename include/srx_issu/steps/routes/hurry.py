"""Phases in which seconds count: a person is called when what they do is not done in time.

Between two reboots both nodes must be down before one of them is back; while the traffic is moved, it stands
still. Whatever holds that up (a node that does not hear, a lost session, a journal that is away, a worker
that stands still), the call goes out when the action's time is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from srx_issu.domain.cluster.model import NodeView, Snapshot
from srx_issu.domain.cluster.phase import BOOT_TIME_NOISE
from srx_issu.domain.errors import JournalAway
from srx_issu.domain.failure.route_table import CABLES
from srx_issu.domain.history.route_events import CalledFor
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.procedure.action import ActionName, PlannedAction, TakenCommand
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.baseline import timers_in_force
from srx_issu.steps.call_person import call_person, note_called, title_of
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified


@dataclass(kw_only=True)
class Hurry:
    """One action of an urgent phase. The time runs from the phase's first command, by the journal's clock;
    for the second node from ``began_at`` where the first one went down by itself."""

    context: UpgradeContext
    plan: RoutePlan
    action: PlannedAction
    began_at: datetime
    so_far: UpgradeState  # as of the newest look or command
    _cancel: Callable[[], bool] | None = None
    _is_up: bool = False  # the node that was told first was seen as it was before

    def look(self, now: Snapshot) -> None:
        """While the node that was told first has not gone down, nothing presses."""
        self.so_far = self.context.known()
        first = self._first()
        if first is None or not self._reboots:
            return
        view = now.view(self.plan.starter.peer)
        self._is_up = view.reachable and view.booted_at is not None and not _has_booted(view, first)
        if self._is_up:
            self.disarm()
        else:
            self.arm()

    def arm(self) -> None:
        """From now on a person is called at the end of the time, whatever becomes of this thread."""
        if self._cancel is not None:
            return
        self.so_far = self.context.known()
        since = self._since()
        if since is None or self._why in self.so_far.called:
            return
        text = self._words(since, "its end is not known yet")
        left_s = self.deadline_s - self._age_s(since)
        if left_s > 0:
            self._cancel = self.context.pager.call_after(left_s, title_of(self.context), text)

    def check(self, reason: str) -> None:
        """Raises NotVerified when the time is over."""
        since = self._since()
        if since is not None and self._age_s(since) > self.deadline_s:
            raise NotVerified(f"{self.action.name}: not done within {self.deadline_s:.0f} s: {reason}")

    def call(self, reason: str) -> None:
        """The action has stopped; a person is called unless nothing has gone down, or the alarm has called
        already."""
        since = self._since()
        if since is None or self._is_up:
            return
        text = self._words(since, reason)
        if self.disarm():
            call_person(self.context, self._why, text)
        else:
            note_called(self.context, self._why, text)

    def disarm(self) -> bool:
        """False: the alarm has called."""
        cancel, self._cancel = self._cancel, None
        return cancel is None or cancel()

    @property
    def has_begun(self) -> bool:
        """Whether seconds count."""
        return self._since() is not None

    @property
    def deadline_s(self) -> float:
        timers = timers_in_force(self.so_far, self.context.intent)
        return float(getattr(timers, self.action.deadline))

    def _first(self) -> TakenCommand | None:
        urgent = {command.key for command in self.plan.commands_of_urgent(self.action.name)}
        return next((one for one in self.so_far.route_commands if one.key in urgent), None)

    def _since(self) -> datetime | None:
        if first := self._first():
            return first.at
        is_left = self._reboots and self.action.node is self.plan.starter
        return self.began_at if is_left else None

    @property
    def _reboots(self) -> bool:
        return self.plan.route is Route.DUAL_REBOOT

    @property
    def _why(self) -> CalledFor:
        return CalledFor.SECOND_REBOOT if self._reboots else CalledFor.TRAFFIC_STOPPED

    def _age_s(self, at: datetime) -> float:
        return (self.context.journal.now() - at).total_seconds()

    def _words(self, since: datetime, reason: str) -> str:
        if not self._reboots:
            return f"The traffic stands still since {since:%H:%M:%S} UTC: {reason}"
        left = self.plan.starter
        back = since + timedelta(seconds=self.deadline_s)
        return (
            f"{left.peer} reboots since {since:%H:%M:%S} UTC and may be back on "
            f"{self.plan.target} from {back:%H:%M:%S} UTC on. {left} must be down before that, and is not "
            f"known to be: {reason}. "
            f"Where {left} still runs, switch its power off, or pull its control and fabric links. {CABLES}"
        )


def _has_booted(view: NodeView, since: TakenCommand) -> bool:
    if view.booted_at is None or since.booted_at is None:
        return False
    return view.booted_at - since.booted_at > BOOT_TIME_NOISE


@contextmanager
def hurrying(context: UpgradeContext, plan: RoutePlan, name: ActionName) -> Iterator[Hurry]:
    """A person is called when what is done meanwhile stops, or takes too long."""
    action = plan.action(name)
    assert action is not None  # an urgent one has its phase
    hurry = Hurry(
        context=context, plan=plan, action=action, began_at=context.journal.now(), so_far=context.known()
    )
    hurry.arm()
    try:
        try:
            yield hurry
        except NotVerified as stopped:
            hurry.call(str(stopped))
            raise
    except JournalAway:
        raise  # the step begins anew when the journal is back: until then the alarm stays
    except BaseException:
        hurry.disarm()
        raise
    hurry.disarm()
