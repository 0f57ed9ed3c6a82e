"""A recovery as a value: what will be sent to which node, on what condition, and what shows its success.

Everything in here survives JSON: a plan is shown in the approval, kept in the journal, and taken up again
by a task that was killed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.procedure.action import ActionName, PlannedAction, PlannedCommand

MOST_ACTIONS = 12


class PlanKind(StrEnum):
    """What a plan is after, and so how the upgrade ends when it succeeds."""

    NOTHING = "nothing"  # all is well: verify as usual
    WATCH = "watch"  # an ISSU is under way: go on watching
    ABORT_ONLY = "abort_only"  # nothing changed: close the window, clear the flags (ABORTED_CLEAN)
    ROLL_BACK = "roll_back"  # one node goes back to the old release (ROLLED_BACK)
    FINISH_FORWARD = "finish_forward"  # the old primary follows to the target; verify as usual
    CLEAR_STALE = "clear_stale"  # an ISSU that nobody drives is cleared (ABORTED_CLEAN)
    RESYNC_POLICIES = "resync_policies"  # the forwarding engines get their policies again; verify as usual
    TAKE_BACK = "take_back"  # an image that was installed and not booted is taken back (ABORTED_CLEAN)
    HOLD = "hold"  # no safe documented way: a person acts (NEEDS_OPERATOR)


@dataclass(frozen=True, kw_only=True)
class RecoveryPlan:
    """A recovery for exactly this cluster. No actions where a person must act, or where nothing is due."""

    kind: PlanKind
    failure: FailureClass
    permission: Permission
    reason: str
    cautions: tuple[str, ...] = ()  # what a person should know before approving
    actions: tuple[PlannedAction, ...] = ()
    release: str | None = None  # what both nodes run when the plan has succeeded

    def __post_init__(self) -> None:
        if len(self.actions) > MOST_ACTIONS:
            raise ValueError(f"a plan of {len(self.actions)} actions, at most {MOST_ACTIONS} are allowed")
        keys = [command.key for command in self.commands]
        if len(keys) != len(set(keys)):
            raise ValueError(f"a plan whose commands share a key: {', '.join(keys)}")

    @property
    def commands(self) -> tuple[PlannedCommand, ...]:
        return tuple(command for action in self.actions for command in action.commands)

    @property
    def urgent_keys(self) -> frozenset[str]:
        """Of the commands that take a node down before its peer can be back."""
        return frozenset(each.key for action in self.actions if action.is_urgent for each in action.commands)

    def action(self, name: ActionName) -> PlannedAction | None:
        """The step of that name; None = this plan has none."""
        return next((action for action in self.actions if action.name is name), None)
