"""Commits: on both nodes at once while they hear each other, for good or until nobody confirmed them."""

from __future__ import annotations

from dataclasses import dataclass

from srx_lab.machine.applied import REVISIONS, load_settings, rollback_owner
from srx_lab.machine.boot import go_down
from srx_lab.machine.configured import CommitRecord
from srx_lab.machine.effects import ConfigurationReplaced
from srx_lab.machine.links import rewire
from srx_lab.machine.result import CommandResult, fails, says
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World

_TRY_AGAIN_S = 10.0


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
    """Commit on every node that `on` hears: refused in the ISSU window [S], and but on the primary [U].

    A node that hears no other commits for itself, whatever its state [U].
    """
    nodes = world.seen_by(on)
    refusal = _refuse(world, on, nodes)
    if refusal is not None:
        return fails(refusal)
    if options.check:
        _confirm(world, nodes)
        return says("configuration check succeeds")
    comment = options.comment
    if options.confirm_min is not None:
        comment = f"commit confirmed, rollback in {options.confirm_min}mins"
    _confirm(world, nodes)
    for node in nodes:
        if options.confirm_min is not None:
            _expect_confirmation(world, node, options.confirm_min)
        record = CommitRecord(at=world.now, user=user, client=client, comment=comment, lines=lines)
        world.node(node).configuration.take(lines, record, keep=REVISIONS)
    go_by(world, nodes)
    _lose_power(world, nodes)
    return says("commit complete")


def _refuse(world: World, on: NodeId, nodes: list[NodeId]) -> str | None:
    if any(world.node(node).in_issu_window for node in nodes):
        return "error: commit is not allowed while ISSU is in progress"
    if len(nodes) > 1 and world.primary_of(0) is not on:
        return "error: commit is only permitted on the primary node"
    refused = next((fault for node in nodes if (fault := world.fault("commit_refused", node))), None)
    return refused.parameters["words"] if refused else None


def go_by(world: World, nodes: list[NodeId]) -> None:
    """Let what was committed reach interfaces, monitoring and links."""

    def load() -> None:
        for node in nodes:
            load_settings(world, node)

    rewire(world, load, by_configuration=True)
    world.schedule.poke()


def _confirm(world: World, nodes: list[NodeId]) -> None:
    """A commit, or a commit check, confirms what waits [D]; on a node that is not heard it goes on [U]."""
    for node in nodes:
        if not world.fault("confirmation_lost", node):
            world.schedule.cancel(rollback_owner(node))


def _expect_confirmation(world: World, node: NodeId, minutes: int) -> None:
    before = world.node(node).configuration.committed
    world.schedule.after(minutes * 60.0, lambda: _roll_back(world, node, before), owner=rollback_owner(node))


def _roll_back(world: World, node: NodeId, lines: tuple[str, ...]) -> None:
    """What Junos does by itself [R: ncclient pull request 239]; a node that is down, after its boot [U]."""
    here = world.node(node)
    if not here.is_up:
        world.schedule.after(_TRY_AGAIN_S, lambda: _roll_back(world, node, lines), owner=rollback_owner(node))
        return
    record = CommitRecord(at=world.now, user="root", client="other", lines=lines)
    here.configuration.take(lines, record, keep=REVISIONS)
    here.configuration.candidate[:] = lines
    world.emit(ConfigurationReplaced(node=node, by="rollback"))
    world.log(node, "mgd: Commit was not confirmed; automatic rollback complete.")
    go_by(world, [node])


def _lose_power(world: World, nodes: list[NodeId]) -> None:
    """The fault: power fails right behind a commit, and comes back."""
    for node in nodes:
        fault = world.fault("power_lost_after_commit", node)
        if fault is not None:
            world.faults.remove(fault)
            go_down(world, node, reason="power loss", extra_s=fault.number("off_s"))
