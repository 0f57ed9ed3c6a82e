"""The minimal downtime procedure (KB17947) played blindly on one cluster: what a fault makes of it.

Nobody looks before the next step, as no operator may; docs/lab.md has how each fault ends then.
"""

from __future__ import annotations

from srx_lab.machine.cables import boot_by_hand, handle
from srx_lab.machine.cluster import ClusterMachine
from srx_lab.machine.commands import halt, reboot
from srx_lab.machine.commits import commit
from srx_lab.machine.effects import BothActive, DataPlaneDamaged, Effect, MixedReleasesHeard, TrafficMoved
from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.pending import make_pending
from srx_lab.machine.ports import members
from srx_lab.machine.words import NodeId, Power
from srx_lab.rehearsal import BRANCH, TARGET, Ending, example_spec, machine_with_room, shown
from srx_lab.release import parse_release
from srx_lab.replies.in_force import settings_of

_PERSON_S, _BOOT_S, _JOIN_S = 60.0, 900.0, 1800.0
_OLD, _NEW = NodeId.NODE0, NodeId.NODE1
"""Primary and secondary at the start."""


def rehearse_apart(name: str) -> Ending:
    """Inject a fault, go through the procedure, look at both nodes."""
    machine = machine_with_room(example_spec(BRANCH), read_settings=settings_of)
    machine.inject(name)
    effects: list[Effect] = []
    for step in _STEPS:
        step(machine)
        effects += machine.take_effects()
    return Ending(
        fault=FAULTS[name],
        answer="",
        phase=_damage(machine, effects),
        outcome="",
        complaint=_outage(effects),
        nodes={node: shown(machine, node) for node in NodeId},
        window=False,
    )


def _isolate(machine: ClusterMachine) -> None:
    _switch(machine, _OLD, _NEW, "set")


def _pull(machine: ClusterMachine) -> None:
    for cable in ("control", "fabric"):
        handle(machine.world, (cable,), plug=False)
        machine.advance(machine.now + _PERSON_S)


def _upgrade_new(machine: ClusterMachine) -> None:
    _upgrade(machine, _NEW)


def _move(machine: ClusterMachine) -> None:
    _switch(machine, _OLD, _OLD, "set")
    _switch(machine, _NEW, _NEW, "delete")
    machine.advance(machine.now + _PERSON_S)


def _upgrade_old(machine: ClusterMachine) -> None:
    _upgrade(machine, _OLD)


def _join(machine: ClusterMachine) -> None:
    """The cables are put in while the old primary is halted; then it is booted."""
    if machine.world.node(_OLD).is_up:
        halt(machine.world, _OLD, user="lab")
    machine.advance(machine.now + _PERSON_S)
    handle(machine.world, ("fabric", "control"), plug=True)
    machine.advance(machine.now + _PERSON_S)
    if machine.world.node(_OLD).power is Power.HALTED:
        boot_by_hand(machine.world, _OLD)
    machine.advance(machine.now + _JOIN_S)


_STEPS = (_isolate, _pull, _upgrade_new, _move, _upgrade_old, _join)


def _switch(machine: ClusterMachine, on: NodeId, node: NodeId, verb: str) -> None:
    world = machine.world
    if world.node(on).is_up:
        more = (f"{verb} interfaces {port} disable" for port in members(world.spec, node))
        lines = (*world.node(on).configuration.committed, *more)
        commit(world, on, lines, user="lab", client="cli")


def _upgrade(machine: ClusterMachine, node: NodeId) -> None:
    make_pending(machine.world, node, parse_release(TARGET), by="install")
    reboot(machine.world, (node,), user="lab")
    machine.advance(machine.now + _BOOT_S)


def _damage(machine: ClusterMachine, effects: list[Effect]) -> str:
    """What must never be, in the order in which it was."""
    found = dict.fromkeys(word for each in effects for word in _words(each))
    if None in machine.world.state.flow.carrier.values():
        found["no traffic at the end"] = None
    return ", ".join(found) or "as it should"


def _words(effect: Effect) -> tuple[str, ...]:
    match effect:
        case BothActive(active=True):
            return ("both nodes active",)
        case MixedReleasesHeard(over=over):
            return (f"two releases heard over {over}",)
        case DataPlaneDamaged(node=node, what=what):
            return (f"{what} of {node} damaged",)
        case _:
            return ()


def _outage(effects: list[Effect]) -> str:
    longest = max((each.outage_s for each in effects if isinstance(each, TrafficMoved)), default=None)
    return "traffic never moved" if longest is None else f"longest outage {longest:.0f} s"
