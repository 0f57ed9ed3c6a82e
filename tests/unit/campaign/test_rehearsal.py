"""Whole campaigns in virtual time, many of them, with the rules checked at every tick."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from srx_issu.campaign.admit import Orders
from srx_issu.campaign.gate import Judgement
from srx_issu.campaign.model import Budget, Campaign, InFlight, Result, Retry, Share, WaveSize
from srx_issu.campaign.plan import PlannedCluster, plan_waves
from srx_issu.campaign.rehearse import Rehearsal, RehearsedEnd, TickKind
from srx_issu.campaign.rounds import Answer
from tests.unit.campaign.fleets import campaign, member
from tests.unit.campaign.goldens import assert_as_recorded
from tests.unit.campaign.worlds import START


@dataclass
class ScriptedWorld:
    """Results by cluster, one an attempt; answers in order; one order from a moment on."""

    results: dict[str, list[Result]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    orders_at: tuple[tuple[datetime, Orders], ...] = ()

    def ending(self, cluster: PlannedCluster, attempt: int) -> RehearsedEnd:
        given = self.results.get(cluster.name, [])
        return RehearsedEnd(
            after_s=600.0, result=given[attempt - 1] if attempt <= len(given) else Result.UPGRADED
        )

    def orders(self, now: datetime) -> Orders:
        return next((o for at, o in reversed(self.orders_at) if at <= now), Orders())

    def next_order(self, now: datetime) -> datetime | None:
        return next((at for at, _ in self.orders_at if at > now), None)

    def answer(self, wave: int, judgement: Judgement, can_retry: bool) -> Answer:
        return self.answers.pop(0)


def log(asked: Campaign, world: ScriptedWorld, names: str = "a b c d e") -> list[str]:
    plan = plan_waves([member(name) for name in names.split()], asked)
    lines = []
    for tick in Rehearsal(plan, asked, world, START).ticks():
        who = f" {tick.cluster.name}" if tick.cluster else ""
        minutes = (tick.at - START).total_seconds() / 60
        lines.append(f"{minutes:4.0f} min  wave {tick.wave}  {tick.kind}{who}: {tick.text}")
    return lines


def strict(**changes: object) -> Campaign:
    return campaign(
        waves=(WaveSize(share=Share(count=1)), WaveSize()),
        in_flight=InFlight(campaign=2),
        budget=Budget(total=Share(count=0)),
        **changes,
    )


def test_a_failure_over_the_budget_stops_new_starts_and_a_retry_starts_only_what_is_left() -> None:
    world = ScriptedWorld({"b": [Result.ROLLED_BACK]}, [Answer.RETRY])
    assert_as_recorded("campaign-with-retry.txt", log(strict(bake_s=1800.0), world))


def test_promote_goes_on_with_what_was_not_started_and_leaves_the_failed() -> None:
    world = ScriptedWorld({"b": [Result.NEEDS_OPERATOR]}, [Answer.PROMOTE])
    lines = log(strict(), world)
    assert [line.split()[-3] for line in lines if " started " in line and "not" not in line][-2:] == [
        "d:",
        "e:",
    ]
    assert lines[-1].endswith("5 clusters have a result")


def test_promote_without_a_round_left_leaves_out_what_was_not_started() -> None:
    world = ScriptedWorld({"a": [Result.ROLLED_BACK]}, [Answer.PROMOTE])
    lines = log(strict(retry=Retry(rounds=0)), world)
    assert not any("started a: attempt 2" in line for line in lines)


def test_an_answer_of_abort_ends_it() -> None:
    world = ScriptedWorld({"a": [Result.UNKNOWN]}, [Answer.ABORT])
    assert log(strict(), world)[-1].endswith("1 cluster has a result")


def test_a_pause_without_end_is_told_not_waited_for() -> None:
    world = ScriptedWorld(orders_at=((START + timedelta(minutes=5), Orders(paused="ada: lunch")),))
    lines = log(strict(), world)
    assert lines[-1] == "  10 min  wave 2  stuck: 4 wait for an order that never comes"


def test_an_abort_order_lets_what_runs_end() -> None:
    world = ScriptedWorld(orders_at=((START + timedelta(minutes=15), Orders(aborted="ada: flood")),))
    plan = plan_waves([member(name) for name in "abcde"], strict())
    rehearsal = Rehearsal(plan, strict(), world, START)
    kinds = [tick.kind for tick in rehearsal.ticks()]
    assert kinds.count(TickKind.STARTED) == kinds.count(TickKind.ENDED) == 3
    assert kinds.count(TickKind.NOT_STARTED) == 2
