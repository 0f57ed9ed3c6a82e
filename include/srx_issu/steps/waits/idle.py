"""Is anybody still driving an ISSU on this cluster? Told by what moves on both nodes from look to look.

Only reads; the trigger around it keeps time. A watch that starts anew begins to count anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.phase import has_rebooted, issu_signs
from srx_issu.domain.errors import DeviceError
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.last_words import has_stopped
from srx_issu.domain.failure.transcript import Stopped
from srx_issu.domain.history.state_parts import IssuStart
from srx_issu.domain.junos.job import exit_beside
from srx_issu.domain.recovery.found import nothing_to_recover
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.clock import Clock
from srx_issu.ports.devices import AsyncClusterReader
from srx_issu.steps.observe_patiently import require_login

_SILENT_FROM = 3  # looks without an answer before silence counts as something new


@dataclass(frozen=True, kw_only=True)
class Stillness:
    """One look's answer. ``over``: stop watching; ``quiet``: nobody drives an ISSU."""

    over: bool
    quiet: bool
    reason: str


@dataclass(kw_only=True)
class _NodeSeen:
    """One node as it last answered; an answer that is lost now and then is no movement."""

    view: NodeView | None = None
    missed: int = 0

    def moves(self, now: NodeView) -> bool:
        """Takes the look in. Whether it shows something new: another state, a boot, or lasting silence."""
        if not now.reachable or now.error is not None:
            self.missed += 1
            return self.missed == _SILENT_FROM
        old, self.view, self.missed = self.view, now, 0
        return old is None or _moving_parts(old) != _moving_parts(now) or has_rebooted(old, now)


def _moving_parts(view: NodeView) -> tuple[object, ...]:
    """What an ISSU changes as it goes."""
    return view.release, view.groups, view.cold_sync, view.issu


@dataclass(kw_only=True)
class QuietWatch:
    """Over as soon as the ISSU says that it has stopped, or nothing is wrong, or nothing has moved for
    ``timers.switchover_s``, or for ``secondary_upgrade_s`` while a node is silent that an ISSU may have
    rebooted; given up after ``timers.worst_case_s``."""

    intent: Intent
    start: IssuStart | None
    reader: AsyncClusterReader
    clock: Clock
    _since: datetime | None = field(default=None)  # of the last movement
    _began: datetime | None = field(default=None)
    _said: int = field(default=0)  # length of the transcript
    _nodes: dict[NodeName, _NodeSeen] = field(
        default_factory=lambda: {node: _NodeSeen() for node in NodeName}
    )

    def count_anew(self) -> None:
        """Stillness counts from the next look: for a while nobody could look."""
        self._since = None

    async def look(self) -> Stillness:
        """Raises ConnectionUnusable when there is no account, or both nodes refuse it."""
        now = require_login(await self.reader.observe())
        transcript = await self._transcript()
        if stopped := await self._stopped(transcript):
            return Stillness(over=True, quiet=True, reason=f"the ISSU has stopped: {stopped.line}")
        if fine := nothing_to_recover(now):
            return Stillness(over=True, quiet=True, reason=fine)
        moved = [self._nodes[view.node].moves(view) for view in now.views]  # each look is taken in
        grown = transcript is not None and len(transcript) != self._said
        self._said = len(transcript) if transcript is not None else self._said
        return self._judge(any(moved) or grown, self._patience_s(now))

    def _patience_s(self, now: Snapshot) -> float:
        timers = self.intent.policy.timers
        may_boot = not now.both_reachable and issu_signs(now)
        return timers.secondary_upgrade_s if may_boot else timers.switchover_s

    def _judge(self, moved: bool, patience_s: float) -> Stillness:
        at, timers = self.clock.now(), self.intent.policy.timers
        self._began = self._began or at
        if moved or self._since is None:
            self._since = at
        still_s = (at - self._since).total_seconds()
        if still_s >= patience_s:
            return Stillness(over=True, quiet=True, reason=f"nothing has moved for {still_s:.0f} s")
        if (at - self._began).total_seconds() > timers.worst_case_s:
            reason = f"the nodes still change after {timers.worst_case_s:.0f} s: an ISSU may be under way"
            return Stillness(over=True, quiet=False, reason=reason)
        return Stillness(over=False, quiet=False, reason="something moved a moment ago, or may still move")

    async def _transcript(self) -> str | None:
        if self.start is None or self.start.transcript_path is None:
            return None
        return await self._read(self.start.starter, self.start.transcript_path)

    async def _stopped(self, transcript: str | None) -> Stopped | None:
        """By its words. The command's end alone says nothing here: a healthy ISSU's comes with its node's
        reboot. Until the command has returned, a line with an error may be about what was tried again."""
        if self.start is None or self.start.transcript_path is None:
            return None
        exit_status = await self._read(self.start.starter, exit_beside(self.start.transcript_path))
        stopped = has_stopped(transcript, exit_status)
        return None if stopped is None or stopped.cause is FailureClass.COMMAND_ENDED else stopped

    async def _read(self, node: NodeName, path: str) -> str | None:
        try:
            return await self.reader.read_text(node, path)
        except DeviceError:
            return None
