"""Requests and file commands: how each is typed, its RPC, and what it does."""

# ruff: noqa: ARG001 - every operation takes device, query and session

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from srx_lab.device import Device
from srx_lab.file_commands import FILE_COMMANDS
from srx_lab.grammar import Syntax
from srx_lab.image import inspect_image
from srx_lab.machine import commands
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.result import CommandResult, fails, says
from srx_lab.machine.words import RUNNING_PHASES, NodeId
from srx_lab.markup import leaf, node
from srx_lab.replies.answer import Reply, RpcError, result_reply
from srx_lab.replies.scene import DeviceComplaint, Query
from srx_lab.session import Session

Run = Callable[[Device, Query, Session], Awaitable[Reply]]
Order = Callable[[Device, Query, Session], CommandResult]


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """A command that is more than a look. `confirm` is asked in the CLI before it runs."""

    syntax: Syntax
    run: Run
    confirm: str = ""


def _flag(*names: str) -> dict[str, tuple[str, bool]]:
    return {name: (name, False) for name in names}


def _value(*names: str) -> dict[str, tuple[str, bool]]:
    return {name: (name, True) for name in names}


def _immediate(order: Order) -> Run:
    async def run(device: Device, query: Query, session: Session) -> Reply:
        return result_reply(order(device, query, session))

    return run


def _operation(
    cli: str,
    rpc: str,
    run: Run,
    *,
    options: dict[str, tuple[str, bool]] | None = None,
    positionals: tuple[str, ...] = (),
    confirm: str = "",
    preset: dict[str, str] | None = None,
) -> Operation:
    syntax = Syntax(
        words=tuple(cli.split()), rpc=rpc, options=options or {}, preset=preset or {}, positionals=positionals
    )
    return Operation(syntax=syntax, run=run, confirm=confirm)


def _node_of(text: str | None, device: Device) -> NodeId | None:
    match text:
        case None:
            return None
        case "0" | "node0":
            return NodeId.NODE0
        case "1" | "node1":
            return NodeId.NODE1
        case "local":
            return device.node
        case _:
            raise DeviceComplaint(f"error: invalid node: {text}")


def _number(query: Query, name: str) -> int:
    try:
        return int(query.get(name) or "")
    except ValueError:
        raise DeviceComplaint(f"error: missing or invalid argument: {name}") from None


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
    )
    image = await asyncio.to_thread(inspect_image, path, device.files.host_path(path))
    device.cluster.touch()
    device.record("issu_requested", session=session.number, image=path, via=session.kind.value)
    return result_reply(device.cluster.machine.start_upgrade(device.node, image, options))


async def _start_system(device: Device, query: Query, session: Session) -> Reply:
    return await _start(device, query, session, vmhost=False)


async def _start_vmhost(device: Device, query: Query, session: Session) -> Reply:
    return await _start(device, query, session, vmhost=True)


async def _validate(device: Device, query: Query, session: Session) -> Reply:
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


def _issu_status(device: Device, query: Query, session: Session) -> CommandResult:
    upgrade = device.world.state.upgrade
    if upgrade is not None and upgrade.phase in RUNNING_PHASES:
        return says(f"ISSU in progress: {upgrade.phase}")
    if device.here.in_issu_window:
        return says("Node is in ISSU window")
    return says("No ISSU in progress")


def _abort(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.abort_upgrade(device.world, device.node)


def _rollback(device: Device, query: Query, session: Session) -> CommandResult:
    node_id = _node_of(query.get("node"), device)
    return commands.roll_back(device.world, node_id, reboot=query.has("reboot"))


def _reboot(device: Device, query: Query, session: Session) -> CommandResult:
    wanted = query.get("node")
    if wanted == "all":
        return commands.reboot(device.world, tuple(NodeId), user=session.user)
    target = _node_of(wanted, device) or device.node
    return commands.reboot(device.world, (target,), user=session.user)


def _failover(device: Device, query: Query, session: Session) -> CommandResult:
    target = _node_of(query.get("node"), device)
    if target is None:
        raise DeviceComplaint("error: missing mandatory argument: node")
    group = _number(query, "redundancy-group")
    return commands.fail_over_by_hand(device.world, device.node, group, target, forced=query.has("force"))


def _failover_reset(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.reset_failover(device.world, device.node, _number(query, "redundancy-group"))


def _resync(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.resync_policies(device.world, device.node)


def _snapshot(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.take_snapshot(device.world, device.node)


def _save_rescue(device: Device, query: Query, session: Session) -> CommandResult:
    return commands.save_rescue(device.world)


async def _cleanup(device: Device, query: Query, session: Session) -> Reply:
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


async def _multi_node_ha(device: Device, query: Query, session: Session) -> Reply:
    """Multinode high availability is not in use on a chassis cluster [R]; a fault makes it so."""
    if device.world.fault("multi_node_ha", device.node):
        peer = node("chassis-high-availability-peer-info", leaf("high-availability-peer-id", 2))
        mine = node("chassis-high-availability-node-info", leaf("node-status", "ONLINE"), peer)
        return Reply(parts=(node("chassis-high-availability-information", mine),))
    return Reply(
        parts=(RpcError(message="error: HA is not enabled", parse=True),),
        lines=iter(("error: HA is not enabled",)),
    )


def _pending_install(device: Device, query: Query, session: Session) -> CommandResult:
    if device.here.pending is None:
        return CommandResult()
    return says(f"Junos version '{device.here.pending.text}' is pending and becomes active at next reboot")


def _switch_pic(device: Device, query: Query, session: Session) -> CommandResult:
    """No PIC can be brought online during an ISSU [S]."""
    if query.has("online") and device.here.in_issu_window:
        return fails("error: PIC cannot be brought online while ISSU is in progress")
    place = (_number(query, "fpc-slot"), _number(query, "pic-slot"))
    offline = device.here.offline_pics
    (offline.discard if query.has("online") else offline.add)(place)
    return says(
        f'{"Online" if query.has("online") else "Offline"} initiated, use "show chassis fpc pic-status"'
    )


_START_FLAGS = _flag("reboot", "no-copy", "unlink", "no-sync", "no-validate", "no-old-master-upgrade")
_REBOOT_OPTIONS = {**_value("in", "at", "message"), **_flag("both-routing-engines")}
_SURE_REBOOT = "Reboot the system ? [yes,no] (no) "

OPERATIONS: tuple[Operation, ...] = (
    _operation(
        "request system software in-service-upgrade",
        "request-package-in-service-upgrade",
        _start_system,
        options={**_START_FLAGS, **_value("no-tcp-syn-check")},
        positionals=("package-name",),
    ),
    _operation(
        "request vmhost software in-service-upgrade",
        "request-vmhost-package-in-service-upgrade",
        _start_vmhost,
        options=_START_FLAGS,
        positionals=("package-name",),
    ),
    _operation(
        "request system software in-service-upgrade status",
        "request-in-service-upgrade-status",
        _immediate(_issu_status),
    ),
    _operation(
        "request vmhost software in-service-upgrade status",
        "request-vmhost-in-service-upgrade-status",
        _immediate(_issu_status),
    ),
    _operation(
        "request chassis cluster in-service-upgrade abort",
        "request-chassis-cluster-in-service-upgrade",
        _immediate(_abort),
        preset={"abort": ""},
    ),
    _operation(
        "request system software abort in-service-upgrade", "abort-in-service-upgrade", _immediate(_abort)
    ),
    _operation(
        "request vmhost software abort in-service-upgrade",
        "abort-vmhost-in-service-upgrade",
        _immediate(_abort),
    ),
    _operation(
        "request system software validate",
        "request-package-validate",
        _validate,
        positionals=("package-name",),
    ),
    _operation(
        "request vmhost software validate",
        "request-vmhost-package-validate",
        _validate,
        positionals=("package-name",),
    ),
    _operation(
        "request system software rollback",
        "request-package-rollback",
        _immediate(_rollback),
        options=_flag("reboot"),
    ),
    _operation(
        "request vmhost software rollback",
        "request-vmhost-package-rollback",
        _immediate(_rollback),
        options=_flag("reboot"),
    ),
    _operation(
        "request system reboot",
        "request-reboot",
        _immediate(_reboot),
        options=_REBOOT_OPTIONS,
        confirm=_SURE_REBOOT,
    ),
    _operation(
        "request vmhost reboot",
        "request-vmhost-reboot",
        _immediate(_reboot),
        options=_REBOOT_OPTIONS,
        confirm=_SURE_REBOOT,
    ),
    _operation(
        "request chassis cluster failover",
        "request-chassis-cluster-failover",
        _immediate(_failover),
        options={**_value("redundancy-group"), **_flag("force")},
    ),
    _operation(
        "request chassis cluster failover reset",
        "request-chassis-cluster-failover-reset",
        _immediate(_failover_reset),
        options=_value("redundancy-group"),
    ),
    _operation("request security policies resync", "recover-security-policy", _immediate(_resync)),
    _operation(
        "request system snapshot",
        "request-snapshot",
        _immediate(_snapshot),
        options=_flag("slice", "alternate"),
    ),
    _operation(
        "request system configuration rescue save",
        "request-save-rescue-configuration",
        _immediate(_save_rescue),
    ),
    _operation(
        "request system storage cleanup",
        "request-system-storage-cleanup",
        _cleanup,
        options=_flag("no-confirm", "dry-run"),
        confirm="Delete these files ? [yes,no] (no) ",
    ),
    _operation(
        "show chassis high-availability information",
        "get-chassis-high-availability-information",
        _multi_node_ha,
    ),
    _operation(
        "request system software pending-install",
        "request-package-checks-pending-install",
        _immediate(_pending_install),
    ),
    _operation(
        "request chassis pic",
        "request-chassis-pic",
        _immediate(_switch_pic),
        options={**_value("fpc-slot", "pic-slot"), **_flag("online", "offline")},
    ),
    *(
        _operation(cli, rpc, run, options=options, positionals=positionals)
        for cli, rpc, run, options, positionals in FILE_COMMANDS
    ),
)
