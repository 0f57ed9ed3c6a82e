"""What a person is told to take back where a recovery of nodes that are apart has stopped."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NextBoot, Snapshot
from srx_issu.domain.cluster.node_links import NodeLinks
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.steps.recovery.stored_plan import prognosis
from srx_issu.steps.routes.stored_plan import plan_route
from srx_issu.steps.upgrade.hold_for_operator import what_to_do
from tests.fakes.apart import DISABLED, JOINED, PORTS0, PORTS1, apart_intent
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.snapshots import N0, both


def look(links: NodeLinks) -> Snapshot:
    return both(links=links, next_boot=NextBoot(is_other=False))


def test_each_node_has_its_lines_that_are_still_in_force() -> None:
    closed = NodeLinks(
        control=True,
        fabric=True,
        ports_up=frozenset(PORTS0),
        ports_down=frozenset(PORTS1),
        settings=frozenset({DISABLED}),
        is_commit_pending=False,
    )
    fake = FakeUpgrade(intent=apart_intent()).with_baseline(look(JOINED))
    plan_route(fake.context("assess"))
    fake.happened(
        CommandIntended(
            sending=Sending.COMMIT,
            node=N0,
            command="commit",
            permit_id="p",
            route_command="isolate_secondary_node0",
        )
    )
    fake.reader.now = look(closed)
    context = fake.context("recover.abort")
    found = prognosis(context, patient=False)
    assert isinstance(found.plan, RecoveryPlan)
    assert found.plan.actions
    told = what_to_do(context, found.plan, found.diagnosis)
    for node in ("node0", "node1"):
        assert (
            f"To be taken back on {node}, unless it is already: delete interfaces {PORTS1[0]} disable."
            in told
        )
