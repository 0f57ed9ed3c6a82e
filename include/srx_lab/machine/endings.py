"""How an upgrade ends: refused, aborted, cut short, or with the last node in sync again."""

from __future__ import annotations

from collections.abc import Iterable

from srx_lab.machine import transcript
from srx_lab.machine.groups import is_secondary
from srx_lab.machine.progress import end_upgrade, enter_phase, say
from srx_lab.machine.schedule import Script, Until
from srx_lab.machine.state import Upgrade
from srx_lab.machine.window import record_event, set_window
from srx_lab.machine.words import ColdSync, NodeId, Phase
from srx_lab.machine.world import World

_FOREVER_S = 10 * 365 * 86_400.0


class Refused(Exception):
    """Ended before either node was changed; the device closes the window itself."""


class Ended(Exception):
    """The command ends, in words of its own; the window stays as it is [U]."""


class Aborted(Exception):
    """Ended with both nodes in the ISSU window; people must restore the cluster."""


def cut_short(world: World, upgrade: Upgrade) -> None:
    """The process was ended from outside: its node went down, or somebody aborted it."""
    if upgrade.outcome:
        return
    if upgrade.phase is Phase.REBOOT_PRIMARY:
        end_upgrade(world, upgrade, "old primary reboots")
        return
    enter_phase(world, upgrade, Phase.ABORTED)
    end_upgrade(world, upgrade, "cut short")


def refuse_cleanly(world: World, upgrade: Upgrade, lines: Iterable[str]) -> None:
    """The device closes the window by itself; nothing was changed on either node."""
    if upgrade.outcome:
        return
    say(world, upgrade, *lines, transcript.CLEAN_END)
    set_window(world, open_=False, why="Exiting in-service-upgrade window")
    enter_phase(world, upgrade, Phase.REFUSED)
    end_upgrade(world, upgrade, "refused")


def end_unexplained(world: World, upgrade: Upgrade, lines: Iterable[str]) -> None:
    """Nothing says why, and nothing is closed."""
    say(world, upgrade, *lines)
    is_open = any(node.in_issu_window for node in world.nodes())
    enter_phase(world, upgrade, Phase.ABORTED if is_open else Phase.REFUSED)
    end_upgrade(world, upgrade, "ended")


def close_dirty(world: World, upgrade: Upgrade, lines: Iterable[str]) -> None:
    """The window stays open on both nodes."""
    stamp = world.stamp(upgrade.starter)
    say(world, upgrade, *lines, *transcript.dirty_end(stamp))
    record_event(world, upgrade.starter, "ISSU aborted, both nodes in ISSU window")
    enter_phase(world, upgrade, Phase.ABORTED)
    end_upgrade(world, upgrade, "aborted")


def follow_last_reboot(world: World, upgrade: Upgrade, last: NodeId) -> Script:
    """Watch the node that reboots last until it is in sync; nobody on the nodes does this in Junos."""
    node = world.node(last)
    yield Until(holds=lambda: not node.is_up, timeout_s=_FOREVER_S)
    yield Until(holds=lambda: is_secondary(world, last), timeout_s=_FOREVER_S)
    if upgrade.phase is not Phase.REBOOT_PRIMARY:
        return
    enter_phase(world, upgrade, Phase.COLD_SYNC_PRIMARY)
    yield Until(holds=lambda: node.is_up and node.cold_sync is ColdSync.COMPLETE, timeout_s=_FOREVER_S)
    enter_phase(world, upgrade, Phase.COMPLETE)
