"""MINIMAL_DOWNTIME (KB17947): one node after the other, the links apart while their releases differ.

The most dangerous route: a mistake makes both nodes answer for the same addresses. Every step is taken
on what the nodes themselves show, a person's work included; ``domain/procedure/apart_rules.py`` has the
rules that hold whatever the plan says. Until the traffic moves, a stop of the fleet and the window hold it
back; from then on it goes on, because a cluster of one node is worse.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.cluster.node_links import ports_in
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.procedure.action import ActionName, PlannedAction
from srx_issu.domain.procedure.apart_claims import links_of
from srx_issu.domain.procedure.claims import nothing_pending, pending, primary_of_all, runs
from srx_issu.domain.procedure.conditions import StateCondition, judge
from srx_issu.domain.routes.apart_steps import ApartSteps
from srx_issu.domain.routes.commit_step import CommitStep
from srx_issu.domain.routes.plan import PhasePlan, RoutePhase, RoutePlan
from srx_issu.domain.routes.relaxed import closing, opening, relaxed
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.leads_back import leads_back, old_image_path
from srx_issu.domain.upgrade.route import Route

_BOTH = tuple(NodeName)


@dataclass(frozen=True, kw_only=True)
class _ApartWay:
    """``primary`` and ``secondary`` are those of the baseline, all the way."""

    primary: NodeName
    old_release: str
    target: str
    steps: ApartSteps

    @property
    def secondary(self) -> NodeName:
        return self.primary.peer

    def both(self, release: str) -> tuple[StateCondition, ...]:
        return tuple(runs(node, release) for node in NodeName)


def minimal_downtime_plan(before: Snapshot, intent: Intent) -> RoutePlan:
    """Raises ValueError, with what is missing, for a baseline from which the nodes cannot be taken apart
    safely: readiness lets none through."""
    way = _way(before, intent)
    primary, secondary = way.primary, way.secondary
    phases = (
        PhasePlan(
            phase=RoutePhase.RELAX,
            words=f"what acts by itself is switched off, and the ports of {secondary} are closed",
            actions=_relax(way),
        ),
        PhasePlan(
            phase=RoutePhase.TAKE_APART,
            words="a person takes control and fabric link apart; both nodes must show it",
            actions=(way.steps.take_apart(primary),),
        ),
        PhasePlan(
            phase=RoutePhase.SECONDARY,
            words=f"{secondary} is upgraded to {way.target} alone, and seen alone",
            actions=_upgrade_secondary(way),
        ),
        PhasePlan(
            phase=RoutePhase.MOVE_TRAFFIC,
            words=f"{primary} is closed, then {secondary} opened: traffic stops in between",
            actions=_move_traffic(way),
            is_urgent=True,
        ),
        PhasePlan(
            phase=RoutePhase.OLD_PRIMARY,
            words=f"{primary} is upgraded to {way.target} alone, seen alone, and halted",
            actions=_upgrade_old_primary(way),
        ),
        PhasePlan(
            phase=RoutePhase.JOIN,
            words=f"a person joins the links while {primary} is halted, and boots it",
            actions=(way.steps.join(primary, way.target),),
        ),
        PhasePlan(
            phase=RoutePhase.IN_SYNC,
            words="the nodes synchronise until each could take over",
            actions=(way.steps.in_sync(),),
        ),
        PhasePlan(
            phase=RoutePhase.PUT_BACK,
            words=f"the ports of {primary} are open again, and what was switched off is on",
            actions=way.steps.put_back(secondary, way.target, SendPurpose.COMPLETE),
        ),
    )
    return RoutePlan(
        route=Route.MINIMAL_DOWNTIME,
        starter=primary,
        old_release=way.old_release,
        target=way.target,
        phases=phases,
        apart=way.steps,
        old_image_path=way.steps.old_image_path,
    )


def _way(before: Snapshot, intent: Intent) -> _ApartWay:
    primary = before.primary(0)
    old = before.view(primary).release if primary else None
    if primary is None or old is None:
        raise ValueError("the baseline shows no primary of RG0, or not which release it runs")
    carries = judge(primary_of_all(primary), before, {})
    if not carries.holds:
        raise ValueError(f"one node must carry everything: {carries.text}")
    for node in NodeName:
        if not (next_boot := judge(nothing_pending(node), before, {})).holds:
            raise ValueError(f"both nodes must show that they boot what they run: {next_boot.text}")
    settings = links_of(before.view(primary)).settings
    if settings is None or settings != links_of(before.view(primary.peer)).settings:
        raise ValueError("the baseline does not show the same configuration on both nodes")
    return _ApartWay(
        primary=primary,
        old_release=old,
        target=intent.image.release,
        steps=_steps(before, intent, old, settings),
    )


def _steps(before: Snapshot, intent: Intent, old_release: str, settings: Collection[str]) -> ApartSteps:
    """Ports that are closed already stay so, and are never opened."""
    platform = intent.support.platforms.get(intent.cluster.model) if intent.support else None
    first_slot = platform.node1_first_slot if platform else None
    if first_slot is None:
        raise ValueError(f"policy/support.yaml has no 'node1_first_slot' for {intent.cluster.model}")
    shown = [links_of(view) for view in before.views]
    up = frozenset[str]().union(*(links.ports_up for links in shown))
    known = up.union(*(links.ports_down for links in shown))
    used = [port for port in known if f"set interfaces {port} disable" not in settings]
    ports0, ports1 = ports_in(used, 0, first_slot), ports_in(used, first_slot, None)
    for node, ports in zip(NodeName, (ports0, ports1), strict=True):
        if not up.intersection(ports):
            raise ValueError(f"the baseline shows no network port of {node} with a link")
    return ApartSteps(
        ports0=ports0,
        ports1=ports1,
        up=up,
        relaxed=relaxed(settings),
        software=intent.software,
        image_path=intent.image.node_path,
        old_image_path=old_image_path(intent, before),
        can_roll_back=leads_back(intent.cluster.model, old_release, intent.image.release, intent.support),
    )


def _relax(way: _ApartWay) -> tuple[PlannedAction, ...]:
    """Two commits: monitoring must be off before the ports go down that it watches."""
    steps, primary, secondary = way.steps, way.primary, way.secondary
    closed = closing(steps.ports(secondary))
    needs = (*way.both(way.old_release), primary_of_all(primary))
    first: tuple[PlannedAction, ...] = ()
    if way.steps.relaxed.lines:
        first = (
            steps.commit(
                CommitStep(
                    name=ActionName.RELAX,
                    node=primary,
                    lines=way.steps.relaxed.lines,
                    reason="nothing may move the traffic, or reboot a node, by itself",
                    purpose=SendPurpose.BEGIN,
                    on=_BOTH,
                    links_down=False,
                    needs=needs,
                    waits_for=(*steps.links_joined(), *steps.none_pending()),
                    done_when=steps.none_pending(),
                )
            ),
        )
    isolate = steps.commit(
        CommitStep(
            name=ActionName.ISOLATE_SECONDARY,
            node=primary,
            lines=closed,
            reason=f"nothing reaches {secondary} through the network before a link is touched",
            purpose=SendPurpose.CONTINUE if first else SendPurpose.BEGIN,
            on=_BOTH,
            links_down=False,
            needs=needs,
            waits_for=(*steps.links_joined(), *steps.none_pending()),
            done_when=(
                *(steps.closed(secondary, seen_by=node) for node in NodeName),
                *steps.none_pending(),
            ),
        )
    )
    return (*first, isolate)


def _upgrade_secondary(way: _ApartWay) -> tuple[PlannedAction, ...]:
    steps, node = way.steps, way.secondary
    carried = (runs(way.primary, way.old_release), steps.open(way.primary))
    return (
        steps.install(
            ActionName.INSTALL_ON_SECONDARY,
            node,
            way.target,
            SendPurpose.CONTINUE,
            (*carried, runs(node, way.old_release)),
        ),
        steps.reboot(
            ActionName.REBOOT_SECONDARY, node, SendPurpose.CONTINUE, (*carried, pending(node, way.target))
        ),
        steps.back_alone(ActionName.SECONDARY_ALONE, node, way.target),
    )


def _move_traffic(way: _ApartWay) -> tuple[PlannedAction, ...]:
    """The one is closed, and seen closed by its own word, before the other is opened."""
    steps, old, new = way.steps, way.primary, way.secondary
    ready = (runs(new, way.target), steps.alone(new))
    return (
        steps.commit(
            CommitStep(
                name=ActionName.CLOSE_OLD_PRIMARY,
                node=old,
                lines=closing(steps.ports(old)),
                reason=f"{old} lets go of the traffic",
                purpose=SendPurpose.CONTINUE,
                on=(old,),
                links_down=True,
                needs=ready,
                waits_for=(*steps.links_apart(), *steps.none_pending()),
                done_when=(steps.closed(old),),
                deadline="outage_s",
            )
        ),
        steps.commit(
            CommitStep(
                name=ActionName.OPEN_SECONDARY,
                node=new,
                lines=opening(steps.ports(new)),
                reason=f"{new} takes the traffic",
                purpose=SendPurpose.COMPLETE,
                on=(new,),
                links_down=True,
                needs=ready[:1],
                waits_for=(steps.closed(old), *ready[1:]),
                done_when=(steps.open(new),),
                deadline="outage_s",
            )
        ),
    )


def _upgrade_old_primary(way: _ApartWay) -> tuple[PlannedAction, ...]:
    steps, node = way.steps, way.primary
    carried = (runs(way.secondary, way.target), steps.open(way.secondary))
    return (
        steps.install(
            ActionName.INSTALL_ON_OLD_PRIMARY,
            node,
            way.target,
            SendPurpose.COMPLETE,
            (*carried, runs(node, way.old_release)),
        ),
        steps.reboot(
            ActionName.REBOOT_OLD_PRIMARY_ALONE,
            node,
            SendPurpose.COMPLETE,
            (*carried, pending(node, way.target)),
        ),
        steps.back_alone(ActionName.OLD_PRIMARY_ALONE, node, way.target),
        steps.halt(node, way.target, SendPurpose.COMPLETE),
    )
