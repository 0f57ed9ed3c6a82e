"""`request system ...` beside software: reboots, snapshots, the rescue configuration, storage."""

# ruff: noqa: ARG001 - every operation takes device, query and session

from __future__ import annotations

from srx_lab.device import Device
from srx_lab.machine import commands
from srx_lab.machine.result import CommandResult
from srx_lab.machine.words import NodeId
from srx_lab.markup import leaf, node
from srx_lab.operations.operation import node_of
from srx_lab.replies.answer import Reply
from srx_lab.replies.scene import Query
from srx_lab.session import Session


def reboot(device: Device, query: Query, session: Session) -> CommandResult:
    wanted = query.get("node")
    if wanted == "all":
        return commands.reboot(device.world, tuple(NodeId), user=session.user)
    target = node_of(wanted, device) or device.node
    return commands.reboot(device.world, (target,), user=session.user)


def snapshot(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.take_snapshot(device.world, device.node)


def save_rescue(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.save_rescue(device.world)


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
