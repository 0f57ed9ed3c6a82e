"""`request system software ...`: the in-service upgrade, its status and abort, validation, roll-back."""

# ruff: noqa: ARG001 - every operation takes device, query and session

from __future__ import annotations

import asyncio

from srx_lab.device import Device
from srx_lab.image import inspect_image
from srx_lab.machine import commands
from srx_lab.machine import rollback as rollback_rules
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.result import CommandResult, fails, says
from srx_lab.machine.syn_check import DEFAULT_S
from srx_lab.machine.words import RUNNING_PHASES
from srx_lab.operations.operation import node_of, number
from srx_lab.replies.answer import Reply, result_reply
from srx_lab.replies.scene import Query
from srx_lab.session import Session


async def _start(device: Device, query: Query, session: Session, *, vmhost: bool) -> Reply:
    path = query.get("package-name")
    if not path:
        return result_reply(fails("error: missing mandatory argument: package-name"))
    options = StartOptions(
        vmhost=vmhost,
        reboot=query.has("reboot"),
        no_copy=query.has("no-copy"),
        unlink=query.has("unlink"),
        no_sync=query.has("no-sync"),
        no_validate=query.has("no-validate"),
        no_old_master_upgrade=query.has("no-old-master-upgrade"),
        no_tcp_syn_check_s=_syn_check_s(query),
    )
    image = await asyncio.to_thread(inspect_image, path, device.files.host_path(path))
    device.cluster.touch()
    device.record("issu_requested", session=session.number, image=path, via=session.kind.value)
    return result_reply(device.cluster.machine.start_upgrade(device.node, image, options))


def _syn_check_s(query: Query) -> float | None:
    """How long TCP SYN checks are to be off: by default two hours [D]."""
    if not query.has("no-tcp-syn-check"):
        return None
    return float(number(query, "no-tcp-syn-check")) if query.get("no-tcp-syn-check") else DEFAULT_S


async def start_system(device: Device, query: Query, session: Session) -> Reply:
    return await _start(device, query, session, vmhost=False)


async def start_vmhost(device: Device, query: Query, session: Session) -> Reply:
    return await _start(device, query, session, vmhost=True)


async def validate(device: Device, query: Query, session: Session) -> Reply:
    """`request system software validate`: image against configuration, no change."""
    path = query.get("package-name") or ""
    image = await asyncio.to_thread(inspect_image, path, device.files.host_path(path))
    if not image.exists:
        return result_reply(fails(f"error: File does not exist: {path}"))
    if image.damage or device.world.fault("image_corrupt", device.node):
        return result_reply(fails(f"error: {path}: package is corrupt"))
    if image.token not in device.world.spec.platform.image_tokens or image.release is None:
        return result_reply(
            fails(f"error: {image.name} is not a package for {device.world.spec.platform.product}")
        )
    if device.world.fault("validation_fails"):
        return result_reply(fails("error: configuration check-out failed\nerror: Validation failed"))
    return result_reply(
        says("Checking compatibility with configuration\nmgd: commit complete\nValidation succeeded")
    )


def issu_status(device: Device, query: Query, session: Session) -> CommandResult:
    upgrade = device.world.state.upgrade
    if upgrade is not None and upgrade.phase in RUNNING_PHASES:
        return says(f"ISSU in progress: {upgrade.phase}")
    if device.here.in_issu_window:
        return says("Node is in ISSU window")
    return says("No ISSU in progress")


def abort(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.abort_upgrade(device.world, device.node)


def rollback(device: Device, query: Query, session: Session) -> CommandResult:
    node_id = node_of(query.get("node"), device)
    return rollback_rules.roll_back(device.world, node_id, reboot=query.has("reboot"))


def vmhost_rollback(device: Device, query: Query, session: Session) -> CommandResult:
    """Before 18.1R1 it has no argument at all, and concerns the node that is asked [Y]."""
    if device.here.release.at_least(18, 1):
        return rollback(device, query, session)
    for option in ("node", "reboot"):
        if query.has(option):
            return fails(f"error: syntax error: {option}")
    return rollback_rules.roll_back(device.world, device.node, reboot=False)
