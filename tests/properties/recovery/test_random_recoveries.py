"""Seeded upgrades and recoveries of the simulator's own machine: any fault of it, at any moment, lost
requests and answers, workers killed between any two lines, controllers that never come back, ISSUs begun by
hand.

The machine is the referee: what arrived there, and its true state, never what we observed or wrote down.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from shutil import rmtree

from srx_issu.domain.history.state_parts import Conclusion
from srx_issu.domain.outcome import Outcome
from srx_lab.machine.words import NodeId
from srx_lab.rehearsal import RUNNING, TARGET
from tests.properties.recovery.pilot import Killed
from tests.properties.recovery.referee import unrest
from tests.properties.recovery.scenes import Scene, scene
from tests.properties.recovery.world import start_by_hand

RUNS = 520
OVER_REPLIES = 14  # every so many runs look through the simulator's replies and our parsers
PUT_BACK = (Outcome.ABORTED_CLEAN, Outcome.ROLLED_BACK)
UPGRADED = (Outcome.UPGRADED, Outcome.UPGRADED_WITH_FINDINGS)
NOBODY_NAMED = "nobody told what the ISSU was to install"


def carry_out(scene: Scene) -> Conclusion:
    world = scene.pilot.world
    if scene.kind == "by hand":
        assert scene.heir is not None
        leader = world.machine.world.primary_of(0) or NodeId.NODE0
        start_by_hand(world, leader)
        world.sleep(scene.pilot.fate.chance.uniform(0, 6000))
        return scene.heir.recover()
    try:
        return scene.pilot.upgrade()
    except Killed:
        assert scene.heir is not None
        world.sleep(scene.pilot.fate.chance.uniform(0, 3000))
        return scene.heir.recover(successor_of=scene.pilot)


def broken_promises(scene: Scene, end: Conclusion) -> list[str]:
    """What must never be, in words."""
    world = scene.pilot.world
    machine = world.machine.world
    found = world.referee.end()
    if world.referee.while_it_ran and not scene.somebody_agreed:
        found += [f"{what}, and nobody had agreed" for what in world.referee.while_it_ran]
    if end.outcome not in (*PUT_BACK, *UPGRADED, Outcome.ALREADY_CURRENT):
        return found
    if trouble := unrest(machine):
        found.append(f"called {end.outcome}, but {'; '.join(trouble)}")
    releases = ", ".join(sorted({node.release.text for node in machine.nodes()}))
    was_told = NOBODY_NAMED not in end.reason
    if end.outcome in PUT_BACK and was_told and releases != (scene.pilot.began_on or RUNNING):
        found.append(f"called {end.outcome}, runs {releases}")
    if end.outcome in UPGRADED and releases != TARGET:
        found.append(f"called {end.outcome}, runs {releases}")
    return found


def story(scene: Scene, end: Conclusion) -> str:
    """All that somebody needs who has to find out what went wrong."""
    return "\n".join(
        (
            f"{end.outcome}: {end.reason}",
            ", ".join(scene.words),
            *(line for pilot in scene.pilots for line in pilot.story),
            *(f"{node}: {what}" for node, what in scene.pilot.world.referee.arrived),
        )
    )


def test_every_run_keeps_the_stop_rules_and_ends_well_or_with_a_person(tmp_path: Path) -> None:
    tally: Counter[str] = Counter()
    for seed in range(RUNS):
        drawn = scene(seed, tmp_path / str(seed), over_replies=seed % OVER_REPLIES == 0)
        end = carry_out(drawn)
        rmtree(tmp_path / str(seed))
        broken = broken_promises(drawn, end)
        assert not broken, f"seed {seed} ({drawn.kind}): {'; '.join(broken)}\n{story(drawn, end)}"
        tally[f"{drawn.kind}: {end.outcome}"] += 1
    print(*(f"{count:4} {what}" for what, count in sorted(tally.items())), sep="\n")
    ends = {what.partition(": ")[2] for what in tally}
    assert {"UPGRADED_WITH_FINDINGS", "ROLLED_BACK", "ABORTED_CLEAN", "NEEDS_OPERATOR"} <= ends
