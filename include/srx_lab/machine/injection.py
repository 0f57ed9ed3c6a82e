"""Faults taking effect and being taken back."""

# ruff: noqa: ARG001, ARG005 - every turn takes world and fault

from __future__ import annotations

from collections.abc import Callable

from srx_lab.machine.boot import go_down, power_on
from srx_lab.machine.cables import come_back
from srx_lab.machine.configured import CommitRecord
from srx_lab.machine.counters import refresh_rates
from srx_lab.machine.effects import FaultChanged
from srx_lab.machine.fault_spec import Scope
from srx_lab.machine.faults import Fault
from srx_lab.machine.groups import force, release_force, settle
from srx_lab.machine.links import (
    heal_split,
    lose_control_link,
    lose_fabric_link,
    restore_control_link,
    restore_fabric_link,
    split,
)
from srx_lab.machine.pending import drop_pending, make_pending
from srx_lab.machine.state import Alarm, CoreDump
from srx_lab.machine.window import set_window
from srx_lab.machine.words import NodeId, Phase, Power
from srx_lab.machine.world import World
from srx_lab.release import parse_release

_Turn = Callable[[World, Fault], None]


def inject(world: World, fault: Fault) -> None:
    """Add a fault; it acts now unless it waits for a phase."""
    world.faults.append(fault)
    if fault.at is None:
        activate(world, fault)


def activate_for_phase(world: World, phase: Phase) -> None:
    for fault in list(world.faults):
        if fault.at is phase and not fault.active:
            activate(world, fault)


def activate(world: World, fault: Fault) -> None:
    """Let a fault act, on the node its scope means when none was named."""
    if fault.node is None:
        fault.node = _node_for(world, fault)
    fault.active = True
    _ON.get(fault.spec.name, _nothing)(world, fault)
    world.emit(FaultChanged(fault=fault.spec.name, active=True))
    settle(world)
    if fault.lasts_s is not None:
        world.schedule.after(fault.lasts_s, lambda: _take_back(world, [fault]), owner="fault")


def clear(world: World, name: str | None = None, node: NodeId | None = None) -> list[str]:
    """Take back faults by name (all when None); what they already broke may stay broken."""
    gone = [
        fault
        for fault in world.faults
        if (name is None or fault.spec.name == name) and (node is None or fault.node in {None, node})
    ]
    _take_back(world, gone)
    return [fault.spec.name for fault in gone]


def _take_back(world: World, faults: list[Fault]) -> None:
    for fault in [each for each in faults if each in world.faults]:
        world.faults.remove(fault)
        if fault.active:
            fault.active = False
            _OFF.get(fault.spec.name, _nothing)(world, fault)
            world.emit(FaultChanged(fault=fault.spec.name, active=False))
    settle(world)
    world.schedule.poke()


def _node_for(world: World, fault: Fault) -> NodeId | None:
    primary = world.primary_of(0) or NodeId.NODE0
    match fault.spec.scope:
        case Scope.PRIMARY:
            return primary
        case Scope.SECONDARY:
            return primary.peer
        case Scope.CLUSTER | Scope.NODE | Scope.WIRE:
            return None


def _nothing(world: World, fault: Fault) -> None:
    """Most faults only change what the machine decides later."""


def _set_release(world: World, fault: Fault) -> None:
    if fault.parameters["release"]:
        release = parse_release(fault.parameters["release"])
        for node in world.nodes():
            node.release = release


def _open_windows(world: World, fault: Fault) -> None:
    """As an earlier ISSU leaves them: window, manual flag, 255 on the RG0 primary [S]."""
    primary = world.primary_of(0)
    for group in sorted(set(world.state.groups) - {0}):
        if primary is not None and world.primary_of(group) is primary:
            force(world, group, primary)
    set_window(world, open_=True, why="Entering in-service-upgrade window")


def _leave_flag(world: World, fault: Fault) -> None:
    """As a manual failover leaves it: flag and 255 on the group's primary [R]."""
    group = int(fault.number("group"))
    if (primary := world.primary_of(group)) is not None:
        force(world, group, primary)


def _reset_flag(world: World, fault: Fault) -> None:
    release_force(world, int(fault.number("group")))


def _close_windows(world: World, fault: Fault) -> None:
    set_window(world, open_=False, why="Exiting in-service-upgrade window")


def _break_policy_sync(world: World, fault: Fault) -> None:
    for node in world.nodes():
        node.policies_in_sync = False


def _stop_rtos(world: World, fault: Fault) -> None:
    """Of one service: its counters stay where they are; of all: nothing is sent any more."""
    if fault.parameters["service"]:
        world.state.silent_services[fault.parameters["service"]] = world.now
        return
    world.state.rtos_stopped = True
    refresh_rates(world)


def _resume_rtos(world: World, fault: Fault) -> None:
    world.state.rtos_stopped = False
    world.state.silent_services.clear()
    refresh_rates(world)


def _install(world: World, fault: Fault) -> None:
    for node in world.nodes():
        if fault.hits(node.node):
            make_pending(world, node.node, parse_release(fault.parameters["release"]), by="fault")


def _uninstall(world: World, fault: Fault) -> None:
    for node in world.nodes():
        if fault.node in {None, node.node}:
            drop_pending(world, node.node, by="fault")


def _commit_unconfirmed(world: World, fault: Fault) -> None:
    _add_commit(world, "lab", "commit confirmed, rollback in 10mins")


def _commit(world: World, fault: Fault) -> None:
    _add_commit(world, fault.parameters["user"])


def _add_commit(world: World, user: str, comment: str = "") -> None:
    for node in world.nodes():
        held = node.configuration
        record = CommitRecord(at=world.now, user=user, client="cli", comment=comment, lines=held.committed)
        held.commits.insert(0, record)


def _confirm(world: World, fault: Fault) -> None:
    for node in world.nodes():
        held = node.configuration
        held.commits = [each for each in held.commits if "confirmed" not in each.comment]


def _lose(what: str) -> _Turn:
    def turn(world: World, fault: Fault) -> None:
        setattr(world.state.losses, what, fault.number("fraction") if fault.active else 0.0)

    return turn


def _dump_core(world: World, fault: Fault) -> None:
    node = world.node(fault.node or NodeId.NODE0)
    process = fault.parameters["process"]
    node.cores.append(CoreDump(path=f"/var/crash/{process}.core.0.gz", size=48_211_034, at=world.now))


def _raise_alarm(world: World, fault: Fault) -> None:
    text = fault.parameters["text"]
    alarm = Alarm(
        at=world.now, alarm_class="Major", description=text, short=text, kind="Chassis", chassis=True
    )
    world.node(fault.node or NodeId.NODE1).alarms.append(alarm)


def _lower_alarm(world: World, fault: Fault) -> None:
    for node in world.nodes():
        node.alarms = [alarm for alarm in node.alarms if alarm.description != fault.parameters["text"]]


def _power_off(world: World, fault: Fault) -> None:
    go_down(world, fault.node or NodeId.NODE1, reason="power loss", stays=True)


def _power_on(world: World, fault: Fault) -> None:
    for node in world.nodes():
        if node.power is Power.OFF and fault.node in {None, node.node}:
            power_on(world, node.node)


def _skew(world: World, fault: Fault) -> None:
    seconds = fault.number("seconds") if fault.active else 0.0
    world.node(fault.node or NodeId.NODE1).clock_offset_s = seconds


_ON: dict[str, _Turn] = {
    "already_current": _set_release,
    "ineligible_release": _set_release,
    "issu_already_in_progress": _open_windows,
    "stale_manual_flag": _leave_flag,
    "policies_out_of_sync_after": _break_policy_sync,
    "rtos_stop": _stop_rtos,
    "install_pending": _install,
    "somebody_commits": _commit,
    "commit_unconfirmed": _commit_unconfirmed,
    "sessions_lost": _lose("sessions"),
    "routes_lost": _lose("routes"),
    "tunnels_lost": _lose("tunnels"),
    "policies_lost": _lose("policies"),
    "core_dump_after": _dump_core,
    "major_alarm": _raise_alarm,
    "control_link_down": lambda world, fault: lose_control_link(world),
    "fabric_link_down": lambda world, fault: lose_fabric_link(world),
    "both_nodes_primary": lambda world, fault: split(world),
    "node_power_off": _power_off,
    "clock_skew": _skew,
    "link_comes_back": come_back,
}

_OFF: dict[str, _Turn] = {
    "issu_already_in_progress": _close_windows,
    "stale_manual_flag": _reset_flag,
    "rtos_stop": _resume_rtos,
    "install_pending": _uninstall,
    "commit_unconfirmed": _confirm,
    "sessions_lost": _lose("sessions"),
    "routes_lost": _lose("routes"),
    "tunnels_lost": _lose("tunnels"),
    "policies_lost": _lose("policies"),
    "major_alarm": _lower_alarm,
    "control_link_down": lambda world, fault: restore_control_link(world),
    "fabric_link_down": lambda world, fault: restore_fabric_link(world),
    "both_nodes_primary": lambda world, fault: heal_split(world),
    "node_power_off": _power_on,
    "node_never_comes_back": _power_on,
    "clock_skew": _skew,
}
