"""In-band cluster upgrade of branch clusters (`no-sync`): both nodes installed, then rebooted in turn.

The order and the lines follow a captured transcript of an SRX branch cluster [R]; traffic is lost for
about 30 s when the primary reboots [D].
"""

from __future__ import annotations

from srx_lab.machine.boot import announce_reboot
from srx_lab.machine.effects import FileCopied
from srx_lab.machine.endings import Refused, cut_short, follow_last_reboot, refuse_cleanly
from srx_lab.machine.groups import fail_over, force, release_force
from srx_lab.machine.issu_rules import disk_shortages
from srx_lab.machine.pending import make_pending
from srx_lab.machine.progress import end_upgrade, enter_phase, say
from srx_lab.machine.schedule import Script, Sleep, Until
from srx_lab.machine.state import Upgrade
from srx_lab.machine.validation import check_image
from srx_lab.machine.words import NodeId, Phase
from srx_lab.machine.world import World


def upgrade_in_band(world: World, upgrade: Upgrade) -> Script:
    """The whole ICU, on the starter."""
    try:
        yield from _install(world, upgrade)
        yield from _reboot_both(world, upgrade)
    except Refused as refusal:
        refuse_cleanly(world, upgrade, refusal.args)
    except GeneratorExit:
        cut_short(world, upgrade)
        raise


def _install(world: World, upgrade: Upgrade) -> Script:
    enter_phase(world, upgrade, Phase.VALIDATE)
    say(world, upgrade, "ISSU: Validating package")
    check_image(world, upgrade)
    yield Sleep(seconds=world.durations.validate)
    for short in disk_shortages(world, upgrade.image.size):
        raise Refused(f"error: {short.node}: not enough space in /var/tmp")
    if world.fault("validation_fails"):
        raise Refused("error: Validation failed. Aborting ICU upgrade")
    say(world, upgrade, "WARNING: in-service-upgrade shall reboot both the nodes in your cluster. "
        "Please ignore any subsequent reboot request message")  # fmt: skip
    enter_phase(world, upgrade, Phase.PUSH_IMAGE)
    say(world, upgrade, "ISSU: start downloading software package on secondary node")
    say(world, upgrade, f"Pushing bundle to {upgrade.secondary}")
    yield Sleep(seconds=world.durations.push_image)
    world.emit(FileCopied(source=upgrade.starter, path=upgrade.image.path))
    for node, phase in (
        (upgrade.secondary, Phase.INSTALL_SECONDARY),
        (upgrade.starter, Phase.INSTALL_PRIMARY),
    ):
        yield from _install_on(world, upgrade, node, phase)


def _install_on(world: World, upgrade: Upgrade, node: NodeId, phase: Phase) -> Script:
    enter_phase(world, upgrade, phase)
    role = "secondary" if node is upgrade.secondary else "primary"
    if role == "primary":
        say(world, upgrade, "ISSU: start upgrading software package on primary node")
    say(world, upgrade, "Formatting alternate root (/dev/da0s1a)...", f"Extracting {upgrade.image.path} ...")
    yield Sleep(seconds=world.durations.install_secondary)
    make_pending(world, node, upgrade.image.release, by="icu")
    release = upgrade.image.release.text if upgrade.image.release else ""
    say(world, upgrade, f"JUNOS {release} will become active at next reboot")
    if role == "secondary":
        say(world, upgrade, f"ISSU: finished upgrading on secondary node {node}")


def _reboot_both(world: World, upgrade: Upgrade) -> Script:
    say(world, upgrade, "ISSU: failover all redundancy-groups 1...n to primary node")
    for group in sorted(set(world.state.groups) - {0}):
        release_force(world, group)
        force(world, group, upgrade.starter)
        if world.primary_of(group) is not upgrade.starter:
            fail_over(world, group, upgrade.starter, "Manual failover", straight=True)
    say(world, upgrade, "Successfully reset all redundancy-groups priority back to configured priority.")
    say(world, upgrade, f"Initiated manual failover for all redundancy-groups to {upgrade.starter}")
    yield from _reboot_secondary(world, upgrade)
    enter_phase(world, upgrade, Phase.REBOOT_PRIMARY)
    say(world, upgrade, "System going down IMMEDIATELY")
    world.schedule.spawn(follow_last_reboot(world, upgrade, upgrade.starter), owner="upgrade")
    announce_reboot(world, upgrade.starter, delay_s=0, reason="ICU")
    yield Sleep(seconds=world.durations.shutdown + 30)


def _reboot_secondary(world: World, upgrade: Upgrade) -> Script:
    enter_phase(world, upgrade, Phase.REBOOT_SECONDARY)
    secondary = world.node(upgrade.secondary)
    number = upgrade.secondary.number
    say(world, upgrade, "ISSU: rebooting Secondary Node")
    announce_reboot(world, upgrade.secondary, delay_s=0, reason="ICU")
    say(world, upgrade, f"ISSU: Waiting for secondary node {upgrade.secondary} to reboot.")
    yield Until(holds=lambda: not secondary.is_up, timeout_s=60 + world.durations.shutdown)
    say(world, upgrade, f"ISSU: Waiting for node {number} to come up")
    hold_s = world.spec.platform.hold_s(world.node(upgrade.starter).release)
    came_back = yield Until(holds=lambda: secondary.is_up, timeout_s=hold_s)
    if not came_back:
        say(world, upgrade, f"error: node {number} did not come up", "Aborting ICU upgrade")
        enter_phase(world, upgrade, Phase.ABORTED)
        end_upgrade(world, upgrade, "aborted")
        raise Refused
    say(world, upgrade, f"ISSU: node {number} came up")
    say(world, upgrade, f"ISSU: secondary node {upgrade.secondary} booted up.")
    yield Sleep(seconds=world.durations.cluster_hold)
