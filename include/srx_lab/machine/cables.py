"""A person on site: the cables they were asked to pull or put in, the node to boot, and what they do."""

from __future__ import annotations

from srx_lab.machine.boot import power_on
from srx_lab.machine.effects import CableChanged
from srx_lab.machine.faults import Fault
from srx_lab.machine.links import rewire
from srx_lab.machine.ports import members, owner_of
from srx_lab.machine.wiring import Link
from srx_lab.machine.words import NodeId, Power
from srx_lab.machine.world import World


class NoSuchCable(ValueError):
    """The cluster has no such cable."""


class NotOff(ValueError):
    """The node runs, or boots already."""


def handle(world: World, cables: tuple[str, ...], *, plug: bool, child: int | None = None) -> None:
    """Pull or put in cables: `control`, `fabric` (one `child` of it, or all), or a traffic port.

    All are handled at one moment. The faults `person_...` decide what is really done; whoever asked is told
    that it is done, as such people do. Raises NoSuchCable.
    """
    for cable in cables:
        _check(world, cable, child)
    if world.fault("person_does_nothing"):
        return
    wrong = world.fault("person_takes_the_wrong_cable")
    if wrong is not None:
        cables = tuple(_wrong(world, wrong, cable) for cable in cables)
    late = world.fault("person_is_late")
    if late is not None:
        world.schedule.after(late.number("late_s"), lambda: _move(world, cables, plug, child), owner="person")
        return
    _move(world, cables, plug, child)
    early = world.fault("person_plugs_too_early")
    if early is not None and not plug:
        world.schedule.after(
            early.number("after_s"), lambda: _move(world, cables, True, child), owner="person"
        )


def boot_by_hand(world: World, node: NodeId) -> None:
    """Boot a node that is halted or off: a key on its console, or its power. Raises NotOff for another.

    Who does nothing, or is late, at the cables is so here, too; a node that never comes back does not.
    """
    if world.node(node).power not in {Power.OFF, Power.HALTED}:
        raise NotOff(f"{node} of {world.spec.name} is {world.node(node).power}: there is nothing to boot")
    if world.fault("person_does_nothing"):
        return
    late = world.fault("person_is_late")
    delay_s = late.number("late_s") if late is not None else 0.0
    world.schedule.after(delay_s, lambda: _boot(world, node), owner="person")


def _boot(world: World, node: NodeId) -> None:
    if world.node(node).power in {Power.OFF, Power.HALTED} and not world.fault("node_never_comes_back", node):
        power_on(world, node)


def _check(world: World, cable: str, child: int | None) -> None:
    if cable in set(Link):
        count = len(world.state.links.cables(Link(cable)))
        if child is not None and not 0 <= child < count:
            raise NoSuchCable(
                f"{world.spec.name} has no {cable} link {child}: it has {count}, counted from 0"
            )
        return
    if child is not None:
        raise NoSuchCable(f"a child is one of control or fabric, not of {cable}")
    if owner_of(world.spec, cable) is None:
        ports = ", ".join(port for node in NodeId for port in members(world.spec, node))
        raise NoSuchCable(f"{world.spec.name} has no cable {cable}: control, fabric, {ports}")


def _wrong(world: World, fault: Fault, cable: str) -> str:
    """The one that the fault names, or the other link's."""
    named = fault.parameters["cable"]
    if named:
        _check(world, named, None)
        return named
    return Link.FABRIC.value if cable == Link.CONTROL else Link.CONTROL.value


def _move(world: World, cables: tuple[str, ...], plug: bool, child: int | None) -> None:
    rewire(world, lambda: _set(world, cables, plug, child))
    world.schedule.poke()


def _set(world: World, cables: tuple[str, ...], plug: bool, child: int | None) -> None:
    links = world.state.links
    for cable in cables:
        if cable not in set(Link):
            (links.ports_out.discard if plug else links.ports_out.add)(cable)
            world.emit(CableChanged(cable=cable, child=0, plugged=plug))
            continue
        held = links.cables(Link(cable))
        for index in range(len(held)) if child is None else (min(child, len(held) - 1),):
            if held[index] is not plug:
                held[index] = plug
                world.emit(CableChanged(cable=cable, child=index, plugged=plug))


def come_back(world: World, fault: Fault) -> None:
    """The fault: a link comes up by itself, as when somebody else puts its cables in."""
    cable = fault.parameters["link"]
    _check(world, cable, None)
    world.schedule.after(fault.number("after_s"), lambda: _move(world, (cable,), True, None), owner="person")


def switch_control_interface(world: World, node: NodeId, *, on: bool) -> None:
    """`request chassis cluster control-interface`: until the node reboots [D]."""
    stopped = world.state.links.control_stopped
    rewire(world, lambda: (stopped.discard if on else stopped.add)(node))
    world.schedule.poke()
