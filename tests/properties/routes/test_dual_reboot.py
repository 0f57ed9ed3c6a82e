"""Seeded dual reboots with any trouble at any moment: no stop rule is broken, and every end is a true one."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

from srx_issu.domain.outcome import Outcome
from srx_issu.domain.routes.plan import RoutePhase
from tests.fakes.snapshots import N0, N1, NEW, OLD, T0
from tests.properties.routes.driving import ModelClock, Run, run_of
from tests.properties.routes.two_nodes import TwoNodes

RUNS = 500


def spoiled(seed: int) -> Run:
    """None to three troubles, each of a kind and moment of its own."""
    chance = random.Random(seed)
    model = TwoNodes(chance=chance, answers_lost=chance.choice([0.0, 0.0, 0.3]))
    run = run_of(model, chance, kills=chance.choice([0.0, 0.0, 0.1]))
    clock = run.fake.clock
    assert isinstance(clock, ModelClock)
    for _ in range(chance.choice([0, 1, 1, 1, 2, 3])):
        node = model.nodes[chance.choice([N0, N1])]
        kind = chance.choice(KINDS)
        if kind == "power":
            at, off_s = T0 + timedelta(seconds=chance.uniform(0, 2500)), chance.uniform(0, 600)
            clock.troubles.append((at, lambda name=node.name, off_s=off_s: model.lose_power(name, off_s)))
        elif kind == "silent":
            node.silent_from = T0 + timedelta(seconds=chance.uniform(0, 2500))
            node.silent_until = node.silent_from + timedelta(seconds=chance.uniform(5, 4000))
        elif kind == "lost_reboots":
            node.lost_reboots = chance.choice([1, 2, 9])
        elif kind == "slow":
            node.boot_s = chance.uniform(130, 2000)
        else:
            setattr(node, kind, True)
        run.story.append(f"{node.name} {kind}")
    return run


KINDS = (
    *("power", "silent", "lost_reboots", "slow", "refuses", "installs_nothing", "never_back", "boots_old"),
    *("names_nothing", "refuses_rollback", "falls_silent"),
)


def broken_promises(run: Run, end: Outcome | None) -> list[str]:
    model = run.model
    found = list(model.broken)
    nodes = list(model.nodes.values())
    releases = {node.release for node in nodes}
    up = all(node.is_up for node in nodes)
    held = [node.name for node in nodes if node.pending]
    if model.heard and end is not Outcome.NEEDS_OPERATOR:
        found.append(f"two releases heard each other, and it ended as {end}")
    calls = run.fake.pager.calls
    if model.heard and not calls:
        found.append("two releases heard each other, and nobody was called")
    if model.heard_at and model.told and left_up(model) and calls and min(calls)[0] > model.heard_at:
        found.append(f"called at {min(calls)[0]}, and two releases heard each other at {model.heard_at}")
    if end is None and (releases != {NEW} or not up):
        found.append(f"to be verified, and the nodes run {releases}, up: {up}")
    if end in (Outcome.ABORTED_CLEAN, Outcome.ROLLED_BACK) and (releases != {OLD} or held or not up):
        found.append(f"{end}, and the nodes run {releases}, pending on {held}, up: {up}")
    if end not in ENDS:
        found.append(f"an end that no dual reboot has: {end}")
    return found


def left_up(model: TwoNodes) -> bool:
    """Whether the second node was never down, and could be seen to be up: the first one has met it."""
    second = model.nodes[N0]
    return model.told[0] is N1 and second.booted_at < T0 and second.silent_from is None


ENDS = (
    *(None, Outcome.ABORTED_CLEAN, Outcome.ROLLED_BACK, Outcome.NEEDS_OPERATOR),
    *(Outcome.REFUSED, Outcome.NOT_READY),
)


def test_every_run_keeps_the_stop_rules_and_ends_well_or_with_a_person() -> None:
    tally: Counter[str] = Counter()
    for seed in range(RUNS):
        run = spoiled(seed)
        end = run.upgrade()
        tally[str(end)] += 1
        told = "\n".join(
            [f"seed {seed}, {end}", *run.story, *run.model.faults(), *map(str, run.fake.writer.sent)]
        )
        assert broken_promises(run, end) == [], told
    assert tally["None"] > RUNS / 5, tally
    assert min(tally[str(each)] for each in (Outcome.ABORTED_CLEAN, Outcome.NEEDS_OPERATOR)) > RUNS / 50, (
        tally
    )


def test_a_secondary_that_is_gone_before_its_reboot_is_told_of_and_holds_no_worker_for_ever() -> None:
    """Nothing of the phase was sent: no second counts, but the time runs."""
    chance = random.Random(1)
    run = run_of(TwoNodes(chance=chance), chance)
    node = run.model.nodes[N1]
    assert run.phase(RoutePhase.INSTALL)
    node.silent_from, node.silent_until = run.model.now, run.model.now + timedelta(days=2)
    began = run.model.now
    assert run.upgrade() is Outcome.NEEDS_OPERATOR
    assert run.model.told == []
    assert run.model.now - began < timedelta(hours=1)
