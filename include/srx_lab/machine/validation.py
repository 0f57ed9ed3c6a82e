"""What a device looks at before it changes anything: groups, load, image, disks [S]."""

from __future__ import annotations

from srx_lab.machine.endings import Ended, Refused
from srx_lab.machine.gauges import busy_percent
from srx_lab.machine.groups import priority
from srx_lab.machine.issu_rules import disk_shortages, gathers_groups_itself, refuse_release
from srx_lab.machine.monitoring import monitor_failures
from srx_lab.machine.progress import enter_phase, note, say
from srx_lab.machine.schedule import Script, Sleep
from srx_lab.machine.state import Upgrade
from srx_lab.machine.window import set_window
from srx_lab.machine.words import GroupState, NodeId, Phase
from srx_lab.machine.world import World

_BUSY_LIMIT_PERCENT = 80


def check_start(world: World, upgrade: Upgrade) -> None:
    """The guide's pre-checks on both nodes [S], and chassisd's own."""
    enter_phase(world, upgrade, Phase.CONSOLIDATE_GROUPS)
    for group in sorted(world.state.groups):
        for node in NodeId:
            _check_group(world, node, group)
        _check_gathered(world, upgrade, group)
    for node in NodeId:
        busy = busy_percent(world, node)
        if busy > _BUSY_LIMIT_PERCENT:
            raise Refused(f"error: {node}: CPU usage {busy}% is above {_BUSY_LIMIT_PERCENT}%, aborting ISSU")
    if world.fault("chassisd_error"):
        raise Refused(
            "error: chassisd is not ready for ISSU", "error: CHASSISD_ISSU_ERROR: chassis check failed"
        )
    if refused := world.fault("issu_refused"):
        raise Refused(refused.parameters["words"])
    if ended := world.fault("issu_ends"):
        raise Ended(ended.parameters["words"])
    set_window(world, open_=True, why="Entering in-service-upgrade window")


def _check_group(world: World, node: NodeId, group: int) -> None:
    state = world.node(node).state_of(group) if world.can_see(node.peer, node) else GroupState.LOST
    if state not in {GroupState.PRIMARY, GroupState.SECONDARY}:
        raise Refused(f"error: {node}: redundancy-group {group} is in {state} state, aborting ISSU")
    if priority(world, node, group) == 0:
        codes = " ".join(monitor_failures(world, node, group))
        raise Refused(f"error: {node}: redundancy-group {group} has priority 0 ({codes}), aborting ISSU")


def _check_gathered(world: World, upgrade: Upgrade, group: int) -> None:
    """Up to 11.4 the groups must have been brought to the RG0 primary before [S]; the words are [U]."""
    if gathers_groups_itself(world.node(upgrade.starter).release):
        return
    if world.primary_of(group) is not upgrade.starter:
        raise Refused(f"error: redundancy-group {group} is not active on {upgrade.starter}, aborting ISSU")


def validate(world: World, upgrade: Upgrade) -> Script:
    """Step 2: the image, the configuration, the disks; PICs and protocols only warn."""
    enter_phase(world, upgrade, Phase.VALIDATE)
    note(world, upgrade, "ISSU: Validating Image")
    check_image(world, upgrade)
    yield Sleep(seconds=world.durations.validate)
    for short in disk_shortages(world, upgrade.image.size):
        raise Refused(
            f"error: {short.node}: not enough space in /var/tmp: {short.free_bytes // 1024} KB available, "
            f"{short.needed_bytes // 1024} KB required"
        )
    if upgrade.no_validate:  # the configuration is not held against the image [D]; the line is missing [U]
        _warn_unsupported(world, upgrade)
        return
    if world.fault("validation_fails"):
        raise Refused("error: configuration check-out failed", "error: Validation failed. Aborting ISSU")
    _warn_unsupported(world, upgrade)
    note(world, upgrade, "Validation succeeded")


def check_image(world: World, upgrade: Upgrade) -> None:
    """Damage, platform family and release of the image; raises Refused."""
    image, platform = upgrade.image, world.spec.platform
    damage = image.damage
    if world.fault("image_truncated", upgrade.starter):
        damage = "unexpected end of file"
    elif world.fault("image_corrupt", upgrade.starter):
        damage = "crc error"
    if damage:
        raise Refused(
            f"error: {image.path}: package is corrupt ({damage})", "error: Package validation failed"
        )
    foreign = world.fault("image_wrong_platform", upgrade.starter) is not None
    if foreign or image.release is None or image.token not in platform.image_tokens:
        raise Refused(
            f"error: {image.name} is not a package for {platform.product}", "error: Package validation failed"
        )
    running = world.node(upgrade.starter).release
    complaint = refuse_release(platform, running, image.release, icu=upgrade.in_band)
    if complaint:
        raise Refused(complaint)


def _warn_unsupported(world: World, upgrade: Upgrade) -> None:
    if pic := world.fault("unsupported_pic"):
        say(
            world,
            upgrade,
            f"warning: {pic.parameters['pic']} does not support ISSU and will restart during the upgrade",
        )
    if protocol := world.fault("unsupported_protocol"):
        say(
            world,
            upgrade,
            f"warning: packet loss may occur for protocol {protocol.parameters['protocol']} during ISSU",
        )
