"""What the approver reads of a route that goes by a plan: what it does to the traffic, and every command."""

from __future__ import annotations

from collections.abc import Iterator

from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.junos.version import compare, parse
from srx_issu.domain.recovery.descriptions import action_lines
from srx_issu.domain.routes.plan import RoutePlan
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.steps.approval.apart_lines import apart_lines


def route_lines(plan: RoutePlan, timers: Timers, on_site: str | None = None) -> list[str]:
    """``on_site``: who is at the cables, of a route that needs somebody there."""
    if plan.apart is not None:
        traffic = [*apart_lines(plan, plan.apart, timers, on_site), *_downgrade(plan)]
    else:
        traffic = _together(plan, timers.boot_s)
    commands = "Approving sends, each after a new look at both nodes:\n\n" + "\n".join(_commands(plan))
    return [*traffic, commands]


def _together(plan: RoutePlan, boot_s: float) -> list[str]:
    return [
        f"**Traffic stops.** Both nodes reboot together: nothing is forwarded until one of them is back on "
        f"{plan.target}, and every session is lost. A node may take up to {boot_s / 60:.0f} minutes.",
        *_downgrade(plan),
        "**Nothing reboots** before both nodes show the image for their next boot. After the first reboot "
        "there is no way back by this run: where a node comes back on another release than its peer, a "
        "person takes their cables apart, at once.",
    ]


def _commands(plan: RoutePlan) -> Iterator[str]:
    for phase in plan.phases:
        yield f"- {phase.words}"
        yield from (f"  - {line}" for action in phase.actions for line in action_lines(action))


def _downgrade(plan: RoutePlan) -> list[str]:
    try:
        is_down = compare(parse(plan.target), parse(plan.old_release)) < 0
    except UnparsableVersion:
        return []
    if not is_down:
        return []
    return [
        f"**This is a downgrade**, from {plan.old_release} to {plan.target}: the configuration must be one "
        "that the older release takes (each node validates it before it installs), and an HA link must not "
        "be encrypted where the older release has no encryption (guide); whether switching it off needs a "
        "reboot is not documented."
    ]
