"""`request system software add` on one node: what it refuses, its steps, what it leaves.

Seen to install on the node that it is typed on and no other [R: ansible-junos-stdlib 261].
"""

from __future__ import annotations

from srx_lab.machine import install_words as words
from srx_lab.machine.boot import announce_reboot, go_down
from srx_lab.machine.effects import (
    FileRemoved,
    InstallEnded,
    InstallLogged,
    InstallStarted,
    LoaderUpgraded,
    RebootOrdered,
    TranscriptLine,
)
from srx_lab.machine.issu_rules import refuse_old_release
from srx_lab.machine.pending import make_pending
from srx_lab.machine.result import CommandResult, fails
from srx_lab.machine.schedule import Script, Sleep
from srx_lab.machine.software import Image, Install
from srx_lab.machine.words import RUNNING_PHASES, NodeId
from srx_lab.machine.world import World
from srx_lab.platforms import SoftwareLayout

_LOADER_SINCE = (24, 4)


class _Failed(Exception):
    """The install ends without a pending release; the lines say why."""


def start_install(world: World, install: Install) -> CommandResult:
    """Begin; what is wrong with the image is said by the install itself, as output [R]."""
    refusal = _refuse(world, install.node)
    if refusal is not None:
        return fails(refusal)
    world.state.transcripts += 1
    install.number = world.state.transcripts
    world.state.installs[install.number] = install
    world.emit(InstallStarted(number=install.number, node=install.node, image=install.image.path))
    world.schedule.spawn(_run(world, install), owner=str(install.node))
    return CommandResult(upgrade=install.number)


def _refuse(world: World, node: NodeId) -> str | None:
    if any(each.node is node and not each.outcome for each in world.state.installs.values()):
        return "error: Another package installation in progress"
    if world.state.phase in RUNNING_PHASES or world.node(node).in_issu_window:
        return "error: software installation is not allowed while ISSU is in progress"
    return None


def layout_of(world: World, node: NodeId) -> SoftwareLayout:
    """How the release that a node runs keeps its software."""
    return world.spec.platform.software_layout(world.node(node).release)


def print_lines(world: World, install: Install, *lines: str) -> None:
    for line in lines:
        install.transcript.append(line)
        world.emit(TranscriptLine(number=install.number, text=line))


def _run(world: World, install: Install) -> Script:
    try:
        yield from _install(world, install)
    except _Failed as failure:
        print_lines(world, install, *map(str, failure.args))
        _end(world, install, "failed", 1)
    except GeneratorExit:
        if not install.outcome:
            _end(world, install, "cut short", None, cut=not world.node(install.node).is_up)
        raise


def _install(world: World, install: Install) -> Script:
    node, image, slowly = install.node, install.image, world.fault("install_slow", install.node)
    factor = slowly.number("factor") if slowly else 1.0
    if _nothing_to_do(world, install):
        return
    _check_package(world, node, image, is_forced=install.forced)
    if install.validates:
        print_lines(world, install, *words.validation_begins(image))
    _upgrade_loader(world, install)
    layout = layout_of(world, node)
    if layout is SoftwareLayout.DUAL_ROOT:
        print_lines(world, install, *words.slice_begins(other_slice(world, node)))
        world.node(node).previous = None
    print_lines(world, install, *words.begins(layout, image, copies=install.copies))
    if install.validates:
        yield from _validate(world, install, factor)
    yield Sleep(seconds=world.durations.install * factor)
    if (failing := world.fault("install_fails", node)) is not None:
        raise _Failed(failing.parameters["words"])
    _finish(world, install, layout)


def _nothing_to_do(world: World, install: Install) -> bool:
    """Refusals and false successes that change nothing."""
    node = install.node
    if (refused := world.fault("install_refused", node)) is not None:
        raise _Failed(refused.parameters["words"])
    if world.node(node).pending is None:
        return False
    if layout_of(world, node) is SoftwareLayout.STAGED:
        print_lines(world, install, *words.UPGRADE_STAGED)
        _end(world, install, "an upgrade is staged", 0)
        return True
    raise _Failed(*words.ALREADY_PENDING)


def _check_package(world: World, node: NodeId, image: Image, *, is_forced: bool) -> None:
    """File, damage, platform, room, and releases that the platform does not go back to."""
    platform, free = world.spec.platform, world.free_bytes(node)
    if not image.exists or world.fault("image_missing", node):
        raise _Failed(words.not_found(image.path))
    damage = image.damage
    if world.fault("image_truncated", node):
        damage = "unexpected end of file"
    elif world.fault("image_corrupt", node):
        damage = "crc error"
    if damage:
        raise _Failed(*words.corrupt(image, damage))
    is_foreign = world.fault("image_wrong_platform", node) is not None
    if is_foreign or image.release is None or image.token not in platform.image_tokens:
        raise _Failed(*words.foreign(image, platform.product))
    if free < image.size and not is_forced:
        raise _Failed(*words.no_room(image, free))
    if refusal := refuse_old_release(platform, world.node(node).release, image.release):
        raise _Failed(refusal)


def _upgrade_loader(world: World, install: Install) -> None:
    """24.4R1 on the SRX300 line: the loader is replaced before anything can fail [R]."""
    node, release = world.node(install.node), install.image.release
    if not world.spec.platform.dual_root or release is None or not release.at_least(*_LOADER_SINCE):
        return
    if node.new_loader or node.release.at_least(*_LOADER_SINCE):
        return
    print_lines(world, install, *(line.format(release=release.text) for line in words.LOADER))
    node.new_loader = True
    world.emit(LoaderUpgraded(node=install.node))
    if world.fault("loader_upgraded_install_fails", install.node):
        raise _Failed(*words.CHECKING, *words.failed(install.image))


def _validate(world: World, install: Install, factor: float) -> Script:
    print_lines(world, install, *words.CHECKING)
    yield Sleep(seconds=world.durations.validate * factor)
    if world.fault("validation_fails", install.node):
        raise _Failed(*(line.format(path=install.image.path) for line in words.NOT_VALID))
    print_lines(world, install, *words.VALIDATED)


def _finish(world: World, install: Install, layout: SoftwareLayout) -> None:
    node = install.node
    if not world.fault("install_leaves_nothing_pending", node):
        make_pending(world, node, install.image.release, by="software add")
    print_lines(world, install, *words.installed(layout, install.image))
    if install.unlinks:
        world.emit(FileRemoved(node=node, path=install.image.path))
    _end(world, install, "installed", 0)
    if (cut := world.fault("power_lost_after_install", node)) is not None:
        cut.active = False
        world.schedule.after(
            0.0, lambda: go_down(world, node, reason="power loss", extra_s=cut.number("off_s"))
        )
    elif install.reboots:
        pending = world.node(node).pending
        world.emit(RebootOrdered(node=node, user="install", pending=pending.text if pending else ""))
        announce_reboot(world, node, delay_s=world.durations.reboot_delay, reason="install")


def _end(world: World, install: Install, outcome: str, result: int | None, *, cut: bool = False) -> None:
    install.outcome, install.result = outcome, result
    log_block(world, install.node, f"update {install.image.path}", tuple(install.transcript), result)
    world.emit(InstallEnded(number=install.number, node=install.node, outcome=outcome, cut=cut))


def log_block(world: World, node: NodeId, operation: str, said: tuple[str, ...], result: int | None) -> None:
    """`show log install` keeps what each install or rollback said, in a block of its own [R: junos-ops]."""
    at = world.device_time(node)
    begin = f"{at:%Y-%m-%d %H:%M:%S} UTC mgd[5000]: /usr/libexec/ui/package -X {operation}"
    end = () if result is None else (f"<package-result>{result}</package-result>",)
    for line in (begin, "<output>", *said, "</output>", *end):
        world.emit(InstallLogged(node=node, text=line))


def other_slice(world: World, node: NodeId) -> str:
    """The root partition that a node of the SRX300 line does not run from; they change with each boot."""
    return ("da0s2a", "da0s1a")[world.node(node).slice]


def running_slice(world: World, node: NodeId) -> str:
    return ("da0s1a", "da0s2a")[world.node(node).slice]
