"""Every fault tried on one cluster: what the start said, how the upgrade ended, what both nodes then show.

The table in docs/lab.md is made of these (`tools/fault_table.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from srx_lab.durations import Durations
from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.commands import reboot
from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.fault_spec import FaultSpec, Route
from srx_lab.machine.groups import view
from srx_lab.machine.installing import start_install
from srx_lab.machine.issu_rules import StartOptions
from srx_lab.machine.software import Image, Install
from srx_lab.machine.state import ClusterSpec, Disk, GroupSpec, Scale
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import ReadSettings
from srx_lab.platforms import PLATFORMS, parse_image_name
from srx_lab.release import parse_release

RUNNING, TARGET, LATER = "21.4R3-S5.4", "22.4R3-S2.11", "24.4R1.9"
BRANCH = "SRX345"
_START = 1_700_000_000.0
_ENOUGH_S = 6 * 3600.0
_IMAGE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How one rehearsal ended."""

    fault: FaultSpec
    answer: str
    phase: str
    outcome: str
    complaint: str
    nodes: dict[NodeId, str]
    window: bool


def example_spec(model: str = "SRX4600", *, preempt: bool = False) -> ClusterSpec:
    """A healthy cluster of a model, RG0 and RG1 on node0."""
    priority = {NodeId.NODE0: 200, NodeId.NODE1: 100}
    return ClusterSpec(
        name="example",
        platform=PLATFORMS[model],
        cluster_id=1,
        releases={node: parse_release(RUNNING) for node in NodeId},
        groups=(
            GroupSpec(group=0, priority=priority),
            GroupSpec(group=1, priority=priority, preempt=preempt),
        ),
        scale=Scale(),
        disk=Disk(),
        durations=Durations(),
        uptime_s=40 * 86_400.0,
    )


def example_image(model: str = "SRX4600", release: str = TARGET) -> Image:
    """A sound image of a model, as inspection reports it."""
    name = PLATFORMS[model].image_name(release)
    parsed = parse_image_name(name)
    return Image(
        path=f"/var/tmp/{name}",
        exists=True,
        size=_IMAGE_BYTES,
        token=parsed.token if parsed else "",
        release=parse_release(release),
    )


def rehearse(name: str, route: Route | None = None) -> Ending:
    """Inject a fault into a healthy cluster, upgrade it, wait six hours of virtual time, look.

    `route`: how it is upgraded; None takes the fault's own.
    """
    spec = FAULTS[name]
    match route or spec.route:
        case Route.ISSU:
            return _upgraded(spec, "SRX4600", StartOptions(reboot=True))
        case Route.ICU:
            return _upgraded(spec, BRANCH, StartOptions(no_sync=True))
        case Route.REBOOT:
            return _rebooted(spec)
        case Route.MINIMAL_DOWNTIME:
            raise ValueError(f"{name} is tried by srx_lab.procedure")


def _upgraded(spec: FaultSpec, model: str, options: StartOptions) -> Ending:
    machine = machine_with_room(example_spec(model))
    machine.inject(spec.name)
    machine.advance(machine.now + 60)
    result = machine.start_upgrade(NodeId.NODE0, example_image(model), options)
    machine.advance(machine.now + _ENOUGH_S)
    upgrade = machine.upgrade
    return Ending(
        fault=spec,
        answer=result.text,
        phase=machine.world.state.phase.value,
        outcome=upgrade.outcome if upgrade else "not started",
        complaint=_complaint(upgrade.transcript if upgrade else []),
        nodes={node: shown(machine, node) for node in NodeId},
        window=any(node.in_issu_window for node in machine.world.nodes()),
    )


def _rebooted(spec: FaultSpec) -> Ending:
    """Each node is installed by itself, the secondary first, then both are rebooted, whatever was said."""
    machine = machine_with_room(example_spec(BRANCH))
    machine.inject(spec.name)
    machine.advance(machine.now + 60)
    target = LATER if spec.name == "loader_upgraded_install_fails" else TARGET
    outcomes, said = [], []
    for node in (NodeId.NODE1, NodeId.NODE0):
        install = Install(number=0, node=node, image=example_image(BRANCH, target))
        if machine.world.node(node).is_up:
            start_install(machine.world, install)
        machine.advance(machine.now + 2 * 3600)
        outcomes.append(f"{node} {install.outcome or 'not installed'}")
        said += install.transcript
    for node in (NodeId.NODE1, NodeId.NODE0):
        reboot(machine.world, (node,), user="lab")
    machine.advance(machine.now + _ENOUGH_S)
    return Ending(
        fault=spec,
        answer="",
        phase=", ".join(outcomes),
        outcome=", ".join(outcomes),
        complaint=_complaint(said, marks=("ERROR:", "error:", "corrupted")),
        nodes={node: shown(machine, node) for node in NodeId},
        window=False,
    )


def machine_with_room(
    spec: ClusterSpec | None = None, *, seed: int = 1, read_settings: ReadSettings | None = None
) -> ClusterMachine:
    """A machine whose disks are roomy, unless a fault fills them."""
    held: list[ClusterMachine] = []

    def free_bytes(node: NodeId) -> int:
        world = held[0].world
        fault = world.fault("var_tmp_full", node) or world.fault("var_tmp_full_on_both", node)
        return int(fault.number("free_kb") * 1024) if fault else 18 << 30

    held.append(
        ClusterMachine(
            spec or example_spec(), now=_START, seed=seed, free_bytes=free_bytes, read_settings=read_settings
        )
    )
    return held[0]


def _complaint(
    transcript: list[str], marks: tuple[str, ...] = ("error:", "warning:", "failed", "timeout")
) -> str:
    return next((line.strip() for line in transcript if any(mark in line for mark in marks)), "")


def shown(machine: ClusterMachine, node: NodeId) -> str:
    """A node's release and its groups as the node itself shows them."""
    world = machine.world
    here = world.node(node)
    if not here.is_up:
        return f"{here.release.text}, {here.power}"
    rows = (view(world, node, node, group) for group in sorted(here.groups))
    groups = ", ".join(f"RG{i} {row.state} {row.priority}" for i, row in enumerate(rows))
    extra = "" if here.cold_sync == "complete" else f", cold sync {here.cold_sync}"
    pending = f" (next {here.pending.text})" if here.pending else ""
    return f"{here.release.text}{pending}: {groups}{extra}"
