"""From where the lines of MINIMAL_DOWNTIME are put back, once the nodes are one cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import Image, NextBoot, NodeName
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.procedure.action import ActionName, CommandKind
from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.routes.apart_way_back import WayOut, way_out
from srx_issu.domain.routes.minimal_downtime import minimal_downtime_plan
from srx_issu.domain.upgrade.route import Rollback, RollbackRule, RouteRules, RouteScope
from tests.fakes.apart import JOINED, apart, apart_intent
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


def before_move(rollback: Rollback, *images: Image) -> WayOut:
    """The secondary is upgraded alone, and the route has stopped."""
    said = RollbackRule(scope=RouteScope(), rollback=rollback, reason="no way back", source="page")
    asked = replace(apart_intent(routes=RouteRules(rollbacks=(said,))), old_images=images)
    plan = minimal_downtime_plan(both(links=JOINED, next_boot=NextBoot(is_other=False)), asked)
    assert plan.apart is not None
    return way_out(plan, plan.apart, apart(OLD, NEW), FailureClass.APART_BEFORE_MOVE)


def test_where_no_rollback_leads_back_the_old_image_is_installed() -> None:
    old = replace(apart_intent().image, name="old.tgz", release=OLD)
    way = before_move(Rollback.NONE, old)
    (first, *_) = way.actions
    assert (way.kind, first.commands[0].cli) == (
        PlanKind.ROLL_BACK,
        "request system software add /var/tmp/old.tgz",
    )
    assert [c.order for a in way.actions for c in a.commands][:2] == [
        CommandKind.ADD_SOFTWARE,
        CommandKind.REBOOT_ALONE,
    ]


def test_without_it_a_person_acts() -> None:
    assert before_move(Rollback.NONE).kind is PlanKind.HOLD
    rolled_back = before_move(Rollback.WORKS)
    assert rolled_back.actions[0].commands[0].order is CommandKind.TAKE_BACK_SOFTWARE
