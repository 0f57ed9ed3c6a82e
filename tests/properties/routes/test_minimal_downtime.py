"""MINIMAL_DOWNTIME against a pure model: a person at the cables who lies, faults at random moments.

Whatever happens: nothing of ours makes both nodes active or lets two releases hear each other, nothing is
sent while they do, and every temporary line is put back or named to a person.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

import pytest

from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.routes.apart_stopped import name_apart
from srx_issu.domain.routes.apart_way_back import way_out
from srx_issu.domain.routes.minimal_downtime import minimal_downtime_plan
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.routes.relaxed import left_over
from tests.fakes.apart import apart_intent
from tests.fakes.snapshots import NEW, OLD
from tests.properties.routes.apart_captain import Captain
from tests.properties.routes.apart_model import ApartModel
from tests.properties.routes.apart_person import HABITS, Site, befall

SEEDS = range(500)
INTENTS = (apart_intent(), apart_intent(), apart_intent(routes=None))  # without rules nobody knows a way back
MOST_RECOVERIES = 2


@dataclass
class Run:
    """One cluster's way, to its end."""

    seed: int
    ended: str
    story: list[str]
    model: ApartModel
    plan: RoutePlan

    @property
    def told(self) -> dict[str, tuple[str, ...]]:
        """The lines that a person is given."""
        return {str(node): lines for node, lines in left_over(self.plan.undo, self.model.snapshot()).items()}


def play(seed: int, *, habit: str | None = None, faults: int | None = None, forgets: bool = True) -> Run:
    chance = random.Random(seed)
    model = ApartModel()
    site = Site(model=model, chance=chance, habit=habit or chance.choice(HABITS))
    plan = minimal_downtime_plan(model.snapshot(), chance.choice(INTENTS) if forgets else INTENTS[0])
    befallen = [befall(site) for _ in range(chance.choice((0, 1, 1, 2)) if faults is None else faults)]
    captain = Captain(site=site, chance=chance, is_mortal=forgets)
    ended = "target"
    if captain.carry_out(plan.actions) is not None:
        ended = recover(plan, captain)
    story = [f"person {site.habit}", *befallen, *captain.log]
    return Run(seed=seed, ended=ended, story=story, model=model, plan=plan)


def recover(plan: RoutePlan, captain: Captain) -> str:
    """By the plan that is found for what both nodes show, with a person's yes; twice at most."""
    site, steps = captain.site, plan.apart
    assert steps is not None
    for _ in range(MOST_RECOVERIES):
        site.pass_time(60.0)
        now = site.model.snapshot()
        failure, reason = name_apart(plan, steps, now)
        captain.log.append(f"{failure}: {reason}")
        way = way_out(plan, steps, now, failure)
        if way.kind is PlanKind.HOLD:
            return "needs operator"
        captain.taken.clear()
        site.asked.clear()
        if captain.carry_out(way.actions) is None:
            return "old" if way.release == OLD else "target"
    return "needs operator"


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return [play(seed) for seed in SEEDS]


def test_no_stop_rule_is_ever_broken(runs: list[Run]) -> None:
    broken = [(run.seed, run.model.violations, run.story) for run in runs if run.model.violations]
    assert broken == []


def test_every_temporary_line_is_put_back_or_told(runs: list[Run]) -> None:
    for run in runs:
        for node in run.model.nodes.values():
            in_force = run.model.temporary(node.name)
            if run.ended == "needs operator":
                told = run.told.get(node.name, ())
                covered = {line.partition(" ")[2] for line in told}
                missing = {line for line in in_force if line.partition(" ")[2] not in covered}
                assert not missing, (run.seed, node.name, missing, run.story)
            elif not run.model.opened_by_hand:
                assert not in_force, (run.seed, node.name, in_force, run.story)


def test_what_is_called_done_is_done(runs: list[Run]) -> None:
    for run in runs:
        release = {"target": NEW, "old": OLD}.get(run.ended)
        if release is None:
            continue
        assert {node.release for node in run.model.nodes.values()} == {release}, (run.seed, run.story)
        assert run.model.is_joined, (run.seed, run.story)
        assert run.model.carrier is not None, (run.seed, run.story)


def test_runs_end_in_every_way(runs: list[Run]) -> None:
    ended = Counter(run.ended for run in runs)
    assert min(ended[each] for each in ("target", "old", "needs operator")) > 20, ended


def test_an_untroubled_run_ends_on_the_target() -> None:
    for seed in range(20):
        run = play(seed, habit="does it", faults=0, forgets=False)
        assert run.ended == "target", run.story
