"""NETCONF operations: Junos RPCs and `<command>`; those on the configuration are in `configuring`."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from srx_lab.answering import ask
from srx_lab.cli.line import CommandLine, run_line
from srx_lab.cli.pipes import Display
from srx_lab.device import Device
from srx_lab.machine.software import Install
from srx_lab.markup import Element, leaf
from srx_lab.replies.answer import OK, Reply, RpcError, complaint, syntax_error
from srx_lab.replies.json_form import json_text
from srx_lab.replies.scene import Query
from srx_lab.session import Session
from srx_lab.wire.configuring import Configuring, attributes_of, children_of, text_of

_XmlElement = etree._Element


_CONFIGURES = frozenset(
    {"lock", "lock-configuration", "open-configuration", "edit-config", "load-configuration", "commit"}
    | {"commit-configuration", "validate", "discard-changes"}
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One `<rpc>`: its attributes, to be echoed, and its operation."""

    attributes: dict[str, str]
    name: str
    operation: _XmlElement | None

    @property
    def closes(self) -> bool:
        return self.name == "close-session"


def read_call(root: _XmlElement) -> Call:
    """Take an rpc element apart; namespaces of the operation do not matter, as in Junos."""
    children = [child for child in root if isinstance(child.tag, str)]
    operation = children[0] if children else None
    attributes = attributes_of(root)
    name = etree.QName(operation).localname if operation is not None else ""
    return Call(attributes=attributes, name=name, operation=operation)


async def run_call(device: Device, session: Session, call: Call) -> Reply:
    """Carry out one RPC."""
    operation = call.operation
    if call.name in _CONFIGURES and not device.may_configure:
        return complaint(f"error: permission denied: {call.name}")
    match call.name:
        case "close-session" | "abort":
            return OK
        case "command" if operation is not None:
            return await _command(device, session, operation)
        case "kill-session" if operation is not None:
            found = children_of(operation).get("session-id")
            return _kill(device, session, text_of(found) if found is not None else "")
        case "" | _ if operation is None:
            return syntax_error("rpc")
    done = await Configuring(device=device, session=session).run(call.name, operation)
    return await _junos(device, session, call) if done is None else done


def _kill(device: Device, session: Session, number: str) -> Reply:
    """End another NETCONF session, its lock with it; one's own is an invalid value (RFC 6241, 7.9)."""
    victim = next((each for each in device.sessions if str(each.number) == number and each.end), None)
    if victim is None or victim is session or victim.end is None:
        error = RpcError(
            message=f"invalid session-id: {number}", tag="invalid-value", bad_element="session-id"
        )
        return Reply(parts=(error,))
    device.record("session_killed", session=session.number, killed=victim.number)
    device.close_session(victim)
    victim.end()
    return OK


async def _junos(device: Device, session: Session, call: Call) -> Reply:
    arguments = {name: text_of(child) for name, child in children_of(call.operation).items()}
    format_ = attributes_of(call.operation).get("format", "xml") if call.operation is not None else "xml"
    query = Query(rpc=call.name, arguments=arguments)
    reply = await ask(device, query, session)
    if reply.upgrade is not None:
        return await _until_over(device, reply.upgrade)
    return _formatted(reply, format_)


def _formatted(reply: Reply, format_: str) -> Reply:
    """As `format` asks; an error is an rpc-error in every format."""
    if format_.lower() == "json" and _elements(reply):
        errors = tuple(part for part in reply.parts if isinstance(part, RpcError))
        return Reply(parts=errors, raw=json_text(_elements(reply)))
    if format_ in {"text", "ascii"} and reply.lines is not None:
        return _as_output(reply)
    return reply


def _as_output(reply: Reply) -> Reply:
    errors = tuple(part for part in reply.parts if isinstance(part, RpcError))
    text = "\n".join(reply.lines or ())
    return Reply(parts=errors) if errors else Reply(parts=(leaf("output", text, padded=True),))


async def _until_over(device: Device, number: int) -> Reply:
    """Output of an RPC is not streamed: it comes when the upgrade's process ends, if anyone is left [U]."""
    lines = []
    async for line in device.transcript(number):
        lines.append(line)
        if device.cluster.machine.asks(line):  # nobody is asked over NETCONF [U]
            device.cluster.machine.answer("no")
            device.cluster.settle()
    output = leaf("output", "\n".join(lines), padded=True)
    install = device.world.state.installs.get(number)
    if install is not None:
        return Reply(parts=(output, *_package_result(device, install)))
    errors = [line for line in lines if "error:" in line]
    parts = tuple(RpcError(message=line.strip()) for line in errors)
    return Reply(parts=(*parts, output))


def _package_result(device: Device, install: Install) -> tuple[Element, ...]:
    """Seen on SRX1500 and others, missing on an SRX320 [R: ansible-junos-stdlib 227]."""
    if install.result is None or device.world.spec.platform.dual_root:
        return ()
    return (leaf("package-result", str(install.result)),)


async def _command(device: Device, session: Session, operation: _XmlElement) -> Reply:
    """`<command format="text">show version</command>`."""
    line = text_of(operation)
    format_ = str(operation.get("format", "xml"))
    outcome: CommandLine = await run_line(device, session, line)
    if outcome.reply.upgrade is not None:
        return await _until_over(device, outcome.reply.upgrade)
    if outcome.trouble is not None:
        error = RpcError(message="syntax error", bad_element=outcome.trouble, padded=False)
        return Reply(parts=(error,))
    if outcome.pipeline.display is Display.RPC:
        return outcome.reply
    if format_ == "json" and not outcome.reply.raw:
        return _formatted(outcome.reply, format_)
    errors = [part for part in outcome.reply.parts if isinstance(part, RpcError)]
    if format_ in {"text", "ascii"} and not errors:
        return Reply(parts=(leaf("output", "\n".join(outcome.lines()), padded=True),))
    return outcome.reply


def _elements(reply: Reply) -> list[Element]:
    return [part for part in reply.parts if not isinstance(part, RpcError)]
