"""What is approved of a route that takes the nodes apart: traffic, hands, commits, and how each is undone."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NextBoot
from srx_issu.domain.routes.minimal_downtime import minimal_downtime_plan
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.steps.approval.route_lines import route_lines
from tests.fakes.apart import JOINED, apart_intent
from tests.fakes.snapshots import both


def test_every_line_that_is_committed_and_every_line_that_undoes_it_is_shown() -> None:
    plan = minimal_downtime_plan(both(links=JOINED, next_boot=NextBoot(is_other=False)), apart_intent())
    text = "\n".join(route_lines(plan, Timers(outage_s=300), "Bea"))
    for line in (*(line for command in plan.commands for line in command.lines), *plan.undo):
        assert f"`{line}`" in text
    for command in plan.commands:
        assert f"on {command.node}: `{command.cli}`" in text


def test_the_approver_reads_who_is_on_site_and_for_what() -> None:
    plan = minimal_downtime_plan(both(links=JOINED, next_boot=NextBoot(is_other=False)), apart_intent())
    text = "\n".join(route_lines(plan, Timers(), "Bea at the rack"))
    assert "**On site: Bea at the rack**" in text
    for action in plan.actions:
        assert action.asks is None or f"- {action.asks}" in text
    assert "Both nodes reboot together" not in text
