"""What an upgrade has committed to the configuration, and what is left to take back of it."""

from __future__ import annotations

from srx_issu.domain.history.state_parts import IntendedCommand
from srx_issu.domain.history.upgrade_state import UpgradeState


def own_commit(state: UpgradeState) -> IntendedCommand | None:
    """The commit that was, or may have been, made by this upgrade itself."""
    mine = (one for one in state.intended if one.command.undo)
    return next((one for one in mine if one.command.permit_id not in state.rejected), None)


def undo_lines(state: UpgradeState) -> tuple[str, ...]:
    """The lines that take back what was, or may have been, committed; none when that is proven to be done."""
    if state.is_commit_undone:
        return ()
    commit = own_commit(state)
    return state.taken_over_undo if commit is None else commit.command.undo
