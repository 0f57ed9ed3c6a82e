"""Put a reply together: per node and wrapped, or by the asked node alone; with what goes wrong beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from srx_lab.machine.monitoring import STANDING_BY
from srx_lab.machine.result import Answer, CommandResult
from srx_lab.machine.words import GroupState, NodeId, Severity
from srx_lab.machine.world import World
from srx_lab.markup import Element, leaf, node
from srx_lab.replies.altered import altered, altered_lines
from srx_lab.replies.scene import DeviceComplaint, Query, Scene, Show
from srx_lab.replies.text import RULE


@dataclass(frozen=True, kw_only=True, slots=True)
class RpcError:
    """An rpc-error as the captures show it. `bad_element`: what was not understood; `session`: in the way."""

    message: str
    severity: Severity = Severity.ERROR
    tag: str = "operation-failed"
    bad_element: str | None = None
    session: int | None = None
    padded: bool = True
    parse: bool = False


Part = Element | RpcError


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What goes under rpc-reply, in order, and the same as CLI lines. `upgrade`: follow its transcript.

    `unfinished`: the rpc-reply is never closed.
    `within` names an element that holds all parts; `raw` is text in their place, as JSON comes.
    """

    parts: tuple[Part, ...] = ()
    lines: Iterator[str] | None = None
    upgrade: int | None = None
    ok: bool = False
    unfinished: bool = False
    within: str = ""
    raw: Iterable[str] = ()


OK = Reply(ok=True)
"""`<ok/>`, as the base operations answer; a command without output answers with nothing [P]."""


def syntax_error(element: str, message: str = "syntax error") -> Reply:
    """An RPC or an argument that nobody knows [R]."""
    error = RpcError(message=message, bad_element=element, padded=False)
    return Reply(parts=(error,), lines=iter((f"error: syntax error, expecting <command>: {element}",)))


def complaint(message: str) -> Reply:
    return Reply(parts=(RpcError(message=message),), lines=iter((_as_error(message),)))


def _as_error(message: str) -> str:
    return message if message.startswith(("error:", "warning:")) else f"error: {message}"


def show(world: World, show: Show, query: Query, scene: Scene) -> Reply:
    """Answer a read-only command as the asked node would."""
    if world.spec.standalone:
        return _not_clustered() if "-chassis-cluster-" in show.rpc else _one(show, query, scene)
    if show.routing and not _runs_rpd(world, scene.asked):
        return complaint("the routing subsystem is not running")
    nodes = _nodes_asked(world, query, scene.asked)
    if nodes is None:
        return syntax_error(str(query.get("node")))
    if not show.per_node or query.has("no-forwarding"):
        return _one(show, query, replace(scene, node=scene.asked))
    return _wrapped(world, show, query, scene, nodes)


def _not_clustered() -> Reply:
    """`xnm:error` inside a normal reply [R]."""
    ns = "http://xml.juniper.net/xnm/1.1/xnm"
    message = "error: Chassis cluster is not enabled"
    inside = (Element("parse"), leaf("source-daemon", "jsrpd"), leaf("message", message))
    error = Element("xnm:error", (("xmlns", ns), ("xmlns:xnm", ns)), inside)
    return Reply(parts=(error,), lines=iter((message,)))


def _runs_rpd(world: World, asked: NodeId) -> bool:
    return world.node(asked).state_of(0) is GroupState.PRIMARY


def _nodes_asked(world: World, query: Query, asked: NodeId) -> tuple[NodeId, ...] | None:
    match query.get("node"):
        case "primary" | "secondary" as role:
            primary = world.primary_of(0) or asked
            return (primary if role == "primary" else primary.peer,)
        case None | "all":
            return tuple(NodeId)
        case "0" | "node0":
            return (NodeId.NODE0,)
        case "1" | "node1":
            return (NodeId.NODE1,)
        case "local":
            return (asked,)
        case _:
            return None


def _bodies(show: Show, query: Query, scene: Scene) -> tuple[Element, ...]:
    body = show.body(scene, query)
    return altered(scene.world, show.rpc, scene.node, body if isinstance(body, tuple) else (body,))


def _one(show: Show, query: Query, scene: Scene) -> Reply:
    try:
        bodies = _bodies(show, query, scene)
    except DeviceComplaint as trouble:
        return complaint(trouble.message)
    lines = (line for body in bodies for line in show.text(body))
    return Reply(parts=bodies, lines=altered_lines(scene.world, show.rpc, scene.asked, lines))


def _wrapped(world: World, show: Show, query: Query, scene: Scene, nodes: tuple[NodeId, ...]) -> Reply:
    items: list[Element] = []
    away: list[RpcError] = []
    printed: list[Iterator[str]] = []
    for each in nodes:
        if not world.can_see(scene.asked, each):
            message = f"Could not connect to {each} : No route to host"
            away.append(RpcError(message=message))
            printed.append(iter((f"error: {message}",)))
            continue
        try:
            bodies = _bodies(show, query, replace(scene, node=each))
        except DeviceComplaint as trouble:
            return complaint(trouble.message)
        items.append(_item(each, bodies))
        printed.append(_printed(each, show, bodies))
    results = (Element("multi-routing-engine-results", (), tuple(items), None, False, True),) if items else ()
    return Reply(parts=(*away, *results), lines=(line for part in printed for line in part))


def _item(each: NodeId, bodies: tuple[Element, ...]) -> Element:
    name = Element("re-name", (), None, each.value, False, True)
    return Element("multi-routing-engine-item", (), (name, *bodies), None, False, True)


def _printed(each: NodeId, show: Show, bodies: tuple[Element, ...]) -> Iterator[str]:
    yield f"{each}:"
    yield RULE
    for body in bodies:
        yield from show.text(body)
    yield ""


def result_reply(result: CommandResult) -> Reply:
    """A command's answers: outputs together, per node where it says so; errors as rpc-error."""
    outputs = [each for each in result.answers if each.severity is Severity.OUTPUT]
    errors = tuple(
        RpcError(message=each.text, severity=each.severity)
        for each in result.answers
        if each.severity is not Severity.OUTPUT
    )
    parts: tuple[Part, ...] = errors
    if outputs and outputs[0].node is not None:
        items = tuple(
            _item(each.node, (leaf("output", each.text, padded=True),)) for each in outputs if each.node
        )
        parts += (Element("multi-routing-engine-results", (), items, None, False, True),)
    elif outputs:
        parts += tuple(leaf("output", each.text, padded=True) for each in outputs)
    return Reply(
        parts=parts,
        lines=_answer_lines(result.answers),
        upgrade=result.upgrade,
        unfinished=result.unfinished,
    )


def _answer_lines(answers: tuple[Answer, ...]) -> Iterator[str]:
    for each in answers:
        if each.node is not None and each.severity is Severity.OUTPUT:
            yield f"{each.node}:"
            yield RULE
        yield from each.text.split("\n")
        if each.node is not None:
            yield ""


def banner(world: World, asked: NodeId) -> str:
    """`{primary:node0}` above the prompt [R]; an empty text while there is no state to show."""
    if world.spec.standalone:
        return ""
    here = world.node(asked)
    state = here.state_of(0)
    word = "secondary" if state in STANDING_BY and state is not GroupState.SECONDARY_HOLD else state.value
    return f"{{{word}:{asked}}}"


def cli_trailer(world: World, asked: NodeId) -> Element:
    """`<cli><banner>` at the end of `| display xml` [R]."""
    return node("cli", leaf("banner", banner(world, asked)))
