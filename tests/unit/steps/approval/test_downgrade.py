"""A downgrade is approved for itself: a second question, whose yes the send gate asks for as well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.approvals.judge import Approved, NotApproved
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.rows import ClusterFeatures
from srx_issu.domain.cluster.state import ClusterState, Rows
from srx_issu.domain.errors import NotPermitted, RequestRefused
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import CommandSent, Sending
from srx_issu.domain.history.events import FindingMade, FoundBy, ReadinessPassed
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.approval.ask_for_start import BeforeStart, confirm_downgrade, confirm_start
from srx_issu.steps.approval.facts import standing
from srx_issu.steps.approval.request import downgrade_request
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, T0
from tests.unit.steps.gate.worlds import World

START, DOWNGRADE = ApprovalPurpose.START, ApprovalPurpose.DOWNGRADE
PASSED = ReadinessPassed(
    for_approval=True, ask=None, found="node0: 23.4R2", support="allowed", downgrade_from="23.4R2"
)
WINDOW = {"window_start": "2026-03-01T00:00:00+00:00"}


def assessed(passed: ReadinessPassed = PASSED, **changes: object) -> FakeUpgrade:
    fake = FakeUpgrade(intent=intent(route=Route.ICU, **changes)).with_baseline()
    fake.happened(passed, "ready")
    return fake


def judged(fake: FakeUpgrade) -> Approved | NotApproved:
    return standing(fake.known(), fake.intent, DOWNGRADE, T0)


def test_a_yes_to_the_start_is_none_to_the_downgrade() -> None:
    fake = assessed().approved("start")
    assert isinstance(standing(fake.known(), fake.intent, START, T0), Approved)
    assert isinstance(judged(fake), NotApproved)
    assert isinstance(judged(fake.approved("downgrade")), Approved)


def test_an_upgrade_needs_no_second_yes() -> None:
    fake = assessed(replace(PASSED, downgrade_from=None)).approved("start")
    assert isinstance(judged(fake), Approved)
    assert confirm_start(fake.context("x")) is BeforeStart.START


def test_nothing_is_approved_before_readiness_has_passed() -> None:
    assert isinstance(judged(FakeUpgrade(intent=intent(route=Route.ICU))), NotApproved)


def test_a_later_assessment_of_another_kind_asks_anew() -> None:
    fake = assessed().approved("start").approved("downgrade")
    fake.happened(replace(PASSED, downgrade_from="24.2R1"), "ready")
    assert isinstance(judged(fake), NotApproved)


@pytest.mark.parametrize(("changes", "way"), [({}, BeforeStart.START), (WINDOW, BeforeStart.WAIT)])
def test_behind_the_guard_of_the_start_the_second_question_is_put(
    changes: dict[str, object], way: BeforeStart
) -> None:
    fake = assessed(**changes).approved("start")
    assert confirm_start(fake.context("x")) is BeforeStart.DOWNGRADE
    with pytest.raises(RequestRefused, match="nothing was sent"):
        confirm_downgrade(fake.context("x"))
    assert fake.outcome is Outcome.REFUSED
    again = assessed(**changes).approved("start").approved("downgrade")
    assert confirm_downgrade(again.context("x")) is way


def test_the_send_gate_asks_for_both() -> None:
    fake = assessed().approved("start")
    world = World(purpose=SendPurpose.BEGIN, fake=fake, method=StartMethod.SHELL)
    with pytest.raises(NotPermitted):
        world.send()
    assert world.reached == []
    fake.approved("downgrade")
    world.send()
    assert len(world.reached) == 1


def test_it_says_the_loss_the_older_release_and_what_the_nodes_say_of_the_configuration() -> None:
    fake = assessed()
    fake.state = ClusterState(
        cluster="fw-1", taken_at=T0, cluster_features=Rows(rows=(ClusterFeatures(ha_link_encryption=True),))
    )
    fake.with_baseline()
    fake.happened(CommandSent(sending=Sending.VALIDATE, node=N0), "Validation succeeded")
    fake.happened(FindingMade(by=FoundBy.VALIDATION), "node1: Validation failed", node=N1)
    asked = downgrade_request(fake.context("approval.approve_downgrade"))
    assert asked.subject == f"Accept the downgrade of fw-1 to {intent().image.release}?"
    for words in (
        f"goes **back** from 23.4R2 to **{intent().image.release}**",
        "**Traffic stops**",
        "- node0: Validation succeeded",
        "- node1: Validation failed",
        "Encryption of the HA link (guide): **it is on**",
    ):
        assert words in asked.body
