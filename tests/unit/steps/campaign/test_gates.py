"""Every gate that a campaign's file can ask for puts its question, and its guard wants the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from typing import Any

import pytest

from srx_issu.campaign.model import Gates, Share, WaveSize
from srx_issu.domain.approvals.rule import ApprovalRule
from srx_issu.domain.errors import RequestRefused
from srx_issu.steps.campaign.context import CampaignContext
from srx_issu.steps.campaign.plan import approval_question, confirm_plan, known_plan, make_plan
from srx_issu.steps.campaign.questions import CampaignQuestion
from srx_issu.steps.campaign.wave import open_wave, wave_question
from tests.fakes.campaigns import FakeCampaign, said
from tests.unit.campaign.fleets import campaign, member

Ask = Callable[[CampaignContext], CampaignQuestion | None]
Guard = Callable[[CampaignContext], Any]
HOW_IT_IS_ASKED = frozenset({"approvers", "expiry_s"})  # keys that are no gates
SWITCHES = {field.name: True for field in fields(Gates) if isinstance(field.default, bool)}
ASKING: dict[str, Any] = {**SWITCHES}  # by gate: a value with which it asks of waves of 1, 1 and 2 clusters
NONE = Gates(**dict.fromkeys(SWITCHES, False))
# Gates that do not stand before a wave: the question, and the guard behind it.
MOMENTS: dict[str, tuple[Ask, Guard]] = {"plan": (approval_question, confirm_plan)}


def planned(gates: Gates) -> FakeCampaign:
    """Three waves; policy itself wants nobody to be asked."""
    one = WaveSize(share=Share(count=1))
    asked = campaign(waves=(one, one, WaveSize()), gates=gates)
    policy = ApprovalRule(required=False)
    fake = FakeCampaign(campaign=asked, fleet=[member(name) for name in "abcd"], policy=policy)
    make_plan(fake.context())
    return fake


def test_every_gate_is_tried() -> None:
    untried = {field.name for field in fields(Gates)} - HOW_IT_IS_ASKED - set(ASKING)
    assert not untried, f"say in ASKING of this file with which value it asks: gates.{', '.join(untried)}"


@pytest.mark.parametrize("gate", ASKING)
def test_each_gate_asks_and_is_guarded(gate: str) -> None:
    fake = planned(replace(NONE, **{gate: ASKING[gate]}))
    if gate != "plan":
        confirm_plan(fake.context())
    asking = [(ask, guard) for ask, guard in _moments(fake, gate) if ask(fake.context())]
    assert asking, (
        f"nothing asks for gates.{gate}: see wave_question in steps/campaign/wave.py; one at another moment "
        "has its question and its guard in MOMENTS of this file"
    )
    for ask, guard in asking:
        assert _is_refused(fake, guard), f"{_name(guard)}, the guard, wants no answer to gates.{gate}"
        said(fake, ask(fake.context()))
        guard(fake.context())


def test_without_a_gate_nobody_is_asked() -> None:
    fake = planned(NONE)
    for ask, guard in (*MOMENTS.values(), *_moments(fake, "waves")):
        assert ask(fake.context()) is None
        guard(fake.context())


def _moments(fake: FakeCampaign, gate: str) -> list[tuple[Ask, Guard]]:
    """Where this gate may ask."""
    if gate in MOMENTS:
        return [MOMENTS[gate]]
    plan, _ = known_plan(fake.context())
    numbers = [wave.number for wave in plan.waves]
    return [(partial(wave_question, number=n), partial(open_wave, number=n)) for n in numbers]


def _is_refused(fake: FakeCampaign, guard: Guard) -> bool:
    try:
        guard(fake.context())
    except RequestRefused as reason:
        return "no answer of a person" in str(reason)
    return False


def _name(guard: Guard) -> str:
    function = guard.func if isinstance(guard, partial) else guard
    return f"{function.__module__}.{function.__name__}"
