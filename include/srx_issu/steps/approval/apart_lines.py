"""What the approver reads of a route that takes the two nodes apart."""

from __future__ import annotations

from collections.abc import Iterable

from srx_issu.domain.procedure.action import CommandKind
from srx_issu.domain.routes.apart_steps import ApartSteps
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.upgrade.intent import Timers


def apart_lines(plan: RoutePlan, steps: ApartSteps, timers: Timers, on_site: str | None) -> list[str]:
    """What it does to the traffic, who must be where, what is committed, and how each line is undone."""
    primary, secondary = plan.starter, plan.starter.peer
    commits = (command for command in plan.commands if command.order is CommandKind.COMMIT)
    changed = [line for command in commits for line in command.lines if line not in steps.undo]
    return [
        f"**Traffic stops once**, while the ports of {primary} are closed and those of {secondary} are not "
        f"open yet; after {timers.outage_s:.0f} s somebody is called. It is bound to the window and to the "
        f"stop of the fleet. From then on {secondary} carries the traffic alone, until both nodes are one "
        "cluster again.",
        f"**On site: {on_site or 'nobody is named'}**, who is asked, when it is due, to:\n\n"
        + _listed(action.asks for action in plan.actions if action.asks),
        "**The most dangerous route**: while the links are apart both nodes may call themselves primary. "
        "Nothing that opens a port is sent while the other node does not show its own closed, and nothing "
        "at all while a link is seen up between two releases: then somebody is called to pull the cable. "
        "No answer of a person opens anything: both nodes must show it.",
        f"**Before the traffic moves** the way back is without an outage: {secondary} is put back alone. "
        "**After it** the way leads forward. The whole configuration of both nodes is kept off the nodes "
        "before anything is sent.",
        "**Committed for the time**:\n\n" + _listed(f"`{line}`" for line in changed),
        "**Undone by**, in this order:\n\n" + _listed(f"`{line}`" for line in steps.undo),
    ]


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in dict.fromkeys(lines))
