"""Budget, gate and admission."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from srx_issu.campaign.admit import Flight, MustWait, Orders, WillNotStart, start_obstacle
from srx_issu.campaign.budget import exceeded
from srx_issu.campaign.gate import WaveDecision, judge_wave, to_finish, to_retry
from srx_issu.campaign.model import FAILURES, Budget, InFlight, OnExceeded, Result, Retry, Share
from srx_issu.campaign.plan import PlannedCluster, plan_waves
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.route import Route
from tests.unit.campaign.fleets import campaign, member

NOW = datetime(2027, 1, 17, tzinfo=UTC)
WAVE = ("a", "b", "c", "d")
DONE = dict.fromkeys(WAVE, Result.UPGRADED)


def planned(name: str, **changes: object) -> PlannedCluster:
    (found,) = plan_waves([member(name, **changes)], campaign()).clusters
    return found


def test_every_outcome_of_an_upgrade_is_a_result_and_colours_alike() -> None:
    assert {r.value for r in Result} == {o.value for o in Outcome} | {"UNKNOWN", "NOT_STARTED"}
    assert all(Result(o.value).is_success is o.is_success for o in Outcome)


def test_no_budget_bears_everything() -> None:
    failed = dict.fromkeys(WAVE, Result.ROLLED_BACK)
    assert exceeded(failed, Budget(), wave=WAVE, planned=4) is None


def test_a_budget_of_zero_bears_no_failure() -> None:
    budget = Budget(total=Share(count=0))
    assert exceeded(DONE, budget, wave=WAVE, planned=4) is None
    found = exceeded({**DONE, "b": Result.NOT_READY}, budget, wave=WAVE, planned=4)
    assert found == "1 failed (b); allowed failures of the campaign: 0"


@pytest.mark.parametrize(("allowed", "held"), [(Share(percent=25), True), (Share(percent=50), False)])
def test_a_percentage_is_of_the_plan(allowed: Share, held: bool) -> None:
    results = {**DONE, "a": Result.ROLLED_BACK, "b": Result.UNKNOWN}
    assert (exceeded(results, Budget(total=allowed), wave=WAVE, planned=4) is not None) is held


def test_the_waves_budget_counts_the_wave_only() -> None:
    results = {"a": Result.ROLLED_BACK, "b": Result.ROLLED_BACK, "z": Result.ROLLED_BACK}
    budget = Budget(per_wave=Share(count=1))
    assert exceeded(results, budget, wave=("z",), planned=9) is None
    found = exceeded(results, budget, wave=WAVE, planned=9)
    assert found == "2 failed (a, b); allowed failures of the wave: 1"


def test_unknown_counts_whatever_the_budget_counts() -> None:
    budget = Budget(total=Share(count=0), counts=frozenset({Result.ROLLED_BACK}))
    assert exceeded({"a": Result.NOT_READY}, budget, wave=WAVE, planned=4) is None
    assert exceeded({"a": Result.UNKNOWN}, budget, wave=WAVE, planned=4) is not None


def test_what_a_person_let_pass_counts_no_more() -> None:
    budget = Budget(total=Share(count=0))
    assert exceeded({"a": Result.NOT_READY}, budget, wave=WAVE, planned=4, accepted=("a",)) is None


def test_many_failures_are_named_in_part() -> None:
    results = {f"fw-{n}": Result.UNKNOWN for n in range(7)}
    found = exceeded(results, Budget(total=Share(count=0)), wave=(), planned=7)
    assert found is not None
    assert "fw-4 and others" in found


def test_a_wave_that_went_well_is_promoted() -> None:
    judged = judge_wave(campaign(), DONE, wave=WAVE, planned=4)
    assert (judged.decision, judged.reason) == (WaveDecision.PROMOTE, "all 4 of the wave have ended")


def test_failures_within_the_budget_are_told_and_promoted() -> None:
    judged = judge_wave(
        campaign(budget=Budget(total=Share(count=1))), {**DONE, "a": Result.ROLLED_BACK}, wave=WAVE, planned=4
    )
    assert (judged.decision, judged.reason) == (
        WaveDecision.PROMOTE,
        "all 4 of the wave have ended; 1 failed, which the budget allows",
    )


def test_a_cluster_without_result_is_a_failure() -> None:
    judged = judge_wave(campaign(budget=Budget(total=Share(count=0))), {}, wave=WAVE, planned=4)
    assert judged.decision is WaveDecision.HOLD


@pytest.mark.parametrize(
    ("what", "decision"), [(OnExceeded.HOLD, WaveDecision.HOLD), (OnExceeded.ABORT, WaveDecision.ABORT)]
)
def test_an_exceeded_budget_holds_or_aborts_as_the_file_says(
    what: OnExceeded, decision: WaveDecision
) -> None:
    budget = Budget(total=Share(count=0), on_exceeded=what)
    judged = judge_wave(campaign(budget=budget), {**DONE, "a": Result.ROLLED_BACK}, wave=WAVE, planned=4)
    assert judged.decision is decision


def test_what_was_not_started_holds() -> None:
    results = {**dict.fromkeys(WAVE, Result.NOT_STARTED), **{f"x{n}": Result.UPGRADED for n in range(3)}}
    judged = judge_wave(campaign(), results, wave=(*WAVE, "x1"), planned=9)
    assert (judged.decision, judged.reason) == (
        WaveDecision.HOLD,
        "4 of the wave were not started: a, b, c, d",
    )
    many = {f"y{n}": Result.NOT_STARTED for n in range(6)}
    assert judge_wave(campaign(), many, wave=tuple(many), planned=9).reason.endswith("y4 and others")


def test_an_abort_comes_first() -> None:
    judged = judge_wave(campaign(), DONE, wave=WAVE, planned=4, aborted="ada: flood in ber")
    assert (judged.decision, judged.reason) == (WaveDecision.ABORT, "ada: flood in ber")


def test_only_what_may_be_tried_again_is() -> None:
    results = {
        "a": Result.UPGRADED,
        "b": Result.ROLLED_BACK,
        "c": Result.NEEDS_OPERATOR,
        "d": Result.NOT_STARTED,
    }
    assert to_retry(campaign(), results, WAVE) == ("b", "d")
    assert to_finish(results, WAVE) == ("d",)
    none = campaign(retry=Retry(results=frozenset()))
    assert to_retry(none, results, WAVE) == ("d",)
    assert Result.UNKNOWN not in Retry().results < FAILURES


def test_orders_and_budget_come_before_the_window() -> None:
    fw = planned("fw")
    assert start_obstacle(fw, Orders(aborted="ada"), None, NOW, NOW) == WillNotStart(reason="ada")
    assert start_obstacle(fw, Orders(paused="bob"), "2 failed", None, NOW) == WillNotStart(reason="2 failed")
    assert start_obstacle(fw, Orders(paused="bob", stopped="eve"), None, NOW, NOW) == MustWait(reason="eve")
    assert start_obstacle(fw, Orders(paused="bob"), None, NOW, NOW) == MustWait(reason="bob")
    assert start_obstacle(fw, Orders(), None, NOW, NOW) is None


def test_a_closed_window_says_when_it_opens_and_none_at_all_is_final() -> None:
    opens = datetime(2027, 1, 20, 1, tzinfo=UTC)
    found = start_obstacle(planned("fw"), Orders(), None, opens, NOW)
    assert found == MustWait(reason="window of site ber opens 2027-01-20 01:00 UTC", until=opens)
    never = start_obstacle(planned("fw", worst_case_s=7201.0), Orders(), None, None, NOW)
    assert never == WillNotStart(reason="site ber has no window within 400 days that leaves 120 min")


def test_there_is_room_unless_a_limit_or_a_conflict_says_no() -> None:
    core = frozenset({"core"})
    fw, twin = planned("fw", conflict_groups=core), planned("twin", conflict_groups=core, site="nyc")
    other, alone = planned("other"), replace(planned("alone"), region=None)

    def room(cluster: PlannedCluster, running: list[PlannedCluster], **limits: int) -> str | None:
        flight = Flight(InFlight(**{"campaign": 9, **limits}))
        for each in running:
            flight.start(each)
        found = flight.crowded(cluster)
        for each in running:
            flight.end(each)
        assert flight.crowded(cluster) is None
        return found

    assert room(fw, []) is None
    reboot, icu = planned("reboot", route=Route.DUAL_REBOOT), planned("icu", route=Route.ICU)
    full = "1 are in flight that stop the traffic, the campaign's limit of outages"
    assert room(reboot, [fw, icu]) is None
    assert room(reboot, [planned("first", route=Route.DUAL_REBOOT)]) == full
    assert room(icu, [planned("first", route=Route.DUAL_REBOOT)]) is None
    assert room(fw, [other, alone], campaign=2) == "2 are in flight, the campaign's limit"
    assert room(fw, [twin]) == "conflict group core is taken by twin"
    assert room(fw, [other], per_site=1) == "1 are in flight at site ber, its limit"
    far = replace(other, site="par")
    assert room(fw, [far], per_site=1, per_region=1) == "1 are in flight in region emea, its limit"
    assert room(alone, [replace(far, region=None)], per_site=1, per_region=1) is None
