"""One command that acts, and what the commands have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from srx_lab.device import Device
from srx_lab.grammar import Syntax
from srx_lab.machine.result import CommandResult
from srx_lab.machine.words import NodeId
from srx_lab.replies.answer import Reply, result_reply
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


def immediate(order: Order) -> Run:
    """Run what the machine does at once."""

    async def run(device: Device, query: Query, session: Session) -> Reply:
        return result_reply(order(device, query, session))

    return run


def node_of(text: str | None, device: Device) -> NodeId | None:
    """The node an argument names, None without one; raises DeviceComplaint."""
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


def number(query: Query, name: str) -> int:
    """The number an argument must be; raises DeviceComplaint."""
    try:
        return int(query.get(name) or "")
    except ValueError:
        raise DeviceComplaint(f"error: missing or invalid argument: {name}") from None
