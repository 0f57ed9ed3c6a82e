"""Thousands of clusters: the same plans and the same rehearsals, in time that grows as the fleet does.

Four times as many clusters may take eight times as long; what is quadratic takes sixteen times as long.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from time import process_time

import pytest

from srx_issu.campaign.model import Campaign, FleetCluster, InFlight, Share, WaveSize
from srx_issu.campaign.plan import CampaignPlan, plan_waves, wave_sizes
from srx_issu.campaign.rehearse import Rehearsal
from srx_issu.steps.staging.fleet import gaps
from tests.unit.campaign.fleets import campaign, member, random_campaign, random_fleet
from tests.unit.campaign.test_rehearsal import ScriptedWorld
from tests.unit.campaign.worlds import CALENDARS, START

FEW, MANY = 500, 2000
SHARES = (WaveSize(share=Share(count=1)), WaveSize(share=Share(percent=10)), WaveSize())


def large_fleet(size: int) -> list[FleetCluster]:
    """Ten a site, in pairs that conflict, of some worst cases."""
    return [
        member(
            f"fw-{number:05}",
            site=f"site-{number // 10:03}",
            conflict_groups=frozenset({f"pair-{number // 2}"}),
            worst_case_s=3600.0 + 60 * (number % 5),
            labels={"tier": "gold"},
        )
        for number in range(size)
    ]


def assert_linear(work: Callable[[int], Callable[[], object]]) -> None:
    """``work(size)`` prepares; what it returns is timed, the best of three."""
    took = {size: min(_timed(work(size)) for _ in range(3)) for size in (FEW, MANY)}
    assert took[MANY] < took[FEW] * 2 * MANY / FEW, took


def _timed(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


def test_planning_is_linear() -> None:
    def work(size: int) -> Callable[[], object]:
        fleet = large_fleet(size)
        return lambda: plan_waves(fleet, campaign(waves=SHARES))

    assert_linear(work)


def test_planning_waves_by_name_is_linear() -> None:
    def work(size: int) -> Callable[[], object]:
        fleet = large_fleet(size)
        waves = tuple(WaveSize(names=tuple(m.name for m in fleet[at::10])) for at in range(10))
        return lambda: plan_waves(fleet, campaign(waves=waves))

    assert_linear(work)


@pytest.mark.parametrize(
    "asked",
    [
        campaign(waves=SHARES),  # one at a time
        campaign(waves=SHARES, in_flight=InFlight(campaign=50, per_site=2)),
        campaign(waves=SHARES, in_flight=InFlight(campaign=50), calendar=CALENDARS["ber"]),
    ],
)
def test_a_rehearsal_is_linear(asked: Campaign) -> None:
    def work(size: int) -> Callable[[], object]:
        plan = plan_waves(large_fleet(size), asked)
        return lambda: list(Rehearsal(plan, asked, ScriptedWorld(), START).ticks())

    assert_linear(work)


def test_telling_what_is_not_staged_is_linear() -> None:
    def work(size: int) -> Callable[[], object]:
        checksums = {m.name: "ab" * 32 for m in large_fleet(size)}
        return lambda: gaps(checksums, (), checksums)

    assert_linear(work)


@pytest.mark.parametrize("seed", range(50))
def test_waves_are_those_of_the_plain_rule(seed: int) -> None:
    """Each wave takes, of the row that is left, those it names, or as many as its share is."""
    dice = random.Random(seed)
    fleet = random_fleet(dice, dice.choice((3, 40)))
    asked = random_campaign(dice, {})
    named = tuple(m.name for m in dice.sample(fleet, k=3))
    sizes = [*asked.waves]
    sizes.insert(dice.randint(0, len(sizes)), WaveSize(names=(*named, named[0], "nobody")))
    asked = replace(asked, waves=tuple(sizes))
    plan = plan_waves(fleet, asked)
    assert [[c.name for c in wave.clusters] for wave in plan.waves] == by_the_plain_rule(plan, asked, fleet)


def by_the_plain_rule(
    plan: CampaignPlan, asked: Campaign, fleet: tuple[FleetCluster, ...]
) -> list[list[str]]:
    everybody = plan_waves(fleet, replace(asked, waves=(WaveSize(),)))
    left = [cluster.name for cluster in everybody.clusters]
    total, waves = len(left), []
    for size in wave_sizes(asked):
        if size.names:
            taken = [name for name in dict.fromkeys(size.names) if name in left]
        else:
            taken = left[: total if size.share is None else size.share.of(total)]
        waves.append(taken)
        left = [name for name in left if name not in taken]
    return waves
