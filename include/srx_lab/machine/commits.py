"""Commits: on both nodes at once, for good or until nobody confirmed them."""

from __future__ import annotations

from dataclasses import dataclass

from srx_lab.machine.result import CommandResult, fails, says
from srx_lab.machine.state import CommitRecord
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World

_ROLLBACK = "commit confirmed"
REVISIONS = 50
"""Rollback 0 to 49."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CommitOptions:
    """How to commit. `confirm_min`: roll back after so many minutes unless another commit follows."""

    check: bool = False
    comment: str = ""
    confirm_min: int | None = None


def commit(
    world: World,
    on: NodeId,
    lines: tuple[str, ...],
    *,
    user: str,
    client: str,
    options: CommitOptions = CommitOptions(),
) -> CommandResult:
    """Commit on both nodes, refused in the ISSU window [S] and on any node but the RG0 primary [U]."""
    if any(node.in_issu_window for node in world.nodes()):
        return fails("error: commit is not allowed while ISSU is in progress")
    if world.primary_of(0) is not on:
        return fails("error: commit is only permitted on the primary node")
    if options.check:
        return says("configuration check succeeds")
    world.schedule.cancel(_ROLLBACK)
    before = world.state.committed
    comment = options.comment
    if options.confirm_min is not None:
        comment = f"commit confirmed, rollback in {options.confirm_min}mins"
        world.schedule.after(options.confirm_min * 60.0, lambda: _roll_back(world, before), owner=_ROLLBACK)
    _record(world, lines, user=user, client=client, comment=comment)
    return says("commit complete")


def _record(world: World, lines: tuple[str, ...], *, user: str, client: str, comment: str = "") -> None:
    state = world.state
    state.committed = lines
    record = CommitRecord(at=world.now, user=user, client=client, comment=comment, lines=lines)
    state.commits[:] = [record, *state.commits][:REVISIONS]


def _roll_back(world: World, lines: tuple[str, ...]) -> None:
    """What Junos does by itself [R: ncclient pull request 239]."""
    _record(world, lines, user="root", client="other")
    world.state.candidate[:] = lines
    for node in world.nodes():
        world.log(node.node, "mgd: Commit was not confirmed; automatic rollback complete.")
