"""Replies that faults have changed: a word in place of another, or nothing at all. For what has no cause in
the machine: cards that differ, a counter that rises, an answer nobody can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from srx_lab.machine.faults import Fault
from srx_lab.machine.words import NodeId
from srx_lab.machine.world import World
from srx_lab.markup import Element, leaf


def altered(world: World, rpc: str, node: NodeId, bodies: tuple[Element, ...]) -> tuple[Element, ...]:
    """`bodies` as the faults `reply_says`, `reply_adds` and `reply_empty` leave them."""
    for fault in _faults(world, rpc, node):
        if fault.spec.name == "reply_empty":
            return tuple(Element(body.tag, body.attributes) for body in bodies)
        if fault.spec.name == "reply_adds":
            bodies = tuple(_with_one_more(body, fault) for body in bodies)
            continue
        said = fault.parameters["text"].replace("{now}", str(int(world.now)))
        bodies = tuple(_saying(body, fault.parameters["element"], said) for body in bodies)
    return bodies


def altered_lines(world: World, rpc: str, node: NodeId, lines: Iterator[str]) -> Iterator[str]:
    """The CLI's lines as a fault leaves them: two devices have been seen that differ in an indentation."""
    flush = rpc == "get-chassis-cluster-status" and world.fault("status_legend_flush_left", node)
    return (line.lstrip() for line in lines) if flush else lines


def _faults(world: World, rpc: str, node: NodeId) -> Iterator[Fault]:
    for fault in world.faults:
        if fault.hits(node) and fault.parameters.get("rpc") == rpc:
            yield fault


def _with_one_more(body: Element, fault: Fault) -> Element:
    """At the end of what the body holds, as a newer release would; a text stays a text."""
    if body.text is not None:
        return body
    added = leaf(fault.parameters["element"], fault.parameters["text"])
    return replace(body, children=(*(body.children or ()), added))


def _saying(element: Element, tag: str, text: str) -> Element:
    if element.tag == tag:
        return replace(element, children=None, text=text)
    if element.children is None:
        return element
    return replace(element, children=tuple(_saying(child, tag, text) for child in element.children))
