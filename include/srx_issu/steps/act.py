"""The one place where a command that changes a device is carried out: intend, send, record."""

from __future__ import annotations

from srx_issu.domain.commands import Command
from srx_issu.domain.errors import CommandRefused, DeviceError, RequestRefused
from srx_issu.domain.model import NodeName
from srx_issu.ports.journal import EventKind
from srx_issu.steps.bench import Bench


def act(bench: Bench, node: NodeName, command: Command, why: str) -> str:
    """Sends a command that may safely be sent again when it turns out to be still needed.

    Returns the node's words. The caller has looked at the device first. Raises CommandRefused when the
    node says no, other DeviceErrors when it is unknown what it did: the next try looks again.
    """
    bench.tell(
        EventKind.ACTION_INTENDED, f"{command.cli} ({why})", node=node, detail={"command": command.cli}
    )
    return _send(bench, node, command)


def act_once(bench: Bench, node: NodeName, command: Command, why: str, *, key: str) -> str:
    """The same for a command that must never be sent twice in one upgrade: ``key`` is used up for good.

    Raises RequestRefused when the key was used before; then only the device can tell what became of it.
    """
    event = bench.event(
        EventKind.ACTION_INTENDED,
        f"{command.cli} ({why})",
        node=node,
        key=key,
        detail={"command": command.cli},
    )
    if not bench.journal.intend(bench.upgrade_id, event).written:
        raise RequestRefused(f"{node}: '{command.cli}' was sent before in this upgrade and is not sent twice")
    return _send(bench, node, command)


def _send(bench: Bench, node: NodeName, command: Command) -> str:
    try:
        words = bench.writer.send(node, command)
    except CommandRefused as refusal:
        bench.tell(EventKind.ACTION_REFUSED, refusal.message, node=node, detail={"command": command.cli})
        raise
    except DeviceError as doubt:
        bench.tell(EventKind.ACTION_UNKNOWN, doubt.message, node=node, detail={"command": command.cli})
        raise
    bench.tell(EventKind.ACTION_SENT, words.strip() or "no words", node=node, detail={"command": command.cli})
    return words
