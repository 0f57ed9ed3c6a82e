"""What operators order: start, abort, rollback, reboot, failover, reset, and the smaller requests."""

from __future__ import annotations

from srx_lab.machine import transcript
from srx_lab.machine.boot import announce_halt, announce_reboot
from srx_lab.machine.effects import HaltOrdered, IssuStarted, RebootOrdered
from srx_lab.machine.groups import fail_over, force, priority, release_force
from srx_lab.machine.icu import upgrade_in_band
from srx_lab.machine.issu import upgrade_cluster
from srx_lab.machine.issu_rules import StartOptions, needs_reboot_word, refuse_form
from srx_lab.machine.pending import drop_pending, pending_text
from srx_lab.machine.result import Answer, CommandResult, fails, says, warns
from srx_lab.machine.software import Image
from srx_lab.machine.state import Node, Upgrade
from srx_lab.machine.window import record_event
from srx_lab.machine.words import RUNNING_PHASES, GroupState, NodeId, Phase, Severity
from srx_lab.machine.world import World
from srx_lab.platforms import UpgradeMethod


def start_upgrade(world: World, on: NodeId, image: Image, options: StartOptions) -> CommandResult:
    """Start an ISSU or ICU. Refusals come at once; everything later is in the transcript."""
    refusal = _refuse_start(world, on, image, options)
    if refusal is not None:
        return refusal
    world.state.upgrade_starts += 1
    world.state.transcripts += 1
    upgrade = Upgrade(
        number=world.state.transcripts,
        starter=on,
        image=image,
        started_at=world.now,
        phase=Phase.CONSOLIDATE_GROUPS,
        phase_since=world.now,
        no_old_master_upgrade=options.no_old_master_upgrade,
        unlink=options.unlink,
        no_validate=options.no_validate,
        in_band=options.no_sync,
        syn_check_off_s=options.no_tcp_syn_check_s if options.no_sync else None,
    )
    world.state.upgrade = upgrade
    world.emit(IssuStarted(number=upgrade.number, starter=on, image=image.path))
    script = upgrade_in_band(world, upgrade) if options.no_sync else upgrade_cluster(world, upgrade)
    world.schedule.spawn(script, owner=str(on))
    return CommandResult(upgrade=upgrade.number)


def _refuse_start(  # noqa: PLR0911 - one refusal a line
    world: World, on: NodeId, image: Image, options: StartOptions
) -> CommandResult | None:
    if world.spec.standalone:
        return fails("error: Chassis cluster is not enabled")
    form = refuse_form(world.spec.platform, world.node(on).release, options)
    if form is not None:
        return fails(form)
    if needs_reboot_word(world.spec.platform, options):
        return fails(f"{world.stamp(on)}: {transcript.REBOOT_WORD_MISSING}")
    if _in_progress(world):
        return warns(transcript.IN_PROGRESS)
    if world.primary_of(0) is not on:
        return fails("error: ISSU can only be initiated from the primary node of redundancy-group 0")
    if image.remote or world.fault("remote_site_unreachable"):
        return fails(f"error: {image.path}: remote site cannot be reached")
    if not image.exists or world.fault("image_missing", on):
        return fails(f"error: File does not exist: {image.path}")
    return None


def _in_progress(world: World) -> bool:
    return world.state.phase in RUNNING_PHASES - {Phase.REBOOT_PRIMARY, Phase.COLD_SYNC_PRIMARY} or any(
        node.in_issu_window or is_held_by_icu(world, node) for node in world.nodes() if node.is_up
    )


def abort_upgrade(world: World, on: NodeId) -> CommandResult:
    """Leave the ISSU window on this node; a running upgrade started here ends. Run it on each node [S]."""
    here, upgrade = world.node(on), world.state.upgrade
    if upgrade is not None and not upgrade.outcome and upgrade.starter is on:
        if upgrade.in_band:
            return _abort_icu(world, upgrade)
        world.schedule.kill(str(on))
    if not here.in_issu_window and not here.held_by_icu:
        return says("ISSU is not in progress")
    here.in_issu_window = here.held_by_icu = False
    record_event(world, on, "Exiting in-service-upgrade window")
    return says(transcript.CLEAN_END)


def _abort_icu(world: World, upgrade: Upgrade) -> CommandResult:
    """Behind the operation under way [D]: the same words whether it will or not [U]."""
    upgrade.abort_requested = world.fault("abort_unheeded") is None
    return says("ISSU: abort requested, waiting for the current operation to finish")


def is_held_by_icu(world: World, node: Node) -> bool:
    """Whether an ICU left a node on another release than its peer, and nobody has aborted it there."""
    return node.held_by_icu and node.release != world.node(node.node.peer).release


def reboot(world: World, nodes: tuple[NodeId, ...], *, user: str) -> CommandResult:
    """Reboot nodes after the usual notice. In an ISSU it is refused while the upgrade runs [S]."""
    if _upgrade_runs(world):
        return fails("error: reboot is not allowed while ISSU is in progress")
    answers = []
    unfinished = any(world.fault("reboot_reply_never_ends", node) for node in nodes)
    for node in nodes:
        if not world.node(node).is_up:
            answers.append(_unreachable(node))
            continue
        if world.fault("reboot_unheard", node):  # cut off before anybody read it
            unfinished = True
            continue
        world.emit(RebootOrdered(node=node, user=user, pending=pending_text(world, node)))
        if not world.fault("reboot_lost", node):
            announce_reboot(world, node, delay_s=world.durations.reboot_delay, reason=f"reboot by {user}")
        answers.append(_goes_down(world, node))
    return CommandResult(answers=tuple(answers), unfinished=unfinished)


def _upgrade_runs(world: World) -> bool:
    upgrade = world.state.upgrade
    return upgrade is not None and not upgrade.outcome and upgrade.phase in RUNNING_PHASES


def halt(world: World, node: NodeId, *, user: str) -> CommandResult:
    """Stop a node until a person boots it, as a reboot is ordered. In an ISSU it is refused [S]."""
    if _upgrade_runs(world):
        return fails("error: halt is not allowed while ISSU is in progress")
    unfinished = world.fault("reboot_reply_never_ends", node) is not None
    world.emit(HaltOrdered(node=node, user=user, pending=pending_text(world, node)))
    if not world.fault("halt_lost", node):
        announce_halt(world, node, delay_s=world.durations.reboot_delay, reason=f"halt by {user}")
    return CommandResult(answers=(_goes_down(world, node),), unfinished=unfinished)


def _goes_down(world: World, node: NodeId) -> Answer:
    if world.fault("reboot_answers_as_error", node):
        return Answer(text="error: System shutdown time has arrived", node=node, severity=Severity.ERROR)
    return Answer(text=f"Shutdown NOW!\n[pid {4000 + world.node(node).boots}]", node=node)


def _unreachable(node: NodeId) -> Answer:
    return Answer(text=f"error: Could not connect to {node} : No route to host", severity=Severity.ERROR)


def fail_over_by_hand(
    world: World, on: NodeId, group: int, to: NodeId, *, forced: bool = False
) -> CommandResult:
    """`request chassis cluster failover redundancy-group M node N`."""
    if group not in world.state.groups:
        return fails(f"error: redundancy-group {group} is not configured")
    complaint = _refuse_failover(world, on, group, to, forced=forced)
    if complaint is not None:
        return fails(complaint, to)
    force(world, group, to)
    fail_over(world, group, to, "Manual failover")
    world.schedule.poke()
    return says(f"Initiated manual failover for redundancy group {group}", to)


def _refuse_failover(world: World, on: NodeId, group: int, to: NodeId, *, forced: bool) -> str | None:
    if not world.can_see(on, to):
        return f"error: {to} is not reachable, failover of redundancy-group {group} is not possible"
    state = world.node(to).state_of(group)
    if state is GroupState.PRIMARY:
        return f"error: {to} is already primary for redundancy-group {group}"
    if state is not GroupState.SECONDARY and not forced:
        return (
            f"error: Manual failover is not permitted: redundancy-group {group} on {to} is in {state} state"
        )
    if priority(world, to, group) == 0 and not forced:
        return f"error: Manual failover is not permitted: redundancy-group {group} on {to} has priority zero"
    refused = world.fault("failover_refused")
    if refused and refused.parameters["group"] == str(group):
        return f"error: Manual failover of redundancy-group {group} is not permitted"
    return None


def reset_failover(world: World, on: NodeId, group: int) -> CommandResult:
    """`request chassis cluster failover reset redundancy-group M`; answers per node."""
    if group not in world.state.groups:
        return fails(f"error: redundancy-group {group} is not configured")
    had = release_force(world, group)
    world.schedule.poke()
    answers = [
        Answer(
            node=node,
            text=f"Successfully reset manual failover for redundancy group {group}"
            if had
            else f"No reset required for redundancy group {group}.",
        )
        for node in NodeId
        if world.can_see(on, node)
    ]
    return CommandResult(answers=tuple(answers))


def resync_policies(world: World, on: NodeId) -> CommandResult:
    """`request security policies resync`: the PFEs take the RE's policies again [S]."""
    answers = []
    for node in NodeId:
        if world.can_see(on, node):
            fault = world.fault("policies_out_of_sync_after")
            world.node(node).policies_in_sync = fault is None or fault.parameters["resync"] == "helps"
            answers.append(Answer(text="Security policies resync is done", node=node))
    return CommandResult(answers=tuple(answers))


def take_snapshot(world: World, on: NodeId, *, vmhost: bool) -> CommandResult:
    """`request system snapshot`, unsupported on 1500 and the later midrange [S]; RE3 has its own form [Y]."""
    platform = world.spec.platform
    is_vmhost = platform.upgrade is UpgradeMethod.VMHOST
    refused = world.fault("snapshot_refused") is not None
    if refused or (is_vmhost and not (vmhost and platform.snapshot)):
        return fails("error: command is not supported on this platform")
    if vmhost != is_vmhost or not platform.snapshot:
        return fails(f"error: command is not valid on the {platform.product}")
    for node in NodeId:
        if world.can_see(on, node):
            world.node(node).snapshot_at = world.now
            if platform.dual_root:  # it is written over the other root partition, whatever is there [D]
                drop_pending(world, node, by="snapshot")
                world.node(node).previous = world.node(node).release
    return CommandResult(
        answers=tuple(
            Answer(text="Snapshot complete", node=node) for node in NodeId if world.can_see(on, node)
        )
    )


def save_rescue(world: World, on: NodeId) -> CommandResult:
    """`request system configuration rescue save`, on every node that is heard."""
    for node in map(world.node, world.seen_by(on)):
        node.configuration.rescue = node.configuration.committed
        node.rescue_saved = True
    return CommandResult()


def delete_rescue(world: World, on: NodeId) -> CommandResult:
    """`request system configuration rescue delete`."""
    for node in map(world.node, world.seen_by(on)):
        node.configuration.rescue = None
        node.rescue_saved = False
    return CommandResult()
