"""NETCONF operations: Junos RPCs, `<command>`, and the configuration ones."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from srx_lab.answering import ask
from srx_lab.cli.line import CommandLine, run_line
from srx_lab.device import Device
from srx_lab.machine import commands
from srx_lab.markup import Element, leaf, node
from srx_lab.replies.answer import OK, Reply, RpcError, complaint, result_reply, syntax_error
from srx_lab.replies.scene import Query
from srx_lab.session import Session

_XmlElement = etree._Element


_CONFIGURES = frozenset(
    {"lock", "lock-configuration", "open-configuration", "edit-config", "load-configuration", "commit"}
    | {"commit-configuration", "validate"}
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
    attributes = {_attribute(name): str(value) for name, value in root.attrib.items()}
    name = etree.QName(operation).localname if operation is not None else ""
    return Call(attributes=attributes, name=name, operation=operation)


def _attribute(name: str | bytes) -> str:
    return etree.QName(name).localname


def _text(element: _XmlElement) -> str:
    return (element.text or "").strip()


def _children(element: _XmlElement | None) -> dict[str, _XmlElement]:
    return (
        {etree.QName(child).localname: child for child in element if isinstance(child.tag, str)}
        if element is not None
        else {}
    )


async def run_call(device: Device, session: Session, call: Call) -> Reply:  # noqa: PLR0911
    """Carry out one RPC."""
    operation = call.operation
    if call.name in _CONFIGURES and not device.may_configure:
        return complaint(f"error: permission denied: {call.name}")
    match call.name:
        case "close-session" | "abort":
            return OK
        case "command" if operation is not None:
            return await _command(device, session, operation)
        case "get-configuration" | "get-config" if operation is not None:
            return await _get_configuration(device, session, call.name, operation)
        case "lock" | "lock-configuration" | "open-configuration":
            return _lock(device, session)
        case "unlock" | "unlock-configuration" | "close-configuration" | "discard-changes":
            return _unlock(device, session)
        case "edit-config" | "load-configuration" if operation is not None:
            return _load(device, session, operation)
        case "commit" | "commit-configuration":
            return _commit(device, session, operation)
        case "validate":
            return OK
        case "get":
            return complaint("operation-not-supported")
        case "":
            return syntax_error("rpc")
        case _:
            return await _junos(device, session, call)


async def _junos(device: Device, session: Session, call: Call) -> Reply:
    arguments = {name: _text(child) for name, child in _children(call.operation).items()}
    if call.operation is not None:
        arguments.update(
            {f"@{_attribute(name)}": str(value) for name, value in call.operation.attrib.items()}
        )
    format_ = arguments.pop("@format", "xml")
    query = Query(rpc=call.name, arguments={k: v for k, v in arguments.items() if not k.startswith("@")})
    reply = await ask(device, query, session)
    if reply.upgrade is not None:
        return await _until_over(device, reply.upgrade)
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
    errors = [line for line in lines if "error:" in line]
    parts = tuple(RpcError(message=line.strip()) for line in errors)
    return Reply(parts=(*parts, leaf("output", "\n".join(lines), padded=True)))


async def _command(device: Device, session: Session, operation: _XmlElement) -> Reply:
    """`<command format="text">show version</command>`."""
    line = _text(operation)
    format_ = str(operation.get("format", "xml"))
    outcome: CommandLine = await run_line(device, session, line)
    if outcome.reply.upgrade is not None:
        return await _until_over(device, outcome.reply.upgrade)
    if outcome.trouble is not None:
        error = RpcError(message="syntax error", bad_element=outcome.trouble, padded=False)
        return Reply(parts=(error,))
    errors = [part for part in outcome.reply.parts if isinstance(part, RpcError)]
    if format_ in {"text", "ascii", "json"} and not errors:
        return Reply(parts=(leaf("output", "\n".join(outcome.lines()), padded=True),))
    return outcome.reply


async def _get_configuration(device: Device, session: Session, name: str, operation: _XmlElement) -> Reply:
    children = _children(operation)
    wanted = children.get("filter") if name == "get-config" else operation
    configuration = _children(wanted).get("configuration") if wanted is not None else None
    arguments = {"format": str(operation.get("format", "xml")), "filter": " ".join(_path(configuration))}
    if operation.get("compare") is not None:
        return Reply(parts=(node("configuration-information", leaf("configuration-output", _diff(device))),))
    reply = await ask(device, Query(rpc="get-configuration", arguments=arguments), session)
    return Reply(parts=(node("data", *_elements(reply)),)) if name == "get-config" else reply


def _elements(reply: Reply) -> list[Element]:
    return [part for part in reply.parts if not isinstance(part, RpcError)]


def _diff(device: Device) -> str:
    return "\n".join(f"+ {line}" for line in device.world.state.candidate)


def _path(configuration: _XmlElement | None) -> list[str]:
    """The hierarchy of a filter, following its first children."""
    path: list[str] = []
    here = configuration
    while here is not None:
        inner = [child for child in here if isinstance(child.tag, str)]
        if not inner:
            break
        here = inner[0]
        path.append(etree.QName(here).localname)
    return path


def _lock(device: Device, session: Session) -> Reply:
    state = device.world.state
    if state.candidate_locked_by not in {None, session.number}:
        return complaint(f"configuration database locked by session {state.candidate_locked_by}")
    state.candidate_locked_by = session.number
    return OK


def _unlock(device: Device, session: Session) -> Reply:
    state = device.world.state
    if state.candidate_locked_by == session.number:
        state.candidate_locked_by = None
    state.candidate.clear()
    return OK


def _load(device: Device, session: Session, operation: _XmlElement) -> Reply:
    """Set lines are kept as they are; other formats as one remark. The lab has no configuration compiler."""
    held = device.world.state.candidate_locked_by
    if held not in {None, session.number}:
        return complaint(f"configuration database locked by session {held}")
    text = "".join(str(piece) for piece in operation.itertext()).strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    device.world.state.candidate.extend(line for line in lines if line.startswith(("set ", "delete ")))
    return Reply(parts=(node("load-configuration-results", leaf("load-success")),))


def _commit(device: Device, session: Session, operation: _XmlElement | None) -> Reply:
    device.cluster.touch()
    children = _children(operation)
    check = "check" in children
    result = commands.commit(device.world, device.node, user=session.user, client="netconf", check=check)
    device.record("commit", session=session.number, check=check, refused=result.failed)
    if result.failed:
        return result_reply(result)
    return OK if not check else Reply(parts=(node("commit-results", leaf("commit-check-success")),))
