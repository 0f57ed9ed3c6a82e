"""What an upgrade has committed to the configuration, and what is left to take back of it.

Its own commit, or that of the upgrade which it took the cluster over from.
"""

from __future__ import annotations

from srx_issu.domain.history.state_parts import IntendedCommand
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.upgrade.configuration import lines_of


def own_commit(state: UpgradeState) -> IntendedCommand | None:
    """The commit that was, or may have been, made by this upgrade itself."""
    mine = (one for one in state.intended if one.command.undo)
    return next((one for one in mine if one.command.permit_id not in state.rejected), None)


def undo_lines(state: UpgradeState) -> tuple[str, ...]:
    """The lines that take back what was, or may have been, committed; none when that is proven to be done."""
    if state.is_commit_undone:
        return ()
    if commit := own_commit(state):
        return commit.command.undo
    return state.taken_over.undo if state.taken_over else ()


def committed_lines(state: UpgradeState) -> tuple[str, ...]:
    """What was, or may have been, committed."""
    if commit := own_commit(state):
        return lines_of(commit.command.command or "")
    return state.taken_over.committed if state.taken_over else ()


def is_commit_answered(state: UpgradeState) -> bool:
    """False while a node may still carry it out."""
    if commit := own_commit(state):
        return commit.command.permit_id in state.answered
    return state.taken_over is None or state.taken_over.is_commit_answered
