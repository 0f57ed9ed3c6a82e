"""An upgrade's record while it goes: phase, transcript, issu-events, the window on both nodes."""

from __future__ import annotations

from srx_lab.machine.effects import PhaseEntered, TranscriptLine, UpgradeEnded
from srx_lab.machine.injection import activate_for_phase
from srx_lab.machine.state import Upgrade
from srx_lab.machine.window import record_event
from srx_lab.machine.words import Phase
from srx_lab.machine.world import World


def enter_phase(world: World, upgrade: Upgrade, phase: Phase) -> None:
    """Record the phase and wake the faults that wait for it."""
    upgrade.phase, upgrade.phase_since = phase, world.now
    world.emit(PhaseEntered(phase=phase, starter=upgrade.starter))
    if phase in {Phase.COMPLETE, Phase.ABORTED, Phase.REFUSED}:
        upgrade.ended_at = world.now
    activate_for_phase(world, phase)


def say(world: World, upgrade: Upgrade, *lines: str) -> None:
    """Write lines to the transcript as they stand."""
    for line in lines:
        upgrade.transcript.append(line)
        world.emit(TranscriptLine(number=upgrade.number, text=line))


def note(world: World, upgrade: Upgrade, text: str) -> None:
    """Write a stamped line, and the same as an issu-event on the starter."""
    say(world, upgrade, f"{world.stamp(upgrade.starter)}: {text}")
    record_event(world, upgrade.starter, text)


def end_upgrade(world: World, upgrade: Upgrade, outcome: str) -> None:
    """The process on the starter is over; whoever started it gets its prompt back."""
    upgrade.outcome = outcome
    cut = not world.node(upgrade.starter).is_up
    world.emit(UpgradeEnded(number=upgrade.number, outcome=outcome, cut=cut))
