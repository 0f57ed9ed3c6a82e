"""A cluster's machine under the wall clock, and what all clusters of a lab share.

No device and no file is known here: whoever has some listens to what the machine does.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

from srx_lab.clock import VirtualClock
from srx_lab.eventlog import EventLog
from srx_lab.login_class import LoginClass
from srx_lab.machine import effects
from srx_lab.machine.cluster import ClusterMachine
from srx_lab.recorded import Recording

Listener = Callable[[effects.Effect], None]
# After one of these a recorded cluster is no longer what it was.
_CHANGES = (
    effects.NodeWentDown,
    effects.NodeCameUp,
    effects.GroupChanged,
    effects.IssuStarted,
    effects.FaultChanged,
    effects.CableChanged,
    effects.ConfigurationReplaced,
)


@dataclass(kw_only=True)
class Setting:
    """Time, the record of events and the account: the same for every cluster of a lab."""

    clock: VirtualClock
    events: EventLog
    username: str
    login_class: LoginClass
    _sessions: Iterator[int] = field(default_factory=lambda: itertools.count(10_001))

    def next_session(self) -> int:
        return next(self._sessions)


class RunningCluster:
    """Moved only when somebody looks or something is due. `listeners` hear of every effect, in turn.

    `recording`: answers of a real cluster, given in place of the lab's own until something has changed.
    """

    def __init__(self, machine: ClusterMachine, setting: Setting) -> None:
        self.name = machine.world.spec.name
        self.machine = machine
        self.setting = setting
        self.listeners: list[Listener] = []
        self.recording: Recording | None = None
        self._followers: dict[int, list[asyncio.Queue[str | None]]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def touch(self) -> None:
        """Bring the machine to the present and let the surroundings know what happened."""
        self.machine.advance(self.setting.clock.now())
        self.settle()

    def settle(self) -> None:
        """Hand on pending effects and wake up again when the machine next does something."""
        for effect in self.machine.take_effects():
            self._tell_followers(effect)
            if self.recording is not None and isinstance(effect, _CHANGES):
                self.recording.forget()
            for listener in self.listeners:
                listener(effect)
            self._record(effect)
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self.machine.next_due()
        if due is None:
            return
        clock = self.setting.clock
        wait_s = max(0.0, clock.wall_s(due - clock.now()))
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._timer = loop.call_later(min(wait_s, 3600.0), self.touch)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _tell_followers(self, effect: effects.Effect) -> None:
        match effect:
            case effects.TranscriptLine(number=number, text=text):
                for queue in self._followers.get(number, []):
                    queue.put_nowait(text)
            case effects.UpgradeEnded(number=number, cut=cut) | effects.InstallEnded(number=number, cut=cut):
                for queue in self._followers.pop(number, []):
                    if not cut:
                        queue.put_nowait(None)
            case _:
                pass

    def _record(self, effect: effects.Effect) -> None:
        facts = {name: getattr(effect, name) for name in effect.__dataclass_fields__}
        node = str(facts.pop("node", facts.get("starter", "")))
        self.setting.events.write(
            _KINDS[type(effect)],
            virtual=self.machine.now,
            cluster=self.name,
            node=node,
            **{
                name: value if isinstance(value, int | float | bool) else str(value)
                for name, value in facts.items()
            },
        )

    async def follow(self, number: int) -> AsyncIterator[str]:
        """A transcript, line by line, from the start until its upgrade or install ends."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        running = self.machine.running(number)
        if running is None:
            return
        for line in running.transcript:
            queue.put_nowait(line)
        if running.outcome:
            queue.put_nowait(None)
        else:
            self._followers.setdefault(number, []).append(queue)
        while (got := await queue.get()) is not None:
            yield got


_KINDS: dict[type[effects.Effect], str] = {
    effects.NodeWentDown: "node_went_down",
    effects.NodeCameUp: "node_came_up",
    effects.ShutdownAnnounced: "shutdown_announced",
    effects.RebootOrdered: "reboot_ordered",
    effects.HaltOrdered: "halt_ordered",
    effects.NodeHalted: "node_halted",
    effects.ReleasePending: "release_pending",
    effects.PendingDropped: "pending_dropped",
    effects.InstallStarted: "install_started",
    effects.InstallEnded: "install_ended",
    effects.InstallLogged: "install_logged",
    effects.LoaderUpgraded: "loader_upgraded",
    effects.SynCheckChanged: "syn_check_changed",
    effects.GroupChanged: "group_changed",
    effects.PhaseEntered: "phase_entered",
    effects.IssuStarted: "issu_started",
    effects.TranscriptLine: "transcript_line",
    effects.UpgradeEnded: "upgrade_ended",
    effects.FileCopied: "file_copied",
    effects.FileRemoved: "file_removed",
    effects.Logged: "logged",
    effects.FaultChanged: "fault_changed",
    effects.CableChanged: "cable_changed",
    effects.LinkChanged: "link_changed",
    effects.MixedReleasesHeard: "mixed_releases_heard",
    effects.BothActive: "both_active",
    effects.TrafficStopped: "traffic_stopped",
    effects.TrafficMoved: "traffic_moved",
    effects.ConfigurationReplaced: "configuration_replaced",
    effects.DataPlaneDamaged: "data_plane_damaged",
}
