"""A route as a value: its phases, what each sends to which node, on what condition, and what shows its end.

Made from the baseline before anybody is asked; a yes is bound to exactly this plan. It survives JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.procedure.action import ActionName, PlannedAction, PlannedCommand, TakenCommand
from srx_issu.domain.routes.apart_steps import ApartSteps
from srx_issu.domain.upgrade.route import Route


class RoutePhase(StrEnum):
    """What is one task of a route's DAG; the plan has their order."""

    INSTALL = "install"  # both nodes get the image, and boot what they run until they are told to
    REBOOT = "reboot"  # both nodes go down
    NODES_BACK = "nodes_back"  # both nodes run the target
    RELAX = "relax"  # what would act by itself is switched off, and the secondary is isolated
    TAKE_APART = "take_apart"  # a person takes control and fabric links apart
    SECONDARY = "secondary"  # the secondary is upgraded alone
    MOVE_TRAFFIC = "move_traffic"  # the outage
    OLD_PRIMARY = "old_primary"  # the old primary is upgraded alone, then halted
    JOIN = "join"  # a person joins the links while the old primary is down, and boots it
    PUT_BACK = "put_back"  # what was switched off
    IN_SYNC = "in_sync"  # each of them could take over


@dataclass(frozen=True, kw_only=True)
class PhasePlan:
    """One phase. ``words``: for people, as a run book would say it."""

    phase: RoutePhase
    words: str
    actions: tuple[PlannedAction, ...]
    is_urgent: bool = False  # seconds count: looked at without a pause until its actions are over


@dataclass(frozen=True, kw_only=True)
class RoutePlan:
    """One cluster's way to another release on one route. ``starter``: the primary of RG0 at the baseline."""

    route: Route
    starter: NodeName
    old_release: str
    target: str
    phases: tuple[PhasePlan, ...]
    apart: ApartSteps | None = None  # of a route that takes the nodes apart
    old_image_path: str | None = None  # on both nodes, where no rollback leads back

    def __post_init__(self) -> None:
        keys = [command.key for command in self.commands]
        if len(keys) != len(set(keys)):
            raise ValueError(f"a plan whose commands share a key: {', '.join(keys)}")
        names = [action.name for action in self.actions]
        if len(names) != len(set(names)):
            raise ValueError(f"a plan whose actions share a name: {', '.join(names)}")

    @property
    def undo(self) -> tuple[str, ...]:
        """The lines that take back whatever the plan's commits leave in force for the time being."""
        return self.apart.undo if self.apart else ()

    @property
    def actions(self) -> tuple[PlannedAction, ...]:
        return tuple(action for phase in self.phases for action in phase.actions)

    @property
    def commands(self) -> tuple[PlannedCommand, ...]:
        return tuple(command for action in self.actions for command in action.commands)

    def action(self, name: ActionName) -> PlannedAction | None:
        """The action of that name; None = this plan has none."""
        return next((action for action in self.actions if action.name is name), None)

    def commands_of_urgent(self, name: ActionName) -> tuple[PlannedCommand, ...]:
        """Those of the urgent phase that has the action."""
        phases = (each for each in self.phases if each.is_urgent and name in {a.name for a in each.actions})
        return tuple(command for phase in phases for action in phase.actions for command in action.commands)

    def is_past(self, name: ActionName, sent: tuple[TakenCommand, ...]) -> bool:
        """Whether a later action has sent something: a cleared task must not do this one over again."""
        names = [action.name for action in self.actions]
        later = self.actions[names.index(name) + 1 :] if name in names else ()
        keys = {command.key for action in later for command in action.commands}
        return any(one.key in keys for one in sent)

    def actions_of(self, phase: RoutePhase) -> tuple[PlannedAction, ...]:
        return next((each.actions for each in self.phases if each.phase is phase), ())


def objections_to_plan(before: Snapshot) -> list[str]:
    """Why no route by a plan may begin on a cluster that looks like this: what each node boots next must be
    told, and be what it runs."""
    found: list[str] = []
    for view in before.views:
        if view.next_boot is None:
            found.append(
                f"{view.node} does not tell what it boots next, so nobody could see before the reboot that "
                "the image is on both nodes"
            )
        elif view.next_boot.is_other:
            release = view.next_boot.release or "an image that it does not name"
            found.append(f"{view.node} will boot {release} next: back that out, or boot it, first")
    return found
