"""An approver who would take another route says so by a no, and the end of the run names the command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from srx_issu.domain.approvals.judge import NotApproved
from srx_issu.domain.approvals.rule import ApprovalPurpose, ApprovalRule, Approvals
from srx_issu.domain.cluster.model import ManagementPath
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.approval_events import AnswerGiven
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.another_route import reject_for, wanted_instead
from srx_issu.domain.upgrade.route import Allowance, Route, RouteCost, RouteRule, RouteRules, RouteScope
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix
from srx_issu.steps.approval.confirm import confirm_approval
from srx_issu.steps.approval.facts import standing
from srx_issu.steps.approval.gate import approach, hear
from srx_issu.steps.approval.gate_task import AskPerson, Gate, Response
from srx_issu.steps.approval.request import recovery_request, start_request
from srx_issu.steps.routes.stored_plan import plan_route
from tests.fakes.approvals import PASSED, READY_ENTRY
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import CLUSTER, intent
from tests.fakes.recoveries import half_way
from tests.unit.steps.approval.test_approval_gate import ADA, GATES

DUAL = reject_for(Route.DUAL_REBOOT)
COMMAND = f"srx-issu upgrade fw-1 --image {intent().image.name} --route dual_reboot"


def fake(
    icu: Allowance = Allowance.REFUSED,
    dual: Allowance = Allowance.ALLOWED,
    apart: Allowance = Allowance.REFUSED,
) -> FakeUpgrade:
    """An ISSU that is assessed; what its other routes are judged by."""
    rules = tuple(
        RouteRule(route=route, scope=RouteScope(), allowance=allowance, reason="so it is", source="page")
        for route, allowance in ((Route.ICU, icu), (Route.DUAL_REBOOT, dual), (Route.MINIMAL_DOWNTIME, apart))
    )
    cost = RouteCost(
        route=Route.DUAL_REBOOT, outage_s=900, outage_source="page", sessions="lost", adjacencies="lost",
        source="page",
    )  # fmt: skip
    platform = Platform(model=CLUSTER.model, in_service=InService.ISSU, reason="guide")
    support = SupportMatrix(
        platforms={CLUSTER.model: platform}, routes=RouteRules(rules=rules, costs=(cost,))
    )
    cluster = replace(CLUSTER, management_path=ManagementPath.BESIDE)
    asked = Approvals(start=ApprovalRule(approvers=(ADA,)))
    found = FakeUpgrade(intent=intent(approvals=asked, support=support, cluster=cluster)).with_baseline()
    found.happened(PASSED, READY_ENTRY.text, step=READY_ENTRY.step)
    return found


def gate(number: int = 1) -> Gate:
    return Gate(purpose=ApprovalPurpose.START, number=number, try_number=1, spares=GATES - number)


def asked(upgrade: FakeUpgrade) -> AskPerson:
    found = approach(upgrade.context(gate().name), gate(), start_request)
    assert isinstance(found, AskPerson)
    return found


@pytest.mark.parametrize("route", Route)
def test_the_words_of_an_answer_lead_back_to_its_route(route: Route) -> None:
    assert wanted_instead(reject_for(route)) is route
    assert wanted_instead("Reject") is None


def test_what_may_be_taken_is_offered_and_nothing_else() -> None:
    assert asked(fake()).options == ("Approve", "Reject", DUAL)
    assert asked(fake(dual=Allowance.REFUSED)).options == ("Approve", "Reject")
    both = asked(fake(icu=Allowance.ASK)).options
    assert set(both) == {"Approve", "Reject", DUAL, reject_for(Route.ICU)}
    assert "answer 'Reject: take ...'" in asked(fake()).body


def test_it_is_a_no_that_names_the_command() -> None:
    upgrade = fake()
    asked(upgrade)
    with pytest.raises(RequestRefused) as refused:
        hear(upgrade.context(gate().name), gate(), Response(person=ADA, chosen=(DUAL,)))
    assert str(refused.value) == (
        f"ada refused the start and asks for dual reboot instead: {COMMAND}; nothing was sent"
    )
    assert upgrade.outcome is Outcome.REFUSED
    given = [said.event for said in upgrade.known().talk if isinstance(said.event, AnswerGiven)]
    assert [(each.by, each.choice) for each in given] == [("ada", DUAL)]
    found = standing(upgrade.known(), upgrade.intent, "start", upgrade.clock.now())
    assert isinstance(found, NotApproved)
    assert found.is_refused


def at_the_next_gate(upgrade: FakeUpgrade) -> object:
    return approach(upgrade.context(gate().name), gate(), start_request)


def at_the_guard(upgrade: FakeUpgrade) -> object:
    return confirm_approval(upgrade.context("guard"), ApprovalPurpose.START)


@pytest.mark.parametrize("again", [at_the_next_gate, at_the_guard])
def test_a_worker_that_died_behind_the_answer_names_it_too(again: Callable[[FakeUpgrade], object]) -> None:
    upgrade = fake().approved("start", choice=DUAL)
    with pytest.raises(RequestRefused, match=f"instead: {COMMAND}; nothing was sent"):
        again(upgrade)
    assert upgrade.outcome is Outcome.REFUSED


def test_a_recovery_offers_no_other_route() -> None:
    assert recovery_request(half_way().context("recover")).other_routes == ()


def test_the_question_shows_what_earlier_runs_have_measured() -> None:
    upgrade = fake()
    assert "Measured" not in asked(upgrade).body  # an assessment of an older version
    upgrade = fake()
    upgrade.happened(replace(PASSED, measured="3 runs with SRX4600: 20 min"), READY_ENTRY.text)
    assert "- Measured: 3 runs with SRX4600: 20 min" in asked(upgrade).body


def test_other_routes_are_a_list_of_their_own() -> None:
    body = asked(fake(dual=Allowance.ASK)).body
    assert "\n- Other routes:\n  - dual reboot: a person decides, because so it is [page]" in body


def test_of_a_dual_reboot_traffic_comes_first_and_a_reason_is_read_once() -> None:
    upgrade = fake(dual=Allowance.ASK)
    upgrade.intent = replace(upgrade.intent, route=Route.DUAL_REBOOT)
    ask = "dual reboot: so it is [page]; a person must approve"
    upgrade.happened(replace(PASSED, ask=ask), f"ready: {ask}", step=READY_ENTRY.step)
    plan_route(upgrade.context("prepare"))
    body = start_request(upgrade.context(gate().name)).body
    assert (
        body.index("**Traffic stops.**") < body.index("Approving sends") < body.index("- Route: dual reboot")
    )
    assert "- Route: dual reboot: a person decides, for the reasons above" in body
    assert body.count("so it is [page]") == 1 + 2  # of this route, and of the two that are refused
