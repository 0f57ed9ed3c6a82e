"""Every gate that a campaign's file can ask for puts its question, and its guard wants the answer."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from srx_issu.campaign.model import Gates, Share, WaveSize
from srx_issu.domain.approvals.rule import ApprovalRule
from srx_issu.domain.errors import RequestRefused
from srx_issu.steps.campaign.plan import confirm_plan, known_plan, make_plan
from srx_issu.steps.campaign.plan_question import rule_for_plan
from srx_issu.steps.campaign.wave import open_wave, wave_question
from tests.fakes.campaigns import FakeCampaign, said
from tests.unit.campaign.fleets import campaign, member

GATES = [field.name for field in fields(Gates) if isinstance(field.default, bool)]
NONE = Gates(**dict.fromkeys(GATES, False))
NOBODY = ApprovalRule(required=False)


def with_gates(gates: Gates) -> FakeCampaign:
    """Three waves, a plan for which nobody need be asked."""
    one = WaveSize(share=Share(count=1))
    asked = campaign(waves=(one, one, WaveSize()), gates=gates)
    fake = FakeCampaign(campaign=asked, fleet=[member(name) for name in "abcd"], policy=NOBODY)
    make_plan(fake.context())
    confirm_plan(fake.context())
    return fake


@pytest.mark.parametrize("gate", GATES)
def test_each_gate_asks_and_is_guarded(gate: str) -> None:
    gates = replace(NONE, **{gate: True})
    if rule_for_plan(NOBODY, gates).required:
        return  # the plan's own; test_campaign.py has its question and its guard
    fake = with_gates(gates)
    plan, _ = known_plan(fake.context())
    asking = [wave.number for wave in plan.waves if wave_question(fake.context(), wave.number)]
    assert asking, f"nothing asks for gates.{gate}: see wave_question in steps/campaign/wave.py"
    for number in asking:
        assert _is_refused(fake, number), (
            f"steps/campaign/wave.py, open_wave, wants no answer to gates.{gate}"
        )
        said(fake, wave_question(fake.context(), number))
        assert open_wave(fake.context(), number)


def test_without_a_gate_nobody_is_asked() -> None:
    fake = with_gates(NONE)
    assert [wave_question(fake.context(), number) for number in (1, 2, 3)] == [None] * 3
    assert not any(_is_refused(fake, number) for number in (1, 2, 3))


def _is_refused(fake: FakeCampaign, number: int) -> bool:
    try:
        open_wave(fake.context(), number)
    except RequestRefused as reason:
        return "no answer of a person" in str(reason)
    return False
