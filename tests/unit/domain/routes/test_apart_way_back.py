"""From where the lines of MINIMAL_DOWNTIME are put back, once the nodes are one cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import NextBoot, NodeName
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.routes.apart_way_back import way_out
from srx_issu.domain.routes.minimal_downtime import minimal_downtime_plan
from tests.fakes.apart import JOINED, apart_intent
from tests.fakes.snapshots import NEW, OLD, both, group


@pytest.mark.parametrize("leader", NodeName)
@pytest.mark.parametrize(
    ("failure", "release"), [(FailureClass.LEFT_RELAXED, OLD), (FailureClass.NOT_PUT_BACK, NEW)]
)
def test_the_lines_are_put_back_from_whichever_node_leads_now(
    leader: NodeName, failure: FailureClass, release: str
) -> None:
    links = replace(JOINED, settings=frozenset({"set chassis cluster redundancy-group 1 preempt"}))
    plan = minimal_downtime_plan(both(links=links, next_boot=NextBoot(is_other=False)), apart_intent())
    assert plan.apart is not None
    now = both(release, release, links=links, groups=(group(0, leader), group(1, leader)))
    way = way_out(plan, plan.apart, now, failure)
    assert way.kind is not PlanKind.HOLD
    asked = [action for action in way.actions if action.name in {ActionName.OPEN_PORTS, ActionName.PUT_BACK}]
    assert {action.node for action in asked} == {leader}
