"""In-band cluster upgrade of clusters without ISSU (`no-sync`): both nodes installed, then rebooted in turn.

The order and the lines follow a captured transcript of an SRX branch cluster [R]; no state is kept, and
traffic is lost for about 30 s when the primary reboots [D]. An abort takes effect when the operation under
way has ended [D].
"""

from __future__ import annotations

from srx_lab.machine.boot import announce_reboot
from srx_lab.machine.effects import FileCopied, FileRemoved, RebootOrdered
from srx_lab.machine.endings import Refused, cut_short, follow_last_reboot, refuse_cleanly
from srx_lab.machine.groups import fail_over, force, release_force
from srx_lab.machine.install_words import slice_begins
from srx_lab.machine.installing import other_slice
from srx_lab.machine.issu_rules import disk_shortages
from srx_lab.machine.pending import make_pending, pending_text
from srx_lab.machine.progress import end_upgrade, enter_phase, say
from srx_lab.machine.schedule import Script, Sleep, Until
from srx_lab.machine.state import Upgrade
from srx_lab.machine.syn_check import open_syn_check_window
from srx_lab.machine.validation import check_image
from srx_lab.machine.words import NodeId, Phase
from srx_lab.machine.world import World


class _Stopped(Exception):
    """Ended behind the first install, by a failure or an abort: what is installed stays installed [U]."""


def upgrade_in_band(world: World, upgrade: Upgrade) -> Script:
    """The whole ICU, on the starter."""
    try:
        yield from _validate(world, upgrade)
        yield from _install_both(world, upgrade)
        yield from _reboot_both(world, upgrade)
    except Refused as refusal:
        refuse_cleanly(world, upgrade, refusal.args)
    except _Stopped as stop:
        say(world, upgrade, *map(str, stop.args), "Aborting ICU upgrade")
        _leave(world, upgrade)
        enter_phase(world, upgrade, Phase.ABORTED)
        end_upgrade(world, upgrade, "aborted")
    except GeneratorExit:
        _leave(world, upgrade)
        cut_short(world, upgrade)
        raise


def _leave(world: World, upgrade: Upgrade) -> None:
    """A secondary that went on to the new release alone is held until somebody aborts the ICU on it [D]."""
    if upgrade.phase is Phase.REBOOT_SECONDARY:
        world.node(upgrade.secondary).held_by_icu = True


def _heed_abort(upgrade: Upgrade) -> None:
    """Between two operations."""
    if upgrade.abort_requested:
        raise _Stopped


def _validate(world: World, upgrade: Upgrade) -> Script:
    enter_phase(world, upgrade, Phase.VALIDATE)
    say(world, upgrade, "ISSU: Validating package")
    check_image(world, upgrade)
    yield Sleep(seconds=world.durations.validate)
    for short in disk_shortages(world, upgrade.image.size):
        raise Refused(f"error: {short.node}: not enough space in /var/tmp")
    if world.fault("validation_fails") and not upgrade.no_validate:
        raise Refused("error: Validation failed. Aborting ICU upgrade")
    say(world, upgrade, "WARNING: in-service-upgrade shall reboot both the nodes in your cluster. "
        "Please ignore any subsequent reboot request message")  # fmt: skip
    _heed_abort(upgrade)


def _install_both(world: World, upgrade: Upgrade) -> Script:
    enter_phase(world, upgrade, Phase.PUSH_IMAGE)
    say(world, upgrade, "ISSU: start downloading software package on secondary node")
    say(world, upgrade, f"Pushing bundle to {upgrade.secondary}")
    yield Sleep(seconds=world.durations.push_image)
    if world.fault("push_fails"):
        raise _Stopped(f"error: Failed to push bundle to {upgrade.secondary}")
    world.emit(FileCopied(source=upgrade.starter, path=upgrade.image.path))
    _heed_abort(upgrade)
    for node, phase in (
        (upgrade.secondary, Phase.INSTALL_SECONDARY),
        (upgrade.starter, Phase.INSTALL_PRIMARY),
    ):
        yield from _install_on(world, upgrade, node, phase)
        _heed_abort(upgrade)
    if upgrade.unlink:
        for node in NodeId:
            world.emit(FileRemoved(node=node, path=upgrade.image.path))


def _install_on(world: World, upgrade: Upgrade, node: NodeId, phase: Phase) -> Script:
    enter_phase(world, upgrade, phase)
    role = "secondary" if node is upgrade.secondary else "primary"
    if role == "primary":
        say(world, upgrade, "ISSU: start upgrading software package on primary node")
    if world.spec.platform.dual_root:
        say(world, upgrade, *slice_begins(other_slice(world, node))[:2])
        world.node(node).previous = None
    say(world, upgrade, f"Extracting {upgrade.image.path} ...")
    yield Sleep(seconds=world.durations.install_secondary)
    if not world.node(node).is_up:
        raise _Stopped(f"error: Could not connect to {node} : No route to host")
    if world.fault("secondary_install_fails" if role == "secondary" else "primary_upgrade_fails"):
        raise _Stopped(f"error: software installation on {role} node {node} failed")
    make_pending(world, node, upgrade.image.release, by="icu")
    release = upgrade.image.release.text if upgrade.image.release else ""
    say(world, upgrade, f"JUNOS {release} will become active at next reboot")
    if role == "secondary":
        say(world, upgrade, f"ISSU: finished upgrading on secondary node {node}")


def _reboot_both(world: World, upgrade: Upgrade) -> Script:
    say(world, upgrade, "ISSU: failover all redundancy-groups 1...n to primary node")
    if world.fault("rg_failover_error"):
        raise _Stopped("error: failover of redundancy-groups to the primary node failed")
    for group in sorted(set(world.state.groups) - {0}):
        release_force(world, group)
        force(world, group, upgrade.starter)
        if world.primary_of(group) is not upgrade.starter:
            fail_over(world, group, upgrade.starter, "Manual failover", straight=True)
    say(world, upgrade, "Successfully reset all redundancy-groups priority back to configured priority.")
    say(world, upgrade, f"Initiated manual failover for all redundancy-groups to {upgrade.starter}")
    if upgrade.syn_check_off_s is not None:
        open_syn_check_window(world, upgrade.syn_check_off_s)
    yield from _reboot_secondary(world, upgrade)
    yield from _reboot_primary(world, upgrade)


def _reboot_secondary(world: World, upgrade: Upgrade) -> Script:
    enter_phase(world, upgrade, Phase.REBOOT_SECONDARY)
    secondary = world.node(upgrade.secondary)
    number = upgrade.secondary.number
    hold_s = world.spec.platform.hold_s(world.node(upgrade.starter).release)
    late = world.fault("secondary_reboot_fails")
    say(world, upgrade, "ISSU: rebooting Secondary Node")
    _reboot(world, upgrade.secondary, extra_s=hold_s + late.number("late_s") if late else 0.0)
    say(world, upgrade, f"ISSU: Waiting for secondary node {upgrade.secondary} to reboot.")
    yield Until(holds=lambda: not secondary.is_up, timeout_s=60 + world.durations.shutdown)
    say(world, upgrade, f"ISSU: Waiting for node {number} to come up")
    came_back = yield Until(holds=lambda: secondary.is_up, timeout_s=hold_s)
    if not came_back:
        raise _Stopped(f"error: node {number} did not come up")
    say(world, upgrade, f"ISSU: node {number} came up")
    say(world, upgrade, f"ISSU: secondary node {upgrade.secondary} booted up.")
    yield Sleep(seconds=world.durations.cluster_hold)
    _heed_abort(upgrade)


def _reboot(world: World, node: NodeId, *, extra_s: float = 0.0) -> None:
    world.emit(RebootOrdered(node=node, user="icu", pending=pending_text(world, node)))
    announce_reboot(world, node, delay_s=0, reason="ICU", extra_s=extra_s)


def _reboot_primary(world: World, upgrade: Upgrade) -> Script:
    enter_phase(world, upgrade, Phase.REBOOT_PRIMARY)
    world.schedule.spawn(follow_last_reboot(world, upgrade, upgrade.starter), owner="upgrade")
    if world.fault("primary_reboot_fails"):
        say(world, upgrade, f"Reboot failure on primary node {upgrade.starter}")
        end_upgrade(world, upgrade, "old primary did not reboot")
        return
    say(world, upgrade, "System going down IMMEDIATELY")
    _reboot(world, upgrade.starter)
    yield Sleep(seconds=world.durations.shutdown + 30)
