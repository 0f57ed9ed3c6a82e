"""Which upgrades a device refuses, and why. Wordings are [U] unless marked."""

from __future__ import annotations

from dataclasses import dataclass

from srx_lab.machine.syn_check import LONGEST_S
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World
from srx_lab.platforms import Platform, UpgradeMethod
from srx_lab.release import Release, parse_release


@dataclass(frozen=True, kw_only=True, slots=True)
class StartOptions:
    """The words given with the start command. `vmhost` tells which of the two commands it was."""

    vmhost: bool = False
    reboot: bool = False
    no_copy: bool = False
    unlink: bool = False
    no_sync: bool = False
    no_validate: bool = False
    no_old_master_upgrade: bool = False
    no_tcp_syn_check_s: float | None = None


def refuse_form(platform: Platform, running: Release, options: StartOptions) -> str | None:
    """The complaint about a command that this platform does not take in this form, or None."""
    if platform.upgrade is UpgradeMethod.NONE:
        return "error: in-service upgrade is not supported on this platform"
    if options.vmhost != (platform.upgrade is UpgradeMethod.VMHOST):
        return f"error: command is not valid on the {platform.product}"
    if options.vmhost and (options.no_copy or options.unlink or options.no_sync or options.no_validate):
        return "error: syntax error"
    if platform.upgrade is UpgradeMethod.ICU and not options.no_sync:
        return "error: ISSU is not supported on this platform; use the no-sync option"
    if options.no_sync and not platform.takes_icu(running):
        return "error: option no-sync is not supported on this platform"
    return _refuse_figure(options.no_tcp_syn_check_s)


def _refuse_figure(seconds: float | None) -> str | None:
    if seconds is None or 0 <= seconds <= LONGEST_S:
        return None
    return f"error: Value {seconds:.0f} is not within range (0..{LONGEST_S})"


def gathers_groups_itself(running: Release) -> bool:
    """From 12.1 on; up to 11.4 people bring every group to the RG0 primary before the start [S]."""
    return running.at_least(12, 1)


def needs_reboot_word(platform: Platform, options: StartOptions) -> bool:
    """`reboot` is mandatory on the SRX5000 line [D][R]; the lab takes it as optional elsewhere [U]."""
    return platform.reboot_required and not options.reboot


def refuse_release(platform: Platform, running: Release, target: Release, *, icu: bool) -> str | None:
    """The complaint about a pair of releases, or None. ICU has rules of its own."""
    if target.is_same_as(running):
        return f"error: Junos {target.text} is already running on this node"
    if icu:
        return _refuse_icu(platform, running, target)
    if target.is_earlier_than(running):
        return f"error: ISSU does not support downgrade from {running.text} to {target.text}"
    if not platform.starts_issu_from(running):
        return f"error: ISSU is not supported from release {running.text} on {platform.product}"
    return _refuse_train(platform, running, target)


def _refuse_train(platform: Platform, running: Release, target: Release) -> str | None:
    """Not into 17.4 on 1500/4100/4200, not into 17.3 and later on the 5000 line, from earlier [S]."""
    text = f"error: ISSU is not supported from release {running.text} to {target.text} on {platform.product}"
    midrange = platform.model in {"SRX1500", "SRX4100", "SRX4200"}
    if midrange and (target.major, target.minor) == (17, 4) and not running.at_least(17, 4):
        return text
    high_end = platform.model.startswith("SRX5")
    if high_end and target.at_least(17, 3) and not running.at_least(17, 3):
        return text
    if (
        platform.upgrade is UpgradeMethod.ICU
        and (target.major, target.minor) == (24, 4)
        and not running.at_least(24, 4)
    ):
        return text
    return None


def _refuse_icu(platform: Platform, running: Release, target: Release) -> str | None:
    """Branch clusters cannot come to 24.4 by ICU, and a downgrade has a floor [D].

    Where none is known the lab refuses the downgrade [U].
    """
    pair = f"from release {running.text} to {target.text} on {platform.product}"
    if target.at_least(24, 4) and not running.at_least(24, 4):
        return f"error: ICU is not supported {pair}"
    if not target.is_earlier_than(running):
        return None
    floor = parse_release(platform.icu_floor) if platform.icu_floor else None
    is_below = floor is None or target.is_earlier_than(floor)
    if is_below or refuse_old_release(platform, running, target):
        return f"error: ICU does not support downgrade {pair}"
    return None


def refuse_old_release(platform: Platform, running: Release, target: Release) -> str | None:
    """What an SRX300 from 24.4 on does not go back to, by ICU or `software add`.

    All but 23.4 from R2-S3 and 24.2 from R2 on [D]; that the node refuses it by itself is [U].
    """
    if not platform.dual_root or not running.at_least(24, 4) or target.at_least(24, 4):
        return None
    if any(_within(target, floor) for floor in ("23.4R2-S3", "24.2R2")):
        return None
    return f"ERROR: {platform.product} cannot be downgraded from {running.text} to {target.text}"


def _within(target: Release, floor: str) -> bool:
    """Of the floor's feature release, and not before it."""
    least = parse_release(floor)
    same = (target.major, target.minor) == (least.major, least.minor)
    return same and target.key() >= least.key()


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortage:
    """Room missing on a node's /var."""

    node: NodeId
    free_bytes: int
    needed_bytes: int


def disk_shortages(world: World, image_bytes: int) -> list[Shortage]:
    """Nodes with less than twice the image free in /var [S]."""
    return [
        Shortage(node=node, free_bytes=free, needed_bytes=2 * image_bytes)
        for node in NodeId
        if (free := world.free_bytes(node)) < 2 * image_bytes
    ]
