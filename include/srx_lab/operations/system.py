"""`request system ...` beside software: reboots, snapshots, the rescue configuration, storage."""

# ruff: noqa: ARG001 - every operation takes device, query and session

from __future__ import annotations

from srx_lab.device import Device
from srx_lab.machine import commands
from srx_lab.machine.result import CommandResult, fails
from srx_lab.machine.words import NodeId
from srx_lab.markup import leaf, node
from srx_lab.operations.operation import node_of
from srx_lab.release import parse_release
from srx_lab.replies import configuration
from srx_lab.replies.answer import Reply, complaint
from srx_lab.replies.scene import Query
from srx_lab.session import Session


def reboot(device: Device, query: Query, session: Session) -> CommandResult:
    wanted = query.get("node")
    if wanted == "all":
        return commands.reboot(device.world, tuple(NodeId), user=session.user)
    target = node_of(wanted, device) or device.node
    return commands.reboot(device.world, (target,), user=session.user)


def halt(device: Device, query: Query, session: Session) -> CommandResult:
    """Of the local node. Juniper's page has no `node` for an SRX [D]; the RPC's words are the CLI's [U]."""
    return commands.halt(device.world, device.node, user=session.user)


async def authorization(device: Device, query: Query, session: Session) -> Reply:
    """What the account's class allows, as Juniper's page of the command prints it [D]; whether expressions
    of a list are printed in quotes is not known [U]."""
    allowed = device.cluster.setting.login_class
    expressions = " ".join(f'"{each.pattern}"' for each in allowed.allowed) or "none"
    permissions = sorted(_ALL_PERMISSIONS if "all" in allowed.permissions else allowed.permissions)
    lines = (
        f"Current user: '{device.user}' login: '{device.user}' class ''",
        "Permissions:",
        *(f"    {name:<12}-- {_ALL_PERMISSIONS.get(name, name)}" for name in permissions),
        "Individual command authorization:",
        f"    Allow regular expression: {expressions}",
        "    Deny regular expression: none",
        "    Allow configuration regular expression: none",
        "    Deny configuration regular expression: none",
    )
    return Reply(parts=(leaf("output", "\n".join(lines), padded=True),), lines=iter(lines))


_ALL_PERMISSIONS = {
    "admin": "Can view user accounts",
    "configure": "Can enter configuration mode",
    "maintenance": "Can become the super-user",
    "secret": "Can view secret statements",
    "shell": "Can start a local shell",
    "system": "Can view system configuration",
    "view": "Can view current values and statistics",
    "view-configuration": "Can view all configuration (not including secrets)",
}


def snapshot(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.take_snapshot(device.world, device.node, vmhost=False)


def vmhost_snapshot(device: Device, query: Query, session: Session) -> CommandResult:
    """Options that an earlier release does not know [Y]."""
    for option, since in (("node", "23.1R1"), ("no-confirm", "23.4R2")):
        if query.has(option) and device.here.release.is_earlier_than(parse_release(since)):
            return fails(f"error: syntax error: {option}")
    return commands.take_snapshot(device.world, device.node, vmhost=True)


def save_rescue(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.save_rescue(device.world, device.node)


def delete_rescue(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.delete_rescue(device.world, device.node)


async def show_rescue(device: Device, query: Query, session: Session) -> Reply:
    """The configuration that was saved, an error where none is [U for its words]."""
    rescue = device.here.configuration.rescue
    if rescue is None or not device.here.rescue_saved:
        return complaint("error: No rescue configuration found")
    scene, form = device.scene(), query.get("format") or "text"
    chosen = Query(rpc="get-configuration", arguments={"format": form})
    text = "\n".join(configuration.text(scene, chosen, rescue))
    body = (
        node("configuration-information", leaf("configuration-output", text, padded=True))
        if form == "text"
        else configuration.configuration(scene, chosen, rescue)
    )
    return Reply(parts=(node("rescue-information", body),), lines=iter(text.split("\n")))


async def cleanup(device: Device, query: Query, session: Session) -> Reply:
    """Removes rotated logs and cores; images in /var/tmp only when they are no packages [U]."""
    folder = device.files.host_path("/var/log")
    gone = sorted(folder.glob("*.gz"))
    if not query.has("dry-run"):
        for path in gone:
            path.unlink(missing_ok=True)
        device.here.cores.clear()
    rows = [node("file", leaf("file-name", device.files.device_path(path))) for path in gone]
    lines = ("List of files to delete:", *(device.files.device_path(path) for path in gone))
    body = node("system-storage-cleanup-information", node("file-list", *rows))
    return Reply(parts=(body,), lines=iter(lines))
