"""A campaign of a few clusters, and what tests do with it."""

from __future__ import annotations

from typing import Any

from srx_issu.campaign.gate import WaveDecision
from srx_issu.campaign.model import Budget, InFlight, Share, WaveSize
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.campaign.close import give_order
from srx_issu.steps.campaign.cluster_task import ClusterEnded, ClusterTask, StartRun, Step
from srx_issu.steps.campaign.ends import collect
from srx_issu.steps.campaign.plan import approval_question, confirm_plan, known_plan, make_plan
from srx_issu.steps.campaign.upgrade import next_step, note_start
from srx_issu.steps.campaign.wave import (
    judge,
    open_wave,
)
from tests.fakes.campaigns import FakeCampaign, said
from tests.unit.campaign.fleets import campaign, member

CORE = frozenset({"core"})


def spring(route: Route = Route.ISSU, **changes: Any) -> FakeCampaign:
    """Waves of a, then b, c, d; two at once; not one failure is allowed."""
    asked = campaign(
        waves=(WaveSize(share=Share(count=1)), WaveSize()),
        in_flight=InFlight(campaign=2),
        budget=Budget(total=Share(count=0)),
        **changes,
    )
    return FakeCampaign(campaign=asked, fleet=[member(name, route=route) for name in "abcd"])


def approved(**changes: Any) -> FakeCampaign:
    fake = spring(**changes)
    make_plan(fake.context())
    said(fake, approval_question(fake.context()))
    confirm_plan(fake.context())
    return fake


def task(fake: FakeCampaign, cluster: str, wave: int = 1) -> ClusterTask:
    plan, asked = known_plan(fake.context())
    planned = plan.cluster(cluster)
    assert planned is not None
    return ClusterTask(plan=plan, campaign=asked, cluster=planned, wave=wave)


def step(fake: FakeCampaign, cluster: str, wave: int = 1) -> Step:
    return next_step(fake.context(), task(fake, cluster, wave))


def run(fake: FakeCampaign, cluster: str, outcome: Outcome, wave: int = 1) -> ClusterEnded | None:
    """Starts it and lets it end."""
    go = step(fake, cluster, wave)
    assert isinstance(go, StartRun), go
    order = note_start(fake.context(), task(fake, cluster, wave), go.order)
    fake.close_upgrade(order, outcome, "as scripted")
    return collect(fake.context(), task(fake, cluster, wave), go.run_id, None)


def in_wave_two(fake: FakeCampaign) -> FakeCampaign:
    open_wave(fake.context(), 1)
    run(fake, "a", Outcome.UPGRADED)
    assert judge(fake.context(), 1, 1) is WaveDecision.PROMOTE
    open_wave(fake.context(), 2)
    return fake


def begin(fake: FakeCampaign, cluster: str, wave: int) -> None:
    go = step(fake, cluster, wave)
    assert isinstance(go, StartRun), go
    note_start(fake.context(), task(fake, cluster, wave), go.order)


def order(fake: FakeCampaign, what: str) -> None:
    give_order("spring__1", what, "because", "bob", fake.campaigns, fake.clock.now())
