"""`request system software add`, `delete-backup`, and what they leave pending."""

# ruff: noqa: ARG001 - every operation takes device, query and session

from __future__ import annotations

import asyncio

from srx_lab.device import Device
from srx_lab.image import inspect_image
from srx_lab.machine.installing import start_install
from srx_lab.machine.result import CommandResult, fails
from srx_lab.machine.rollback import delete_backup as delete_backup_of
from srx_lab.machine.software import Install
from srx_lab.markup import leaf
from srx_lab.platforms import UpgradeMethod
from srx_lab.replies.answer import Reply, result_reply, syntax_error
from srx_lab.replies.scene import Query
from srx_lab.session import Session


async def _add(device: Device, query: Query, session: Session, *, vmhost: bool) -> Reply:
    platform, path = device.world.spec.platform, query.get("package-name")
    if vmhost != (platform.upgrade is UpgradeMethod.VMHOST) or query.has("re0") or query.has("re1"):
        return result_reply(fails(f"error: command is not valid on the {platform.product}"))
    if query.has("node"):
        return syntax_error("node")
    if not path:
        return result_reply(fails("error: missing mandatory argument: package-name"))
    image = await asyncio.to_thread(inspect_image, path, device.files.host_path(path))
    device.cluster.touch()
    device.record("install_requested", session=session.number, image=path, via=session.kind.value)
    install = Install(
        number=0,
        node=device.node,
        image=image,
        validates=not query.has("no-validate"),
        unlinks=query.has("unlink"),
        reboots=query.has("reboot"),
        copies=not query.has("no-copy"),
        forced=query.has("force"),
    )
    return result_reply(start_install(device.world, install))


async def add_system(device: Device, query: Query, session: Session) -> Reply:
    """On the node that is asked and no other [R]; `re0` and `re1` are not valid on a cluster's node [R]."""
    return await _add(device, query, session, vmhost=False)


async def add_vmhost(device: Device, query: Query, session: Session) -> Reply:
    return await _add(device, query, session, vmhost=True)


def delete_backup(device: Device, query: Query, session: Session) -> CommandResult:
    return delete_backup_of(device.world, device.node)


async def pending_install(device: Device, query: Query, session: Session) -> Reply:
    """Nothing when nothing is pending, else words and a result of 1 [P]; that they name the release, [U]."""
    pending = device.here.pending
    if pending is None:
        return Reply(lines=iter(()))
    text = f"Junos version '{pending.text}' is pending and becomes active at next reboot"
    if device.world.fault("pending_unnamed", device.node):
        text = "There is already an install pending."
    return Reply(parts=(leaf("output", text, padded=True), leaf("package-result", "1")), lines=iter((text,)))
