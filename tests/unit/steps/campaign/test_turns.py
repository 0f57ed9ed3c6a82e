"""Who is called and who waits, against the leases themselves and against the steps that decide."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.campaign.admit import MustWait
from srx_issu.campaign.model import Budget, InFlight, Share, WaveSize
from srx_issu.campaign.state import read_state
from srx_issu.domain.errors import LeaseHeld
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import SharedLimit
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.campaign import OrderedUpgrade
from srx_issu.steps.campaign.cluster_task import ClusterTask, StartRun
from srx_issu.steps.campaign.ends import CLAIM_WITHIN_S
from srx_issu.steps.campaign.plan import approval_question, confirm_plan, known_plan, make_plan
from srx_issu.steps.campaign.turns import End, Room, Turn, obstacles, wants_attention
from srx_issu.steps.campaign.upgrade import next_step, note_start
from srx_issu.steps.campaign.wave import open_wave
from srx_issu.steps.leases import Needs, take_all
from tests.fakes.campaigns import FakeCampaign, said
from tests.fakes.memory import MemoryLeases
from tests.unit.campaign.fleets import campaign, member
from tests.unit.steps.campaign.spring import order


@pytest.mark.parametrize("seed", range(100))
def test_there_is_room_exactly_where_the_leases_can_be_taken(seed: int) -> None:
    dice, leases = random.Random(seed), MemoryLeases()
    limits = (SharedLimit(resource="site:ber", places=3), SharedLimit(resource="campaign:x", places=5))
    wishes = [
        (
            f"run-{number}",
            Needs(
                alone=(f"cluster:{dice.randint(1, 8)}", *(f"conflict:{g}" for g in dice.sample("abc", k=1))),
                shared=tuple(dice.sample(limits, k=dice.randint(0, 2))),
            ),
        )
        for number in range(12)
    ]
    for owner, needs in wishes[:4]:
        _try(needs, owner, leases)
    room = Room({lease.resource: lease.owner for lease in leases.held.values()})
    for owner, needs in wishes:
        is_free = room.obstacle(needs, owner) is None
        assert is_free is _try(needs, owner, leases)
        if is_free:
            room.give(needs, owner)


def _try(needs: Needs, owner: str, leases: MemoryLeases) -> bool:
    try:
        take_all(needs, owner, leases, 60)
    except LeaseHeld:
        return False
    return True


def wave_of(names: str, route: Route = Route.ISSU, **changes: object) -> FakeCampaign:
    asked = campaign(waves=(WaveSize(),), **{"in_flight": InFlight(campaign=2), **changes})
    fake = FakeCampaign(
        campaign=asked, fleet=[member(name, site=f"site-{name}", route=route) for name in names]
    )
    make_plan(fake.context())
    said(fake, approval_question(fake.context()))
    confirm_plan(fake.context())
    open_wave(fake.context(), 1)
    return fake


def task_of(fake: FakeCampaign, name: str) -> ClusterTask:
    plan, asked = known_plan(fake.context())
    planned = plan.cluster(name)
    assert planned is not None
    return ClusterTask(plan=plan, campaign=asked, cluster=planned, wave=1)


def told(fake: FakeCampaign, names: str) -> dict[str, str | None]:
    look = fake.campaigns.look({fake.campaign_id: 0}, ())
    states = {fake.campaign_id: read_state(look.entries[fake.campaign_id])}
    turns = [Turn.of(fake.campaign_id, task_of(fake, name)) for name in names]
    found = obstacles(turns, states, fake.stopped, Room(look.held), look.at)
    return {turn.task.cluster.name: words for turn, words in found}


def test_as_many_are_called_as_may_start_and_in_the_plans_order() -> None:
    fake = wave_of("abcd")
    assert told(fake, "dcba") == {
        "a": None,
        "b": None,
        "c": "campaign:spring__1: all 2 places are taken",
        "d": "campaign:spring__1: all 2 places are taken",
    }


def test_what_others_hold_is_waited_for_and_lets_the_next_go_first() -> None:
    fake = wave_of("abc")
    fake.leases.take("cluster:a", "manual__7", 3600)
    found = told(fake, "abc")
    assert found == {"a": "cluster:a is held by upgrade manual__7", "b": None, "c": None}


def test_a_lease_that_ran_out_a_while_ago_holds_nobody_up() -> None:
    fake = wave_of("a")
    fake.leases.take("cluster:a", "dead", 60)
    fake.clock.time += timedelta(seconds=120)
    assert told(fake, "a") == {"a": None}


def test_an_order_is_waited_for_and_what_was_given_goes_back() -> None:
    fake = wave_of("ab")
    assert isinstance(next_step(fake.context(), task_of(fake, "a")), StartRun)  # taken, not started yet
    order(fake, "pause")
    assert told(fake, "ab") == {"a": None, "b": "paused by bob: because"}
    order(fake, "abort")
    assert told(fake, "ab") == {"a": None, "b": None}


@pytest.mark.parametrize("seed", range(60))
def test_who_is_not_called_would_be_told_to_wait(seed: int) -> None:
    """And nobody who is called for room finds it gone, as long as they come in that order."""
    dice, names = random.Random(seed), "abcdef"
    fake = wave_of(
        names, in_flight=InFlight(campaign=dice.choice((1, 2, 4))), budget=Budget(total=Share(count=1))
    )
    for name in dice.sample(names, k=3):
        step = next_step(fake.context(), task_of(fake, name))
        if isinstance(step, StartRun) and dice.random() < 0.8:
            ordered = note_start(fake.context(), task_of(fake, name), step.order)
            if dice.random() < 0.5:
                fake.close_upgrade(ordered, dice.choice((Outcome.UPGRADED, Outcome.ROLLED_BACK)))
    if dice.random() < 0.3:
        fake.leases.held.setdefault("cluster:c", MemoryLeases().take("cluster:c", "manual__7", 60))
    if dice.random() < 0.3:
        order(fake, dice.choice(("pause", "abort")))
    for name, words in told(fake, names).items():
        before = dict(fake.leases.held)
        step = next_step(fake.context(), task_of(fake, name))
        if words is not None:
            assert isinstance(step, MustWait), (name, words, step)
            assert fake.leases.held == before
        else:
            assert not isinstance(step, MustWait) or before != fake.leases.held, (name, step)


class TestEnds:
    def ordered(self) -> tuple[FakeCampaign, End]:
        fake = wave_of("a")
        step = next_step(fake.context(), task_of(fake, "a"))
        assert isinstance(step, StartRun)
        note_start(fake.context(), task_of(fake, "a"), step.order)
        return fake, End(campaign_id=fake.campaign_id, cluster="a", upgrade=step.run_id)

    def wants(self, fake: FakeCampaign, end: End, run_state: str | None = None) -> bool:
        look = fake.campaigns.look({fake.campaign_id: 0}, (end.upgrade,))
        state = read_state(look.entries[fake.campaign_id])
        return wants_attention(end, state, look.upgrades.get(end.upgrade), run_state, look.at)

    def test_nothing_while_it_runs(self) -> None:
        fake, end = self.ordered()
        assert not self.wants(fake, end)
        fake.open_upgrade(fake.state.orders_given["a"])
        assert not self.wants(fake, end, "running")

    def test_an_outcome(self) -> None:
        fake, end = self.ordered()
        fake.close_upgrade(fake.state.orders_given["a"], Outcome.UPGRADED)
        assert self.wants(fake, end)

    @pytest.mark.parametrize("state", ["success", "failed", "gone"])
    def test_a_run_that_is_over_without_an_outcome(self, state: str) -> None:
        fake, end = self.ordered()
        fake.open_upgrade(fake.state.orders_given["a"])
        assert self.wants(fake, end, state)

    def test_somebody_elses_run_of_that_name(self) -> None:
        fake, end = self.ordered()
        state = read_state(fake.campaigns.entries(fake.campaign_id))
        other = OrderedUpgrade(outcome=None, nonce="another")
        assert wants_attention(end, state, other, None, fake.clock.now())
        assert wants_attention(replace(end, upgrade="spring__1__a__2"), state, None, None, fake.clock.now())

    def test_one_that_nobody_has_claimed_for_an_hour(self) -> None:
        fake, end = self.ordered()
        assert not self.wants(fake, end, "queued")
        fake.clock.time += timedelta(seconds=CLAIM_WITHIN_S + 1)
        assert self.wants(fake, end, "queued")
        assert not self.wants(fake, end)  # Airflow was not asked


def test_of_those_whose_traffic_stops_one_is_in_flight_at_once() -> None:
    fake = wave_of("abc", route=Route.DUAL_REBOOT, in_flight=InFlight(campaign=3))
    steps = [next_step(fake.context(), task_of(fake, name)) for name in "abc"]
    assert [type(step) for step in steps] == [StartRun, MustWait, MustWait]
    assert isinstance(steps[1], MustWait)
    assert "campaign:spring__1:outage: all 1 places are taken" in steps[1].reason
    two = wave_of("abc", route=Route.DUAL_REBOOT, in_flight=InFlight(campaign=3, outages=2))
    steps = [next_step(two.context(), task_of(two, name)) for name in "abc"]
    assert [type(step) for step in steps] == [StartRun, StartRun, MustWait]
    in_service = wave_of("abc", route=Route.ICU, in_flight=InFlight(campaign=3))
    steps = [next_step(in_service.context(), task_of(in_service, name)) for name in "abc"]
    assert [type(step) for step in steps] == [StartRun] * 3
