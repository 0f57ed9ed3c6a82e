"""`request system software rollback`: what is pending is taken back; what ran before becomes pending."""

from __future__ import annotations

from srx_lab.machine import install_words as words
from srx_lab.machine.boot import announce_reboot
from srx_lab.machine.commands import is_held_by_icu
from srx_lab.machine.effects import RebootOrdered
from srx_lab.machine.installing import layout_of, log_block
from srx_lab.machine.pending import drop_pending, make_pending, pending_text
from srx_lab.machine.result import Answer, CommandResult, fails, says
from srx_lab.machine.state import Node
from srx_lab.machine.words import NodeId, Severity
from srx_lab.machine.world import World
from srx_lab.platforms import SoftwareLayout


def roll_back(world: World, node: NodeId | None, *, reboot: bool) -> CommandResult:
    """Make the previous image the next one; without `node` on both nodes [S]. Who has none stays up [U]."""
    nodes = [node] if node else list(NodeId)
    done = {each: _roll_back_one(world, each) for each in nodes}
    for each, (answer, is_done) in done.items():
        if is_done:
            log_block(world, each, "rollback", (answer.text,), 0)
        if reboot and is_done:
            world.emit(RebootOrdered(node=each, user="rollback", pending=pending_text(world, each)))
            announce_reboot(world, each, delay_s=world.durations.reboot_delay, reason="rollback")
    return CommandResult(answers=tuple(answer for answer, _ in done.values()))


def _roll_back_one(world: World, node: NodeId) -> tuple[Answer, bool]:
    """The answer, and whether the node's next boot takes another release for it."""
    here = world.node(node)
    if not here.is_up:
        text = f"error: Could not connect to {node} : No route to host"
        return Answer(text=text, severity=Severity.ERROR), False
    if is_held_by_icu(world, here):
        text = "error: rollback is not allowed while ISSU is in progress"
        return Answer(text=text, node=node, severity=Severity.ERROR), False
    if refusal := _refusal(world, here):
        return Answer(text=refusal, node=node), False
    if here.pending is not None:
        return Answer(text=_take_back(world, here), node=node), True
    if here.previous is None:
        return Answer(text="error: No package to rollback to", node=node, severity=Severity.ERROR), False
    text = words.rolled_back(layout_of(world, node), here.previous.text)
    make_pending(world, node, here.previous, by="rollback")
    return Answer(text=text, node=node), True


def _refusal(world: World, here: Node) -> str:
    """Words without an error element; an empty text when it is done."""
    refused = world.fault("rollback_refused", here.node)
    if refused is not None:
        return refused.parameters["words"]
    if world.fault("rollback_impossible", here.node) or _is_one_way(world, here):
        return words.CANNOT_ROLL_BACK
    return ""


def _is_one_way(world: World, here: Node) -> bool:
    """From 24.4 on, the SRX300 line has no rollback to a release before it [D]; its words there are [U]."""
    back = here.previous
    is_back = here.pending is None and back is not None and not back.at_least(24, 4)
    return world.spec.platform.dual_root and here.release.at_least(24, 4) and is_back


def _take_back(world: World, here: Node) -> str:
    """With two root partitions the one that was installed is kept, and a second rollback boots it [D]."""
    layout = layout_of(world, here.node)
    dropped = drop_pending(world, here.node, by="rollback")
    if layout is SoftwareLayout.DUAL_ROOT:
        here.previous = dropped
    return words.taken_back(layout, here.release.text)


def delete_backup(world: World, node: NodeId) -> CommandResult:
    """`request system software delete-backup`: there is nothing left to roll back to [U for its words]."""
    here = world.node(node)
    if here.previous is None:
        return fails("error: No backup package to delete")
    here.previous = None
    return says("Backup package deleted")
