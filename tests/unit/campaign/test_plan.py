"""Plans: who is taken, in which wave, and what the digest stands for."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from srx_issu.campaign.drift import drift
from srx_issu.campaign.model import FleetCluster, Selection, Share, WaveSize
from srx_issu.campaign.plan import CampaignPlan, plan_waves
from srx_issu.domain.upgrade.route import Route
from tests.unit.campaign.fleets import campaign, member, random_campaign, random_fleet
from tests.unit.campaign.goldens import assert_as_recorded

CANARY_TO_REST = (
    WaveSize(share=Share(count=1)),
    WaveSize(share=Share(percent=10)),
    WaveSize(share=Share(percent=50)),
)


def names(plan: CampaignPlan) -> list[list[str]]:
    return [[cluster.name for cluster in wave.clusters] for wave in plan.waves]


def fleet(*wanted: str, **changes: object) -> list[FleetCluster]:
    return [member(name, **changes) for name in wanted]


def test_an_empty_selection_is_an_objection_not_a_plan() -> None:
    plan = plan_waves([], campaign())
    assert plan.clusters == ()
    assert plan.objections == ("the campaign takes no cluster: nothing would be upgraded",)


def test_shares_are_of_the_whole_campaign_and_rounded_up() -> None:
    plan = plan_waves([member(f"fw-{n:02}") for n in range(25)], campaign(waves=CANARY_TO_REST))
    assert [len(wave.clusters) for wave in plan.waves] == [1, 3, 13, 8]
    assert [str(size.share) for size in CANARY_TO_REST] == ["1", "10 %", "50 %"]


def test_waves_for_which_nobody_is_left_are_empty() -> None:
    plan = plan_waves(fleet("a", "b"), campaign(waves=CANARY_TO_REST))
    assert names(plan) == [["a"], ["b"], [], []]
    assert plan.wave(3).clusters == plan.wave(9).clusters == ()


def test_a_canary_by_name_is_taken_first_and_one_unknown_is_an_objection() -> None:
    waves = (WaveSize(names=("c", "c", "x")), WaveSize())
    plan = plan_waves(fleet("a", "b", "c"), campaign(waves=waves))
    assert names(plan) == [["c"], ["a", "b"]]
    assert plan.objections == ("wave 1 names x, which the campaign does not take",)


def test_clusters_in_conflict_are_drawn_apart() -> None:
    pair = frozenset({"core"})
    plan = plan_waves(
        [*fleet("a1", "a2", conflict_groups=pair), *fleet("b1", "b2")],
        campaign(waves=(WaveSize(share=Share(count=3)), WaveSize())),
    )
    assert names(plan) == [["a1", "b1", "b2"], ["a2"]]


def test_a_circle_of_conflicts_is_planned_one_after_the_other() -> None:
    circle = [
        member("a", conflict_groups=frozenset({"x", "z"})),
        member("b", conflict_groups=frozenset({"x", "y"})),
        member("c", conflict_groups=frozenset({"y", "z"})),
        member("d"),
    ]
    plan = plan_waves(circle, campaign(waves=(WaveSize(share=Share(count=2)), WaveSize())))
    assert names(plan) == [["a", "d"], ["b", "c"]]


def test_sites_alternate() -> None:
    plan = plan_waves([*fleet("a1", "a2", site="ber"), *fleet("b1", "b2", site="nyc")], campaign())
    assert [c.name for c in plan.clusters] == ["a1", "b1", "a2", "b2"]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(clusters=("fw-*",)), "fw-1 fw-2"),
        (Selection(clusters=("fw-1", "gw")), "fw-1 gw"),
        (Selection(sites=("nyc",)), "gw"),
        (Selection(regions=("emea",)), "fw-1 fw-2"),
        (Selection(groups=("gold",)), "fw-2"),
        (Selection(models=("SRX1500",)), "gw"),
        (Selection(releases=("21.4R3-S5.4",)), "fw-1"),
        (Selection(labels={"tier": "1"}), "fw-2"),
        (Selection(clusters=("fw-*",), labels={"tier": "2"}), ""),
    ],
)
def test_every_filter_must_match(selection: Selection, expected: str) -> None:
    known = [
        member("fw-1", release="21.4R3-S5.4"),
        member("fw-2", groups=("gold", "emea"), labels={"tier": "1"}),
        member("gw", site="nyc", region="amer", model="SRX1500"),
    ]
    plan = plan_waves(known, campaign(select=selection))
    assert " ".join(sorted(c.name for c in plan.clusters)) == expected


def test_those_left_out_say_why() -> None:
    known = [
        member("a"),
        member("held", objection="on hold: RMA 4711"),
        member("new", model="SRX1500", image=None),
        member("out", site="syd"),
    ]
    plan = plan_waves(known, campaign(select=Selection(clusters=("*",)), exclude=Selection(sites=("syd",))))
    assert names(plan) == [["a"], []]
    assert [f"{left.name}: {left.reason}" for left in plan.left_out] == [
        "held: on hold: RMA 4711",
        "new: the campaign has no image for SRX1500",
        "out: excluded by the campaign",
    ]


def test_the_same_fleet_and_file_give_the_same_digest_in_any_order() -> None:
    known = [member(f"fw-{n}") for n in range(9)]
    plan = plan_waves(known, campaign(), "file-1")
    assert plan_waves(reversed(known), campaign(), "file-1") == plan
    assert plan_waves(known, campaign(), "file-2").digest != plan.digest
    assert plan_waves(known[:-1], campaign(), "file-1").digest != plan.digest


def test_drift_names_what_changed_of_what_is_still_to_run() -> None:
    known = [member(f"fw-{n}") for n in range(7)]
    plan = plan_waves(known, campaign(), "file-1")
    changed = [
        replace(known[0], objection="on hold: flood"),
        replace(known[1], image="other.tgz"),
        replace(known[2], conflict_groups=frozenset({"core"})),
        replace(known[3], facts="other addresses"),
        replace(known[4], image="other.tgz"),
        known[5],
        member("new"),
    ]
    found = drift(plan, plan_waves(changed, campaign(), "file-2"), {"fw-0", "fw-1", "fw-2", "fw-3", "fw-6"})
    assert found == (
        "the campaign's file was changed: limits, windows, budget, waves or gates",
        "fw-0 is not taken any more: on hold: flood",
        f"fw-1: image {known[1].image} was approved, now it is other.tgz",
        "fw-2: its site or conflict groups were changed",
        "fw-3: its addresses, policy or image file were changed",
        "fw-6 is not taken any more: not selected",
        "1 more would be taken (new); they wait for the next campaign",
    )
    assert drift(plan, plan, {"fw-1"}) == ()


@pytest.mark.parametrize("seed", range(100))
def test_every_taken_cluster_is_in_exactly_one_wave(seed: int) -> None:
    dice = random.Random(seed)
    known = random_fleet(dice, dice.choice((5, 50)))
    plan = plan_waves(known, random_campaign(dice, {}))
    planned = [c.name for c in plan.clusters]
    assert len(planned) == len(set(planned))
    assert sorted([*planned, *(left.name for left in plan.left_out)]) == sorted(m.name for m in known)


def test_the_plan_of_a_fleet_of_fifty_is_as_recorded() -> None:
    dice = random.Random(50)
    plan = plan_waves(random_fleet(dice, 50), campaign(waves=CANARY_TO_REST), "golden")
    lines = [f"plan {plan.digest}"]
    for wave in plan.waves:
        lines.append(f"wave {wave.number}: {len(wave.clusters)}")
        lines += [f"  {c.name} {c.site} {','.join(c.conflict_groups) or '-'}" for c in wave.clusters]
    lines += [f"left out: {left.name}: {left.reason}" for left in plan.left_out]
    assert_as_recorded("plan-of-fifty.txt", lines)


def test_the_digest_stands_for_the_route_and_is_that_of_older_plans_for_an_issu() -> None:
    plain = plan_waves(fleet("a"), campaign())
    by_issu = plan_waves(fleet("a", route=Route.ISSU, outage_s=5), campaign())
    by_reboot = plan_waves(fleet("a", route=Route.DUAL_REBOOT), campaign())
    assert plain.digest == by_issu.digest != by_reboot.digest
    assert [cluster.route for cluster in by_reboot.clusters] == [Route.DUAL_REBOOT]


def test_what_was_seen_of_a_cluster_changes_nothing_about_what_runs() -> None:
    """So a look between plan and answer asks nobody twice."""
    plain = plan_waves(fleet("a", route=Route.DUAL_REBOOT), campaign())
    seen = plan_waves(fleet("a", route=Route.DUAL_REBOOT, release="21.4R3", asks="nobody knows"), campaign())
    assert plain.digest == seen.digest
    assert [(cluster.running, cluster.asks) for cluster in seen.clusters] == [("21.4R3", "nobody knows")]
    dearer = plan_waves(fleet("a", route=Route.DUAL_REBOOT, outage_s=900), campaign())
    assert plain.digest != dearer.digest


def test_another_cost_is_another_plan() -> None:
    plan = plan_waves(fleet("a", route=Route.DUAL_REBOOT, outage_s=600), campaign())
    now = plan_waves(fleet("a", route=Route.DUAL_REBOOT, outage_s=900), campaign())
    assert drift(plan, now, {"a"}) == ("a: its traffic was to stop for about 600 s, now about 900 s",)
