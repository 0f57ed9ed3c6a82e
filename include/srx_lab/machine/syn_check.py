"""The window of time in which TCP SYN checks are off, as `no-tcp-syn-check` of an ICU opens it [D].

How a node shows it is not documented: the lab says it in `information issu` and in its record of events [U].
"""

from __future__ import annotations

from srx_lab.machine.effects import SynCheckChanged
from srx_lab.machine.window import record_event
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World

DEFAULT_S, LONGEST_S = 7200, 14_400
"""Without a figure [D: 12.1X46]; the longest that the model takes [Y]."""

_OWNER = "syn-check"


def open_syn_check_window(world: World, seconds: float) -> None:
    world.schedule.cancel(_OWNER)
    world.state.syn_check_off_until = world.now + seconds
    world.emit(SynCheckChanged(is_off=True, seconds=seconds))
    for node in NodeId:
        record_event(world, node, f"TCP SYN check disabled for {seconds:.0f} seconds")
    world.schedule.after(seconds, lambda: _close(world), owner=_OWNER)


def _close(world: World) -> None:
    world.state.syn_check_off_until = None
    world.emit(SynCheckChanged(is_off=False, seconds=0.0))
    for node in NodeId:
        record_event(world, node, "TCP SYN check enabled")
