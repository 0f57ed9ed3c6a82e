"""The in-service upgrade, step by step as the guide tells it [S]."""

from __future__ import annotations

from srx_lab.machine import transcript
from srx_lab.machine.boot import announce_reboot
from srx_lab.machine.effects import FileCopied, FileRemoved
from srx_lab.machine.endings import (
    Aborted,
    Ended,
    Refused,
    close_dirty,
    cut_short,
    end_unexplained,
    follow_last_reboot,
    refuse_cleanly,
)
from srx_lab.machine.groups import fail_over, force, is_secondary, priority
from srx_lab.machine.pending import make_pending
from srx_lab.machine.progress import end_upgrade, enter_phase, note, say
from srx_lab.machine.schedule import Script, Sleep, Until
from srx_lab.machine.state import Upgrade
from srx_lab.machine.validation import check_start, validate
from srx_lab.machine.window import set_window
from srx_lab.machine.words import ColdSync, NodeId, Phase
from srx_lab.machine.world import World

_SETTLE_S = 30.0
_PATIENT_S = 10 * 365 * 86_400.0  # of a question [U]


def upgrade_cluster(world: World, upgrade: Upgrade) -> Script:
    """The whole upgrade. It runs on the starter and dies with the starter's reboot."""
    try:
        yield from _until_switchover(world, upgrade)
        yield from _switch_over(world, upgrade)
        yield from _upgrade_old_primary(world, upgrade)
    except Refused as refusal:
        refuse_cleanly(world, upgrade, refusal.args)
    except Ended as end:
        end_unexplained(world, upgrade, end.args)
    except Aborted as failure:
        close_dirty(world, upgrade, failure.args)
    except GeneratorExit:
        cut_short(world, upgrade)
        raise


def _until_switchover(world: World, upgrade: Upgrade) -> Script:
    check_start(world, upgrade)
    yield from _consolidate_groups(world, upgrade)
    yield from validate(world, upgrade)
    yield from _ask(world, upgrade)
    yield from _sync_kernel(world, upgrade)
    yield from _install_secondary(world, upgrade)
    yield from _reboot_secondary(world, upgrade)
    yield from _wait_for_cold_sync(world, upgrade)
    yield from _prepare(world, upgrade)


def _consolidate_groups(world: World, upgrade: Upgrade) -> Script:
    """Step 1: all RG1+ on the RG0 primary, manual flag set, priority 255 there. Up to 11.4 they are there
    already (``check_start``)."""
    note(world, upgrade, "ISSU: failover all redundancy-groups 1...n to primary node")
    yield Sleep(seconds=world.durations.consolidate_groups)
    if world.fault("rg_failover_error"):
        raise Refused("error: failover of redundancy-groups to the primary node failed")
    for group in sorted(set(world.state.groups) - {0}):
        force(world, group, upgrade.starter)
        if world.primary_of(group) is not upgrade.starter:
            fail_over(world, group, upgrade.starter, "Manual failover", straight=True)
    note(world, upgrade, f"Initiated manual failover for all redundancy-groups to {upgrade.starter}")


def _ask(world: World, upgrade: Upgrade) -> Script:
    """The guide's prompt: go on, or end it before a node is upgraded [S]; the words are [T]."""
    asking = world.fault("issu_asks")
    if asking is None:
        return
    upgrade.question = asking.parameters["question"]
    say(world, upgrade, upgrade.question)
    yield Until(holds=lambda: upgrade.answer is not None, timeout_s=_PATIENT_S)
    if upgrade.answer != "yes":
        raise Refused


def _sync_kernel(world: World, upgrade: Upgrade) -> Script:
    """Step 3."""
    enter_phase(world, upgrade, Phase.SYNC_KERNEL)
    note(world, upgrade, "ISSU: Preparing Backup RE")
    yield Sleep(seconds=world.durations.sync_kernel)
    if world.fault("ksyncd_error"):
        raise Refused(
            f"error: ksyncd reports errors on {upgrade.secondary}", "error: kernel state is not in sync"
        )
    if refused := world.fault("issu_refused"):
        raise Refused(refused.parameters["words"])
    if ended := world.fault("issu_ends"):
        raise Ended(ended.parameters["words"])


def _install_secondary(world: World, upgrade: Upgrade) -> Script:
    """Step 4, first half: the image goes to the secondary and is installed there."""
    enter_phase(world, upgrade, Phase.PUSH_IMAGE)
    note(world, upgrade, "ISSU: start downloading software package on secondary node")
    say(world, upgrade, f"Pushing bundle to {upgrade.secondary}")
    yield Sleep(seconds=world.durations.push_image)
    world.emit(FileCopied(source=upgrade.starter, path=upgrade.image.path))
    enter_phase(world, upgrade, Phase.INSTALL_SECONDARY)
    note(world, upgrade, f"ISSU: start upgrading software package on secondary node {upgrade.secondary}")
    yield Sleep(seconds=world.durations.install_secondary)
    make_pending(world, upgrade.secondary, upgrade.image.release, by="issu")
    say(world, upgrade, f"JUNOS {_target(upgrade)} will become active at next reboot")
    note(world, upgrade, f"ISSU: finished upgrading on secondary node {upgrade.secondary}")


def _target(upgrade: Upgrade) -> str:
    return upgrade.image.release.text if upgrade.image.release else ""


def _reboot_secondary(world: World, upgrade: Upgrade) -> Script:
    """Step 4, second half: reboot, and wait for it no longer than the hold timer."""
    enter_phase(world, upgrade, Phase.REBOOT_SECONDARY)
    secondary = world.node(upgrade.secondary)
    hold_s = world.spec.platform.hold_s(world.node(upgrade.starter).release)
    note(world, upgrade, "ISSU: rebooting Secondary Node")
    say(world, upgrade, f"Waiting for {upgrade.secondary} to reboot.")
    say(world, upgrade, f"Max. time to complete: {hold_s // 60}min {hold_s % 60}sec.")
    late = world.fault("secondary_reboot_fails")
    extra_s = hold_s + late.number("late_s") if late else 0.0
    announce_reboot(world, upgrade.secondary, delay_s=0, reason="ISSU", extra_s=extra_s)
    yield Until(holds=lambda: not secondary.is_up, timeout_s=60 + world.durations.shutdown)
    came_back = yield Until(holds=lambda: secondary.is_up, timeout_s=hold_s)
    if not came_back:
        raise Aborted(*transcript.reboot_failure(world.stamp(upgrade.starter)))
    note(world, upgrade, f"ISSU: secondary node {upgrade.secondary} booted up.")
    joined = yield Until(holds=lambda: is_secondary(world, upgrade.secondary), timeout_s=hold_s)
    if not joined:
        raise Aborted(*transcript.reboot_failure(world.stamp(upgrade.starter)))
    note(world, upgrade, f"{upgrade.secondary} became secondary.")


def _wait_for_cold_sync(world: World, upgrade: Upgrade) -> Script:
    enter_phase(world, upgrade, Phase.COLD_SYNC_SECONDARY)
    secondary = world.node(upgrade.secondary)
    note(world, upgrade, f"Waiting for {upgrade.secondary} to be ready for failover")
    synced = yield Until(
        holds=lambda: secondary.is_up and secondary.cold_sync is ColdSync.COMPLETE,
        timeout_s=world.durations.cold_sync_timeout,
    )
    if not synced:
        stamp = world.stamp(upgrade.starter)
        raise Aborted(*transcript.cold_sync_timeout(stamp, upgrade.secondary, 30_000 + upgrade.number))


def _prepare(world: World, upgrade: Upgrade) -> Script:
    """Steps 5 to 8."""
    enter_phase(world, upgrade, Phase.PREPARE_DAEMONS)
    say(world, upgrade, "ISSU: Preparing Daemons")
    yield Sleep(seconds=world.durations.prepare_daemons)
    enter_phase(world, upgrade, Phase.PREPARE_PFES)
    say(world, upgrade, "ISSU: Daemons Ready for ISSU", "ISSU: Starting Upgrade for FRUs")
    yield Sleep(seconds=world.durations.prepare_pfes)
    enter_phase(world, upgrade, Phase.READY_FOR_SWITCHOVER)
    yield Sleep(seconds=world.durations.ready_for_switchover)


def _switch_over(world: World, upgrade: Upgrade) -> Script:
    """Step 9: every group goes to the upgraded node; the old primary is secondary at once [D]."""
    enter_phase(world, upgrade, Phase.SWITCHOVER)
    new = upgrade.secondary
    note(world, upgrade, f"Secondary {new} ready for failover.")
    note(world, upgrade, f"Failing over all redundancy-groups to {new}")
    say(world, upgrade, "ISSU: Preparing for Switchover")
    yield Sleep(seconds=world.durations.switchover)
    refusal = _switchover_refusal(world, new)
    if refusal is not None:
        raise Aborted(*transcript.failover_failure(world.stamp(upgrade.starter), new, refusal))
    for group in sorted(world.state.groups):
        force(world, group, new)
        fail_over(world, group, new, "Manual failover", straight=True)


def _switchover_refusal(world: World, new: NodeId) -> str | None:
    fault = world.fault("failover_refused")
    if fault:
        return fault.parameters["group"]
    zero = [group for group in sorted(world.state.groups) if priority(world, new, group) == 0]
    return str(zero[0]) if zero else None


def _upgrade_old_primary(world: World, upgrade: Upgrade) -> Script:
    """Step 10: the window closes, then the old primary reboots into the new image [S]."""
    enter_phase(world, upgrade, Phase.INSTALL_PRIMARY)
    if upgrade.no_old_master_upgrade:
        note(world, upgrade, "ISSU: old primary node is not upgraded, as requested")
        _leave_window(world, upgrade)
        enter_phase(world, upgrade, Phase.COMPLETE)
        end_upgrade(world, upgrade, "old primary not upgraded")
        return
    note(world, upgrade, "ISSU: start upgrading software package on primary node")
    yield Sleep(seconds=world.durations.install_primary)
    if world.fault("primary_upgrade_fails"):
        raise Aborted(f"error: {world.stamp(upgrade.starter)}: upgrade of node {upgrade.starter} failed")
    make_pending(world, upgrade.starter, upgrade.image.release, by="issu")
    say(world, upgrade, f"JUNOS {_target(upgrade)} will become active at next reboot")
    if upgrade.unlink:
        for node in NodeId:
            world.emit(FileRemoved(node=node, path=upgrade.image.path))
    _leave_window(world, upgrade)
    yield from _reboot_primary(world, upgrade)


def _leave_window(world: World, upgrade: Upgrade) -> None:
    set_window(world, open_=False, why="Exiting in-service-upgrade window")
    note(world, upgrade, "Exiting in-service-upgrade window")


def _reboot_primary(world: World, upgrade: Upgrade) -> Script:
    enter_phase(world, upgrade, Phase.REBOOT_PRIMARY)
    world.schedule.spawn(follow_last_reboot(world, upgrade, upgrade.starter), owner="upgrade")
    if world.fault("primary_reboot_fails"):
        say(world, upgrade, f"Reboot failure on primary node {upgrade.starter}")
        end_upgrade(world, upgrade, "old primary did not reboot")
        return
    say(world, upgrade, "*** FINAL System shutdown message ***", "System going down IMMEDIATELY")
    announce_reboot(world, upgrade.starter, delay_s=0, reason="ISSU")
    yield Sleep(seconds=world.durations.shutdown + _SETTLE_S)
